"""Is this gold label wrong? Gold as an annotator who is very often, but not always, right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import NoGold, QualityError
from karat.quality.monitoring.belief import Belief

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

RELIABILITY = Belief(98, 2)
"""How often gold is right, before anybody has answered: experts err in 1 to 3 % of cases."""

_DIFFICULTIES = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
_DIFFICULTY_SHARES = np.exp(-(_DIFFICULTIES**2) / 2) / np.exp(-(_DIFFICULTIES**2) / 2).sum()

_N_PASSES = 100
_SETTLED = 1e-3
_ABILITY, _ABILITY_SPREAD = 2.0, 0.7


class Given(NamedTuple):
    """An answer to a gold item: the class, and the ability of who gave it (log-odds of being right)."""

    label: int
    ability: float


@dataclass(frozen=True, slots=True)
class DoubtReading:
    """How doubtful a gold label is.

    Attributes
    ----------
    chance_wrong : float
        Probability that the gold label is wrong.
    likely_class : int
        The class that is most probably right.
    n : int
        Answers seen.
    """

    chance_wrong: float
    likely_class: int
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class DoubtState:
    """Plain numbers: log-likelihood of the answers by true class and difficulty, shape (n_classes, 5)."""

    log_likelihood: Array
    n: int = 0


@dataclass(frozen=True, slots=True)
class GoldDoubt:
    """The doubt about one gold label, answer by answer, from people whose abilities are known.

    Attributes
    ----------
    gold : int
        The class that counts as right.
    n_classes : int
    reliability : float
        How often gold labels of this project are right.

    Examples
    --------
    >>> watch = GoldDoubt(gold=0, n_classes=3)
    >>> state = watch.start()
    >>> for label in [1, 1, 0, 1, 1, 1, 1]:
    ...     state = watch.step(state, Given(label, ability=2.0))
    >>> reading = watch.read(state)
    >>> reading.likely_class, reading.chance_wrong > 0.9
    (1, True)
    """

    gold: int
    n_classes: int
    reliability: float = RELIABILITY.mean

    def __post_init__(self) -> None:
        if not (0 <= self.gold < self.n_classes and self.n_classes >= 2 and 0 < self.reliability < 1):
            raise QualityError(
                f"gold is one of at least two classes and right with a probability between 0 and 1; got class "
                f"{self.gold} of {self.n_classes} and {self.reliability:g}."
            )

    def start(self) -> DoubtState:
        """No answer."""
        return DoubtState(np.zeros((self.n_classes, len(_DIFFICULTIES))))

    def step(self, state: DoubtState, seen: Given) -> DoubtState:
        """One more answer."""
        right, wrong = _log_chances(np.array([seen.ability]), self.n_classes)
        gain = np.broadcast_to(wrong, state.log_likelihood.shape).copy()
        gain[seen.label] = right[0]
        return DoubtState(state.log_likelihood + gain, state.n + 1)

    def read(self, state: DoubtState) -> DoubtReading:
        """How doubtful the label is."""
        posterior = _posterior(state.log_likelihood[np.newaxis], np.array([self.gold]), self.reliability)[0]
        of_class = posterior.sum(axis=1)
        return DoubtReading(float(1 - of_class[self.gold]), int(np.argmax(of_class)), state.n)


@dataclass(frozen=True, slots=True)
class GoldDoubts:
    """Doubts about all gold labels, with the abilities that make the answers consistent.

    Attributes
    ----------
    chance_wrong : float array of shape (n_items,)
    likely_class : int array of shape (n_items,)
    ability : float array of shape (n_people,)
        Log-odds of being right on a usual item; with doubtful gold weighed by its doubt.
    reliability : float
        Share of gold labels that are right.
    n_iterations : int
    converged : bool
    """

    chance_wrong: Array
    likely_class: Codes
    ability: Array
    reliability: float
    n_iterations: int
    converged: bool

    def contested(self, *, least_chance: float = 0.5) -> Codes:
        """Items whose label is wrong with at least this probability, most doubtful first."""
        order = np.argsort(-self.chance_wrong, kind="stable")
        return order[self.chance_wrong[order] >= least_chance]


def gold_doubts(
    person: Codes, item: Codes, given: Codes, gold: Codes, *, n_classes: int, reliability: Belief = RELIABILITY
) -> GoldDoubts:
    """Which gold labels the answers contradict, weighing each answer by its author's ability.

    Abilities and doubts depend on each other, so they are found in turns: people who contradict a label that everybody
    good contradicts do not lose ability by it. An item may also just be hard; the doubt allows for that.

    Parameters
    ----------
    person, item, given : int arrays of shape (n_answers,)
        Who, which item, which class was given; counted from 0.
    gold : int array of shape (n_items,)
        The class that counts as right.
    n_classes : int
    reliability : Belief
        How often gold is right, before these answers.

    Raises
    ------
    NoGold
        When there is no answer.

    References
    ----------
    The model of Dawid and Skene (1979), doi:10.2307/2346806, with one ability a person, difficulty averaged over, and
    gold as one more annotator.

    Examples
    --------
    >>> person, item = np.repeat(np.arange(8), 30), np.tile(np.arange(30), 8)
    >>> given = np.where(item == 4, 1, 0)
    >>> gold_doubts(person, item, given, np.zeros(30, dtype=int), n_classes=2).contested().tolist()
    [4]
    """
    if not len(person):
        raise NoGold("doubts about gold show in answers to it; there are none yet. Serve gold items first.")
    ability, share_right = np.full(int(person.max()) + 1, _ABILITY), reliability.mean
    team = _ABILITY
    for n_passes in range(1, _N_PASSES + 1):  # noqa: B007  (told in the result)
        posterior = _posterior(_log_likelihood(person, item, given, ability, len(gold), n_classes), gold, share_right)
        wrong = 1 - posterior.sum(axis=2)[np.arange(len(gold)), gold]
        share_right = (reliability.right + float((1 - wrong).sum())) / (reliability.strength + len(gold))
        before, ability = (
            ability,
            _abilities(ability, person, posterior[item, given], posterior.sum(axis=1)[item], team),
        )
        team = float(ability.mean())
        if np.abs(ability - before).max() < _SETTLED:
            break
    likely = np.argmax(posterior.sum(axis=2), axis=1)
    return GoldDoubts(wrong, likely, ability, share_right, n_passes, n_passes < _N_PASSES)


def _log_chances(ability: Array, n_classes: int) -> tuple[Array, Array]:
    """Log-probability of the right class and of one given wrong class; (n_answers, n_difficulties) each."""
    logit = ability[:, np.newaxis] - _DIFFICULTIES
    return scipy.special.log_expit(logit), scipy.special.log_expit(-logit) - math.log(n_classes - 1)


def _log_likelihood(  # noqa: PLR0917  (the answers as columns, and what the sizes are)
    person: Codes, item: Codes, given: Codes, ability: Array, n_items: int, n_classes: int
) -> Array:
    """Of the answers to each item, by true class and difficulty; (n_items, n_classes, n_difficulties)."""
    right, wrong = _log_chances(ability[person], n_classes)
    total = np.empty((n_items, n_classes, len(_DIFFICULTIES)))
    cell = item * n_classes + given
    for place in range(len(_DIFFICULTIES)):
        all_wrong = np.bincount(item, wrong[:, place], minlength=n_items)
        gained = np.bincount(cell, right[:, place] - wrong[:, place], minlength=n_items * n_classes)
        total[:, :, place] = all_wrong[:, np.newaxis] + gained.reshape(n_items, n_classes)
    return total


def _posterior(log_likelihood: Array, gold: Codes, reliability: float) -> Array:
    """Of true class and difficulty of each item; sums to 1 over both."""
    n_items, n_classes, _ = log_likelihood.shape
    prior = np.full((n_items, n_classes), (1 - reliability) / (n_classes - 1))
    prior[np.arange(n_items), gold] = reliability
    logs = log_likelihood + np.log(prior)[:, :, np.newaxis] + np.log(_DIFFICULTY_SHARES)
    weight = np.exp(logs - logs.max(axis=(1, 2), keepdims=True))
    return np.asarray(weight / weight.sum(axis=(1, 2), keepdims=True), dtype=np.float64)


def _abilities(ability: Array, person: Codes, is_right: Array, difficulty: Array, team: float) -> Array:
    """One Newton step: what answers say that are right with these probabilities; (n_answers, n_difficulties) each."""
    p = scipy.special.expit(ability[person][:, np.newaxis] - _DIFFICULTIES)
    surplus = (is_right - difficulty * p).sum(axis=1)
    curve = (difficulty * p * (1 - p)).sum(axis=1)
    slope = np.bincount(person, surplus, minlength=len(ability)) - (ability - team) / _ABILITY_SPREAD**2
    steep = np.bincount(person, curve, minlength=len(ability)) + 1 / _ABILITY_SPREAD**2
    return np.asarray(ability + np.clip(slope / steep, -1.0, 1.0), dtype=np.float64)
