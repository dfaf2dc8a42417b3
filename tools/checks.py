"""The checks of `./dev lint` and `./dev test`: all of them run, and a table at the end says which failed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.setup import PYTHON, ROOT, UI


@dataclass(frozen=True)
class Check:
    """One program that must end with 0."""

    name: str
    command: Sequence[str]
    in_ui: bool = False
    aloud: bool = False
    """Show the output as it comes; otherwise only when the check fails."""
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    name: str
    seconds: float
    passed: bool


def lint() -> list[Check]:
    """What reads the code without running it."""
    return [
        Check("style", [_tool("ruff"), "check", "."]),
        Check("format", [_tool("ruff"), "format", "--check", "."]),
        Check("types", [_tool("mypy")]),
        Check("imports", [_tool("lint-imports")]),
        Check("licences", [PYTHON, "-m", "tools.licences"]),
        Check("lock files", [PYTHON, "-m", "tools.lock_hosts"]),
        Check("ui types", ["npm", "run", "--silent", "check"], in_ui=True),
        Check("ui style", ["npm", "run", "--silent", "lint"], in_ui=True),
    ]


def fixes() -> list[Check]:
    """What a machine can put right."""
    return [
        Check("style", [_tool("ruff"), "check", "--fix", "."]),
        Check("format", [_tool("ruff"), "format", "."]),
        Check("ui format", ["npm", "run", "--silent", "format"], in_ui=True),
    ]


def tests(*, slow: bool) -> list[Check]:
    """What runs the code. Slow adds the tests marked so, and the older PostgreSQL we support."""
    more = ["--all"] if slow else []
    checks = [
        Check("API types", [PYTHON, "-m", "tools.api_types", "--check"]),
        Check("ui tests", ["npm", "run", "--silent", "test"], in_ui=True),
        Check("tests", _pytest("not browser", *more), aloud=True),
        Check("browser", _pytest("browser", *more), aloud=True),
    ]
    if slow:
        older = {"KARAT_TEST_PG_VERSION": "16"}
        checks.append(Check("PostgreSQL 16", _pytest("postgres", *more), aloud=True, environment=older))
    return checks


def write_api_types() -> int:
    """Generate the interface's types from the API's description."""
    return subprocess.run([PYTHON, "-m", "tools.api_types"], cwd=ROOT, check=False).returncode


def run(checks: Sequence[Check]) -> int:
    """Run every check, then print the table; 0 when all passed."""
    outcomes = [_run_one(check) for check in checks]
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    print(_table(outcomes), flush=True)
    if failed:
        print(f"\nFailed: {', '.join(failed)}. What each said is above.", flush=True)
    return 1 if failed else 0


def _run_one(check: Check) -> Outcome:
    print(f"· {check.name} …", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=UI if check.in_ui else ROOT,
        env=os.environ | check.environment,
        stdout=None if check.aloud else subprocess.PIPE,
        stderr=None if check.aloud else subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    if not passed and done.stdout:
        print(done.stdout, flush=True)
    return Outcome(check.name, time.monotonic() - began, passed)


def _table(outcomes: Sequence[Outcome]) -> str:
    rows = [f"  {one.name:<14} {one.seconds:7.1f} s   {'ok' if one.passed else 'FAILED'}" for one in outcomes]
    total = sum(one.seconds for one in outcomes)
    return "\n".join(["", *rows, f"  {'together':<14} {total:7.1f} s"])


def _tool(name: str) -> str:
    return str(ROOT / ".venv" / "bin" / name)


def _pytest(marker: str, *arguments: str) -> list[str]:
    return [PYTHON, "-m", "pytest", "-q", "-m", marker, *arguments]
