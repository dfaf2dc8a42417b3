"""Rows of a table file, one at a time, from CSV, TSV, JSONL, JSON and Parquet. Law: memory does not grow with the file.

Each row knows its line, so that a problem can name it. What is wrong with single rows goes to the `ProblemList`, so
that reading goes on and finds the others; what makes the rest unreadable is raised.
"""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from karat.formats.problems import ProblemList, refusal
from karat.formats.sniff import FileKind, Sniffed
from karat.formats.text import lines

MAX_COLUMNS = 1_000
_FIELDS_PER_LINE = 4
"""A line may be so many times as long as its longest field."""
_BLOCK = 1 << 20
_PARQUET_CHUNK = 2_000
_PARQUET_MEMORY = "1GB"


class Row(NamedTuple):
    """One row by column name, and the line on which it begins (for Parquet and JSON lists: the row's number)."""

    line: int
    values: dict[str, Any]


class CsvRow(Row):
    """A row of a CSV or TSV, which makes its dictionary when it is asked for: the usual import never does."""

    __slots__ = ()

    @property
    def values(self) -> dict[str, Any]:
        names, cells = self[1]
        return dict(zip(names, cells))  # noqa: B905 - their lengths were found to be equal


class _Source(NamedTuple):
    """A file with what reading it depends on."""

    path: Path
    sniffed: Sniffed
    name: str
    max_field_bytes: int
    problems: ProblemList

    def lines(self, *, nul_problems: ProblemList | None = None) -> Iterator[str]:
        return lines(
            self.path,
            self.sniffed.encoding,
            max_line_bytes=_FIELDS_PER_LINE * self.max_field_bytes,
            file_name=self.name,
            nul_problems=nul_problems,
        )


def read_rows(
    path: Path, sniffed: Sniffed, *, problems: ProblemList, max_field_bytes: int, file_name: str = ""
) -> Iterator[Row]:
    """Every sound row of the file, in order.

    Raises
    ------
    Invalid
        When the file cannot be read on: encoding, open quote, a field or line beyond the limit, broken JSON list.
    EnoughProblems
        When `problems` is full.
    """
    source = _Source(path, sniffed, file_name or path.name, max_field_bytes, problems)
    return _READERS[sniffed.kind](source)


def where(kind: FileKind, line: int) -> str:
    """How people find a row of this kind of file.

    >>> where(FileKind.CSV, 7), where(FileKind.PARQUET, 7)
    ('line 7', 'row 7')
    """
    return f"row {line}" if kind is FileKind.PARQUET else f"line {line}"


# --- CSV and TSV ------------------------------------------------------------------------------------------------


