"""The files of pictures in the installation's home, named by what is in them: equal pictures share a file."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20


@dataclass(frozen=True)
class StagedFile:
    """A file whose content is complete and not yet in its place."""

    path: Path
    sha256: str
    n_bytes: int


class FileTooLarge(Exception):
    """There was more to read than allowed; nothing is kept."""


def path_of(home: Path, sha256: str) -> Path:
    """Where the picture with this digest is. Two levels of folders: none gets more files than tools can list."""
    return home / "media" / sha256[:2] / sha256[2:4] / sha256


@contextmanager
def staged(home: Path, source: BinaryIO, *, max_bytes: int) -> Iterator[StagedFile]:
    """Copy a stream to the disk to look at it; the copy goes when the block ends, unless `keep` has taken it.

    Raises
    ------
    FileTooLarge
        When the stream is longer than `max_bytes`, whatever it said about its length.
    """
    folder = _incoming(home)
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        digest, n_bytes = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as copy:
            while block := source.read(_BLOCK):
                n_bytes += len(block)
                if n_bytes > max_bytes:
                    raise FileTooLarge
                digest.update(block)
                copy.write(block)
        yield StagedFile(path, digest.hexdigest(), n_bytes)
    finally:
        path.unlink(missing_ok=True)


def keep(home: Path, file: StagedFile) -> Path:
    """Move a staged file to its place. One that is there already has the same content and stays.

    Its time says when it was last taken into use, so that `discard` leaves it to the import that is under way.
    """
    place = path_of(home, file.sha256)
    try:
        os.utime(place)
    except FileNotFoundError:
        place.parent.mkdir(parents=True, exist_ok=True)
        file.path.chmod(0o640)
        file.path.replace(place)
    return place


def digests(home: Path) -> Iterator[str]:
    """The digest of every file that is kept, in ascending order."""
    for first in _folders(home / "media"):
        for second in _folders(first):
            yield from sorted(path.name for path in second.iterdir())


def discard(home: Path, sha256: str, *, before: datetime) -> bool:
    """Remove a file that no picture refers to; False when it was taken into use since `before`."""
    place, aside = path_of(home, sha256), _incoming(home) / f"discarded-{sha256}"
    try:
        if _is_in_use(place, before):
            return False
        aside.parent.mkdir(parents=True, exist_ok=True)
        place.replace(aside)
    except FileNotFoundError:
        return False
    # From here on `keep` puts a file of its own there; before, it has touched this one.
    if _is_in_use(aside, before):
        aside.replace(place)
        return False
    aside.unlink()
    return True


def _is_in_use(path: Path, before: datetime) -> bool:
    return path.stat().st_mtime >= before.timestamp()


def _incoming(home: Path) -> Path:
    return home / "media" / "incoming"


def _folders(parent: Path) -> list[Path]:
    """The folders that are named by two digits of a digest."""
    return sorted(path for path in parent.iterdir() if len(path.name) == 2) if parent.is_dir() else []
