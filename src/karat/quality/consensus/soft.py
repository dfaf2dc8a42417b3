"""Probabilities of the classes of all items, in full or only for the classes that somebody gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]

_CHUNK = 1 << 16  # items at a time


class Soft(Protocol):
    """Probabilities of classes, rows summing to 1."""

    def dense(self) -> Array:
        """In full, (n_items, n_classes)."""
        ...

    def best(self, class_totals: npt.NDArray[Any]) -> tuple[Indices, Array]:
        """The most probable class of each item and its probability; ties broken as `Consensus.labels` says."""
        ...

    def powered(self, exponent: float) -> Soft:
        """Probabilities in proportion to this power of them: below 1 more modest, above 1 bolder."""
        ...


@dataclass(frozen=True, eq=False)
class DenseSoft:
    """In full: `values` has shape (n_items, n_classes)."""

    values: Array

    def dense(self) -> Array:
        """The probabilities themselves."""
        return self.values

    def best(self, class_totals: npt.NDArray[Any]) -> tuple[Indices, Array]:
        """The most probable class of each item and its probability."""
        label = most_probable(self.values, class_totals)
        return label, self.values[np.arange(len(label)), label]

    def powered(self, exponent: float) -> DenseSoft:
        """Row by row in proportion to the power."""
        values = np.power(self.values, exponent)
        values /= values.sum(axis=1, keepdims=True)
        return DenseSoft(values)


@dataclass(frozen=True, eq=False)
class SupportSoft:
    """For classes somebody gave, and for the others of an item together.

    Attributes
    ----------
    indptr : int array of shape (n_items + 1,)
        First pair (item, class) of each item.
    pair_class : int array of shape (n_pairs,)
    values : float array of shape (n_pairs,)
    rest : float array of shape (n_items,)
        Probability of all classes outside the item's pairs, shared out among them in proportion to `prior`.
    prior : float array of shape (n_classes,)
    """

    indptr: Indices
    pair_class: Codes
    values: Array
    rest: Array
    prior: Array

    def dense(self) -> Array:
        """In full; for many items and classes this is large."""
        full = self._rest_shares()[:, np.newaxis] * self.prior
        full[self._item(), self.pair_class] = self.values
        return full

    def best(self, class_totals: npt.NDArray[Any]) -> tuple[Indices, Array]:
        """The most probable class of each item and its probability."""
        by_popularity = np.argsort(-class_totals, kind="stable")
        rank = np.empty(len(by_popularity), dtype=np.intp)
        rank[by_popularity] = np.arange(len(by_popularity))
        # Sorted by item, then falling probability, then popularity: the first pair of each item is its best.
        order = np.lexsort((rank[self.pair_class], -np.round(self.values, 12), self._item()))
        label = np.full(len(self.rest), int(np.argmax(self.prior)), dtype=np.intp)
        certainty = self._rest_shares() * self.prior.max()
        has_pairs = np.flatnonzero(np.diff(self.indptr) > 0)
        first = order[self.indptr[has_pairs]]
        is_better = self.values[first] >= certainty[has_pairs]
        label[has_pairs[is_better]] = self.pair_class[first[is_better]]
        certainty[has_pairs[is_better]] = self.values[first[is_better]]
        return label, certainty

    def powered(self, exponent: float) -> SupportSoft:
        """Row by row in proportion to the power."""
        n_outside = len(self.prior) - np.diff(self.indptr)
        values = np.power(self.values, exponent)
        each_outside = np.power(self.rest / np.maximum(n_outside, 1), exponent)
        rest = np.where(n_outside > 0, each_outside * n_outside, 0.0)
        total = np.bincount(self._item(), values, len(rest)) + rest
        return SupportSoft(self.indptr, self.pair_class, values / total[self._item()], rest / total, self.prior)

    def _item(self) -> Indices:
        return np.repeat(np.arange(len(self.rest)), np.diff(self.indptr))

    def _rest_shares(self) -> Array:
        """By what to multiply the prior outside an item's pairs, so that it sums to the rest."""
        outside = self.prior.sum() - np.bincount(self._item(), self.prior[self.pair_class], len(self.rest))
        return np.asarray(self.rest / np.maximum(outside, 1e-12))


def mixed(parts: list[tuple[float, Soft]]) -> Soft:
    """The weighted mean of probabilities of the same items; weights sum to 1."""
    weight, first = parts[0]
    if isinstance(first, DenseSoft):
        values = weight * first.values
        for weight, part in parts[1:]:
            assert isinstance(part, DenseSoft)
            values += weight * part.values
        return DenseSoft(values)
    assert isinstance(first, SupportSoft)
    values, rest = weight * first.values, weight * first.rest
    for weight, part in parts[1:]:
        assert isinstance(part, SupportSoft)
        values += weight * part.values
        rest += weight * part.rest
    return SupportSoft(first.indptr, first.pair_class, values, rest, parts[-1][1].prior)  # type: ignore[attr-defined]


def most_probable(probabilities: Array, class_totals: npt.NDArray[Any]) -> Indices:
    """Code of the most probable class of each item, ties broken as `Consensus.labels` says."""
    by_popularity = np.argsort(-np.asarray(class_totals), kind="stable")
    best = np.empty(len(probabilities), dtype=np.intp)
    for start in range(0, len(probabilities), _CHUNK):
        part = probabilities[start : start + _CHUNK, by_popularity]
        # Rounded: which of two equal sums is larger in the last bit depends on the order of the ratings.
        best[start : start + _CHUNK] = np.round(part, 12, out=part).argmax(axis=1)
    codes: Indices = by_popularity[best]
    return codes
