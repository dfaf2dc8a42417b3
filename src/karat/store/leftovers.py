"""Files of an installation that nothing refers to any more: what a killed process had begun, or a download left."""

import shutil
from collections.abc import Container, Iterable
from datetime import datetime
from pathlib import Path

_TEMPORARY = ("exports", "media/incoming", "releases/building")
"""Folders whose entries live no longer than the work they were made for."""


def remove_temporary(home: Path, *, before: datetime) -> int:
    """Remove what has lain unchanged in folders of work in progress since `before`; how much there was."""
    return _remove((path for folder in _TEMPORARY for path in _entries(home / folder)), before)


def remove_uploads(home: Path, *, but: Container[str], before: datetime) -> int:
    """Remove uploaded files that are not among the known ones; one that is still arriving has just been changed."""
    return _remove((path for path in _entries(home / "uploads") if path.name not in but), before)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _remove(paths: Iterable[Path], before: datetime) -> int:
    n_removed = 0
    for path in paths:
        if _changed_at(path) >= before.timestamp():
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        n_removed += 1
    return n_removed


def _changed_at(path: Path) -> float:
    """When the file, or the last of a folder's files, was changed; now for one that has just gone."""
    times = [0.0]
    for one in [path, *path.glob("*")]:
        try:
            times.append(one.stat().st_mtime)
        except FileNotFoundError:
            return float("inf")
    return max(times)
