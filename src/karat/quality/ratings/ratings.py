"""The one input of the kernels: who gave which item which class, as integer arrays with names beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import UnreadableRatings
from karat.quality.ratings.coding import ordered_classes, recode, row_number, seconds_since_1970
from karat.quality.ratings.columns import column_of, read_csv
from karat.quality.ratings.factorise import Coded, Codes, Name, Where, factorise
from karat.quality.ratings.relation import code_relation, is_relation

Repeats = Literal["latest", "all"]


@dataclass(frozen=True, eq=False, repr=False)
class Ratings:
    """Ratings: (item, annotator, class) triples as codes into three tuples of names.

    Build them with `from_rows`, `from_arrays`, `from_frame` or `from_csv`. These number items and annotators
    in the order of their first appearance. Classes are ordered by value when all of them are numbers (or read
    as numbers), else alphabetically, unless `classes` gives the order; an ordinal metric relies on it.

    An annotator who rates an item again revises the earlier rating: the latest counts, by `time` where it is
    given, else by position. Agreement with oneself is no agreement, and a repeated row no second witness.
    `repeats="all"` keeps every row, for replicates that are meant as such.

    Attributes
    ----------
    item, annotator, label : int32 arrays of shape (n_ratings,)
        Codes: `items[item[r]]` was given class `classes[label[r]]` by `annotators[annotator[r]]`.
    items, annotators, classes : sequences of names
        Declared names; not all need to occur. Tuples, except that `from_codes` gives ranges.
    time : float64 array of shape (n_ratings,), optional
        When each rating was made, in seconds since 1970.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("post-1", "ada", "toxic"), ("post-1", "bo", "fine")])
    >>> ratings.classes, ratings.label.tolist()
    (('fine', 'toxic'), [1, 0])
    """

    item: Codes
    annotator: Codes
    label: Codes
    items: Sequence[Name]
    annotators: Sequence[Name]
    classes: Sequence[Name]
    time: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        for codes, names in (("item", "items"), ("annotator", "annotators"), ("label", "classes")):
            array = np.ascontiguousarray(getattr(self, codes), dtype=np.int32)
            _refuse_wrong_codes(array, codes, n_names=len(getattr(self, names)), n_ratings=len(self.item))
            object.__setattr__(self, codes, _read_only(array))
        if self.time is not None:
            object.__setattr__(self, "time", _read_only(np.ascontiguousarray(self.time, dtype=np.float64)))

    @staticmethod
    def from_rows(
        rows: Iterable[tuple[Name, Name, Name]],
        *,
        classes: Sequence[Name] | None = None,
        repeats: Repeats = "latest",
    ) -> Ratings:
        """Ratings from (item, annotator, class) triples.

        Raises
        ------
        UnreadableRatings
            When a row is not a triple or has an empty field.
        UnknownClass
            When `classes` is given and a row has another one.
        """
        triples = list(rows)
        for number, row in enumerate(triples, start=1):
            if len(row) != 3:
                raise UnreadableRatings(f"row {number} has {len(row)} fields; a rating is (item, annotator, class).")
        item, annotator, label = zip(*triples, strict=True) if triples else ((), (), ())
        return Ratings.from_arrays(item, annotator, label, classes=classes, repeats=repeats)

    @staticmethod
    def from_arrays(
        item: Any,
        annotator: Any,
        label: Any,
        *,
        time: Any = None,
        classes: Sequence[Name] | None = None,
        repeats: Repeats = "latest",
    ) -> Ratings:
        """Ratings from equally long columns of names: arrays, series or lists.

        Parameters
        ----------
        item, annotator, label : array_like of shape (n_ratings,)
            Names of any hashable kind, none missing.
        time : array_like of shape (n_ratings,), optional
            Seconds since 1970, dates with time (without a zone they are read as UTC), or ISO 8601 text.
        classes : sequence of names, optional
            All classes there are, in their order; classes nobody gave may be among them.
        repeats : {"latest", "all"}
            What to do when an annotator rated an item more than once; see the class.

        Raises
        ------
        UnreadableRatings
            When the columns differ in length, or a value is missing.
        UnknownClass
            When `classes` is given and a label is not among them.
        """
        return _code_columns(
            {"item": item, "annotator": annotator, "label": label, "time": time}, classes, repeats, row_number
        )

    @staticmethod
    def from_frame(
        frame: Any,
        *,
        item: str = "item",
        annotator: str = "annotator",
        label: str = "label",
        time: str | None = None,
        classes: Sequence[Name] | None = None,
        repeats: Repeats = "latest",
    ) -> Ratings:
        """Ratings from anything whose columns are reached by name: pandas, polars, pyarrow, a dict of arrays.

        A DuckDB relation is coded inside the database, so that hundreds of millions of rows take 20 bytes each.

        Parameters are the names of the columns; the others are as in `from_arrays`.

        Examples
        --------
        >>> Ratings.from_frame({"task": [1, 1], "worker": ["a", "b"], "label": ["x", "y"]},
        ...                    item="task", annotator="worker").n_ratings
        2
        """
        named = {"item": item, "annotator": annotator, "label": label, "time": time}
        wanted = {part: name for part, name in named.items() if name is not None}
        if is_relation(frame):
            return _from_coded(code_relation(frame, wanted), classes, repeats, row_number)
        columns = {part: column_of(frame, name) for part, name in wanted.items()}
        return _code_columns(columns, classes, repeats, row_number)

    @staticmethod
    def from_csv(
        path: str | PathLike[str],
        *,
        item: str = "item",
        annotator: str = "annotator",
        label: str = "label",
        time: str | None = None,
        classes: Sequence[Name] | None = None,
        repeats: Repeats = "latest",
        delimiter: str = ",",
    ) -> Ratings:
        """Ratings from a UTF-8 CSV file with a header; all names are kept as text.

        Parameters are the names of the columns; the others are as in `from_arrays`. For Parquet, JSON or
        hundreds of millions of rows let DuckDB read: `from_frame(duckdb.read_parquet(path))`.

        Raises
        ------
        UnreadableRatings
            When a column is absent, a line has too few fields or an empty one, or the text is not UTF-8.
        """
        wanted = {"item": item, "annotator": annotator, "label": label, "time": time}
        columns, lines = read_csv(Path(path), {p: n for p, n in wanted.items() if n is not None}, delimiter)
        return _code_columns(columns, classes, repeats, lambda row: f"{path}, line {lines[row]}")

    @staticmethod
    def from_codes(
        item: npt.ArrayLike,
        annotator: npt.ArrayLike,
        label: npt.ArrayLike,
        *,
        n_classes: int | None = None,
        time: npt.NDArray[np.float64] | None = None,
        repeats: Repeats = "latest",
    ) -> Ratings:
        """Ratings from integer codes that are their own names: what was coded elsewhere needs no names to be made.

        Parameters
        ----------
        item, annotator, label : int array_like of shape (n_ratings,)
            From 0 up. Names are ranges up to the largest code.
        n_classes : int, optional
            When more classes are declared than occur.

        Raises
        ------
        UnreadableRatings
            When a code is negative, the arrays differ in length, or a label is not below `n_classes`.

        Examples
        --------
        >>> Ratings.from_codes([0, 0, 2], [0, 1, 1], [1, 1, 0]).n_items
        3
        """
        codes = [np.asarray(part) for part in (item, annotator, label)]
        sizes = [int(part.max()) + 1 if len(part) else 0 for part in codes]
        names = (range(sizes[0]), range(sizes[1]), range(sizes[2] if n_classes is None else n_classes))
        ratings = Ratings(codes[0], codes[1], codes[2], *names, time)
        return ratings if repeats == "all" else _without_repeats(ratings)

    def __repr__(self) -> str:
        return (
            f"<Ratings: {self.n_ratings} of {self.n_items} items by {self.n_annotators} annotators, "
            f"{self.n_classes} classes>"
        )

    @property
    def n_ratings(self) -> int:
        """Number of ratings."""
        return len(self.item)

    @property
    def n_items(self) -> int:
        """Number of declared items, rated or not."""
        return len(self.items)

    @property
    def n_annotators(self) -> int:
        """Number of declared annotators."""
        return len(self.annotators)

    @property
    def n_classes(self) -> int:
        """Number of declared classes, given or not."""
        return len(self.classes)

    def class_counts(self) -> Any:
        """How often each item was given each class: an int64 scipy CSR array (n_items, n_classes).

        Sparse because most items meet few classes; `.toarray()` makes it dense.
        """
        ones = np.ones(self.n_ratings, dtype=np.int64)
        counts = scipy.sparse.coo_array((ones, (self.item, self.label)), shape=(self.n_items, self.n_classes))
        return counts.tocsr()

    def select(self, mask: npt.ArrayLike) -> Ratings:
        """The ratings where `mask` (bool, shape (n_ratings,)) holds.

        Items and annotators that are left without ratings are forgotten; classes are kept.
        """
        chosen = np.flatnonzero(np.asarray(mask, dtype=bool))
        item, items = _only_used(self.item[chosen], self.items)
        annotator, annotators = _only_used(self.annotator[chosen], self.annotators)
        time = None if self.time is None else self.time[chosen]
        return Ratings(item, annotator, self.label[chosen], items, annotators, self.classes, time)

    def by_item(self) -> Ratings:
        """The same ratings ordered by item, in their former order within an item."""
        order = np.argsort(self.item, kind="stable")
        time = None if self.time is None else self.time[order]
        return replace(self, item=self.item[order], annotator=self.annotator[order], label=self.label[order], time=time)

    def with_classes(self, more: Iterable[Name]) -> Ratings:
        """The same ratings with further classes declared after the present ones; known ones are skipped."""
        return replace(self, classes=tuple(dict.fromkeys((*self.classes, *more))))


def _code_columns(
    columns: Mapping[str, Any],
    classes: Sequence[Name] | None,
    repeats: Repeats,
    where: Where,
) -> Ratings:
    """Names to codes, checked; `where` says in the reader's words where a row was found."""
    item, items = factorise(columns["item"], "item", where)
    annotator, annotators = factorise(columns["annotator"], "annotator", where)
    label, seen = factorise(columns["label"], "label", where)
    time = None if columns.get("time") is None else seconds_since_1970(columns["time"], where)
    lengths = {len(item), len(annotator), len(label)} | (set() if time is None else {len(time)})
    if len(lengths) > 1:
        raise UnreadableRatings(f"the columns of ratings must be equally long; they have {sorted(lengths)} rows.")
    names = {"item": items, "annotator": annotators, "label": seen}
    coded = Coded({"item": item, "annotator": annotator, "label": label}, names, time)
    return _from_coded(coded, classes, repeats, where)


