"""The files of releases in the installation's home: built aside, moved into place complete, then only read."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from karat.domain.ids import ProjectId
from karat.domain.releases import ReleasedFile

_BLOCK = 1 << 20


def folder_of(home: Path, project_id: ProjectId, number: int) -> Path:
    return home / "releases" / str(project_id) / str(number)


@contextmanager
def building(home: Path, project_id: ProjectId, number: int) -> Iterator[Path]:
    """A folder to build in, on the same disk; whatever is still there at the end is removed.

    So is what an attempt at the same release has left that was killed.
    """
    parent, prefix = home / "releases" / "building", f"{project_id}-{number}-"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def describe(folder: Path) -> list[ReleasedFile]:
    """Every file with its length and digest, by name."""
    return [
        ReleasedFile(path.name, path.stat().st_size, digest(path))
        for path in sorted(folder.iterdir())
        if path.is_file()
    ]


def put_in_place(folder: Path, home: Path, project_id: ProjectId, number: int) -> None:
    """Move a complete folder to where the release is read from, read-only.

    An attempt that was killed between this and the commit has left a folder that nobody was ever shown: it goes.
    """
    place = folder_of(home, project_id, number)
    if place.exists():
        place.chmod(0o750)
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        _settle(path)
        path.chmod(0o440)
    folder.rename(place)
    place.chmod(0o550)


def digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _settle(path: Path) -> None:
    """On the disk before the database says so: a published release survives a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
