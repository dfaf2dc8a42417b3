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


def weighted(weight: float, part: Soft) -> Soft:
    """Probabilities times a weight, to be added to with `plus` until the weights sum to 1."""
    if isinstance(part, DenseSoft):
        return DenseSoft(weight * part.values)
    assert isinstance(part, SupportSoft)
    return SupportSoft(part.indptr, part.pair_class, weight * part.values, weight * part.rest, part.prior)


def plus(total: Soft, weight: float, part: Soft) -> Soft:
    """The weighted sum so far with a further part of the same items; in place of both."""
    if isinstance(total, DenseSoft) and isinstance(part, DenseSoft):
        _add(total.values, weight, part.values)
        return total
    assert isinstance(total, SupportSoft)
    assert isinstance(part, SupportSoft)
    _add(total.values, weight, part.values)
    _add(total.rest, weight, part.rest)
    return SupportSoft(total.indptr, total.pair_class, total.values, total.rest, part.prior)


def _add(total: Array, weight: float, values: Array) -> None:
    values *= weight
    total += values


def sharpened(part: Soft, exponent: float, bias: Array) -> Soft:
    """Probabilities in proportion to their power times exp(bias of the class); certain ones stay certain.

    Parameters
    ----------
    bias : float array of shape (n_classes,)
        Nats in favour of each class; left aside where probabilities are kept for given classes only.
    """
    if isinstance(part, SupportSoft):
        return part.powered(exponent)
    assert isinstance(part, DenseSoft)
    values = part.values
    for start in range(0, len(values), _CHUNK):
        rows = values[start : start + _CHUNK]
        np.power(rows, exponent, out=rows)
        rows *= np.exp(bias)
        rows /= rows.sum(axis=1, keepdims=True)
    return part


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
