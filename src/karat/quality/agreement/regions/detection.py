"""Agreement of several annotators on the objects in images: boxes, polygons and masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from karat.quality.agreement.pairs import item_pairs, score_pairs
from karat.quality.agreement.pooled import share_of_totals
from karat.quality.agreement.regions.matching import allowed_ious, match_within
from karat.quality.agreement.regions.shapes import regions_of
from karat.quality.errors import TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

MEASURES = ("f1", "iou", "quality")


def region_agreement(
    ratings: Ratings,
    *,
    measure: str = "f1",
    threshold: float | Sequence[float] = 0.5,
    labels: bool = True,
    level: float = 0.95,
) -> Estimate:
    """How far two annotators of an image draw the same objects.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are tuples of `Box`, `Polygon` or `Mask`; an empty one where an annotator drew nothing.
    measure : {"f1", "iou", "quality"}
        Share of the regions that match; mean intersection over union (IoU) of those that do; or both at once: summed
        IoU of matches over the mean number of regions, the panoptic quality.
    threshold : float or sequence of floats
        Least IoU of a match, above 0. With several the mean over them, as COCO takes .50, .55 ... .95.
    labels : bool
        Whether matching regions must have the same label.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        0-1, averaged over the pairs of annotators of each image and pooled over images, so that images weigh by their
        regions. Not corrected for chance. Two annotators who both drew nothing agree, and add nothing to the sums; 1
        when nobody drew anything. `n` counts the images with at least two annotators, and the interval is over
        images.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no image has two annotators; for "iou", when no regions match.
    UnreadableRatings
        When an answer is not made of regions, or they cannot be compared.
    UnknownMethod
        When there is no such measure, or a threshold is not an IoU.

    References
    ----------
    Kirillov et al. (2019), doi:10.1109/CVPR.2019.00963, for panoptic quality.

    Examples
    --------
    >>> from karat.quality.agreement.regions import Box
    >>> rows = [("image", "ada", (Box(0, 0, 10, 10, "cat"), Box(20, 0, 9, 9, "dog"))),
    ...         ("image", "bo", (Box(1, 0, 10, 10, "cat"),))]
    >>> round(region_agreement(Ratings.from_rows(rows)).value, 3)
    0.667
    """
    thresholds = np.atleast_1d(np.asarray(threshold, dtype=np.float64)).tolist()
    if measure not in MEASURES or not thresholds:
        raise UnknownMethod(
            f"there is no measure {measure!r} of regions with {len(thresholds)} thresholds; there are "
            f"{', '.join(MEASURES)}, with one threshold or more."
        )
    pairs = item_pairs(ratings)
    found = score_pairs(ratings, pairs, _score(measure, thresholds, labels))
    parts, wholes, n_regions = (pairs.item_means(column) for column in found.T)
    if wholes.sum() == 0 and n_regions.sum() > 0:
        raise TooLittleOverlap(
            f"no two regions match at an IoU of {min(thresholds):g}, so there is no overlap of matched ones. "
            "Ask for measure='f1', which is 0, or lower the threshold."
        )
    return share_of_totals(parts, wholes, unit=1.0 if measure == "f1" else None, level=level)


def _score(measure: str, thresholds: Sequence[float], labels: bool) -> Callable[[Any, Any], tuple[float, ...]]:
    """Part, whole and number of regions of two answers."""

    def score(first: Any, second: Any) -> tuple[float, ...]:
        one, other = regions_of(first), regions_of(second)
        ious = allowed_ious(one, other, labels=labels)
        matchings = [match_within(ious, threshold) for threshold in thresholds]
        n_matched = sum(len(matching.pairs) for matching in matchings) / len(thresholds)
        overlap = sum(sum(matching.ious) for matching in matchings) / len(thresholds)
        n_regions = float(len(one) + len(other))
        part, whole = {
            "f1": (2 * n_matched, n_regions),
            "iou": (overlap, n_matched),
            "quality": (2 * overlap, n_regions),
        }[measure]
        return part, whole, n_regions

    return score
