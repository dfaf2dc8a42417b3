"""Spans as chance would put them, after the counts, lengths, gaps and labels that annotators used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.spans.alignment import Marks

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SpanHabits:
    """What random annotators imitate: mean and standard deviation of each, and how frequent labels are.

    Attributes
    ----------
    count, gap, length : (float, float)
        Spans of an annotator, characters from the end of one to the start of the next (negative where they overlap;
        before the first one, from the start of the text), characters of a span.
    label_shares : float array of shape (n_labels,)
    n_annotators : int
    """

    count: tuple[float, float]
    gap: tuple[float, float]
    length: tuple[float, float]
    label_shares: Array
    n_annotators: int

    @staticmethod
    def of(marks: Sequence[Marks]) -> SpanHabits:
        """The habits of these annotators, at least one of whom marked something."""
        counts = np.array([len(one) for one in marks], dtype=np.float64)
        lengths = np.concatenate([one.end - one.start for one in marks])
        gaps = np.concatenate([_gaps(one) for one in marks])
        labels = np.bincount(np.concatenate([one.label for one in marks]))
        return SpanHabits(
            count=(float(counts.mean()), float(counts.std())),
            gap=(float(gaps.mean()), float(gaps.std())) if len(gaps) else (0.0, 0.0),
            length=(float(lengths.mean()), float(lengths.std())),
            label_shares=labels / labels.sum(),
            n_annotators=len(marks),
        )

    def draw(self, rng: np.random.Generator) -> list[Marks]:
        """Random spans for as many annotators; each marks at least one."""
        return [self._annotator(rng) for _ in range(self.n_annotators)]

    def _annotator(self, rng: np.random.Generator) -> Marks:
        n_spans = max(1, int(rng.normal(*self.count)))
        # A length of 0, which has no positions to compare, happens only when all lengths are equal to it.
        length = np.maximum(abs(rng.normal(*self.length, size=n_spans)), 1e-9)
        end = np.cumsum(rng.normal(*self.gap, size=n_spans) + length)
        label = rng.choice(len(self.label_shares), p=self.label_shares, size=n_spans)
        return Marks(end - length, end, label.astype(np.int64))


def _gaps(marks: Marks) -> Array:
    between = marks.start[1:] - marks.end[:-1]
    before = marks.start[:1]
    return np.concatenate([between, before[before > 0]])
