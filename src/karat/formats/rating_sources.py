"""Where the bytes of ratings come from: files, patterns, standard input; compressed or not, in whatever encoding."""

from __future__ import annotations

import bz2
import codecs
import glob
import gzip
import lzma
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from karat.domain.errors import Invalid, Problem
from karat.formats.problems import refusal
from karat.formats.sniff import Sniffed, sniff

STANDARD_INPUT = "-"
Files = Sequence[tuple[Path, Sniffed]]

_OPENERS: tuple[tuple[bytes, str, Callable[..., Any]], ...] = (
    (b"\x1f\x8b", ".gz", gzip.open),
    (b"BZh", ".bz2", bz2.open),
    (b"\xfd7zXZ", ".xz", lzma.open),
)
_START = 1 << 20
_WINDOWS = "cp1252"


@contextmanager
def paths_of(sources: Sequence[str]) -> Iterator[list[Path]]:
    """The files that the sources name, unpacked; standard input as a temporary one, since it is read more than once."""
    with tempfile.TemporaryDirectory(prefix="karat-") as name:
        folder = Path(name)
        paths: list[Path] = []
        for source in sources:
            paths += [_spooled(folder)] if source == STANDARD_INPUT else _matching(source)
        yield [_unpacked(path, folder / str(n)) for n, path in enumerate(dict.fromkeys(paths))]


def sniffed_as(path: Path, encoding: str | None) -> Sniffed:
    """What the file is; its text in the given encoding, or in Windows-1252 where it can be nothing else common.

    Raises
    ------
    Invalid
        When nobody knows the encoding, or the file is nothing that Karat reads.
    """
    found = sniff(path)
    if not found.encoding:
        return found
    if encoding is not None:
        return Sniffed(found.kind, _known(encoding), found.delimiter)
    if found.encoding == "utf-8" and _is_windows_text(path):
        return Sniffed(found.kind, _WINDOWS, found.delimiter)
    return found


def encoding_remarks(files: Files) -> list[str]:
    """What to say about files that were taken for Windows-1252 on their looks."""
    return [
        f"{path.name} is not UTF-8 and was read as Windows-1252. If letters look wrong, name its --encoding."
        for path, sniffed in files
        if sniffed.encoding == _WINDOWS
    ]


def names_of(files: Files) -> tuple[str, ...]:
    """The files as people know them."""
    return tuple(STANDARD_INPUT if path.name == "stdin" else path.name for path, _ in files)


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        message = (
            f"there is no encoding {encoding!r}. Usual ones are utf-8, utf-16, cp1252, latin-1, shift_jis, gb18030."
        )
        raise Invalid(message, (Problem("--encoding", message),)) from None
    # What comes from Windows often begins with a mark, which is no part of the first column's name.
    return "utf-8-sig" if name == "utf-8" else name


def _is_windows_text(path: Path) -> bool:
    """Whether the first byte that is not UTF-8 follows plain ASCII: a damaged UTF-8 text has sound letters before."""
    with path.open("rb") as file:
        start = file.read(_START)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError as error:
        try:
            start.decode(_WINDOWS)
        except UnicodeDecodeError:
            return False
        return start[: error.start].isascii()
    return False


def _spooled(folder: Path) -> Path:
    path = folder / "stdin"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def _matching(source: str) -> list[Path]:
    if Path(source).exists():
        return [Path(source)]
    found = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - a pattern may be absolute
    if not found:
        is_pattern = any(character in source for character in "*?[")
        message = "no file matches the pattern." if is_pattern else "there is no such file."
        raise refusal(source, "the file", message)
    return [Path(name) for name in found]


def _unpacked(path: Path, folder: Path) -> Path:
    """The file itself, or what is in it when it is compressed."""
    if path.is_dir():
        return path
    with path.open("rb") as file:
        start = file.read(8)
    for magic, suffix, opened in _OPENERS:
        if start.startswith(magic):
            folder.mkdir()
            plain = folder / (path.name.removesuffix(suffix) or path.name)
            try:
                with opened(path) as packed, plain.open("wb") as file:
                    shutil.copyfileobj(packed, file)
            except (OSError, EOFError, lzma.LZMAError) as error:
                raise refusal(path.name, "the file", f"cannot be unpacked: {error}. Copy it again.") from error
            return plain
    return path
