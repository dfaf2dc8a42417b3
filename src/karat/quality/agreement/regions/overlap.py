"""How far two regions cover each other: intersection over union."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.regions.masks import mask_iou
from karat.quality.agreement.regions.polygons import polygon_areas
from karat.quality.agreement.regions.shapes import Box, Mask, Polygon, Region, checked
from karat.quality.errors import UnreadableRatings

Array = npt.NDArray[np.float64]


def iou(first: Region, second: Region) -> float:
    """Area in both regions over area in either (Jaccard index), 0-1, whatever their labels.

    Exact for boxes, masks and polygons, crossing outlines included. A box and a polygon can be compared, a mask only
    with a mask.

    Raises
    ------
    UnreadableRatings
        When a mask meets another kind, masks differ in size, or a region has no area.

    Examples
    --------
    >>> round(iou(Box(0, 0, 10, 10), Box(5, 5, 10, 10)), 4)
    0.1429
    """
    one, other = checked(first), checked(second)
    match one, other:
        case Mask(), Mask():
            return mask_iou(one, other)
        case Box(), Box():
            return float(_box_ious([one], [other])[0, 0])
        case ((Box() | Polygon()), (Box() | Polygon())):
            return _polygon_iou(one, other)
    raise UnreadableRatings(
        f"a {type(one).__name__} cannot be compared with a {type(other).__name__}: a mask counts pixels. "
        "Draw both the same way, or make masks of both."
    )


def iou_table(first: Sequence[Region], second: Sequence[Region]) -> Array:
    """`iou` of each two regions: shape (n_first, n_second)."""
    if all(isinstance(region, Box) for region in (*first, *second)):
        return _box_ious(first, second)
    table = np.zeros((len(first), len(second)))
    for row, column in np.argwhere(_may_meet(first, second)).tolist():
        table[row, column] = iou(first[row], second[column])
    return table


def _may_meet(first: Sequence[Region], second: Sequence[Region]) -> npt.NDArray[np.bool_]:
    """Whether the boxes around two regions meet; always for masks, whose sizes are still to be compared."""
    around = [np.array([_around(region) for region in regions]).reshape(-1, 4) for regions in (first, second)]
    one, other = around[0][:, np.newaxis], around[1]
    return np.asarray(((one[..., :2] <= other[:, 2:]) & (other[:, :2] <= one[..., 2:])).all(axis=-1))


def _around(region: Region) -> tuple[float, float, float, float]:
    if isinstance(region, Mask):
        return (-np.inf, -np.inf, np.inf, np.inf)
    x, y = zip(*_outline(region), strict=True)
    return (min(x), min(y), max(x), max(y))


def _box_ious(first: Sequence[Region], second: Sequence[Region]) -> Array:
    starts, ends = _corners(first)
    other_starts, other_ends = _corners(second)
    starts, ends = starts[:, np.newaxis], ends[:, np.newaxis]
    both = np.maximum(0.0, np.minimum(ends, other_ends) - np.maximum(starts, other_starts)).prod(axis=-1)
    either = (ends - starts).prod(axis=-1) + (other_ends - other_starts).prod(axis=-1) - both
    return np.asarray(both / either)


def _corners(boxes: Sequence[Region]) -> tuple[Array, Array]:
    """Top left and bottom right. Sizes are taken from these, so that equal boxes cover each other to the last digit."""
    table = np.array([box[:4] for box in boxes], dtype=np.float64).reshape(-1, 4)
    return table[:, :2], table[:, :2] + table[:, 2:]


def _polygon_iou(one: Box | Polygon, other: Box | Polygon) -> float:
    outlines = _outline(one), _outline(other)
    areas = polygon_areas(*outlines)
    for area, region in zip(areas, (one, other), strict=False):
        if area <= 0:
            raise UnreadableRatings(
                f"{region!r} encloses no area, so it covers nothing. Leave it out, or draw it anew."
            )
    return min(1.0, areas[2] / (areas[0] + areas[1] - areas[2]))


def _outline(region: Box | Polygon) -> Sequence[tuple[float, float]]:
    if isinstance(region, Polygon):
        return region.points
    right, bottom = region.x + region.width, region.y + region.height
    return ((region.x, region.y), (right, region.y), (right, bottom), (region.x, bottom))
