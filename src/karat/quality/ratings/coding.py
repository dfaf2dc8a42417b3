"""From columns of names to integer codes: what is missing, what comes first, what the order of classes is."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import UnknownClass, UnreadableRatings

Name = Hashable
"""What an item, annotator or class is called: a string, or a number where the source has numbers."""

Codes = npt.NDArray[np.int32]

Where = Callable[[int], str]
"""Says in the reader's words where a row was found, such as "answers.csv, line 7"."""


def factorise(values: Any, part: str, where: Where) -> tuple[Codes, list[Name]]:
    """Codes in order of first appearance, and the names; refuses missing values."""
    # A masked array as a list: as a plain array it would show what lies under the mask.
    if not np.ma.isMaskedArray(values) and hasattr(values, "__array__"):
        values = np.asarray(values)
        if values.dtype.kind in "iu":
            return _factorise_integers(values)
    column = values.tolist() if hasattr(values, "tolist") else list(values)
    table: dict[Name, int] = {}
    try:
        codes = np.fromiter((table.setdefault(name, len(table)) for name in column), np.int32, len(column))
    except TypeError as problem:
        raise UnreadableRatings(
            f"a {part} is not a plain name ({problem}). Ratings hold one class each; "
            "turn sets and structures into text first."
        ) from problem
    names = list(table)
    for code, name in enumerate(names):
        if _is_missing(name):
            row = int(np.flatnonzero(codes == code)[0])
            raise UnreadableRatings(f"{where(row)} has no {part}. Leave such rows out, or name the {part}.")
    return codes, names


def _factorise_integers(array: npt.NDArray[Any]) -> tuple[Codes, list[Name]]:
    names, first, codes = np.unique(array, return_index=True, return_inverse=True)
    by_appearance = np.argsort(first)
    rank = np.empty(len(names), dtype=np.int32)
    rank[by_appearance] = np.arange(len(names), dtype=np.int32)
    return rank[codes], names[by_appearance].tolist()


def _is_missing(name: Name) -> bool:
    """None, an empty text, NaN, or the missing mark of pandas and numpy."""
    # By type name, before any comparison: pandas is not imported here, and its NA refuses to be compared.
    if name is None or type(name).__name__ in {"NAType", "NaTType"}:
        return True
    return name == "" or (isinstance(name, float) and math.isnan(name))


def ordered_classes(names: Iterable[Name]) -> tuple[Name, ...]:
    """By value when all read as numbers ("10" after "9"), else alphabetically."""
    listed = list(names)
    numbers = [_number(name) for name in listed]
    if None in numbers:
        return tuple(sorted(listed, key=str))
    return tuple(sorted(listed, key=lambda name: (_number(name), str(name))))


def _number(name: Name) -> float | None:
    try:
        number = float(name)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None  # "nan" and "inf" are names like any other


def recode(label: Codes, seen: Sequence[Name], names: tuple[Name, ...], where: Where) -> Codes:
    """From codes by appearance to codes in the order of the classes."""
    position = {name: code for code, name in enumerate(names)}
    if len(position) < len(names):
        raise UnknownClass(f"the classes {names!r} name one of them twice; give each once.")
    for code, name in enumerate(seen):
        if name not in position:
            row = int(np.flatnonzero(label == code)[0])
            raise UnknownClass(f"{where(row)} has the class {name!r}, which is not among {list(names)!r}.")
    return np.array([position[name] for name in seen], dtype=np.int32)[label]


def seconds_since_1970(values: Any, where: Where) -> npt.NDArray[np.float64]:
    """Times as seconds since 1970; refuses a missing one, since it could not be ordered."""
    array = np.asarray(values)
    if array.dtype.kind == "M":
        seconds = array.astype("datetime64[us]").astype(np.int64) / 1e6
        seconds[np.isnat(array)] = np.nan
    else:
        seconds = np.array([_one_time(value, row, where) for row, value in enumerate(array.tolist())])
    if len(missing := np.flatnonzero(np.isnan(seconds))):
        raise UnreadableRatings(f"{where(int(missing[0]))} has no time. Give each rating its time, or none.")
    return np.asarray(seconds, dtype=np.float64)


def _one_time(value: Any, row: int, where: Where) -> float:
    if value is None or value == "":
        return float("nan")
    number = _number(value)
    if number is not None:
        return number
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as problem:
        raise UnreadableRatings(
            f"{where(row)} has the time {value!r}; write seconds since 1970 or ISO 8601, such as 2026-03-01T09:30:00Z."
        ) from problem
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def row_number(row: int) -> str:
    """Where a row is in something without lines, counted from 1."""
    return f"row {row + 1}"
