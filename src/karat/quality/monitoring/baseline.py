"""Where a person usually stands, on the safe side: the level against which a fall is watched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.monitoring.belief import AnyCounts, Belief, team_belief

Array = npt.NDArray[np.float64]

FALSE_BUDGET = 0.002
"""Share of people whose true level may lie below their baseline. Each of them alarms sooner or later without a fall."""

ENOUGH_ANSWERS = 200
"""Graded answers after which a baseline may be frozen; before, keep learning it."""


@dataclass(frozen=True, slots=True)
class Baselines:
    """The usual level of each person, shrunk toward the team.

    Attributes
    ----------
    team : Belief
        What is known of a member before any answer.
    beliefs : tuple of Belief
        What is known of each person.
    lower : float array of shape (n_people,)
        The level that the person's true one exceeds, but for the budget.
    is_enough : bool array of shape (n_people,)
        Whether the person has answered enough for the baseline to be frozen.
    """

    team: Belief
    beliefs: tuple[Belief, ...]
    lower: Array
    is_enough: npt.NDArray[np.bool_]


def baselines(
    right: AnyCounts,
    answered: AnyCounts,
    *,
    team: Belief | None = None,
    false_budget: float = FALSE_BUDGET,
    enough_answers: int = ENOUGH_ANSWERS,
) -> Baselines:
    """Lower bounds of everybody's usual level.

    A detector with a fixed baseline, such as the CUSUM, takes the lower bound: measured against the plain share of
    right answers, everybody who was lucky while it was measured would alarm later. The e-detector learns on and takes
    the belief itself.

    Parameters
    ----------
    right, answered : arrays of shape (n_people,)
        Answers in the time that counts as usual.
    team : Belief or None
        What is known of a member beforehand; None learns it from these people.
    false_budget : float
        Share of people whose true level may lie below their bound.
    enough_answers : int

    Examples
    --------
    >>> found = baselines([186, 45, 170, 195], [200, 50, 200, 200])
    >>> found.lower.round(2).tolist(), found.is_enough.tolist()
    ([0.87, 0.8, 0.79, 0.92], [True, False, True, True])
    """
    k, n = np.asarray(right, dtype=np.float64), np.asarray(answered, dtype=np.float64)
    start = team if team is not None else team_belief(k, n)
    a, b = start.right + k, start.wrong + n - k
    lower = np.asarray(scipy.special.betaincinv(a, b, false_budget), dtype=np.float64)
    beliefs = tuple(Belief(float(x), float(y)) for x, y in zip(a, b, strict=True))
    return Baselines(start, beliefs, lower, n >= enough_answers)
