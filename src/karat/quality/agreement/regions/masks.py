"""How far two sets of pixels cover each other, from their runs: nothing is unpacked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.regions.shapes import Mask, checked
from karat.quality.errors import UnreadableRatings

Runs = npt.NDArray[np.int64]


def mask_iou(first: Mask | npt.ArrayLike, second: Mask | npt.ArrayLike) -> float:
    """Pixels in both masks over pixels in either (Jaccard index), 0-1; 1 when both are empty.

    Parameters
    ----------
    first, second : Mask, or bool arrays of shape (height, width)
        Of the same image.

    Raises
    ------
    UnreadableRatings
        When the sizes differ.

    Examples
    --------
    >>> mask_iou([[True, True, False]], [[False, True, True]])
    0.3333333333333333
    """
    one, other, both = mask_areas(_mask(first), _mask(second))
    return both / (one + other - both) if one or other else 1.0


def mask_dice(first: Mask | npt.ArrayLike, second: Mask | npt.ArrayLike) -> float:
    """Twice the pixels in both masks over the pixels of each, summed: the F1 of pixels; 1 when both are empty.

    References
    ----------
    Dice (1945), doi:10.2307/1932409.

    Examples
    --------
    >>> mask_dice([[True, True, False]], [[False, True, True]])
    0.5
    """
    one, other, both = mask_areas(_mask(first), _mask(second))
    return 2 * both / (one + other) if one or other else 1.0


def mask_areas(first: Mask, second: Mask) -> tuple[int, int, int]:
    """Number of pixels in the first, in the second, and in both."""
    if first[:2] != second[:2]:
        raise UnreadableRatings(
            f"two masks of one image have the same size; these have {first.height} x {first.width} and "
            f"{second.height} x {second.width} pixels."
        )
    starts, ends = _inside_runs(first)
    other_starts, other_ends = _inside_runs(second)
    both = _n_before(ends, other_starts, other_ends) - _n_before(starts, other_starts, other_ends)
    return int((ends - starts).sum()), int((other_ends - other_starts).sum()), int(both.sum())


def _inside_runs(mask: Mask) -> tuple[Runs, Runs]:
    """Where runs of pixels inside start, and where they have ended."""
    ends = np.cumsum(np.array(mask.counts, dtype=np.int64))
    return ends[:-1:2], ends[1::2]


def _n_before(place: Runs, starts: Runs, ends: Runs) -> Runs:
    """Number of pixels inside these runs that lie before each place."""
    before = np.concatenate([[0], np.cumsum(ends - starts)])
    n_done = np.searchsorted(ends, place, side="right")
    begun = np.append(starts, np.iinfo(np.int64).max)[n_done]
    return np.asarray(before[n_done] + np.maximum(0, place - begun))


def _mask(given: Any) -> Mask:
    region = checked(given if isinstance(given, Mask) else Mask.of(given))
    assert isinstance(region, Mask)
    return region
