"""Columns of a DuckDB relation, coded inside the database: names become Python objects once each, not once a row.

DuckDB is not imported: whoever has a relation has it already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import UnreadableRatings
from karat.quality.ratings.columns import present_columns, refuse_absent
from karat.quality.ratings.factorise import Coded, Name

_NAMED = ("item", "annotator", "label")


def is_relation(frame: Any) -> bool:
    """Whether this is a DuckDB relation."""
    return hasattr(frame, "fetchnumpy") and hasattr(frame, "query")


def code_relation(relation: Any, wanted: Mapping[str, str], progress: Callable[[str], None] | None = None) -> Coded:
    """Codes and names of the columns, and seconds since 1970 where a column of time is wanted.

    Parameters
    ----------
    wanted : mapping of part to column
        Of item, annotator and label, and of time where there is one.
    progress : function from a text, optional
        Told what is being done, for those who wait.

    Raises
    ------
    UnreadableRatings
        When a column is absent, a value missing, or a time no time.
    """
    for column in wanted.values():
        refuse_absent(column, present_columns(relation))
    say = progress or (lambda _: None)
    numbered = _numbered(relation, wanted)
    names: dict[str, list[Name]] = {}
    for part in _NAMED:
        say(f"finding the {part}s")
        _refuse_missing(relation, numbered, part)
        names[part] = _names(relation, numbered, part)
    say("numbering the rows")
    fetched = relation.query("source", _codes_query(numbered, "time" in wanted)).fetchnumpy()
    place = fetched.pop("place") - 1
    columns = {part: _in_order(fetched.pop(part), place) for part in _NAMED}
    time = None if "time" not in wanted else _in_order(_times(fetched.pop("time"), place), place)
    return Coded(columns, names, time)


def _numbered(relation: Any, wanted: Mapping[str, str]) -> str:
    kinds = dict(zip(relation.columns, map(str, relation.types), strict=True))
    named = {part: column for part, column in wanted.items() if part != "time"}
    parts = ", ".join(f"{_name(_quoted(column), kinds[column])} AS {part}" for part, column in named.items())
    if "time" in wanted:
        parts += f", {_seconds(_quoted(wanted['time']), kinds[wanted['time']])} AS time"
    return f"WITH numbered AS (SELECT {parts}, row_number() OVER () AS place FROM source)"


def _name(column: str, kind: str) -> str:
    """SQL for a name; what is no number in a column of numbers is missing."""
    return f"CASE WHEN isnan({column}) THEN NULL ELSE {column} END" if kind in ("DOUBLE", "FLOAT") else column


def _seconds(column: str, kind: str) -> str:
    """SQL for seconds since 1970 of a column of this kind; NULL for what is no time."""
    if kind.startswith(("TIMESTAMP", "DATE")):
        return f"epoch({column})::DOUBLE"
    if kind.startswith("VARCHAR"):
        # A number is seconds; a text with or without zone is ISO 8601, and without a zone read as UTC.
        return (
            f"coalesce(try_cast({column} AS DOUBLE), epoch(try_cast({column} AS TIMESTAMPTZ)), "
            f"epoch(try_cast({column} AS TIMESTAMP)))"
        )
    return f"{column}::DOUBLE"


def _names(relation: Any, numbered: str, part: str) -> list[Name]:
    """The distinct names of a column in order of first appearance."""
    query = f"{numbered} SELECT {part} AS name FROM numbered GROUP BY 1 ORDER BY min(place)"
    names: list[Name] = relation.query("source", query).fetchnumpy()["name"].tolist()
    return names


def _refuse_missing(relation: Any, numbered: str, part: str) -> None:
    # Asked in the database: here it would take a look at each of tens of millions of names.
    query = f"{numbered} SELECT min(place) FROM numbered WHERE {part} IS NULL OR CAST({part} AS VARCHAR) = ''"
    first = relation.query("source", query).fetchall()[0][0]
    if first is not None:
        raise UnreadableRatings(f"row {first} has no {part}. Leave such rows out, or name the {part}.")


def _codes_query(numbered: str, has_time: bool) -> str:
    coded = ", ".join(
        f"{part}s AS (SELECT name, (row_number() OVER (ORDER BY first) - 1)::INTEGER AS code "
        f"FROM (SELECT {part} AS name, min(place) AS first FROM numbered GROUP BY 1))"
        for part in _NAMED
    )
    codes = ", ".join(f"{part}s.code AS {part}" for part in _NAMED)
    joins = " ".join(f"JOIN {part}s ON {part}s.name = numbered.{part}" for part in _NAMED)
    return f"{numbered}, {coded} SELECT {codes}, place{', time' if has_time else ''} FROM numbered {joins}"


def _in_order(values: npt.NDArray[Any], place: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Back into the order of the rows, which joining them loses."""
    ordered = np.empty_like(values)
    ordered[place] = values
    return ordered


def _times(values: Any, place: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    seconds = np.ma.filled(values.astype(np.float64), np.nan)
    absent = np.isnan(seconds)
    if absent.any():
        row = int(place[absent].min()) + 1
        raise UnreadableRatings(
            f"row {row} has no time that can be read. Write seconds since 1970 or ISO 8601, "
            "such as 2026-03-01T09:30:00Z, or leave the column of time out."
        )
    return np.asarray(seconds)


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
