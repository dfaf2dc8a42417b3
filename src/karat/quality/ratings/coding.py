"""What the order of classes is, and when a rating was made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.errors import UnknownClass, UnreadableRatings
from karat.quality.ratings.factorise import Codes, Name, Where


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
    if array.dtype.kind in "iuf":
        seconds = array.astype(np.float64)
    elif array.dtype.kind == "M":
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