def _from_coded(coded: Coded, classes: Sequence[Name] | None, repeats: Repeats, where: Where) -> Ratings:
    codes, names, time = coded
    declared = ordered_classes(names["label"]) if classes is None else tuple(classes)
    label = recode(codes["label"], names["label"], declared, where)
    ratings = Ratings(
        codes["item"], codes["annotator"], label, tuple(names["item"]), tuple(names["annotator"]), declared, time
    )
    return ratings if repeats == "all" else _without_repeats(ratings)


def _without_repeats(ratings: Ratings) -> Ratings:
    kept = _latest(ratings)
    return ratings if kept is None else _take(ratings, kept)


def _latest(ratings: Ratings) -> npt.NDArray[np.bool_] | None:
    """Which rows no later row of the same annotator on the same item replaces; None when all stay."""
    repeated = _repeated_pairs(ratings)
    if not len(repeated):
        return None
    pair = _pairs(ratings)
    place = np.minimum(np.searchsorted(repeated, pair), len(repeated) - 1)
    rows = np.flatnonzero(repeated[place] == pair)
    keys = (pair[rows],) if ratings.time is None else (ratings.time[rows], pair[rows])
    order = rows[np.lexsort(keys)]  # stable: at equal times the later row wins
    is_replaced = np.append(pair[order][1:] == pair[order][:-1], False)
    kept = np.ones(ratings.n_ratings, dtype=bool)
    kept[order[is_replaced]] = False
    return kept


