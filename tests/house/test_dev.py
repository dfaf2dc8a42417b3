"""`./dev` lists what one can do and refuses, with a way out, what it cannot do here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import checks, setup
from tools.checks import Check
from tools.setup import Refusal

ROOT = Path(__file__).parent.parent.parent
COMMANDS = ("demo", "serve", "test", "lint", "ui", "bench", "docs")


def dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "dev"), *arguments], capture_output=True, text=True, check=False)


def test_without_a_command_it_prints_every_command() -> None:
    printed = dev().stdout

    assert [name for name in COMMANDS if f"./dev {name} " not in printed] == []


def test_an_unknown_command_is_refused_with_the_known_ones() -> None:
    done = dev("deploy")

    assert done.returncode == 1
    assert done.stderr == f"dev: ./dev has no command 'deploy'; it has {', '.join(COMMANDS)}\n"


def test_an_old_python_is_told_what_to_do() -> None:
    script = (
        f"import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path({str(ROOT / 'dev')!r}, run_name='__main__')"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "./dev needs Python 3.11 or later; this is 3.9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("script", "expected"), [("echo v18.4.0", "says v18.4.0. Install a newer one"), (None, "there is none on PATH")]
)
def test_an_old_or_missing_node_is_told_what_to_do(
    script: str | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("node", "npm") if script else ():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if script else str(tmp_path))

    with pytest.raises(Refusal, match=expected):
        setup.install_node_packages()


def test_every_check_runs_even_after_one_failed(capfd: pytest.CaptureFixture[str]) -> None:
    first = Check("first", [sys.executable, "-c", "print('because of this'); raise SystemExit(3)"])
    second = Check("second", [sys.executable, "-c", "print('not worth showing')"])

    code = checks.run([first, second])

    printed = capfd.readouterr().out
    assert code == 1
    assert "because of this" in printed
    assert "not worth showing" not in printed
    assert "Failed: first." in printed
    rows = [line.split() for line in printed.splitlines() if line.startswith(("  first", "  second"))]
    assert [row[-1] for row in rows] == ["FAILED", "ok"]


def test_the_checks_pass_only_when_all_of_them_do() -> None:
    assert checks.run([Check("fine", [sys.executable, "-c", ""])]) == 0


def test_the_interface_is_built_again_when_a_source_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    source = tmp_path / "ui" / "main.ts"
    source.parent.mkdir()
    source.write_text("one")
    before = setup._digest(source.parent)

    source.write_text("two")

    assert setup._digest(source.parent) != before
