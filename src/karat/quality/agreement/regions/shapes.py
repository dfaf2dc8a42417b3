"""Boxes, polygons and masks in images, as values that can be the answers of `Ratings`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from karat.quality.errors import UnreadableRatings
from karat.quality.ratings import Name


class Box(NamedTuple):
    """A rectangle: its top left corner and size, in pixels or any other unit."""

    x: float
    y: float
    width: float
    height: float
    label: Name = None


class Polygon(NamedTuple):
    """The area within a closed line through these (x, y) points; by the even-odd rule where the line crosses itself."""

    points: tuple[tuple[float, float], ...]
    label: Name = None


class Mask(NamedTuple):
    """A set of pixels: lengths of runs down one column after the other, the first of them outside, as in COCO."""

    height: int
    width: int
    counts: tuple[int, ...]
    label: Name = None

    @staticmethod
    def of(pixels: npt.ArrayLike, label: Name = None) -> Mask:
        """The mask of an array of shape (height, width) that is true inside.

        Examples
        --------
        >>> Mask.of([[False, True, True, False], [False, False, True, False]])
        Mask(height=2, width=4, counts=(2, 1, 1, 2, 2), label=None)
        """
        inside = np.asarray(pixels).astype(bool)
        if inside.ndim != 2 or not inside.size:
            raise UnreadableRatings(f"a mask has height and width; got an array of shape {inside.shape}.")
        down = inside.ravel(order="F")
        turns = np.flatnonzero(down[1:] != down[:-1]) + 1
        borders = np.concatenate([[0] if down[0] else [], [0], turns, [down.size]]).astype(np.int64)
        height, width = inside.shape
        return Mask(height, width, tuple(np.diff(borders).tolist()), label)


Region = Box | Polygon | Mask


def regions_of(answer: Any) -> list[Region]:
    """The regions of an answer, each checked; the same one may occur twice.

    Raises
    ------
    UnreadableRatings
        When the answer is no collection of boxes, polygons and masks, or one of them has no area it could have.
    """
    if isinstance(answer, Box | Polygon | Mask) or not isinstance(answer, Iterable):
        raise UnreadableRatings(
            f"an answer of regions is a tuple of Box, Polygon or Mask; {answer!r} is none. "
            "Give () where an annotator drew nothing."
        )
    return [checked(region) for region in answer]


def checked(region: Any) -> Region:
    """The region, if it is one."""
    match region:
        case Box(_, _, width, height) if width > 0 and height > 0:
            return region
        case Box():
            raise UnreadableRatings(f"a box has a width and height above 0; {region!r} has not.")
        case Polygon(points) if len(points) >= 3 and all(len(point) == 2 for point in points):
            return region
        case Polygon():
            raise UnreadableRatings(f"a polygon has at least three (x, y) points; {region!r} has not.")
        case Mask(height, width, counts) if sum(counts) == height * width and min(counts) >= 0:
            return region
        case Mask():
            raise UnreadableRatings(
                f"the runs of a mask add up to its pixels; here {sum(region.counts)} for {region.height} x "
                f"{region.width}."
            )
    raise UnreadableRatings(f"a region is a Box, Polygon or Mask; {region!r} is none.")
