"""The files of a release as one zip, made while it is sent: the same bytes at every download."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

_BLOCK = 1 << 18
_EVIDENCE = ("manifest.json", "spec.json")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""Times of files would differ between two copies of the same release."""


def members(names: Sequence[str], file_format: str) -> list[str]:
    """The files that belong into a download of this format, tables first."""
    tables = sorted(name for name in names if name.endswith(f".{file_format}"))
    return [*tables, *_EVIDENCE]


def zip_blocks(folder: Path, names: Sequence[str]) -> Iterator[bytes]:
    """The archive in blocks; never more than one of them in memory."""
    out = _Outgoing()
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with (folder / name).open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while block := source.read(_BLOCK):
                    target.write(block)
                    yield from out.taken()
    yield from out.taken()


class _Outgoing:
    """What the archive writes into: cannot be sought in, and is emptied as it goes."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> list[bytes]:
        blocks, self._blocks = self._blocks, []
        return blocks
