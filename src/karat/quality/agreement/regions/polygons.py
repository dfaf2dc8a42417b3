"""Exact areas of two polygons and of what they share, for any simple or self-crossing outlines.

The plane is cut into horizontal slabs at every corner and every crossing of edges. Within a slab no edges cross, so
what lies inside is made of trapezoids, and its area is the slab's height times its length along the middle line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Points = Sequence[tuple[float, float]]

CELLS_AT_ONCE = 2**20
"""Pairs of edges, or of slabs and edges, held at a time."""


_FLAT = 1e-13
"""An edge that rises by less than this share of the largest coordinate encloses nothing that counts."""


def polygon_areas(first: Points, second: Points) -> tuple[float, float, float]:
    """Area of the first polygon, of the second, and of what lies in both, exact but for rounding.

    Parameters
    ----------
    first, second : sequences of (x, y)
        Corners in their order; the last is joined to the first. Inside is what a line from afar enters an odd number
        of times.

    Examples
    --------
    >>> polygon_areas([(0, 0), (2, 0), (2, 2), (0, 2)], [(1, 1), (3, 1), (1, 3)])
    (4.0, 2.0, 1.0)
    """
    edges = np.concatenate([_edges(first), _edges(second)])
    is_second = np.arange(len(edges)) >= len(first)
    rises = edges[:, 3] - edges[:, 1] > _FLAT * np.abs(edges).max(initial=0.0)
    edges, is_second = edges[rises], is_second[rises]
    heights = np.unique(np.concatenate([edges[:, 1], edges[:, 3], _crossing_heights(edges)]))
    areas = np.zeros(3)
    step = max(1, CELLS_AT_ONCE // max(1, len(edges)))
    for start in range(0, len(heights) - 1, step):
        slabs = heights[start : start + step + 1]
        areas += np.diff(slabs) @ _middle_lengths(edges, is_second, slabs)
    return float(areas[0]), float(areas[1]), float(areas[2])


def _edges(points: Points) -> Array:
    """From the lower to the upper end, (x, y, x, y): shape (n_points, 4)."""
    corners = np.asarray(points, dtype=np.float64)
    edges = np.hstack([corners, np.roll(corners, -1, axis=0)])
    falls = edges[:, 1] > edges[:, 3]
    edges[falls] = edges[falls][:, [2, 3, 0, 1]]
    return edges


def _crossing_heights(edges: Array) -> Array:
    """The y of every point in which two edges meet."""
    found = [np.zeros(0)]
    step = max(1, CELLS_AT_ONCE // max(1, len(edges)))
    x, y = edges[:, 0], edges[:, 1]
    along_x, along_y = edges[:, 2] - x, edges[:, 3] - y
    for start in range(0, len(edges), step):
        rows = slice(start, start + step)
        apart_x, apart_y = x - x[rows, np.newaxis], y - y[rows, np.newaxis]
        turn = along_x[rows, np.newaxis] * along_y - along_y[rows, np.newaxis] * along_x
        turn[turn == 0] = np.inf  # parallel edges do not cross; all their shares below become 0
        with np.errstate(over="ignore"):  # nearly parallel edges meet far outside of both
            of_one = (apart_x * along_y - apart_y * along_x) / turn
            of_other = (apart_x * along_y[rows, np.newaxis] - apart_y * along_x[rows, np.newaxis]) / turn
        meet = (of_one > 0) & (of_one < 1) & (of_other >= 0) & (of_other <= 1)
        row, _ = np.nonzero(meet)
        found.append(y[rows][row] + of_one[meet] * along_y[rows][row])
    return np.concatenate(found)


def _middle_lengths(edges: Array, is_second: npt.NDArray[np.bool_], slabs: Array) -> Array:
    """Length inside the first, the second and both along the middle of each slab: shape (n_slabs, 3)."""
    low, high = slabs[:-1, np.newaxis], slabs[1:, np.newaxis]
    middle = (low + high) / 2
    crosses = (edges[:, 1] < middle) & (edges[:, 3] > middle)
    slope = (edges[:, 2] - edges[:, 0]) / (edges[:, 3] - edges[:, 1])
    x = np.where(crosses, edges[:, 0] + (middle - edges[:, 1]) * slope, np.inf)
    order = np.argsort(x, axis=1)
    x, crosses, second = (np.take_along_axis(values, order, axis=1) for values in (x, crosses, is_second & crosses))
    in_second = np.cumsum(second, axis=1) % 2 == 1
    in_first = np.cumsum(crosses & ~second, axis=1) % 2 == 1
    lengths = np.zeros(x.shape)
    # Behind the last crossing x is infinite, and nothing is inside.
    np.subtract(x[:, 1:], x[:, :-1], out=lengths[:, :-1], where=crosses[:, 1:])
    return np.column_stack([(lengths * inside).sum(axis=1) for inside in (in_first, in_second, in_first & in_second)])
