"""The best alignment of several annotators' spans: which of them are about the same thing, found exactly.

Costs follow gamma (Mathet, Widlocher and Metivier 2015): two aligned spans cost by how far their ends and labels
differ, a span without a partner costs as much as an empty place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

CELLS_AT_ONCE = 2**21
"""Candidates weighed at a time."""

TIE = 1e-6
"""Cost of a group, in empty places, that decides between alignments of equal disorder. The solver sees no less."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one annotator marked: arrays of shape (n_spans,), labels as codes."""

    start: Array
    end: Array
    label: Codes

    @staticmethod
    def of(rows: Sequence[Sequence[float]]) -> Marks:
        """From (start, end, label code) rows."""
        table = np.array(rows, dtype=np.float64).reshape(-1, 3)
        return Marks(table[:, 0], table[:, 1], table[:, 2].astype(np.int64))

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True)
class Costs:
    """Weights of what spans can differ in.

    Attributes
    ----------
    position, category : float
        Factors of the distance of the ends, squared and relative to the lengths, and of a different label.
    empty : float
        Cost of a pair with an empty place; also the unit of the others.
    """

    position: float = 1.0
    category: float = 1.0
    empty: float = 1.0

    def positions(self, one: Marks, other: Marks) -> Array:
        """Cost of the ends of each two spans: shape (n_spans of one, n_spans of other)."""
        apart = abs(np.subtract.outer(one.start, other.start)) + abs(np.subtract.outer(one.end, other.end))
        lengths = np.add.outer(one.end - one.start, other.end - other.start)
        return np.asarray(self.position * self.empty * np.square(apart / lengths))

    def categories(self, one: Marks, other: Marks) -> Array:
        """Cost of the labels of each two spans, before its factor."""
        return self.empty * np.not_equal.outer(one.label, other.label).astype(np.float64)

    def pairs(self, one: Marks, other: Marks) -> Array:
        """Cost of each two places, the last of each being the empty one."""
        costs = np.full((len(one) + 1, len(other) + 1), self.empty, dtype=np.float64)
        costs[:-1, :-1] = self.positions(one, other) + self.category * self.categories(one, other)
        return costs


@dataclass(frozen=True, slots=True)
class Alignment:
    """Groups of spans, each span in one group, at most one span of each annotator in a group.

    Attributes
    ----------
    groups : int array of shape (n_groups, n_annotators)
        Number of the span, or -1 for none.
    disorder : float
        Mean cost over the pairs of places of a group, summed over groups and divided by the mean number of spans of
        an annotator.
    """

    groups: Codes
    disorder: float


def best_alignment(marks: Sequence[Marks], costs: Costs) -> Alignment:
    """The alignment with the least disorder.

    Exact: a choice of groups that holds each span once, by branch and bound (HiGHS). Of alignments with the same
    disorder, one with the fewest groups. The work grows exponentially with the number of annotators.

    Parameters
    ----------
    marks : sequence of Marks
        One for each of at least two annotators; at least one span among them.
    """
    groups, disorders = _candidates(marks, costs)
    first_row = np.cumsum([0, *(len(m) for m in marks)])
    candidate, annotator = np.nonzero(groups >= 0)
    row = first_row[annotator] + groups[candidate, annotator]
    shape = (int(first_row[-1]), len(groups))
    holds = scipy.sparse.csc_array((np.ones(len(row)), (row, candidate)), shape=shape)
    found = scipy.optimize.milp(
        disorders + TIE * costs.empty,
        integrality=np.ones(len(groups)),
        bounds=scipy.optimize.Bounds(0, 1),
        constraints=scipy.optimize.LinearConstraint(holds, 1, 1),
        options={"mip_rel_gap": 0.0},
    )
    if not found.success:
        raise QualityError(f"the best alignment was not found: {found.message}.")
    chosen = found.x > 0.5
    mean_spans = first_row[-1] / len(marks)
    return Alignment(groups[chosen], float(disorders[chosen].sum() / mean_spans))


def category_disorder(marks: Sequence[Marks], alignment: Alignment, costs: Costs, *, unaligned: bool) -> float:
    """How far the labels of aligned spans differ: what gamma-cat compares with chance.

    Mean over pairs of places in a group, which count the less the farther the ends of their spans are apart, and the
    more spans share their group. `unaligned` says whether a span beside an empty place counts too, as fully different.
    0 where no pair counts.

    References
    ----------
    Mathet (2017), doi:10.1162/COLI_a_00296, without unaligned spans; pygamma-agreement 0.5.9 counts them.
    """
    n_spans = (alignment.groups >= 0).sum(axis=1)
    disorder = weight = 0.0
    for one, other in combinations(range(len(marks)), 2):
        is_there = alignment.groups[:, [one, other]] >= 0
        both = is_there.all(axis=1)
        place = alignment.groups[both, one], alignment.groups[both, other]
        near = np.maximum(0.0, 1 - costs.positions(marks[one], marks[other])[place]) / (n_spans[both] - 1)
        n_alone = int((is_there.any(axis=1) & ~both).sum()) if unaligned else 0
        disorder += float(near @ costs.categories(marks[one], marks[other])[place]) + n_alone * costs.empty**2
        weight += float(near.sum()) + n_alone * costs.empty
    return disorder / weight if disorder > 0 else 0.0


def _candidates(marks: Sequence[Marks], costs: Costs) -> tuple[Codes, Array]:
    """Groups that a best alignment may hold, and their disorder.

    A group that costs more than its spans would each alone cannot be in one, since splitting it up is better. While a
    group is built, its cost so far is held against that bound as if every annotator still to come added a span.
    """
    n_pairs = len(marks) * (len(marks) - 1) / 2
    groups, cost = np.array([[n] for n in [*range(len(marks[0])), -1]]), np.zeros(len(marks[0]) + 1)
    for added in range(1, len(marks)):
        tables = [costs.pairs(marks[earlier], marks[added]) for earlier in range(added)]
        to_come = len(marks) - 1 - added
        kept = []
        step = max(1, CELLS_AT_ONCE // (len(marks[added]) + 1))
        for start in range(0, len(groups), step):
            block, block_cost = groups[start : start + step], cost[start : start + step]
            kept.append(_extended(block, block_cost, tables, (to_come, costs.empty * n_pairs)))
        groups, cost = np.concatenate([k[0] for k in kept]), np.concatenate([k[1] for k in kept])
    n_spans = (groups >= 0).sum(axis=1)
    useful = (n_spans > 0) & (cost <= n_spans * costs.empty * n_pairs + 1e-9)
    return groups[useful], cost[useful] / n_pairs


def _extended(groups: Codes, cost: Array, tables: Sequence[Array], bound: tuple[int, float]) -> tuple[Codes, Array]:
    """Each group with each span of one more annotator, or none, where that is within the bound."""
    to_come, alone = bound
    total = cost[:, np.newaxis] + sum(table[groups[:, earlier]] for earlier, table in enumerate(tables))
    n_added = total.shape[1] - 1
    n_spans = (groups >= 0).sum(axis=1)[:, np.newaxis] + (np.arange(n_added + 1) < n_added)
    row, added = np.nonzero(total <= (n_spans + to_come) * alone + 1e-9)
    return np.column_stack([groups[row], np.where(added < n_added, added, -1)]), np.asarray(total[row, added])


def units_of(documents: Any) -> list[list[Marks]]:
    """Marks from plain lists: documents of annotators of (start, end, label code)."""
    return [[Marks.of(rows) for rows in annotators] for annotators in documents]
