"""What a person waits for: the report on a file, and the import."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measuring.data import crowd
from bench.measuring.table import Conditions, Line, duration

BAR_REPORT, BAR_PAGE_MB, BAR_IMPORT = 10.0, 1.0, 0.4
N_IMPORTS = 9
_IMPORTS = {
    "import karat": "import karat",
    "import karat, and all that loads at first use": "import karat; [getattr(karat, name) for name in karat.__all__]",
}


def report(conditions: Conditions) -> Iterator[Line]:
    """`karat report` on 10^6 rows of CSV."""
    n = 100_000 if conditions.is_quick else 1_000_000
    path, page = conditions.folder / "answers.csv", conditions.folder / "report.html"
    _write(path, n)
    done = _run([sys.executable, "-m", "karat.cli.main", "report", str(path), "--html", str(page)])
    if done.code:
        last = (done.errors.strip().splitlines() or ["no reason given"])[-1]
        yield Line("karat report", "not offered" if "No such command" in done.errors else "failed", last[:90])
        return
    yield Line(
        f"karat report, {n:,} rows of CSV",
        f"{done.wall_seconds:.1f} s of wall time",
        f"{done.cpu_seconds:.1f} CPU-s, {done.peak_mib:.0f} MiB at the highest point",
        f"< {BAR_REPORT:.0f} s",
        done.wall_seconds < BAR_REPORT,
    )
    size = page.stat().st_size / 1e6
    yield Line("  its page", f"{size:.2f} MB", "", f"< {BAR_PAGE_MB:.0f} MB", size < BAR_PAGE_MB)


def imports(_: Conditions) -> Iterator[Line]:
    """Processor time of importing, beyond that of starting Python."""
    bare = min(_run([sys.executable, "-c", "pass"]).cpu_seconds for _ in range(N_IMPORTS))
    for what, code in _IMPORTS.items():
        taken = min(_run([sys.executable, "-c", code]).cpu_seconds for _ in range(N_IMPORTS)) - bare
        yield Line(what, duration(taken), f"Python itself {duration(bare)}", f"< {BAR_IMPORT} s", taken < BAR_IMPORT)


def _write(path: Path, n: int) -> None:
    """Five answers of an item, by 200 annotators, in five classes."""
    answers = crowd(n // 5, (5, 5), 200, 5)
    with path.open("w") as file:
        file.write("item,annotator,label\n")
        for item, annotator, label in zip(answers.item, answers.annotator, answers.label, strict=True):
            file.write(f"item-{item},annotator-{annotator},class-{label}\n")


@dataclass(frozen=True)
class Run:
    """What a program took, its children included, and what it said."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    code: int
    errors: str


def _run(command: Sequence[str]) -> Run:
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode, said)
