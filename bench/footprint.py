"""How little Karat takes: ./dev bench footprint [--items 1000000] [--without-install]

Processor seconds of `karat serve` until it answers, its resident memory idle and at work, the size of the wheel and
of `karat[server]` in a fresh environment. Processor time and memory are read from /proc and hardly depend on what
else the machine does. The installation is filled directly, SQLite, with gold and honeypots as in `serving`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench._annotators import Crowd  # noqa: E402 - runs as a script, from anywhere
from bench._processes import Served, serving  # noqa: E402
from bench.serving import _fill as fill  # noqa: E402
from karat import store  # noqa: E402
from karat.domain.ids import AnnotatorId  # noqa: E402
from karat.settings import Settings  # noqa: E402
from karat.store.database import open_database  # noqa: E402
from tools.setup import find_uv  # noqa: E402

MIB = 1024 * 1024
N_ANNOTATIONS = 1_000
N_PEOPLE = 8
IDLE_SECONDS = 5.0
"""How long after readiness the server counts as idle: the worker has looked for jobs by then."""


@dataclass(frozen=True)
class Figure:
    """One measured number, and the bar it must not exceed; 0 is no bar."""

    what: str
    value: float
    unit: str
    bar: float = 0.0

    @property
    def is_met(self) -> bool:
        return not self.bar or self.value <= self.bar

    def __str__(self) -> str:
        verdict = f"   bar {self.bar:g}: {'met' if self.is_met else 'MISSED'}" if self.bar else ""
        return f"{self.what:<58}{self.value:>9.2f} {self.unit:<6}{verdict}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench footprint", description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--without-install", action="store_true", help="leave out the wheel: building it takes npm")
    options = parser.parse_args()
    figures = []
    for figure in _all(options.items, with_install=not options.without_install):
        print(figure, flush=True)
        figures.append(figure)
    return 0 if all(figure.is_met for figure in figures) else 1


def _all(n_items: int, *, with_install: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="karat-bench-") as folder:
        yield from _empty(Path(folder) / "empty")
        yield from _filled(Path(folder) / "filled", n_items)
    if with_install:
        with tempfile.TemporaryDirectory(prefix="karat-bench-") as folder:
            yield from _installed(Path(folder))


def _empty(home: Path) -> Iterator[Figure]:
    with _started(home) as served:
        yield Figure("first start, making the database", served.server_seconds(), "CPU-s", 2.0)
    with _started(home) as served:
        yield Figure("start, empty", served.server_seconds(), "CPU-s", 2.0)
        time.sleep(IDLE_SECONDS)
        yield Figure("idle memory, empty", served.memory_mib(), "MiB", 150.0)


def _filled(home: Path, n_items: int) -> Iterator[Figure]:
    database = open_database(Settings(home=home))
    project, sessions = fill(database, n_items, N_PEOPLE)
    _make_lead(database, sessions[0])
    database.close()
    with _started(home) as served:
        yield Figure(f"start, {n_items:,} items", served.server_seconds(), "CPU-s", 2.0)
        crowd = Crowd(served.port, project.id, sessions, prefetches=True)
        work = asyncio.run(crowd.work(n_annotations=N_ANNOTATIONS, seconds=120))
        began = served.server_seconds()
        _get(served, f"/api/projects/{project.id}/overview", sessions[0])
        overview_seconds = served.server_seconds() - began
        time.sleep(IDLE_SECONDS)  # The follower counts and the consensus is fitted.
        _get(served, f"/api/projects/{project.id}/overview", sessions[0])
        what = f"memory, {n_items:,} items, {work.n_annotations:,} annotations, Overview"
        yield Figure(what, served.memory_mib(), "MiB", 250.0)
        yield Figure("its highest point so far", _peak_mib(served), "MiB")
        yield Figure("one Overview", overview_seconds, "CPU-s")


@contextmanager
def _started(home: Path) -> Iterator[Served]:
    with serving(home, "") as served:
        yield served


def _make_lead(database: store.database.Database, session: str) -> None:
    """The annotator of this session reads the Overview, too."""

    def promote(tx: store.connection.Writer) -> None:
        annotator_id = tx.value(
            "SELECT n.id FROM annotator n JOIN account a ON a.id = n.account_id WHERE a.name = :name", name=session
        )
        tx.execute("UPDATE annotator SET role = 'lead' WHERE id = :id", id=AnnotatorId(annotator_id))

    database.write(promote)


def _get(served: Served, path: str, session: str) -> None:
    address = f"http://127.0.0.1:{served.port}{path}"
    request = urllib.request.Request(address, headers={"Cookie": f"karat_session={session}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        response.read()


def _peak_mib(served: Served) -> float:
    status = Path(f"/proc/{served.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


# --- The installed size --------------------------------------------------------------------------------------------


def _installed(folder: Path) -> Iterator[Figure]:
    uv = find_uv()
    wheel = _build_wheel(uv, folder)
    yield Figure("the wheel", wheel.stat().st_size / MIB, "MiB")
    environment = folder / "environment"
    _run(uv, "venv", "--quiet", "--python", sys.executable, str(environment))
    python = environment / "bin" / "python"
    _run(uv, "pip", "install", "--quiet", "--python", str(python), f"karat[server] @ {wheel.as_uri()}")
    yield Figure("karat[server] in a fresh environment", _size(environment) / MIB, "MiB", 300.0)
    _run(str(python), "-m", "compileall", "-q", str(environment), check=False)  # Some packages ship Python 2 samples.
    yield Figure("the same with compiled bytecode, as pip leaves it", _size(environment) / MIB, "MiB", 300.0)
    for size, name in sorted(((_size(path) / MIB, path.name) for path in _packages(environment)), reverse=True)[:6]:
        yield Figure(f"  of it {name}", size, "MiB")


def _build_wheel(uv: str, folder: Path) -> Path:
    """Built from a copy of what is tracked: building installs npm packages anew, which the checkout is spared."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).exists():
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / "source" / name)
    _run(uv, "build", "--wheel", "--out-dir", str(folder), str(folder / "source"))
    return next(folder.glob("*.whl"))


def _packages(environment: Path) -> Iterator[Path]:
    for site in environment.glob("lib/python*/site-packages"):
        yield from site.iterdir()


def _size(path: Path) -> int:
    """Bytes of all files below, links not followed."""
    if not path.is_dir():
        return path.stat().st_size
    files = (Path(parent) / name for parent, _, names in os.walk(path) for name in names)
    return sum(file.lstat().st_size for file in files)


def _run(*command: str, check: bool = True) -> None:
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode:
        raise SystemExit(f"`{' '.join(command)}` failed with {done.returncode}:\n{done.stdout}")


if __name__ == "__main__":
    sys.exit(main())
