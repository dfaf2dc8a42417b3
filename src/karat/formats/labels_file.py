"""Tables into files: JSONL and CSV written row by row, Parquet made from the JSONL. Memory does not grow with the rows.

JSONL and Parquet hold every text as it is. CSV is for spreadsheets: a cell that a spreadsheet would take for a formula
begins with an apostrophe there, because annotators can write such cells and leads open them.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

FORMATS = ("jsonl", "csv", "parquet")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?", re.IGNORECASE)
_SQL_TYPES = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"}
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PARQUET_MEMORY = "2GB"
_BUFFER = 4 << 20


class Column(NamedTuple):
    """A column with the type its values have where they are not null."""

    name: str
    type: type


@dataclass(frozen=True)
class Table:
    """What a file is to hold: plain columns, and for labels the probabilities of classes behind them.

    A row is a tuple with a value for each column; where there are classes, one more tuple follows with a probability
    for each of them, or None. In JSONL they are an object `probabilities`, elsewhere columns `p_<class>`.
    """

    name: str
    columns: Sequence[Column]
    classes: Sequence[str] = ()

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns] + [f"p_{key}" for key in self.classes]


@dataclass(frozen=True)
class Written:
    """How much was written, and how many cells of the CSV were kept from being formulas."""

    n_rows: int
    n_escaped: int


def write_table(folder: Path, table: Table, rows: Iterable[tuple[Any, ...]], formats: Sequence[str]) -> Written:
    """Write `<name>.jsonl`, `.csv` and `.parquet` into the folder, in one pass over the rows."""
    jsonl = folder / f"{table.name}.jsonl"
    with_jsonl = "jsonl" in formats or "parquet" in formats
    with ExitStack() as stack:
        lines = stack.enter_context(jsonl.open("w", encoding="utf-8")) if with_jsonl else None
        sheet = None
        if "csv" in formats:
            path = folder / f"{table.name}.csv"
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            sheet = csv.writer(file, lineterminator="\n")
            sheet.writerow(table.header)
        n_rows = n_escaped = longest = 0
        for row in rows:
            n_rows += 1
            if lines is not None:
                line = _to_json(_as_object(table, row))
                longest = max(longest, len(line))
                lines.write(line)
                lines.write("\n")
            if sheet is not None:
                cells = _as_cells(table, row)
                n_escaped += escape_formulas(cells)
                sheet.writerow(cells)
    if "parquet" in formats:
        _write_parquet(jsonl, folder / f"{table.name}.parquet", table, longest)
    if "jsonl" not in formats:
        jsonl.unlink(missing_ok=True)
    return Written(n_rows, n_escaped)


def escape_formulas(cells: list[Any]) -> int:
    """Put an apostrophe before every text that a spreadsheet would execute; how many there were.

    >>> cells = ["=1+1", "-5", "fine"]
    >>> escape_formulas(cells), cells
    (1, ["'=1+1", '-5', 'fine'])
    """
    n = 0
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell):
            cells[place] = "'" + cell
            n += 1
    return n


def _write_parquet(jsonl: Path, path: Path, table: Table, longest: int) -> None:
    """A Parquet file from our own JSONL, with the types of the table, never guessed ones.

    `longest` is the number of characters of the longest line: the reader's buffer is made to hold it.
    """
    import duckdb  # noqa: PLC0415 - a tenth of a second that other formats do not need

    types = {column.name: _SQL_TYPES[column.type] for column in table.columns}
    chosen = [_quoted(column.name) for column in table.columns]
    if table.classes:
        types["probabilities"] = "MAP(VARCHAR, DOUBLE)"
        chosen += [f"probabilities[{_text(key)}] AS {_quoted('p_' + key)}" for key in table.classes]
    struct = ", ".join(f"{_text(name)}: {_text(sql_type)}" for name, sql_type in types.items())
    options = (
        f"columns={{{struct}}}, format='newline_delimited', maximum_object_size={max(_BUFFER, 4 * longest + 1024)}"
    )
    source = f"read_json({_text(str(jsonl))}, {options})"
    with duckdb.connect(config={"memory_limit": _PARQUET_MEMORY, "threads": 1}) as connection:
        connection.execute(f"COPY (SELECT {', '.join(chosen)} FROM {source}) TO {_text(str(path))} (FORMAT parquet)")


def _as_object(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    n = len(table.columns)
    found = {column.name: value for column, value in zip(table.columns, row, strict=False)}
    if table.classes:
        shares = row[n]
        found["probabilities"] = None if shares is None else dict(zip(table.classes, shares, strict=True))
    return found


def _as_cells(table: Table, row: tuple[Any, ...]) -> list[Any]:
    n = len(table.columns)
    cells = ["true" if value is True else "false" if value is False else value for value in row[:n]]
    if table.classes:
        cells += [""] * len(table.classes) if row[n] is None else row[n]
    return cells


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
