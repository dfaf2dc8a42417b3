"""Disorder of a text's spans, observed and by chance: what gamma is made of. Runs on plain lists, so in any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from karat.quality.agreement.spans.alignment import Costs, Marks, best_alignment, category_disorder, units_of
from karat.quality.agreement.spans.random_spans import SpanHabits


@dataclass(frozen=True, slots=True)
class Disorder:
    """Of one text.

    Attributes
    ----------
    observed, expected : float
        Disorder of the best alignment, and its mean over random texts.
    expected_error : float
        Standard error of that mean.
    observed_category, expected_category : float
        The same of labels alone, on the same alignments.
    n_groups : int
        Groups in the best alignment.
    mean_spans : float
        Spans of an annotator, on average.
    """

    observed: float
    expected: float
    expected_error: float
    observed_category: float
    expected_category: float
    n_groups: int
    mean_spans: float


@dataclass(frozen=True, slots=True)
class Chance:
    """How the expected disorder is drawn, and what counts for that of labels.

    Attributes
    ----------
    n_samples : int
        Random texts for each text, at least 2.
    seed : int
    unaligned : bool
        Whether a span without a partner counts as differing in its label.
    """

    n_samples: int
    seed: int
    unaligned: bool


def disorders(documents: Any, *, costs: dict[str, float], chance: dict[str, Any]) -> list[dict[str, float]]:
    """Disorder of each document as plain dicts.

    Parameters
    ----------
    documents : list of lists of lists of (start, end, label code)
        By document and annotator.
    costs, chance : dict
        Fields of `Costs` and of `Chance`.
    """
    drawing = Chance(**chance)
    rng = np.random.default_rng(drawing.seed)
    return [asdict(_disorder(marks, Costs(**costs), drawing, rng)) for marks in units_of(documents)]


def _disorder(marks: Sequence[Marks], costs: Costs, chance: Chance, rng: np.random.Generator) -> Disorder:
    best = best_alignment(marks, costs)
    habits = SpanHabits.of(marks)
    samples = np.empty((chance.n_samples, 2))
    for number in range(chance.n_samples):
        drawn = habits.draw(rng)
        found = best_alignment(drawn, costs)
        samples[number] = found.disorder, category_disorder(drawn, found, costs, unaligned=chance.unaligned)
    expected, expected_category = samples.mean(axis=0).tolist()
    return Disorder(
        observed=best.disorder,
        expected=expected,
        expected_error=float(samples[:, 0].std(ddof=1) / np.sqrt(chance.n_samples)),
        observed_category=category_disorder(marks, best, costs, unaligned=chance.unaligned),
        expected_category=expected_category,
        n_groups=len(best.groups),
        mean_spans=sum(len(one) for one in marks) / len(marks),
    )
