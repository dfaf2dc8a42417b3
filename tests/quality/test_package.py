"""What `import karat` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import karat

MEASURE = "import time; start = time.process_time(); import karat; print(time.process_time() - start)"


def test_the_public_names_are_there() -> None:
    assert {name: hasattr(karat, name) for name in karat.__all__} == dict.fromkeys(karat.__all__, True)


def test_a_first_look_at_a_file_takes_two_lines() -> None:
    rows = [(item, annotator, "xy"[item % 2]) for item in range(6) for annotator in ("ada", "bo")]

    ratings = karat.Ratings.from_rows(rows)

    assert karat.agreement(ratings).value == 1
    assert karat.consensus(ratings).labels == tuple("xyxyxy")


def test_importing_is_quick() -> None:
    """CPU time of a fresh process, best of three; scipy's parts are loaded when they are used."""
    seconds = [float(subprocess.check_output([sys.executable, "-c", MEASURE], text=True)) for _ in range(3)]

    assert min(seconds) < 0.4


def test_the_parts_of_scipy_are_loaded_when_they_are_used_and_not_with_the_server() -> None:
    """One look at `scipy.special` while importing costs every start a third of a second and 17 MiB."""
    found = (
        "import sys, karat, karat.api.app; print(*(name for name in sys.modules if name.startswith('scipy.special')))"
    )

    assert subprocess.check_output([sys.executable, "-c", found], text=True).strip() == ""
