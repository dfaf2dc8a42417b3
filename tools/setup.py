"""Makes a checkout ready: uv, the Python environment, Node's packages, the built interface. Standard library only.

Each step does nothing when there is nothing to do, so every command may ask for all it needs.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

UV_VERSION = "0.13.8"
UV_OLDEST = (0, 9)
NODE_OLDEST = (20, 19)

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UI = ROOT / "ui"
UI_BUILT = ROOT / "src" / "karat" / "ui"
PYTHON = str(ROOT / ".venv" / "bin" / "python")

# What the built interface is made from; everything else in ui/ may change without building again.
UI_SOURCES = (
    "src",
    "public",
    "tools",
    "index.html",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
)


class Refusal(Exception):
    """This cannot be done here; the message says why and what to do."""


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"· {title} …", flush=True)
    began = time.monotonic()
    yield
    print(f"  {time.monotonic() - began:.1f} s", flush=True)


def run(*command: str, cwd: Path = ROOT) -> None:
    """Run a program; its output is shown only when it fails."""
    # An activated environment of somebody else's is not the one meant here.
    elsewhere = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")
    own = {name: value for name, value in os.environ.items() if name not in elsewhere}
    done = subprocess.run(
        command, cwd=cwd, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise Refusal(f"`{' '.join(command)}` failed with {done.returncode}:\n{done.stdout.strip()}")


def sync_python(*scope: str) -> None:
    """Install what the lock file says into .venv: everything, or at least what `scope` names.

    A smaller scope adds and never removes, so that `./dev demo` and `./dev test` share one environment in peace.
    """
    uv = find_uv()
    interpreter = [] if Path(PYTHON).exists() else ["--python", _base_python()]
    with _only_one("python"), step("Python packages"):
        run(uv, "sync", "--frozen", *scope, *(["--inexact"] if scope else []), *interpreter)


def find_uv() -> str:
    """uv from PATH when it is new enough, else our own copy."""
    on_path = shutil.which("uv")
    if on_path and _version_of(on_path) >= UV_OLDEST:
        return on_path
    own = TOOLS / "bin" / "uv"
    with _only_one("uv"):
        if not own.exists():
            _install_uv()
    return str(own)


def _install_uv() -> None:
    with step(f"uv {UV_VERSION} into .tools"):
        try:
            run(_base_python(), "-m", "venv", str(TOOLS))
        except Refusal as refusal:
            raise Refusal(
                f"{refusal}\nThis Python cannot make virtual environments. On Debian: apt install python3-venv. "
                "Or install uv yourself and put it on PATH."
            ) from None
        run(str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}")


def _base_python() -> str:
    """The Python that started us, and not the virtual environment it may be in."""
    return str(getattr(sys, "_base_executable", sys.executable))


def install_node_packages() -> None:
    """Install what package-lock.json says, when it changed."""
    _refuse_old_node()
    stamp, wanted = UI / "node_modules" / ".karat-lock", _digest(UI / "package-lock.json")
    with _only_one("node"):
        if _read(stamp) == wanted:
            return
        with step("Node packages"):
            run("npm", "ci", "--no-audit", "--no-fund", cwd=UI)
            stamp.write_text(wanted)


def build_ui() -> None:
    """Build the interface into the Python package, when its sources changed."""
    # Inside the output, which the build empties: whoever builds by hand takes the stamp away.
    stamp, wanted = UI_BUILT / ".built-from", _digest(*(UI / name for name in UI_SOURCES))
    if _read(stamp) == wanted:
        return
    install_node_packages()
    with _only_one("ui"), step("interface"):
        run("npm", "run", "--silent", "build", cwd=UI)
        stamp.write_text(wanted)


def _refuse_old_node() -> None:
    wanted = f"the interface needs Node.js {'.'.join(map(str, NODE_OLDEST))} or later with npm"
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Refusal(f"{wanted}, and there is none on PATH. Install it and try again.")
    if _version_of("node") < NODE_OLDEST:
        raise Refusal(f"{wanted}; `node --version` says {_version_text('node')}. Install a newer one.")


def _version_text(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _version_of(program: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", _version_text(program))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _digest(*paths: Path) -> str:
    """A hash of names and contents of files and folders."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                digest.update(f"{file.relative_to(ROOT)}\n".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read(stamp: Path) -> str | None:
    return stamp.read_text() if stamp.exists() else None


@contextlib.contextmanager
def _only_one(name: str) -> Iterator[None]:
    """Two `./dev` at once take turns; a half-installed folder helps nobody."""
    locks = TOOLS / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
