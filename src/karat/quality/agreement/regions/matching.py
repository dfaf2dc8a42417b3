"""Which regions of two annotators are the same object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.regions.overlap import iou_table
from karat.quality.agreement.regions.shapes import Region, regions_of
from karat.quality.errors import TooLittleOverlap, UnknownMethod

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matching:
    """Regions of two annotators, paired one to one.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Places in the first and in the second answer.
    ious : tuple of float
        Of each pair.
    n_first, n_second : int
        Number of regions, matched or not.
    """

    pairs: tuple[tuple[int, int], ...]
    ious: tuple[float, ...]
    n_first: int
    n_second: int

    @property
    def f1(self) -> float:
        """Twice the matched regions over all regions; 1 when neither drew any."""
        return 2 * len(self.pairs) / n if (n := self.n_first + self.n_second) else 1.0

    @property
    def mean_iou(self) -> float:
        """Mean over the matched pairs; 1 when neither drew any.

        Raises
        ------
        TooLittleOverlap
            When there are regions, and none match.
        """
        if self.ious:
            return sum(self.ious) / len(self.ious)
        if self.n_first or self.n_second:
            raise TooLittleOverlap(
                f"none of {self.n_first} and {self.n_second} regions match, so there is no overlap of matched ones. "
                "Show F1, which is 0, or lower the threshold."
            )
        return 1.0


def match_regions(
    first: Iterable[Region], second: Iterable[Region], *, threshold: float = 0.5, labels: bool = True
) -> Matching:
    """The pairing of two annotators' regions that overlaps most.

    Parameters
    ----------
    first, second : iterables of Box, Polygon or Mask
    threshold : float
        Least intersection over union of a pair, above 0.
    labels : bool
        Whether pairs must have the same label.

    Returns
    -------
    Matching
        Of all pairings one to one, one whose IoUs have the largest sum; pairs below the threshold count as 0.

    References
    ----------
    Kuhn (1955), doi:10.1002/nav.3800020109.

    Examples
    --------
    >>> from karat.quality.agreement.regions import Box
    >>> found = match_regions([Box(0, 0, 10, 10), Box(50, 50, 20, 20)], [Box(1, 1, 10, 10)])
    >>> found.pairs, round(found.f1, 3)
    (((0, 0),), 0.667)
    """
    one, other = regions_of(first), regions_of(second)
    return match_within(allowed_ious(one, other, labels=labels), threshold)


def allowed_ious(first: Sequence[Region], second: Sequence[Region], *, labels: bool) -> Array:
    """IoU of each two regions, 0 where their labels forbid a match."""
    table = iou_table(first, second)
    if labels:
        table *= np.array([[a.label == b.label for b in second] for a in first], dtype=np.float64).reshape(table.shape)
    return table


def match_within(ious: Array, threshold: float) -> Matching:
    """`match_regions`, given the IoU of each two regions."""
    if not 0 < threshold <= 1:
        raise UnknownMethod(f"the threshold is an intersection over union above 0, up to 1; got {threshold:g}.")
    counted = np.where(ious >= threshold, ious, 0.0)
    rows, columns = scipy.optimize.linear_sum_assignment(counted, maximize=True)
    kept = counted[rows, columns] > 0
    pairs = tuple(zip(rows[kept].tolist(), columns[kept].tolist(), strict=True))
    n_first, n_second = ious.shape
    return Matching(pairs, tuple(counted[rows[kept], columns[kept]].tolist()), n_first, n_second)
