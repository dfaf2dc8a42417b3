"""Coefficients as functions of sums over items.

Agreement is 1 - (observed disagreement) / (disagreement by chance), and both need the items only through sums of a few
numbers per item. So items can be drawn again, an annotator left out, a day dropped: the sums change, the items are not
looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.metrics import distances, positions
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.errors import UnknownMethod
from karat.quality.ratings import Name

Array = npt.NDArray[np.float64]
Parts = tuple[Array, Array]
"""Observed disagreement and that by chance, both 0-1, shape (n_sets,) each. Chance is 0 where neither is defined."""

_BLOCK = 1 << 20
"""Numbers of a dense temporary array."""


@dataclass(frozen=True, slots=True)
class Additive:
    """A coefficient that needs items only through sums.

    Attributes
    ----------
    name : str
        As in messages.
    needs_pairs : bool
        Whether items with one label count for nothing.
    rows : function from counts (n_items, n_classes), a CSR array, to a CSR array (n_items, n_sums)
        What each item adds.
    parts : function from sums (n_sets, n_sums) to `Parts`
        One answer for each set of items.
    """

    name: str
    needs_pairs: bool
    rows: Callable[[Any], Any]
    parts: Callable[[Array], Parts]

    def value(self, sums: Array) -> Array:
        """The coefficient of each set of items, shape (n_sets,); NaN where it is undefined."""
        observed, chance = self.parts(sums)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(chance > 0, 1 - observed / chance, np.nan)


MOST_ORDINAL_CLASSES = 500
"""Ranks move with every class, so the ordinal metric needs a sum for each two of them."""


def is_additive(coefficient: str, n_classes: int, *, metric: Weights = "nominal") -> bool:
    """Whether `additive` has the coefficient, for this many classes."""
    is_ordinal = coefficient == "alpha" and isinstance(metric, str) and metric == "ordinal"
    return coefficient in ADDITIVE and not (is_ordinal and n_classes > MOST_ORDINAL_CLASSES)


def additive(coefficient: str, classes: Sequence[Name], *, metric: Weights = "nominal") -> Additive:
    """The coefficient in its additive form.

    Parameters
    ----------
    coefficient : str
        One of `ADDITIVE`.
    classes : sequence of names of shape (n_classes,)
    metric : str or array_like of shape (n_classes, n_classes)
        Krippendorff's metric for "alpha", Gwet's weights for the others, as in `karat.agreement`.

    Raises
    ------
    UnknownMethod, NotNumeric
        When the coefficient is no function of sums over items, or there is no such metric, or it needs numbers.
    """
    if coefficient not in ADDITIVE:
        raise UnknownMethod(f"{coefficient!r} is not a function of sums over items; {', '.join(ADDITIVE)} are.")
    if not is_additive(coefficient, len(classes), metric=metric):
        raise UnknownMethod(
            f"ordinal alpha of {len(classes)} classes needs a sum for each two of them; up to {MOST_ORDINAL_CLASSES} "
            "classes are possible. Use the interval metric, or put classes together."
        )
    if coefficient == "alpha" and not isinstance(metric, str):
        raise UnknownMethod("alpha takes the name of a metric; for a matrix of weights use 'weighted_alpha'.")
    if coefficient == "alpha" and isinstance(metric, str):
        if metric == "ordinal":
            return _ordinal_alpha(len(classes))
        if metric == "interval":
            return _interval_alpha(positions(classes, metric))
        return _fixed_alpha(None if metric == "nominal" else distances(metric, classes))
    credit = Credit.of(metric, classes).symmetric()
    if coefficient == "weighted_alpha":
        return _fixed_alpha(None if credit.matrix is None else 1 - credit.matrix)
    return _shares_and_chance(coefficient, credit, _CHANCES[coefficient])


def _fixed_alpha(squared: Array | None) -> Additive:
    """Alpha under distances that do not depend on the ratings: sums of (disagreement, n_0, n_1, ...)."""
    scale = 1.0 if squared is None else max(float(squared.max(initial=0.0)), np.finfo(float).tiny)

    def rows(counts: Any) -> Any:
        sizes = counts.sum(axis=1)
        apart = _apart(counts, sizes, squared) / np.maximum(sizes - 1, 1) / scale
        return scipy.sparse.hstack([_column(apart), _kept(counts, sizes >= 2)], format="csr")

    def parts(sums: Array) -> Parts:
        by_class = sums[:, 1:]
        n = by_class.sum(axis=1)
        if squared is None:
            expected = n * n - np.einsum("sc,sc->s", by_class, by_class)
        else:
            expected = np.einsum("sc,sc->s", by_class @ (squared / scale), by_class)
        return _per_pair(sums[:, 0], expected, n)

    return Additive("alpha", True, rows, parts)


def _interval_alpha(place: Array) -> Additive:
    """Alpha by squared differences of numbers, however many: sums of (disagreement, 1, place, place squared)."""
    width = max(float(np.ptp(place)) if len(place) else 0.0, np.finfo(float).tiny)
    place = (place - place.mean()) / width

    def rows(counts: Any) -> Any:
        sizes, first, second = counts.sum(axis=1), counts @ place, counts @ place**2
        apart = 2 * (sizes * second - first**2) / np.maximum(sizes - 1, 1)
        columns = np.column_stack([apart, sizes, first, second])
        return scipy.sparse.csr_array(np.where(sizes[:, np.newaxis] >= 2, columns, 0.0))

    def parts(sums: Array) -> Parts:
        disagreement, n, first, second = sums.T
        return _per_pair(disagreement, 2 * (n * second - first**2), n)

    return Additive("alpha", True, rows, parts)


def _ordinal_alpha(n_classes: int) -> Additive:
    """Alpha by ranks, which move with the class totals: sums of (n_0, ..., coincidences of each two classes)."""

    def rows(counts: Any) -> Any:
        sizes = counts.sum(axis=1)
        return scipy.sparse.hstack([_kept(counts, sizes >= 2), _coincidences(counts, sizes)], format="csr")

    def parts(sums: Array) -> Parts:
        by_class, n = sums[:, :n_classes], sums[:, :n_classes].sum(axis=1)
        ranks = _ranks(by_class)
        together = sums[:, n_classes:].reshape(-1, n_classes, n_classes)
        own = np.einsum("sc,sc->s", by_class, ranks**2)
        observed = 2 * (own - np.einsum("sc,sck,sk->s", ranks, together, ranks, optimize=True))
        expected = 2 * (n * own - np.einsum("sc,sc->s", by_class, ranks) ** 2)
        return _per_pair(observed, expected, n)

    return Additive("alpha", True, rows, parts)


def _ranks(by_class: Array) -> Array:
    """Mid-ranks of the classes, the lowest used one at 0 and the highest at 1."""
    ranks = np.cumsum(by_class, axis=1) - by_class / 2
    lowest = np.where(by_class > 0, ranks, np.inf).min(axis=1, initial=np.inf)
    highest = np.where(by_class > 0, ranks, -np.inf).max(axis=1, initial=-np.inf)
    width = np.where(highest > lowest, highest - lowest, 1.0)
    return np.asarray((ranks - np.where(np.isfinite(lowest), lowest, 0.0)[:, np.newaxis]) / width[:, np.newaxis])


def _shares_and_chance(name: str, credit: Credit, chance: Callable[[Array, Credit], Array]) -> Additive:
    """Mean misses over shared items, and chance from mean class shares: sums of (shared, misses, rated, shares)."""

    def rows(counts: Any) -> Any:
        sizes = counts.sum(axis=1)
        misses = _missing_credit(counts, sizes, credit) / np.maximum(sizes * (sizes - 1), 1)
        shares = scipy.sparse.diags_array(1 / np.maximum(sizes, 1)) @ counts
        columns = [_column(1.0 * (sizes >= 2)), _column(misses), _column(1.0 * (sizes >= 1)), shares]
        return scipy.sparse.hstack(columns, format="csr")

    def parts(sums: Array) -> Parts:
        shared, misses, rated = sums[:, 0], sums[:, 1], sums[:, 2]
        beyond = 1 - chance(sums[:, 3:] / np.maximum(rated, 1)[:, np.newaxis], credit)
        return misses / np.maximum(shared, 1), np.where((shared > 0.5) & (beyond > 1e-12), beyond, 0.0)

    return Additive(name, chance is _no_chance or chance is _uniform_chance, rows, parts)


def _no_chance(shares: Array, _: Credit) -> Array:
    return np.zeros(len(shares))


def _gwet_chance(shares: Array, credit: Credit) -> Array:
    q = max(credit.n_classes, 2)
    return np.asarray(credit.total / (q * (q - 1)) * (shares * (1 - shares)).sum(axis=1))


def _fleiss_chance(shares: Array, credit: Credit) -> Array:
    return np.asarray((shares * credit.expected_by_first(shares)).sum(axis=1))


def _uniform_chance(shares: Array, credit: Credit) -> Array:
    return np.full(len(shares), credit.total / max(credit.n_classes, 1) ** 2)


_CHANCES: dict[str, Callable[[Array, Credit], Array]] = {
    "observed": _no_chance,
    "fleiss": _fleiss_chance,
    "ac1": _gwet_chance,
    "ac2": _gwet_chance,
    "brennan_prediger": _uniform_chance,
    "randolph": _uniform_chance,
}
ADDITIVE = ("alpha", "weighted_alpha", *_CHANCES)
"""The coefficients that are functions of sums over items."""


def _per_pair(observed: Array, expected: Array, n: Array) -> Parts:
    """Both per ratings; by chance 0 where fewer than two classes or ratings are left, whatever rounding says."""
    expected = np.where(expected > 1e-12 * n * n, expected, 0.0)
    return observed / np.maximum(n, 1), expected / np.maximum(n * (n - 1), 1)


def _apart(counts: Any, sizes: Array, squared: Array | None) -> Array:
    """Sum of distances over the ordered pairs of an item's labels."""
    if squared is None:
        return np.asarray(sizes**2 - counts.multiply(counts).sum(axis=1))
    return _in_blocks(counts, squared)


