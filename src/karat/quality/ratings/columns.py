"""Columns by name: from a CSV file, or from any table that is already in memory."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from karat.quality.errors import UnreadableRatings


def column_of(frame: Any, name: str) -> Any:
    """The column of that name.

    Raises
    ------
    UnreadableRatings
        When there is none; names those there are.
    """
    refuse_absent(name, present_columns(frame))
    return frame[name]


def present_columns(frame: Any) -> list[str]:
    """The names of the columns of any table."""
    for attribute in ("column_names", "columns"):  # pyarrow has both, and its `columns` are the data
        if hasattr(frame, attribute):
            return [str(column) for column in getattr(frame, attribute)]
    return [str(column) for column in frame]


def refuse_absent(name: str, present: list[str]) -> None:
    if name not in present:
        raise UnreadableRatings(f"there is no column {name!r}; there are {present}. Say which one to read.")


def read_csv(path: Path, wanted: Mapping[str, str], delimiter: str) -> tuple[dict[str, list[str]], list[int]]:
    """The wanted columns as text, and the line each row ended on."""
    columns: dict[str, list[str]] = {part: [] for part in wanted}
    lines: list[int] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # -sig: spreadsheets put a byte order mark
            reader = csv.reader(file, delimiter=delimiter)
            header = next(reader, [])
            places = _places(path, header, wanted)
            for row in reader:
                if not row:
                    continue
                if len(row) < len(header):
                    raise UnreadableRatings(
                        f"{path}, line {reader.line_num} has {len(row)} fields; the header has {len(header)}."
                    )
                lines.append(reader.line_num)
                for part, place in places:
                    columns[part].append(row[place])
    except UnicodeDecodeError as problem:
        raise UnreadableRatings(f"{path} is not UTF-8 text ({problem}). Save it as UTF-8.") from problem
    except csv.Error as problem:
        raise UnreadableRatings(f"{path}, line {reader.line_num}: {problem}.") from problem
    return columns, lines


def _places(path: Path, header: list[str], wanted: Mapping[str, str]) -> list[tuple[str, int]]:
    for name in wanted.values():
        if name not in header:
            raise UnreadableRatings(f"{path} has no column {name!r}; it has {header}. Say which one to read.")
    return [(part, header.index(name)) for part, name in wanted.items()]
