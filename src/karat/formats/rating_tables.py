"""Tables of ratings as DuckDB relations: CSV, TSV, JSONL, JSON and Parquet of any size, on bounded memory.

DuckDB reads fast and stops at the first fault. What is wrong is then looked up by Karat's own reader, which knows
every line and says what to do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from karat.domain.errors import Invalid
from karat.formats.problems import EnoughProblems, ProblemList, refusal
from karat.formats.sniff import FileKind, Sniffed
from karat.formats.table import Row, read_rows, where

MAX_FIELD_BYTES = 16 << 20
_MEMORY = "6GB"
_SAMPLE = 100
_TEXT_ENCODINGS = ("", "utf-8", "utf-8-sig")


@contextmanager
def table_engine() -> Iterator[Any]:
    """A DuckDB connection of its own that spills to a temporary folder instead of growing."""
    import duckdb  # noqa: PLC0415 - a tenth of a second that other commands do not need

    with (
        tempfile.TemporaryDirectory(prefix="karat-") as folder,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": folder}) as connection,
    ):
        yield connection


def first_rows(path: Path, sniffed: Sniffed) -> list[Row]:
    """Enough rows to recognise the columns by."""
    rows: list[Row] = []
    problems = ProblemList()
    try:
        for row in read_rows(path, sniffed, problems=problems, max_field_bytes=MAX_FIELD_BYTES):
            rows.append(row)
            if len(rows) == _SAMPLE:
                break
    except EnoughProblems:
        pass
    except Invalid as error:
        problems.found.extend(error.problems)
    if not rows:
        problems.refuse(path.name)
        raise refusal(path.name, "the file", "has no rows. There is nothing to measure.")
    return rows


def relation_of(
    connection: Any, files: Sequence[tuple[Path, Sniffed]], columns: Mapping[str, str], wide: Sequence[str] = ()
) -> Any:
    """The wanted columns of all files as one relation, each under its part's name.

    With `wide`, each row becomes one for each of those columns: their names are the annotators, their cells the labels.

    Text files are read once into a temporary table; Parquet is cheap to read again and stays where it is.

    Parameters
    ----------
    columns : mapping of part to column

    Raises
    ------
    Invalid
        When a file cannot be read; with every line that is wrong, up to a limit.
    """
    import duckdb  # noqa: PLC0415

    selects = " UNION ALL ".join(_select(path, sniffed, columns, wide) for path, sniffed in files)
    if all(sniffed.kind is FileKind.PARQUET for _, sniffed in files):
        return connection.sql(selects)
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE rating_rows AS {selects}")
    except duckdb.Error as error:
        refuse_with_lines(files, columns)
        message = str(error).partition("\n")[0]
        raise refusal(", ".join(path.name for path, _ in files), "the file", f"cannot be read: {message}") from error
    return connection.table("rating_rows")


def refuse_with_lines(files: Sequence[tuple[Path, Sniffed]], columns: Mapping[str, str]) -> None:
    """Read the files slowly, and refuse them with every line at fault; returns when none is found.

    At fault are lines that are no rows of the table, and rows without an item or annotator.
    """
    for path, sniffed in files:
        problems = ProblemList()
        needed = [(part, columns[part]) for part in ("item", "annotator") if part in columns]
        try:
            for row in read_rows(path, sniffed, problems=problems, max_field_bytes=MAX_FIELD_BYTES):
                for part, column in needed:
                    if row.values.get(column) in (None, ""):
                        problems.add(where(sniffed.kind, row.line), f"column {column!r} is empty: who is the {part}?")
        except EnoughProblems:
            pass
        except Invalid as error:
            problems.found.extend(error.problems)
        problems.refuse(path.name)


@contextmanager
def as_utf8(path: Path, sniffed: Sniffed) -> Iterator[tuple[Path, Sniffed]]:
    """The file itself, or a copy in UTF-8 of a text in another encoding.

    Raises
    ------
    Invalid
        When the text is not in that encoding.
    """
    if sniffed.encoding in _TEXT_ENCODINGS:
        yield path, sniffed
        return
    with tempfile.TemporaryDirectory(prefix="karat-") as folder:
        copy = Path(folder) / path.name
        try:
            with (
                path.open(encoding=sniffed.encoding, newline="") as old,
                copy.open("w", encoding="utf-8", newline="") as new,
            ):
                shutil.copyfileobj(old, new)
        except UnicodeDecodeError as error:
            raise refusal(
                path.name, "the text", f"is not {sniffed.encoding}. Save it as UTF-8, or name its --encoding."
            ) from error
        yield copy, Sniffed(sniffed.kind, "utf-8", sniffed.delimiter)


def _select(path: Path, sniffed: Sniffed, columns: Mapping[str, str], wide: Sequence[str]) -> str:
    chosen = ", ".join(f"{quoted(column)} AS {part}" for part, column in columns.items())
    source = _source(path, sniffed, [*columns.values(), *wide])
    if not wide:
        return f"SELECT {chosen} FROM {source}"
    names, cells = ", ".join(map(literal, wide)), ", ".join(map(quoted, wide))
    return f"SELECT {chosen}, unnest([{names}]) AS annotator, unnest([{cells}]) AS label FROM {source}"


def _source(path: Path, sniffed: Sniffed, columns: Sequence[str]) -> str:
    file = literal(str(path))
    match sniffed.kind:
        case FileKind.PARQUET:
            return f"read_parquet({file})"
        case FileKind.CSV | FileKind.TSV:
            # All options are given: what DuckDB guesses from a sample, a later line may contradict.
            return (
                f"read_csv({file}, header=true, all_varchar=true, delim={literal(sniffed.delimiter)}, "
                f"quote='\"', escape='\"', auto_detect=false, columns={{{_csv_columns(path, sniffed)}}}, "
                f"max_line_size={MAX_FIELD_BYTES})"
            )
        case FileKind.JSONL | FileKind.JSON:
            layout = "newline_delimited" if sniffed.kind is FileKind.JSONL else "array"
            types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
            return f"read_json({file}, format='{layout}', columns={{{types}}}, maximum_object_size={MAX_FIELD_BYTES})"
    raise refusal(path.name, "the file", "is no table. Karat reports on CSV, TSV, JSONL, JSON and Parquet.")


def _csv_columns(path: Path, sniffed: Sniffed) -> str:
    names = first_rows(path, sniffed)[0].values
    return ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)


def quoted(name: str) -> str:
    """A name as SQL reads it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as SQL reads it."""
    return "'" + value.replace("'", "''") + "'"