def _missing_credit(counts: Any, sizes: Array, credit: Credit) -> Array:
    """Ordered pairs of an item's labels, less the credit they get."""
    if credit.matrix is None:
        return np.asarray(sizes**2 - counts.multiply(counts).sum(axis=1))
    missing = sizes * (sizes - 1) - _in_blocks(counts, credit.matrix) + counts @ np.diag(credit.matrix)
    return np.where(sizes >= 2, missing, 0.0)


def _in_blocks(counts: Any, matrix: Array) -> Array:
    """n' matrix n of each row n, without a dense array of all rows."""
    found, size = np.empty(counts.shape[0]), max(1, _BLOCK // counts.shape[1])
    for begin in range(0, len(found), size):
        rows = counts[begin : begin + size]
        found[begin : begin + size] = rows.multiply(rows @ matrix).sum(axis=1)
    return found


def _coincidences(counts: Any, sizes: Array) -> Any:
    """Krippendorff's coincidences of each item, a label with itself left out: CSR (n_items, n_classes squared)."""
    q = counts.shape[1]
    distinct = np.diff(counts.indptr)
    times = np.repeat(distinct, distinct)  # each cell meets all cells of its row
    first = np.repeat(np.arange(counts.nnz), times)
    second = (
        np.arange(len(first))
        - np.repeat(np.cumsum(times) - times, times)
        + np.repeat(np.repeat(counts.indptr[:-1], distinct), times)
    )
    row = np.repeat(np.repeat(np.arange(counts.shape[0]), distinct), times)
    pairs = counts.data[first] * (counts.data[second] - (first == second)) / np.maximum(sizes - 1, 1)[row]
    column = counts.indices[first].astype(np.int64) * q + counts.indices[second]
    return scipy.sparse.coo_array((pairs, (row, column)), shape=(counts.shape[0], q * q)).tocsr()


def _column(values: Array) -> Any:
    return scipy.sparse.csr_array(values[:, np.newaxis])


def _kept(counts: Any, is_kept: npt.NDArray[np.bool_]) -> Any:
    """The counts, with nothing in the rows that do not count."""
    return counts if is_kept.all() else scipy.sparse.diags_array(is_kept.astype(np.float64)) @ counts