def _repeated_pairs(ratings: Ratings) -> npt.NDArray[np.int64]:
    """The pairs of item and annotator with several ratings, as numbers in ascending order."""
    in_order = _pairs(ratings)
    in_order.sort()  # in place, and ten times as fast as an argsort: most data repeat nothing
    return np.unique(in_order[1:][in_order[1:] == in_order[:-1]])


def _pairs(ratings: Ratings) -> npt.NDArray[np.int64]:
    """A number for each pair of item and annotator."""
    pair = ratings.item.astype(np.int64)
    pair *= ratings.n_annotators
    pair += ratings.annotator
    return pair


def _take(ratings: Ratings, rows: npt.NDArray[np.bool_]) -> Ratings:
    time = None if ratings.time is None else ratings.time[rows]
    return replace(
        ratings, item=ratings.item[rows], annotator=ratings.annotator[rows], label=ratings.label[rows], time=time
    )


def _only_used(codes: Codes, names: Sequence[Name]) -> tuple[Codes, tuple[Name, ...]]:
    used, renumbered = np.unique(codes, return_inverse=True)
    return renumbered.astype(np.int32), tuple(names[code] for code in used)


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view nobody can write through; the caller's own array stays as it is."""
    view = array.view()
    view.setflags(write=False)
    return view


def _refuse_wrong_codes(codes: Codes, part: str, *, n_names: int, n_ratings: int) -> None:
    if codes.shape != (n_ratings,):
        raise UnreadableRatings(f"{part} codes have shape {codes.shape}; there are {n_ratings} ratings.")
    if n_ratings and not (codes.min() >= 0 and codes.max() < n_names):
        raise UnreadableRatings(f"{part} codes run from {codes.min()} to {codes.max()}; there are {n_names} names.")
