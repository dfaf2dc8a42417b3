"""Is a candidate good enough? A sequential test that stops as soon as it knows, its errors computed exactly."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import scipy

from karat.quality.errors import QualityError

Outcome = Literal["passed", "failed", "undecided", "open"]

_MOST_UP = 3
"""Right answers give at most so many points: the scale on which weights become whole numbers."""

_WEIGHT_ERROR = 0.02

_MOST_UNDECIDED = 0.5
"""A test that leaves more of the fit undecided is none."""


@dataclass(frozen=True, slots=True)
class QualificationReading:
    """Where a candidate stands.

    Attributes
    ----------
    outcome : {"passed", "failed", "undecided", "open"}
        "open" while there is more to ask, "undecided" when the most items were asked without a decision.
    points, n : int
        Points so far, and items answered until the decision.
    """

    outcome: Outcome
    points: int
    n: int


@dataclass(frozen=True, slots=True)
class QualificationState:
    """Plain data; see `QualificationReading`."""

    outcome: Outcome = "open"
    points: int = 0
    n: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """What to expect of the test at one accuracy.

    Attributes
    ----------
    passed, failed, undecided : float
        Probabilities; they sum to 1.
    mean_items : float
    """

    passed: float
    failed: float
    undecided: float
    mean_items: float


@dataclass(frozen=True, slots=True)
class Qualification:
    """Right answers give points, wrong ones take some away; at one limit the candidate passes, at the other fails.

    The proportion of the points is that of Wald's likelihood ratios: no test with the same errors needs fewer items on
    average at the two accuracies it was made for. Limits are the smallest that keep the stated errors, found by
    computing the course of the test exactly; Wald's formula would ask for more items than needed.

    Attributes
    ----------
    unfit, fit : float
        Accuracies to be told apart, 0-1.
    up, down : int
        Points a right answer gives and a wrong one takes.
    pass_at, fail_at : int
        Points; `fail_at` is negative.
    most_items : int

    References
    ----------
    Wald (1945), doi:10.1214/aoms/1177731118.

    Examples
    --------
    >>> test = Qualification.between(0.80, 0.92)
    >>> unfit, fit = test.course(0.80), test.course(0.92)
    >>> round(unfit.passed, 3), round(fit.failed, 3), round(unfit.mean_items), round(fit.mean_items)
    (0.05, 0.047, 38, 48)
    >>> fixed_test(0.80, 0.92)
    FixedTest(n_items=88, least_right=77)
    """

    unfit: float
    fit: float
    up: int
    down: int
    pass_at: int
    fail_at: int
    most_items: int

    @staticmethod
    def between(
        unfit: float = 0.80,
        fit: float = 0.92,
        *,
        wrong_pass: float = 0.05,
        wrong_fail: float = 0.05,
        most_items: int = 150,
        n_groups: int = 1,
    ) -> Qualification:
        """The test of one class or rule group.

        Parameters
        ----------
        unfit, fit : float
            Who is this accurate or less must fail; who is this accurate or more must pass.
        wrong_pass, wrong_fail : float
            Probability of the wrong decision at these two accuracies, at most.
        most_items : int
        n_groups : int
            Groups that must all be passed. A candidate fit in all of them then fails with at most `wrong_fail` in any;
            one unfit in one group passes with at most `wrong_pass` however many there are.

        Raises
        ------
        QualityError
            When the accuracies are not 0 < unfit < fit < 1, or the errors cannot be kept.
        """
        _refuse_impossible(unfit, fit, wrong_pass, wrong_fail)
        if n_groups < 1 or most_items < 1:
            raise QualityError(f"a test has groups and items; got {n_groups} groups and at most {most_items} items.")
        up, down = _whole_weights(unfit, fit)
        narrowest = Qualification(unfit, fit, up, down, pass_at=up, fail_at=-down, most_items=most_items)
        return _wide_enough(narrowest, wrong_pass, wrong_fail / n_groups)

    def start(self) -> QualificationState:
        """Nothing asked."""
        return QualificationState()

    def step(self, state: QualificationState, is_right: bool) -> QualificationState:
        """One more answer; after the decision nothing changes."""
        if state.outcome != "open":
            return state
        points, n = state.points + (self.up if is_right else -self.down), state.n + 1
        outcome: Outcome = "undecided" if n >= self.most_items else "open"
        if points >= self.pass_at:
            outcome = "passed"
        elif points <= self.fail_at:
            outcome = "failed"
        return QualificationState(outcome, points, n)

    def read(self, state: QualificationState) -> QualificationReading:
        """Where the candidate stands."""
        return QualificationReading(state.outcome, state.points, state.n)

    def course(self, accuracy: float) -> Course:
        """What to expect of a candidate this accurate; exact."""
        return _course(self, accuracy)


@dataclass(frozen=True, slots=True)
class FixedTest:
    """So many items for everybody, of which so many must be right."""

    n_items: int
    least_right: int


def fixed_test(unfit: float, fit: float, *, wrong_pass: float = 0.05, wrong_fail: float = 0.05) -> FixedTest:
    """The shortest test of fixed length with these errors: what the sequential one saves on.

    Examples
    --------
    >>> fixed_test(0.6, 0.9)
    FixedTest(n_items=24, least_right=19)
    """
    _refuse_impossible(unfit, fit, wrong_pass, wrong_fail)
    n = 1
    while True:
        least = int(scipy.stats.binom.isf(wrong_pass, n, unfit)) + 1
        if scipy.stats.binom.cdf(least - 1, n, fit) <= wrong_fail:
            return FixedTest(n, least)
        n += 1


def overall(outcomes: Collection[Outcome]) -> Outcome:
    """The outcome over all groups: failed in one is failed, passed in all is passed.

    Examples
    --------
    >>> overall(["passed", "open"]), overall(["passed", "failed"]), overall(["passed", "passed"])
    ('open', 'failed', 'passed')
    """
    if not outcomes:
        raise QualityError("there is no group, so there is nothing to pass. Name at least one.")
    for outcome in ("failed", "open", "undecided"):
        if outcome in outcomes:
            return outcome
    return "passed"


def _refuse_impossible(unfit: float, fit: float, wrong_pass: float, wrong_fail: float) -> None:
    if not 0 < unfit < fit < 1:
        raise QualityError(
            f"the unfit accuracy lies below the fit one, both between 0 and 1; got {unfit:g} and {fit:g}."
        )
    if not (0 < wrong_pass < 0.5 and 0 < wrong_fail < 0.5):
        raise QualityError(f"errors lie between 0 and a half; got {wrong_pass:g} and {wrong_fail:g}.")


def _whole_weights(unfit: float, fit: float) -> tuple[int, int]:
    """Points for right and wrong in the proportion of the log-likelihood ratios."""
    ratio = math.log((1 - unfit) / (1 - fit)) / math.log(fit / unfit)
    choices = [(up, max(1, round(ratio * up))) for up in range(1, _MOST_UP + 1)]
    errors = [abs(down / up / ratio - 1) for up, down in choices]
    best = next((n for n, error in enumerate(errors) if error <= _WEIGHT_ERROR), int(np.argmin(errors)))
    return choices[best]


@lru_cache(maxsize=256)
def _wide_enough(test: Qualification, wrong_pass: float, wrong_fail: float) -> Qualification:
    """The test with the smallest limits that keep both errors.

    Raising one limit only makes the other error likelier, so that raising them in turn ends at the smallest pair.
    """
    narrower = None
    while narrower != test:
        narrower = test
        while test.course(test.unfit).passed > wrong_pass:
            test = replace(test, pass_at=test.pass_at + 1)
        while test.course(test.fit).failed > wrong_fail:
            test = replace(test, fail_at=test.fail_at - 1)
    if test.course(test.fit).undecided > _MOST_UNDECIDED:
        raise QualityError(
            f"{test.most_items} items do not tell an accuracy of {test.fit:g} from {test.unfit:g} with errors of "
            f"{wrong_pass:g} and {wrong_fail:g}. Allow more items or errors, or move the accuracies apart."
        )
    return test


def _course(test: Qualification, accuracy: float) -> Course:
    """The test as a Markov chain over points."""
    lowest = test.fail_at + 1
    n = test.pass_at - lowest
    at = np.zeros(n)
    at[-lowest] = 1.0
    passed = failed = asked = 0.0
    for _ in range(test.most_items):
        asked += float(at.sum())
        after = np.zeros(n)
        passed += accuracy * float(at[max(n - test.up, 0) :].sum())
        failed += (1 - accuracy) * float(at[: test.down].sum())
        after[test.up :] += accuracy * at[: max(n - test.up, 0)]
        after[: max(n - test.down, 0)] += (1 - accuracy) * at[test.down :]
        at = after
    return Course(passed, failed, float(at.sum()), asked)
