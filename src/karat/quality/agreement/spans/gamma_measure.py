"""Gamma: agreement on where spans are and what they are called, found together with which of them correspond."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from karat.quality.agreement.item_intervals import Influence, alpha_estimate
from karat.quality.agreement.pairs import item_pairs
from karat.quality.agreement.spans.disorder import disorders
from karat.quality.agreement.spans.span import Span, spans_of
from karat.quality.errors import QualityError, SingleClass, TimeLimit, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

WORKER = "karat.quality.agreement.spans.gamma_worker"


@dataclass(frozen=True, slots=True)
class GammaSettings:
    """How gamma weighs differences, and how much work it may be.

    Attributes
    ----------
    position_weight, category_weight : float
        Factors of the difference of ends and of labels: alpha and beta of the paper.
    empty_cost : float
        Cost of a span without a partner: delta-empty of the paper.
    category_counts_unaligned : bool
        Whether gamma-cat takes a span without a partner as one whose label differs, as pygamma-agreement 0.5.9 does, or
        leaves it out, as Mathet (2017) does.
    n_samples : int
        Random texts drawn for the disorder by chance, at least 2.
    seed : int
        Of these draws; the same seed gives the same number.
    time_limit_seconds : float or None
        For the whole search, which runs in a process of its own and is ended after so long. None runs it here, without
        a limit. The work grows exponentially with the number of annotators: 3 annotators of 30 spans take seconds.
    """

    position_weight: float = 1.0
    category_weight: float = 1.0
    empty_cost: float = 1.0
    category_counts_unaligned: bool = True
    n_samples: int = 30
    seed: int = 0
    time_limit_seconds: float | None = 60.0

    def __post_init__(self) -> None:
        if min(self.position_weight, self.category_weight) < 0 or self.empty_cost <= 0 or self.n_samples < 2:
            raise UnknownMethod(
                "gamma needs weights from 0 up, an empty cost above 0 and at least 2 samples; got "
                f"{self.position_weight:g}, {self.category_weight:g}, {self.empty_cost:g} and {self.n_samples}."
            )


@dataclass(frozen=True, slots=True)
class Gamma:
    """Gamma of one text.

    Attributes
    ----------
    value : float
        One minus observed over expected disorder: 1 perfect, 0 chance.
    category_value : float or None
        Gamma-cat: the same for labels alone. None where random texts do not differ in labels, but these do.
    observed_disorder, expected_disorder : float
        Of the best alignment, and on average of those of random texts.
    standard_error : float
        Of `value`, because chance is drawn; it falls with the root of `n_samples`. It says nothing of other texts.
    n_groups : int
        Groups of spans in the best alignment.
    """

    value: float
    category_value: float | None
    observed_disorder: float
    expected_disorder: float
    standard_error: float
    n_groups: int


def gamma(answers: Mapping[Any, Iterable[Any]], settings: GammaSettings | None = None) -> Gamma:
    """How far annotators of one text agree on spans and labels, beyond chance.

    Spans may overlap, and one annotator's spans may lie inside each other. The spans of all annotators are aligned so
    that disorder is least, exactly; then disorder is compared with that of random texts with the same habits (number,
    length, gaps and labels of spans).

    Parameters
    ----------
    answers : mapping from annotator to iterable of `Span`
        At least two annotators; one who marked nothing has an empty answer.
    settings : GammaSettings, optional

    Raises
    ------
    TooLittleOverlap
        When there are fewer than two annotators.
    SingleClass
        When nobody marked anything, or random texts cannot differ.
    TimeLimit
        When the search takes longer than it may.
    UnreadableRatings
        When an answer is not made of spans.

    References
    ----------
    Mathet, Widlocher and Metivier (2015), doi:10.1162/COLI_a_00227; Mathet (2017), doi:10.1162/COLI_a_00296. Chance as
    in pygamma-agreement (Titeux and Riad 2021, doi:10.21105/joss.02989), whose default draws from normal distributions.

    Examples
    --------
    >>> found = gamma({"ada": [(0, 5, "PER"), (10, 15, "LOC")], "bo": [(0, 5, "PER"), (10, 16, "LOC")]},
    ...               GammaSettings(time_limit_seconds=None))
    >>> found.n_groups, round(found.observed_disorder, 4)
    (2, 0.0041)
    """
    if len(answers) < 2:
        raise TooLittleOverlap(f"gamma needs at least 2 annotators of the text; there are {len(answers)}.")
    [found] = _measure([[spans_of(answer) for answer in answers.values()]], settings or GammaSettings())
    _refuse_no_chance(found["expected"])
    value = 1 - found["observed"] / found["expected"]
    return Gamma(
        value=value,
        category_value=_category_value(found["observed_category"], found["expected_category"]),
        observed_disorder=found["observed"],
        expected_disorder=found["expected"],
        standard_error=(1 - value) * found["expected_error"] / found["expected"],
        n_groups=int(found["n_groups"]),
    )


def gamma_agreement(ratings: Ratings, settings: GammaSettings | None = None, *, level: float = 0.95) -> Estimate:
    """Gamma over several texts, with an interval over texts.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are frozensets or tuples of `Span`.
    settings : GammaSettings, optional
        The time limit is for all texts together.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        One minus observed over expected disorder, both summed over texts in proportion to their spans. A t-interval on
        ln(1 - gamma); `n` counts the texts with at least two annotators. One in which nobody marked anything adds
        nothing to either sum.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two texts have two annotators.
    SingleClass
        When nobody marked anything, or random texts cannot differ.
    TimeLimit
        When the search takes longer than it may.
    """
    pairs = item_pairs(ratings)
    if pairs.n_items < 2:
        raise TooLittleOverlap(
            "an interval over texts needs at least 2 texts with two annotators; there is 1. "
            "Use gamma for the value of one text, or raise the overlap."
        )
    shared = np.unique(np.concatenate([pairs.first, pairs.second]))
    documents: dict[int, list[list[Span]]] = {}
    for row in shared.tolist():
        documents.setdefault(int(ratings.item[row]), []).append(spans_of(ratings.classes[ratings.label[row]]))
    marked = [answers for answers in documents.values() if any(answers)]
    found = _measure(marked, settings or GammaSettings())
    observed = np.array([one["observed"] * one["mean_spans"] for one in found])
    expected = np.array([one["expected"] * one["mean_spans"] for one in found])
    _refuse_no_chance(float(expected.sum()))
    ratio = float(observed.sum() / expected.sum())
    influence = -(observed - ratio * expected) / expected.sum()
    return alpha_estimate(
        alpha=1 - ratio,
        influence=Influence(float(influence.sum()), float(influence @ influence), rounding=1e-24),
        n_items=pairs.n_items,
        expected_disagreement=1.0,
        level=level,
    )


def _category_value(observed: float, expected: float) -> float | None:
    if observed == 0:
        return 1.0
    return 1 - observed / expected if expected > 0 else None


def _refuse_no_chance(expected: float) -> None:
    if expected <= 0:
        raise SingleClass(
            "random texts with the habits of these annotators are all alike (one span of one length at one place), so "
            "there is no chance disorder to compare with. Show span F1, or wait for other texts."
        )


def _measure(documents: Sequence[Sequence[Sequence[Span]]], settings: GammaSettings) -> list[dict[str, float]]:
    """Disorder of each document, here or in a worker."""
    if not any(spans for answers in documents for spans in answers):
        raise SingleClass("nobody marked anything, so all agree, and chance would too. Show span F1, which is 1.")
    code: dict[Name, int] = {}
    request: dict[str, Any] = {
        "documents": [
            [[(s.start, s.end, code.setdefault(s.label, len(code))) for s in spans] for spans in answers]
            for answers in documents
        ],
        "costs": {
            "position": settings.position_weight,
            "category": settings.category_weight,
            "empty": settings.empty_cost,
        },
        "chance": {
            "n_samples": settings.n_samples,
            "seed": settings.seed,
            "unaligned": settings.category_counts_unaligned,
        },
    }
    if settings.time_limit_seconds is None:
        return disorders(**request)
    return _in_worker(request, settings.time_limit_seconds)


def _in_worker(request: dict[str, Any], seconds: float) -> list[dict[str, float]]:
    # A program of its own rather than multiprocessing: that would run the caller's script again where it lacks a guard.
    try:
        done = subprocess.run(
            [sys.executable, "-m", WORKER],
            input=json.dumps(request),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        largest = max(len(answers) for answers in request["documents"])
        raise TimeLimit(
            f"gamma was not done after {seconds:g} seconds, with up to {largest} annotators of a text. Give it more "
            "time, fewer annotators (three at most), or shorter texts; unitizing alpha and span F1 take no search."
        ) from problem
    if done.returncode != 0:
        reason = done.stderr.strip().rsplit("\n", 1)[-1]
        raise QualityError(f"the worker that measures gamma ended with {done.returncode}: {reason}.")
    found: list[dict[str, float]] = json.loads(done.stdout)
    return found
