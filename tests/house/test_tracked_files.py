"""What is in the repository is the same for everybody: no path of one machine, no heavy file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HOMES = re.compile(r"/(?:root|home/[a-z][\w.-]*|Users/[A-Za-z][\w.-]*)/[\w.]")
HEAVIEST_KB = 500
LOCKS = {"uv.lock", "ui/package-lock.json"}


def tracked_files() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("needs a git checkout, and this is none")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_place_on_one_machine() -> None:
    here = re.compile("|".join(re.escape(str(place)) for place in (ROOT, ROOT.parent / "shared")))
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        for text in [path.read_bytes().decode(errors="ignore")]
        for match in [HOMES.search(text) or here.search(text)]
        if match
    ]

    assert found == []


def test_the_search_for_places_finds_one() -> None:
    assert HOMES.search('open("/' + 'home/ada/items.csv")')
    assert HOMES.search("https://example.org/home/") is None


def test_no_tracked_file_is_heavy() -> None:
    heavy = [
        f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB"
        for path in tracked_files()
        if path.stat().st_size > HEAVIEST_KB * 1024 and str(path.relative_to(ROOT)) not in LOCKS
    ]

    assert heavy == []
