"""Items as the coefficients of the kappa family see them: how far each agrees, and how its ratings are spread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.grouped import Grouped
from karat.quality.agreement.patterns import Patterns
from karat.quality.agreement.weights import Credit
from karat.quality.errors import NoRatings, TooLittleOverlap
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]

_BLOCK = 1 << 20
"""Numbers of a dense temporary array of patterns by classes."""


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """The items with at least one rating; those with the same labels are one row.

    Attributes
    ----------
    n_alike : float array of shape (n_rows,)
        Number of items the row stands for.
    agreement : float array of shape (n_rows,)
        Mean credit of the pairs of ratings of an item; 0 where there is no pair, which `is_shared` tells apart.
    is_shared : bool array of shape (n_rows,)
        Whether the item has two ratings or more.
    share : scipy CSR array of shape (n_rows, n_classes)
        Share of the item's ratings in each class.
    class_share : float array of shape (n_classes,)
        Mean of `share` over items, those with one rating included.
    n_shared_ratings : float
        Number of ratings of the shared items.
    row_of_item : int array of shape (n_items,)
        Items in the order of their codes.
    """

    n_alike: Array
    agreement: Array
    is_shared: npt.NDArray[np.bool_]
    share: Any
    class_share: Array
    n_shared_ratings: float
    row_of_item: npt.NDArray[np.int64]

    @staticmethod
    def of(ratings: Ratings, credit: Credit, *, what: str, needed: int = 2) -> ItemAgreement:
        """Of all rated items.

        Raises
        ------
        NoRatings, TooLittleOverlap
            When fewer than `needed` items have two ratings; `what` names the coefficient in the message.
        """
        if ratings.n_ratings == 0:
            raise NoRatings(f"{what} needs ratings; there are none.")
        patterns = Patterns.of(Grouped.of(ratings), ratings.n_classes)
        sizes, n_alike = patterns.sizes.astype(np.float64), patterns.n_items.astype(np.float64)
        is_shared = sizes >= 2
        refuse_too_few(int(n_alike @ is_shared), what, needed)
        share = patterns.counts.multiply((1 / sizes)[:, np.newaxis]).tocsr()
        return ItemAgreement(
            n_alike=n_alike,
            agreement=np.where(is_shared, _agreeing(patterns.counts, credit), 0.0)
            / np.maximum(sizes * (sizes - 1), 1.0),
            is_shared=is_shared,
            share=share,
            class_share=share.T @ n_alike / n_alike.sum(),
            n_shared_ratings=float(n_alike @ np.where(is_shared, sizes, 0.0)),
            row_of_item=patterns.of_item,
        )

    @property
    def n_items(self) -> int:
        """Items with a rating."""
        return len(self.row_of_item)

    @property
    def n_shared(self) -> int:
        """Items with at least two ratings."""
        return int(self.n_alike @ self.is_shared)

    @property
    def observed(self) -> float:
        """Mean agreement of the shared items, each counted once."""
        return float(self.n_alike @ self.agreement / self.n_shared)

    def one_by_one(self) -> ItemAgreement:
        """With a row for each item, in the order of their codes: for what tells items with the same labels apart."""
        rows = self.row_of_item
        return replace(
            self,
            n_alike=np.ones(len(rows)),
            agreement=self.agreement[rows],
            is_shared=self.is_shared[rows],
            share=None,
            row_of_item=np.arange(len(rows)),
        )


def refuse_too_few(n_shared: int, what: str, needed: int) -> None:
    """Raise TooLittleOverlap when there are fewer items with two ratings than needed."""
    if n_shared < needed:
        items = "item" if needed == 1 else "items"
        raise TooLittleOverlap(
            f"{what} needs at least {needed} {items} with two ratings or more; there are {n_shared}. "
            "Raise the overlap, so that more items are given to several annotators."
        )


def _agreeing(counts: Any, credit: Credit) -> Array:
    """Credit of all ordered pairs of different ratings of an item: shape (n_rows,)."""
    if credit.matrix is None:
        return np.asarray(counts.multiply(counts).sum(axis=1) - counts.sum(axis=1))
    found, size = np.empty(counts.shape[0]), max(1, _BLOCK // credit.n_classes)
    for begin in range(0, len(found), size):
        rows = counts[begin : begin + size]
        found[begin : begin + size] = rows.multiply(rows @ credit.matrix).sum(axis=1)
    return np.asarray(found - counts @ np.diag(credit.matrix))
