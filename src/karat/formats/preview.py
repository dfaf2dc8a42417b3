"""What a file looks like before it is imported: its columns, its first rows, and what is wrong already."""

import shutil
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from karat.domain.errors import Invalid
from karat.formats.columns import Column, ColumnRole, recognise
from karat.formats.images import ImageSource, Limits, NotAPicture, key_of, look_at, open_images, thumbnail
from karat.formats.problems import EnoughProblems, ProblemList
from karat.formats.sniff import FileKind, Sniffed, sniff
from karat.formats.table import Row, read_rows

_READ_WHOLE_BYTES = 20 << 20
"""A file up to this size is read to its end, so that its rows are counted and its mistakes are found now."""
_SAMPLE = 200
_SHOWN_ROWS = 8
_SHOWN_PICTURES = 12
_SHOWN_CHARACTERS = 300


@dataclass
class Preview:
    """What an import would find."""

    kind: FileKind
    columns: list[Column] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The first rows; of pictures their id, size and a thumbnail."""
    n_rows: int | None = None
    """None for a file that was not read to its end."""
    problems: list[str] = field(default_factory=list)


def preview(path: Path, file_name: str, *, max_field_bytes: int, limits: Limits) -> Preview:
    """Look at a file without keeping anything of it.

    Raises
    ------
    Invalid
        When it is nothing that Karat reads.
    """
    sniffed = sniff(path, file_name)
    if sniffed.kind is FileKind.IMAGES:
        return _pictures(path, file_name, limits)
    return _table(path, file_name, sniffed, max_field_bytes)


def _table(path: Path, file_name: str, sniffed: Sniffed, max_field_bytes: int) -> Preview:
    problems = ProblemList()
    rows = read_rows(path, sniffed, problems=problems, max_field_bytes=max_field_bytes, file_name=file_name)
    sample, n_rows, end = _look_through(rows, to_the_end=path.stat().st_size <= _READ_WHOLE_BYTES)
    found = Preview(sniffed.kind, recognise(sample), [_shortened(row.values) for row in sample[:_SHOWN_ROWS]], n_rows)
    found.problems = [f"{problem.where}: {problem.message}" for problem in problems.found]
    if end is not None:
        found.problems.append(end)
    if not sample and not found.problems:
        found.problems.append("The file has no rows under its header. There is nothing to import.")
    return found


def _look_through(rows: Iterator[Row], *, to_the_end: bool) -> tuple[list[Row], int | None, str | None]:
    """The first rows, how many there are if all were read, and why the reading ended early."""
    sample: list[Row] = []
    n_rows = 0
    try:
        for row in rows:
            n_rows += 1
            if n_rows <= _SAMPLE:
                sample.append(row)
            elif not to_the_end:
                return sample, None, None
    except EnoughProblems:
        return sample, None, None
    except Invalid as refusal:
        return sample, None, refusal.message
    return sample, n_rows, None


def _shortened(values: dict[str, Any]) -> dict[str, Any]:
    """Cells as they are shown: a long text is cut."""
    return {
        name: value[:_SHOWN_CHARACTERS] + "…" if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS else value
        for name, value in values.items()
    }


def _pictures(path: Path, file_name: str, limits: Limits) -> Preview:
    problems = ProblemList()
    found = Preview(FileKind.IMAGES, [Column("file", ColumnRole.ID, ())])
    with open_images(path, file_name) as source:
        try:
            names = source.names(limits, problems)
            found.n_rows = len(names)
            for name in names[:_SHOWN_PICTURES]:
                _look(source, name, limits, problems, found)
        except EnoughProblems:
            pass
        except Invalid as refusal:
            found.problems.append(refusal.message)
    found.problems += [f"{problem.where}: {problem.message}" for problem in problems.found]
    return found


def _look(source: ImageSource, name: str, limits: Limits, problems: ProblemList, found: Preview) -> None:
    with tempfile.TemporaryDirectory(prefix="karat-preview-") as folder:
        copy = Path(folder) / "picture"
        try:
            with source.open(name) as stream, copy.open("wb") as file:
                shutil.copyfileobj(_Bounded(stream, limits.max_image_bytes), file)
            picture = look_at(copy, limits)
        except NotAPicture as bad:
            problems.add(name, str(bad))
        except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            problems.add(name, f"cannot be unpacked: {error}. Pack the images again.")
        else:
            found.rows.append(
                {
                    "id": key_of(name),
                    "width": picture.width,
                    "height": picture.height,
                    "thumbnail": thumbnail(copy),
                }
            )


class _Bounded:
    """A stream that ends with a refusal instead of filling the disk."""

    def __init__(self, stream: Any, limit: int) -> None:
        self._stream, self._left = stream, limit

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise NotAPicture("is longer than one picture may be. Scale it down.")
        return block
