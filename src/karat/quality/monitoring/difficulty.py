"""How hard each gold item is, and how able each person, from who got which right (a Rasch model with shrinkage)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import NoGold

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_N_PASSES = 200
_SETTLED = 1e-4
_LEAST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Abilities and difficulties on one scale: P(right) = 1 / (1 + exp(difficulty - ability)).

    Attributes
    ----------
    ability, ability_sd : float arrays of shape (n_people,)
        Best guess and its standard deviation; both shrunk toward the team's.
    difficulty, difficulty_sd : float arrays of shape (n_items,)
        Around 0, the usual item.
    team_ability, team_spread, item_spread : float
        Mean and standard deviation of abilities over people, standard deviation of difficulties over items.
    n_iterations : int
    converged : bool
    """

    ability: Array
    ability_sd: Array
    difficulty: Array
    difficulty_sd: Array
    team_ability: float
    team_spread: float
    item_spread: float
    n_iterations: int
    converged: bool


def fit_difficulty(
    person: Codes,
    item: Codes,
    is_right: npt.NDArray[np.bool_],
    *,
    n_people: int | None = None,
    n_items: int | None = None,
) -> Difficulty:
    """Fit abilities and difficulties together.

    People and items are taken as drawn from normal distributions whose spreads are learned too, so that an item nobody
    has missed in three answers is not called infinitely easy.

    Parameters
    ----------
    person, item : int arrays of shape (n_answers,)
        Counted from 0.
    is_right : bool array of shape (n_answers,)
    n_people, n_items : int or None
        Where some have no answer; the largest number met unless told.

    Raises
    ------
    NoGold
        When there is no answer.

    References
    ----------
    Rasch (1960); spreads by the expectation-maximisation of Bock and Aitkin (1981), doi:10.1007/BF02293801, with normal
    approximations.

    Examples
    --------
    >>> person, item = np.repeat(np.arange(20), 10), np.tile(np.arange(10), 20)
    >>> fitted = fit_difficulty(person, item, (person + 3 * item) % 10 > item // 2)
    >>> bool(fitted.difficulty[9] > fitted.difficulty[0])
    True
    """
    if not len(person):
        raise NoGold("difficulty shows in graded answers; there are none yet. Serve gold items first.")
    n_people = n_people or int(person.max()) + 1
    n_items = n_items or int(item.max()) + 1
    right = is_right.astype(np.float64)
    start = (right.sum() + 1) / (len(right) + 2)
    team, spread, item_spread = math.log(start / (1 - start)), 0.7, 0.7
    ability, difficulty = np.full(n_people, team), np.zeros(n_items)
    for n_passes in range(1, _N_PASSES + 1):  # noqa: B007  (told in the result)
        before = ability
        p = scipy.special.expit(ability[person] - difficulty[item])
        ability, ability_sd = _step(ability, person, right - p, p, centre=team, spread=spread)
        p = scipy.special.expit(ability[person] - difficulty[item])
        difficulty, difficulty_sd = _step(difficulty, item, p - right, p, centre=0.0, spread=item_spread)
        team = float(ability.mean())
        spread = _spread(ability - team, ability_sd)
        item_spread = _spread(difficulty, difficulty_sd)
        if np.abs(ability - before).max() < _SETTLED:
            break
    return Difficulty(
        ability, ability_sd, difficulty, difficulty_sd, team, spread, item_spread, n_passes, n_passes < _N_PASSES
    )


def _step(value: Array, group: Codes, surplus: Array, p: Array, *, centre: float, spread: float) -> tuple[Array, Array]:
    """One Newton step for the value of each group, and its posterior standard deviation."""
    slope = np.bincount(group, surplus, minlength=len(value)) - (value - centre) / spread**2
    curve = np.bincount(group, p * (1 - p), minlength=len(value)) + 1 / spread**2
    return value + np.clip(slope / curve, -1.0, 1.0), 1 / np.sqrt(curve)


def _spread(deviations: Array, sd: Array) -> float:
    return max(_LEAST_SPREAD, math.sqrt(float((deviations**2 + sd**2).mean())))
