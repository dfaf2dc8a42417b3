"""Where texts are cut into segments: boundary similarity, WindowDiff and Pk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.pooled import mean_pairwise
from karat.quality.errors import UnknownMethod, UnreadableRatings
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

Cuts = npt.NDArray[np.bool_]


def segmentation_agreement(ratings: Ratings, *, measure: str = "boundary", level: float = 0.95) -> Estimate:
    """How far two annotators cut a text at the same places, on average.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are tuples of segment lengths in units (sentences, say), in their order.
    measure : {"boundary", "window_diff", "pk"}
        Boundary similarity; or one minus WindowDiff or Pk, averaged over who is the reference.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Mean over pairs within a text, then over texts, 0-1; not corrected for chance. 1 where nobody cut.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no text has two segmentations.
    UnreadableRatings
        When a segmentation is not made of lengths, or two of a text have different totals.
    UnknownMethod
        When there is no such measure.

    Examples
    --------
    >>> rows = [("t1", "ada", (2, 3, 6)), ("t1", "bo", (2, 2, 7)), ("t2", "ada", (4, 4)), ("t2", "bo", (4, 4))]
    >>> segmentation_agreement(Ratings.from_rows(rows)).value
    0.875
    """
    similarities: dict[str, Callable[[Any, Any], float]] = {
        "boundary": boundary_similarity,
        "window_diff": lambda one, other: 1 - (window_diff(one, other) + window_diff(other, one)) / 2,
        "pk": lambda one, other: 1 - (pk(one, other) + pk(other, one)) / 2,
    }
    if measure not in similarities:
        raise UnknownMethod(f"there is no segmentation measure {measure!r}; there are {', '.join(similarities)}.")
    return mean_pairwise(ratings, similarities[measure], level=level)


def boundary_similarity(first: Sequence[int], second: Sequence[int], *, n_t: int = 2) -> float:
    """Share of boundaries two segmentations have in common; near misses count in part.

    Parameters
    ----------
    first, second : sequences of segment lengths
    n_t : int
        Two boundaries fewer than `n_t` units apart are one near miss, which costs its distance over `n_t`, instead of
        two full ones. The nearest are paired first, from left to right.

    Returns
    -------
    float
        0-1; 1 when neither has a boundary.

    References
    ----------
    Fournier (2013), Evaluating Text Segmentation using Boundary Edit Distance, ACL.

    Examples
    --------
    >>> boundary_similarity((2, 3, 6), (2, 2, 7))
    0.75
    """
    one, other = _cuts(first, second)
    n_matches = int((one & other).sum())
    n_misses = int((one ^ other).sum())
    distances = _near_misses(one & ~other, other & ~one, n_t)
    n_edits = n_misses - len(distances)  # a near miss takes two boundaries and is one edit
    if n_matches + n_edits == 0:
        return 1.0
    cost = n_misses - 2 * len(distances) + sum(distances) / n_t
    return 1 - cost / (n_matches + n_edits)


def window_diff(segmentation: Sequence[int], reference: Sequence[int], *, window: int | None = None) -> float:
    """Share of windows in which the numbers of boundaries differ.

    Parameters
    ----------
    segmentation, reference : sequences of segment lengths
    window : int, optional
        Units between the ends of a window; half the mean segment length of the reference, rounded (to even at .5),
        and at least 2.

    Returns
    -------
    float
        0 equal, 1 different everywhere.

    References
    ----------
    Pevzner and Hearst (2002), doi:10.1162/089120102317341756.

    Examples
    --------
    >>> window_diff((2, 3, 6), (5, 6))
    0.25
    """
    one, other = _windows(segmentation, reference, window)
    return float((one != other).mean()) if len(one) else 0.0


def pk(segmentation: Sequence[int], reference: Sequence[int], *, window: int | None = None) -> float:
    """Share of windows whose ends are in one segment by one segmentation and not by the other.

    Parameters and value as for `window_diff`.

    References
    ----------
    Beeferman, Berger and Lafferty (1999), doi:10.1023/A:1007506220214.

    Examples
    --------
    >>> pk((2, 3, 6), (5, 6))
    0.25
    """
    one, other = _windows(segmentation, reference, window)
    return float(((one > 0) != (other > 0)).mean()) if len(one) else 0.0


def _cuts(first: Sequence[int], second: Sequence[int]) -> tuple[Cuts, Cuts]:
    """Whether there is a boundary after each unit but the last: two arrays of shape (n_units - 1,)."""
    cuts = []
    for lengths in (first, second):
        whole = np.asarray(lengths)
        if whole.ndim != 1 or not len(whole) or whole.dtype.kind not in "iu" or (whole < 1).any():
            raise UnreadableRatings(
                f"a segmentation is the lengths of its segments, whole numbers from 1 up; got {lengths!r}."
            )
        is_cut = np.zeros(int(whole.sum()), dtype=bool)
        is_cut[np.cumsum(whole) - 1] = True
        cuts.append(is_cut[:-1])
    if len(cuts[0]) != len(cuts[1]):
        raise UnreadableRatings(
            f"two segmentations of one text have the same total; these have {len(cuts[0]) + 1} and {len(cuts[1]) + 1}."
        )
    return cuts[0], cuts[1]


def _near_misses(only_one: Cuts, only_other: Cuts, n_t: int) -> list[int]:
    """Distances of boundaries of one that are paired with a near boundary of the other; each is used once."""
    only_one, only_other = only_one.copy(), only_other.copy()
    distances = []
    for distance in range(1, n_t):
        for left in np.flatnonzero(only_one | only_other).tolist():
            right = left + distance
            if right >= len(only_one):
                break
            for mine, yours in ((only_one, only_other), (only_other, only_one)):
                if mine[left] and yours[right]:
                    mine[left] = yours[right] = False
                    distances.append(distance)
    return distances


def _windows(segmentation: Sequence[int], reference: Sequence[int], window: int | None) -> tuple[Any, Any]:
    """Number of boundaries in each window, by the segmentation and by the reference."""
    one, other = _cuts(segmentation, reference)
    n_units = len(one) + 1
    width = max(2, round(n_units / len(reference) / 2)) if window is None else window
    if width < 1:
        raise UnknownMethod(f"a window spans at least 1 unit; got {width}.")
    width = min(width, n_units - 1)
    sums = [np.concatenate([[0], np.cumsum(cuts)]) for cuts in (one, other)]
    counts = [before[width:] - before[: len(before) - width] for before in sums] if width else [one, other]
    return counts[0], counts[1]
