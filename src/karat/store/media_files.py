"""The files of pictures in the installation's home, named by what is in them: equal pictures share a file."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
    folder = home / "media" / "incoming"
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
    """Move a staged file to its place. One that is there already has the same content and stays."""
    place = path_of(home, file.sha256)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        file.path.chmod(0o640)
        file.path.replace(place)
    return place
