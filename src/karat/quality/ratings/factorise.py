"""From a column of names to integer codes, by the quickest way each kind of column offers. Nothing is imported for it:
pandas, polars and pyarrow columns are recognised by what they can do."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from karat.quality.errors import UnreadableRatings

Name = Hashable
"""What an item, annotator or class is called: a string, or a number where the source has numbers."""

Codes = npt.NDArray[np.int32]

Where = Callable[[int], str]
"""Says in the reader's words where a row was found, such as "answers.csv, line 7"."""


class Coded(NamedTuple):
    """The columns of ratings as codes and their names, by part: "item", "annotator", "label"."""

    codes: Mapping[str, Codes]
    names: Mapping[str, list[Name]]
    time: npt.NDArray[np.float64] | None
    """In seconds since 1970."""


_SPAN = 4  # an integer range this many times as long as the column is looked up in a table instead of sorted


def factorise(values: Any, part: str, where: Where) -> tuple[Codes, list[Name]]:
    """Codes in order of first appearance, and the names; refuses missing values."""
    codes, names = _coded(values, part)
    absent = np.flatnonzero(codes < 0)[:1].tolist()
    absent += [int(np.flatnonzero(codes == code)[0]) for code in _missing(names)]
    if absent:
        raise UnreadableRatings(f"{where(min(absent))} has no {part}. Leave such rows out, or name the {part}.")
    return codes, names


def _missing(names: list[Name]) -> list[int]:
    """Codes of names that are none. A million names of one kind are not looked at one by one."""
    kinds = set(map(type, names))
    if kinds <= {int}:
        return []
    if kinds == {str}:
        return [names.index("")] if "" in names else []
    return [code for code, name in enumerate(names) if is_missing(name)]


def is_missing(name: Name) -> bool:
    """None, an empty text, NaN, or the missing mark of pandas and numpy."""
    # By type name, before any comparison: pandas is not imported here, and its NA refuses to be compared.
    if name is None or type(name).__name__ in {"NAType", "NaTType"}:
        return True
    return name == "" or (isinstance(name, float) and math.isnan(name))


def _coded(values: Any, part: str) -> tuple[Codes, list[Name]]:
    """Codes, below 0 where the column itself knows a value to be missing, and the names."""
    if hasattr(values, "factorize"):
        return _of_pandas(values, part)
    if hasattr(values, "dictionary_encode"):
        return _of_arrow(values, part)
    if hasattr(values, "replace_strict"):
        return _of_polars(values, part)
    # A masked array as a list: as a plain array it would show what lies under the mask.
    if not np.ma.isMaskedArray(values) and hasattr(values, "__array__"):
        values = np.asarray(values)
        if values.dtype.kind in "iu":
            return factorise_integers(values)
    return _of_objects(values.tolist() if hasattr(values, "tolist") else list(values), part)


def _of_objects(column: list[Any], part: str) -> tuple[Codes, list[Name]]:
    table: dict[Name, int] = {}
    try:
        codes = np.fromiter((table.setdefault(name, len(table)) for name in column), np.int32, len(column))
    except TypeError as problem:
        raise UnreadableRatings(
            f"a {part} is not a plain name ({problem}). Ratings hold one class each; "
            "turn sets and structures into text first."
        ) from problem
    return codes, list(table)


def _of_pandas(series: Any, part: str) -> tuple[Codes, list[Name]]:
    if getattr(series.dtype, "kind", "") in "iu" and isinstance(series.dtype, np.dtype):
        return factorise_integers(series.to_numpy())
    try:
        codes, names = series.factorize()
    except TypeError:  # something unhashable: the plain way says what
        return _of_objects(series.tolist(), part)
    return np.asarray(codes, dtype=np.int32), names.tolist()


def _of_arrow(column: Any, part: str) -> tuple[Codes, list[Name]]:
    if column.type.num_fields > 0:  # lists and structures, which arrow does not encode
        return _of_objects(column.to_pylist(), part)
    encoded = column.dictionary_encode()
    if hasattr(encoded, "combine_chunks"):
        encoded = encoded.combine_chunks()
    if hasattr(encoded, "unify_dictionaries"):
        encoded = encoded.unify_dictionaries().chunk(0)
    codes = np.asarray(encoded.indices.fill_null(-1), dtype=np.int32)
    return codes, encoded.dictionary.to_pylist()


def _of_polars(column: Any, part: str) -> tuple[Codes, list[Name]]:
    if column.dtype.is_nested():
        return _of_objects(column.to_list(), part)
    if column.dtype.is_integer() and column.null_count() == 0:
        return factorise_integers(column.to_numpy())
    names = column.unique(maintain_order=True)
    codes = column.replace_strict(names, list(range(len(names))))
    return codes.to_numpy().astype(np.int32), names.to_list()


def factorise_integers(array: npt.NDArray[Any]) -> tuple[Codes, list[Name]]:
    """Codes and names of integers: by a table where they lie close together, else by sorting."""
    if len(array) == 0:
        return np.zeros(0, dtype=np.int32), []
    low, high = int(array.min()), int(array.max())
    if high - low > _SPAN * len(array) + 1000:
        names, first, codes = np.unique(array, return_index=True, return_inverse=True)
    else:
        codes = (array - low).astype(np.int64) if low else array
        first = np.full(high - low + 1, len(array))
        # Of several writes to one place the last one stays: backwards, that is the first appearance.
        first[codes[::-1]] = np.arange(len(array) - 1, -1, -1)
        names = np.arange(low, high + 1).astype(array.dtype)
    seen = np.flatnonzero(first < len(array))
    by_appearance = seen[np.argsort(first[seen])]
    rank = np.zeros(len(names), dtype=np.int32)
    rank[by_appearance] = np.arange(len(by_appearance), dtype=np.int32)
    return rank[codes], names[by_appearance].tolist()