def _read_csv(source: _Source) -> Iterator[Row]:
    csv.field_size_limit(max(csv.field_size_limit(), source.max_field_bytes))
    reader = csv.reader(source.lines(nul_problems=source.problems), delimiter=source.sniffed.delimiter, strict=True)
    new = tuple.__new__  # what `CsvRow(...)` comes to, at half the price: there are millions
    names: list[str] = []
    n_columns, quarter = 0, source.max_field_bytes // 4
    line = 1  # of the record's first character; a record may run over several lines
    try:
        for cells in reader:
            if not n_columns:
                names = _header(source, cells)
                n_columns = len(names)
            elif len(cells) != n_columns:
                if cells:
                    source.problems.add(f"line {line}", _wrong_number(len(cells), n_columns))
            # A character has at most four bytes, so that most rows need no counting.
            elif max(map(len, cells)) <= quarter or _fits(source, line, dict(zip(names, cells, strict=True))):
                yield new(CsvRow, (line, (names, cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise refusal(source.name, f"line {line}", _csv_message(str(error), source.max_field_bytes)) from None


def _csv_message(error: str, max_field_bytes: int) -> str:
    if "unexpected end of data" in error:
        return 'a quote (") is opened and never closed. Close it, or write "" for a quote inside a quoted cell.'
    if "field larger" in error:
        return (
            f"a field is longer than {max_field_bytes:,} bytes, or a quote is opened and never closed. "
            "Mend the quote, split the item, or raise KARAT_MAX_FIELD_BYTES."
        )
    return f'a quote (") stands where none may be ({error}). Write "" for a quote inside a quoted cell.'


def _wrong_number(n_cells: int, n_columns: int) -> str:
    return (
        f"has {n_cells} {'cell' if n_cells == 1 else 'cells'}, the header has {n_columns}. "
        "Put cells that contain the delimiter into quotes, or complete the line."
    )


def _header(source: _Source, header: Sequence[str]) -> list[str]:
    names = [name.strip() for name in header]
    if len(names) > MAX_COLUMNS:
        raise refusal(source.name, "line 1", f"has {len(names)} columns; at most {MAX_COLUMNS} are read.")
    for place, name in enumerate(names, start=1):
        if not name:
            raise refusal(source.name, "line 1", f"column {place} has no name. The first line names the columns.")
        if names.index(name) != place - 1:
            raise refusal(source.name, "line 1", f"two columns are named {name!r}. Give each a name of its own.")
    return names


def _fits(source: _Source, line: int, values: dict[str, Any]) -> bool:
    """Whether every field is within the limit; reports the first that is not."""
    for name, value in values.items():
        if isinstance(value, str) and len(value.encode()) > source.max_field_bytes:
            source.problems.add(
                where(source.sniffed.kind, line),
                f"column {name!r} has {len(value.encode()):,} bytes; at most {source.max_field_bytes:,} are allowed. "
                "Split the item, or raise KARAT_MAX_FIELD_BYTES.",
            )
            return False
    return True


# --- JSON -------------------------------------------------------------------------------------------------------


def _read_jsonl(source: _Source) -> Iterator[Row]:
    decode, quarter = json.JSONDecoder(parse_constant=_refuse_constant).decode, source.max_field_bytes // 4
    for line, text in enumerate(source.lines(), start=1):
        stripped = text.strip(" \t\r\n")
        if not stripped:
            continue
        try:
            value = decode(stripped)
        except (ValueError, RecursionError) as error:
            source.problems.add(f"line {line}", _json_message(error))
            continue
        if _is_sound(source, line, value, stripped) and (len(text) <= quarter or _fits(source, line, value)):
            yield Row(line, value)


def _read_json(source: _Source) -> Iterator[Row]:
    """The elements of a JSON list, decoded one by one out of a window that moves over the text."""
    window = _Window(source)
    window.skip(" \t\r\n\ufeff")
    if not window.take("["):
        raise refusal(source.name, f"line {window.line}", 'is not a JSON list. Write [{"id": …}, …], or JSONL.')
    window.skip(" \t\r\n")
    while not window.take("]"):
        line = window.line
        value, text = window.element()
        if _is_sound(source, line, value, text) and _fits(source, line, value):
            yield Row(line, value)
        window.skip(" \t\r\n")
        if not window.take(","):
            if window.take("]"):
                break
            raise refusal(source.name, f"line {window.line}", "a comma or ] is missing here. The JSON list is broken.")
        window.skip(" \t\r\n")
    window.skip(" \t\r\n")
    if not window.is_at_end():
        raise refusal(source.name, f"line {window.line}", "something follows after the end of the JSON list.")


class _Window:
    """A piece of the text that is read on as far as the next element needs."""

    def __init__(self, source: _Source) -> None:
        self.line = 1
        self._source = source
        self._limit = _FIELDS_PER_LINE * source.max_field_bytes
        self._blocks = _blocks(source)
        self._text = ""
        self._place = 0
        self._decode = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode

    def skip(self, characters: str) -> None:
        while True:
            rest = self._text[self._place : self._place + 4096]
            kept = rest.lstrip(characters)
            self._move(len(rest) - len(kept))
            if kept or (not rest and not self._read_on()):
                return

    def take(self, character: str) -> bool:
        if self._place >= len(self._text):
            self._read_on()
        if self._text[self._place : self._place + 1] != character:
            return False
        self._move(1)
        return True

    def is_at_end(self) -> bool:
        return self._place >= len(self._text) and not self._read_on()

    def element(self) -> tuple[Any, str]:
        while True:
            try:
                value, end = self._decode(self._text, self._place)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._place > self._limit or not self._read_on():
                    raise refusal(self._source.name, f"line {self.line}", _json_message(error)) from None
                continue
            # A number at the end of the window may go on behind it.
            if end == len(self._text) and self._read_on():
                continue
            text = self._text[self._place : end]
            self._move(end - self._place)
            return value, text

    def _move(self, n: int) -> None:
        self.line += self._text.count("\n", self._place, self._place + n)
        self._place += n

    def _read_on(self) -> bool:
        block = next(self._blocks, "")
        if not block:
            return False
        self._text = self._text[self._place :] + block
        self._place = 0
        return True


def _blocks(source: _Source) -> Iterator[str]:
    """The text in pieces of about a megabyte; a list may be one single line, so lines are no use here."""
    try:
        with source.path.open(encoding=source.sniffed.encoding, newline="") as file:
            while block := file.read(_BLOCK):
                yield block
    except UnicodeDecodeError:
        yield from source.lines()  # reads as far as the wrong byte, and names it


def _is_sound(source: _Source, line: int, value: Any, text: str) -> bool:
    if not isinstance(value, dict):
        source.problems.add(f"line {line}", f'is a JSON {_json_type(value)}, not an object. Write {{"id": …}}.')
        return False
    # Only escapes can say what no encoded text can: NUL, and halves of characters. Databases refuse both.
    if "\\u" in text:
        again = json.dumps(value, ensure_ascii=False)
        if "\\u0000" in again:
            source.problems.add(f"line {line}", "contains the character \\u0000. Remove it; text does not have any.")
            return False
        try:
            again.encode()
        except UnicodeEncodeError:
            source.problems.add(f"line {line}", "contains half of a character (a lone surrogate \\ud800–\\udfff).")
            return False
    return True


def _json_message(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON: {error.msg}, at character {error.colno}."
    if isinstance(error, RecursionError):
        return "is nested too deeply."
    return f"is not valid JSON: {error}"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value. Write null, or a number.")


def _json_type(value: Any) -> str:
    names = {list: "list", str: "string", bool: "truth value", int: "number", float: "number"}
    return names.get(type(value), "null")


# --- Parquet ----------------------------------------------------------------------------------------------------


def _read_parquet(source: _Source) -> Iterator[Row]:
    import duckdb  # noqa: PLC0415 - a tenth of a second that other files do not need

    try:
        with duckdb.connect(config={"memory_limit": _PARQUET_MEMORY, "threads": 1}) as connection:
            # The path is a parameter, so that brackets and stars in it are not taken for a pattern.
            cursor = connection.execute("SELECT * FROM read_parquet([?])", [str(source.path)])
            names = [column[0] for column in cursor.description]
            line = 0
            while rows := cursor.fetchmany(_PARQUET_CHUNK):
                for cells in rows:
                    line += 1
                    values = {name: _plain(cell) for name, cell in zip(names, cells, strict=True)}
                    if any("\0" in cell for cell in values.values() if isinstance(cell, str)):
                        source.problems.add(f"row {line}", "contains a NUL character. Remove it.")
                    elif _fits(source, line, values):
                        yield Row(line, values)
    except duckdb.Error as error:
        reason = str(error).split("\n", 1)[0]
        raise refusal(source.name, "the file", f"cannot be read as Parquet: {reason}") from None


def _plain(cell: Any) -> Any:
    """What JSON can hold, as it is; everything else (dates, decimals, bytes) as text."""
    if cell is None or isinstance(cell, str | int | float | bool | list | dict):
        return cell
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


_READERS: dict[FileKind, Callable[[_Source], Iterator[Row]]] = {
    FileKind.CSV: _read_csv,
    FileKind.TSV: _read_csv,
    FileKind.JSONL: _read_jsonl,
    FileKind.JSON: _read_json,
    FileKind.PARQUET: _read_parquet,
}
