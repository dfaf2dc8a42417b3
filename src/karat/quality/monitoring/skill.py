"""How accurate is this person, and is it enough? Answers in probabilities, never a bare number against a bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate
from karat.quality.monitoring.belief import AnyCounts, Belief, team_belief

Array = npt.NDArray[np.float64]
Verdict = Literal["reached", "missed", "open"]

SURE = 0.95
"""A bar counts as reached, or missed, when that is so with at least this probability."""

_N_LEVELS, _WIDEST = 81, 5.0


@dataclass(frozen=True, slots=True)
class Skill:
    """A person's accuracy against a bar.

    Attributes
    ----------
    accuracy : Estimate
        `n` is the graded answers of the person.
    chance_at_bar : float
        Probability that the true accuracy is at least the bar.
    verdict : {"reached", "missed", "open"}
    """

    accuracy: Estimate
    chance_at_bar: float
    verdict: Verdict


def verdict(chance_at_bar: float, *, sure: float = SURE) -> Verdict:
    """What a probability of being at the bar allows to say.

    Examples
    --------
    >>> verdict(0.97), verdict(0.5), verdict(0.03)
    ('reached', 'open', 'missed')
    """
    if chance_at_bar >= sure:
        return "reached"
    return "missed" if chance_at_bar <= 1 - sure else "open"


class Graded(NamedTuple):
    """A graded answer and how hard its item is, on the scale of `karat.quality.monitoring.difficulty`."""

    is_right: bool
    difficulty: float = 0.0


@dataclass(frozen=True, slots=True)
class SkillState:
    """Plain data: graded answers, and those right."""

    right: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class SkillWatch:
    """The skill of one person, answer by answer; all gold items count alike.

    Attributes
    ----------
    before : Belief
        What is known of a member of the team, from `team_belief`.
    bar : float
        Accuracy asked for, 0-1.
    sure : float

    Examples
    --------
    >>> watch = SkillWatch(Belief(18, 2), bar=0.85)
    >>> skill = watch.read(SkillState(right=60, answered=62))
    >>> print(skill.accuracy, skill.verdict)
    0.951 (0.896 to 0.986, n = 62) reached
    """

    before: Belief
    bar: float
    sure: float = SURE

    def start(self) -> SkillState:
        """Nothing seen."""
        return SkillState()

    def step(self, state: SkillState, seen: Graded) -> SkillState:
        """One more graded answer."""
        return SkillState(state.right + seen.is_right, state.answered + 1)

    def read(self, state: SkillState) -> Skill:
        """Accuracy so far, and what it says about the bar."""
        belief = self.before.after(right=state.right, answered=state.answered)
        found = belief.estimate()
        chance = belief.chance_at_least(self.bar)
        return Skill(
            Estimate(found.value, found.low, found.high, state.answered), chance, verdict(chance, sure=self.sure)
        )


def skills(
    right: AnyCounts, answered: AnyCounts, *, bar: float, team: Belief | None = None, sure: float = SURE
) -> tuple[Skill, ...]:
    """The skill of everybody in a team, each shrunk toward the team.

    Parameters
    ----------
    right, answered : arrays of shape (n_people,)
    bar : float
    team : Belief or None
        What is known of a member beforehand; None learns it from these people.
    sure : float

    Examples
    --------
    >>> [skill.verdict for skill in skills([97, 4, 60], [100, 4, 90], bar=0.8)]
    ['reached', 'open', 'missed']
    """
    k, n = np.asarray(right), np.asarray(answered)
    watch = SkillWatch(team if team is not None else team_belief(k, n), bar, sure)
    return tuple(watch.read(SkillState(int(x), int(y))) for x, y in zip(k, n, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class AbilityState:
    """Plain numbers: log-likelihood of each ability, shape (n_levels,), and the answers counted."""

    log_likelihood: Array
    answered: int = 0


@dataclass(frozen=True, slots=True)
class AdjustedSkillWatch:
    """The skill of one person with the difficulty of every item taken into account.

    What is read is the accuracy this person would have on the usual gold, whichever items were met: nobody is measured
    by the luck of the draw.

    Attributes
    ----------
    team_ability, team_spread : float
        From `fit_difficulty`.
    usual_difficulties : tuple of float
        Those of the golden set, or of a sample of it.
    bar, sure : float

    Examples
    --------
    >>> watch = AdjustedSkillWatch(2.0, 0.8, (-1.0, 0.0, 1.0), bar=0.8)
    >>> state = watch.start()
    >>> for _ in range(20):
    ...     state = watch.step(state, Graded(True, difficulty=2.0))
    >>> watch.read(state).verdict
    'reached'
    """

    team_ability: float
    team_spread: float
    usual_difficulties: tuple[float, ...]
    bar: float
    sure: float = SURE

    def __post_init__(self) -> None:
        if not (self.team_spread > 0 and self.usual_difficulties):
            raise QualityError(
                f"skill is measured on the usual gold within a team; got {len(self.usual_difficulties)} difficulties "
                f"and a spread of {self.team_spread:g}."
            )

    def start(self) -> AbilityState:
        """Nothing seen."""
        return AbilityState(np.zeros(_N_LEVELS))

    def step(self, state: AbilityState, seen: Graded) -> AbilityState:
        """One more graded answer."""
        sign = 1.0 if seen.is_right else -1.0
        gain = np.logaddexp(0.0, -sign * (self._abilities() - seen.difficulty))
        return AbilityState(state.log_likelihood - gain, state.answered + 1)

    def read(self, state: AbilityState) -> Skill:
        """Accuracy on the usual gold, and what it says about the bar."""
        ability = self._abilities()
        weight = np.exp(state.log_likelihood - state.log_likelihood.max())
        weight *= np.exp(-(((ability - self.team_ability) / self.team_spread) ** 2) / 2)
        weight /= weight.sum()
        accuracy = scipy.special.expit(ability[:, np.newaxis] - np.asarray(self.usual_difficulties)).mean(axis=1)
        value = float(weight @ accuracy)
        low, high = _quantile(0.025, accuracy, weight), _quantile(0.975, accuracy, weight)
        chance = 1 - _below(self.bar, accuracy, weight)
        found = Estimate(value, min(low, value), max(high, value), state.answered)
        return Skill(found, chance, verdict(chance, sure=self.sure))

    def _abilities(self) -> Array:
        return self.team_ability + self.team_spread * np.linspace(-_WIDEST, _WIDEST, _N_LEVELS)


def _quantile(probability: float, value: Array, weight: Array) -> float:
    """The value below which this probability lies; each level's weight is spread evenly around it."""
    return float(np.interp(probability, np.cumsum(weight) - weight / 2, value))


def _below(bar: float, value: Array, weight: Array) -> float:
    """Probability below the bar, in the same reading."""
    return float(np.interp(bar, value, np.cumsum(weight) - weight / 2, left=0.0, right=1.0))
