"""What the rest of a project will cost and when it will be done, with a band, from a pilot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, student_quantile
from karat.quality.ratings import Ratings
from karat.quality.selection.adaptive_overlap import Replay, StoppingRule, replay
from karat.quality.selection.fused import fused
from karat.quality.selection.known_skills import KnownSkills

Array = npt.NDArray[np.float64]

_FEWEST_ITEMS, _FEWEST_DAYS = 10, 3
_PARTS = 10
_DRAWS = 4000


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is still to come, each with its band.

    Attributes
    ----------
    answers : Estimate
        Answers to ask for on the remaining items; `n` counts the pilot's items.
    cost : Estimate
        The same in money, experts included.
    days : Estimate or None
        Days until the last of them, at the pace of the past days, whose number is `n`; None without a pace.
    for_experts : Estimate
        Remaining items that will have had all their answers and still not be certain.
    """

    answers: Estimate
    cost: Estimate
    days: Estimate | None
    for_experts: Estimate


def forecast(
    pilot: Ratings,
    rule: StoppingRule,
    n_remaining: int,
    *,
    answer_cost: float = 1.0,
    expert_cost: float = 0.0,
    answers_by_day: Sequence[float] = (),
    level: float = 0.8,
    seed: int = 0,
) -> Forecast:
    """What it takes to bring the remaining items to the rule's certainty.

    The rule is tried on the pilot. Each tenth of it is judged with skills learnt from the other nine, as the remaining
    items will be judged with skills they had no part in. What the items took, and how much that varies among them,
    gives the mean of the remaining ones and its band.

    Parameters
    ----------
    pilot : Ratings
        Items drawn at random, each with at least as many answers as the rule may take; where there are fewer, the
        forecast supposes that the remaining items cannot have more either.
    rule : StoppingRule
    n_remaining : int
        Items still to be labeled.
    answer_cost, expert_cost : float
        Of one answer, and of one item that goes to an expert in the end, in any currency.
    answers_by_day : sequence of float
        Answers on each of the past working days, three or more, to know when.
    level : float
        How often the band holds what will be.
    seed : int
        For the parts of the pilot and for the days.

    Raises
    ------
    QualityError
        When the pilot has fewer than ten items, there are fewer than three days or no answers on them, or a number
        cannot be.

    Examples
    --------
    >>> rows = [(item, who, "x" if item % 2 else "y") for item in range(40) for who in ("ada", "bo", "cy")]
    >>> found = forecast(Ratings.from_rows(rows), StoppingRule(0.9, 2, 3), 400, answers_by_day=[90, 110, 100])
    >>> print(found.answers), round(found.days.value)
    800.000 (800.000 to 800.000, n = 40)
    (None, 8)
    """
    _refuse_impossible(pilot, n_remaining, answer_cost, expert_cost, answers_by_day)
    tried = pilot_run(pilot, rule, seed=seed)
    is_left = rule.is_for_an_expert(tried.probabilities, tried.n_answers).astype(np.float64)
    answers = _total(tried.n_answers.astype(np.float64), n_remaining, level)
    cost = _total(answer_cost * tried.n_answers + expert_cost * is_left, n_remaining, level)
    rng = np.random.default_rng(seed)
    days = _days(answers, np.asarray(answers_by_day, dtype=np.float64), level, rng) if len(answers_by_day) else None
    return Forecast(answers, cost, days, _total(is_left, n_remaining, level, most=n_remaining))


def pilot_run(pilot: Ratings, rule: StoppingRule, *, seed: int = 0) -> Replay:
    """What the rule takes of each item of a pilot, each tenth judged with the skills shown on the other nine."""
    part = np.random.default_rng(seed).permutation(pilot.n_items) % _PARTS
    n_answers = np.zeros(pilot.n_items, dtype=np.intp)
    probabilities = np.full((pilot.n_items, pilot.n_classes), 1 / max(pilot.n_classes, 1))
    part_of_rating = part[pilot.item]
    for number in range(_PARTS):
        own, others = part_of_rating == number, pilot.select(part_of_rating != number)
        if not own.any() or not others.n_ratings:
            continue
        skills = KnownSkills.learnt(others, fused(others))
        found = replay(pilot.select(own), rule, skills.probabilities)
        items = np.unique(pilot.item[own])
        n_answers[items], probabilities[items] = found.n_answers, found.probabilities
    return Replay(n_answers, probabilities)


def _total(each: Array, n_remaining: int, level: float, *, most: float = math.inf) -> Estimate:
    """The sum over remaining items: Student's predictive band of a mean of so many from a sample of so many."""
    n = len(each)
    mean = float(each.mean())
    deviation = float(each.std(ddof=1)) * math.sqrt(1 / n + 1 / n_remaining)
    reach = student_quantile(0.5 + level / 2, n - 1) * deviation
    low, high = max(mean - reach, 0.0), min(mean + reach, most / n_remaining)
    value = n_remaining * mean
    return Estimate(
        value, min(value, n_remaining * low), max(value, n_remaining * high), n, level, n_remaining * deviation, "items"
    )


def _days(answers: Estimate, by_day: Array, level: float, rng: np.random.Generator) -> Estimate:
    """Days for so many answers, when neither their number nor the pace is known for sure."""
    n = len(by_day)
    spread = float(by_day.std(ddof=1))
    needed = answers.value + (answers.standard_error or 0.0) * rng.standard_t(max(answers.n - 1, 1), _DRAWS)
    pace = by_day.mean() + spread / math.sqrt(n) * rng.standard_t(n - 1, _DRAWS)
    # A pace near 0 would never end; a tenth of the usual one is as slow as a team is taken to become.
    days = np.maximum(needed, 0.0) / np.maximum(pace, 0.1 * by_day.mean())
    days = np.maximum(days + spread / by_day.mean() * np.sqrt(np.maximum(days, 0.0)) * rng.standard_normal(_DRAWS), 0.0)
    low, middle, high = np.quantile(days, [0.5 - level / 2, 0.5, 0.5 + level / 2]).tolist()
    return Estimate(middle, low, high, n, level)


def _refuse_impossible(
    pilot: Ratings, n_remaining: int, answer_cost: float, expert_cost: float, answers_by_day: Sequence[float]
) -> None:
    if pilot.n_items < _FEWEST_ITEMS:
        raise QualityError(
            f"a forecast needs a pilot of {_FEWEST_ITEMS} items or more, better 200; there are {pilot.n_items}."
        )
    if n_remaining < 1 or answer_cost < 0 or expert_cost < 0:
        raise QualityError(
            f"a forecast is for one remaining item or more, at costs of 0 or more; got {n_remaining} items, "
            f"{answer_cost:g} an answer and {expert_cost:g} an expert."
        )
    if len(answers_by_day) and (len(answers_by_day) < _FEWEST_DAYS or not sum(answers_by_day) > 0):
        raise QualityError(
            f"a date needs the pace of {_FEWEST_DAYS} days or more, with answers on them; got {list(answers_by_day)}."
        )
