"""A crowd like one that was seen: fitted to answers with known truth, it answers other items of the same kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from karat.simulation.arrays import Floats, Ints
from karat.simulation.chances import AccuracyScale

_SPREADS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
"""Standard deviations of difficulty that are tried, in logits."""
_ROUNDS = 3
_NORMAL = np.array([NormalDist().inv_cdf((place + 0.5) / 400) for place in range(400)])
_WEIGHT_ROUNDS = 8
_LEAST_WEIGHT, _MOST_WEIGHT = 0.5, 200.0


@dataclass(frozen=True, eq=False)
class Answered:
    """Answers to items whose truth is known; codes from 0."""

    item: Ints
    annotator: Ints
    label: Ints
    truth: Ints
    """(n_items,)"""
    n_annotators: int
    n_classes: int

    @property
    def true(self) -> Ints:
        """(n_answers,): the class that would have been right."""
        return self.truth[self.item]


@dataclass(frozen=True, eq=False)
class FittedCrowd:
    """People and items as estimated.

    Attributes
    ----------
    counts : float array (n_annotators, n_classes, n_classes)
        Evidence on each person's confusion matrix: the answers that were seen, and what is known of the team.
    difficulty_sd : float array (n_classes,)
        Spread of the difficulty of the items of each class, in logits.
    lure_concentration : float
        Chance that a wrong answer is the one to which the item misleads, rather than one that the person tends to.
    """

    counts: Floats
    difficulty_sd: Floats
    lure_concentration: float

    def answer(self, item: Ints, annotator: Ints, truth: Ints, rng: np.random.Generator) -> Ints:
        """Labels that these people might give to other items.

        What is not known for certain is drawn: each person's confusion matrix from its posterior, each item's
        difficulty and lure from their distributions.

        Parameters
        ----------
        item, annotator : int arrays (n_answers,)
            Who answers what.
        truth : int array (n_items,)
        """
        confusion = _dirichlet(self.counts, rng)
        true = truth[item]
        difficulty = self.difficulty_sd[truth] * rng.standard_normal(len(truth))
        chance = self._chances(confusion[annotator, true, true], true, difficulty[item])
        lure = _draw(_without_diagonal(self.counts.sum(axis=0))[truth], rng)
        label = true.copy()
        wrong = np.flatnonzero(rng.random(len(item)) >= chance)
        label[wrong] = self._wrong(confusion[annotator[wrong], true[wrong]], true[wrong], lure[item[wrong]], rng)
        return label

    def _chances(self, accuracy: Floats, true: Ints, difficulty: Floats) -> Floats:
        """(n_answers,): of being right, by the person's accuracy on this class and the item's difficulty."""
        chance = np.empty(len(true))
        for place, spread in enumerate(self.difficulty_sd):
            rows = np.flatnonzero(true == place)
            chance[rows] = _scale(spread).chance(accuracy[rows], difficulty[rows])
        return chance

    def _wrong(self, rows: Floats, true: Ints, lure: Ints, rng: np.random.Generator) -> Ints:
        """Where wrong answers fall: on the item's lure, or where this person's errors fall."""
        others = rows.copy()
        others[np.arange(len(true)), true] = 0
        own = _draw(others / np.maximum(others.sum(axis=1, keepdims=True), 1e-12), rng)
        return np.where(rng.random(len(true)) < self.lure_concentration, lure, own)


def fit_crowd(seen: Answered, *, seed: int = 0) -> FittedCrowd:
    """Estimate people and items from answers whose truth is known.

    Confusion matrices get a Dirichlet prior around the team's, as wide as people differ. The spread of difficulty is
    the one under which simulated people err on the same items as often as the real ones, and the lure concentration
    the one under which they err in the same way as often.
    """
    crowd = FittedCrowd(_evidence(seen), np.full(seen.n_classes, 1.0), 0.5)
    for _ in range(_ROUNDS):
        crowd = replace(crowd, difficulty_sd=_fitted_spreads(crowd, seen, seed))
        crowd = replace(crowd, lure_concentration=_fitted_concentration(crowd, seen, seed))
    return crowd


def _evidence(seen: Answered) -> Floats:
    """What was seen of each person, and what is known of the team."""
    counts = np.zeros((seen.n_annotators, seen.n_classes, seen.n_classes))
    np.add.at(counts, (seen.annotator, seen.true, seen.label), 1)
    evidence = counts.copy()
    for place in range(seen.n_classes):
        evidence[:, place] += _team_row(counts[:, place], place)
    return evidence


def _team_row(row: Floats, place: int) -> Floats:
    """(n_classes,): the Dirichlet prior of one row: the mean over people, and how many answers it is worth.

    People differ beyond chance with a variance found by moments, each person weighted by what is known of them: few who
    answer much must not speak for many who answer little.

    References
    ----------
    Kleinman (1973), doi:10.1080/01621459.1973.10481335.
    """
    n = row.sum(axis=1)
    row, n = row[n > 0], n[n > 0]
    if len(n) == 0:
        return np.full(row.shape[1], 1 / row.shape[1])
    weight = _MOST_WEIGHT
    for _ in range(_WEIGHT_ROUNDS):
        trust = n / (n + weight)
        mean = (trust[:, None] * row / n[:, None]).sum(axis=0) / trust.sum()
        mean = (mean * trust.sum() + 0.1) / (trust.sum() + 0.1 * row.shape[1])
        weight = _prior_weight(row[:, place] / n, n, trust, float(mean[place]))
    return np.asarray(weight * mean)


def _prior_weight(share: Floats, n: Floats, trust: Floats, mean: float) -> float:
    """How many answers the team's mean is worth, by the spread of people's shares of right answers beyond chance."""
    several = n > 1
    if not several.any():
        return _MOST_WEIGHT
    chance = share * (1 - share) / np.maximum(n - 1, 1)
    variance = np.average((share - mean) ** 2 - chance, weights=trust * several)
    if variance <= 0:
        return _MOST_WEIGHT
    return float(np.clip(mean * (1 - mean) / variance - 1, _LEAST_WEIGHT, _MOST_WEIGHT))


def _fitted_spreads(crowd: FittedCrowd, seen: Answered, seed: int) -> Floats:
    """Per class, the spread whose simulated coincidence of errors is that of the real answers."""
    wanted = shared_errors(seen)
    tried = np.array(
        [
            shared_errors(_simulated(replace(crowd, difficulty_sd=np.full(seen.n_classes, spread)), seen, seed))
            for spread in _SPREADS
        ]
    )
    spreads = np.empty(seen.n_classes)
    for place in range(seen.n_classes):
        rising = np.maximum.accumulate(tried[:, place])
        spreads[place] = np.interp(wanted[place], rising, _SPREADS)
    return spreads


def _fitted_concentration(crowd: FittedCrowd, seen: Answered, seed: int) -> float:
    if seen.n_classes == 2:
        return 0.0
    wanted = same_wrong_share(seen)
    tried = [0.0, 0.25, 0.5, 0.75, 1.0]
    found = [same_wrong_share(_simulated(replace(crowd, lure_concentration=value), seen, seed)) for value in tried]
    return float(np.interp(wanted, np.maximum.accumulate(found), tried))


def _simulated(crowd: FittedCrowd, seen: Answered, seed: int) -> Answered:
    label = crowd.answer(seen.item, seen.annotator, seen.truth, np.random.default_rng(seed))
    return replace(seen, label=label)


def shared_errors(seen: Answered) -> Floats:
    """(n_classes,): how far two people who answer the same item err together: covariance, over items of each class."""
    n_items = len(seen.truth)
    right = (seen.label == seen.true).astype(float)
    key = seen.annotator * seen.n_classes + seen.true
    n, n_right = np.bincount(key), np.bincount(key, right)
    residual = right - n_right[key] / n[key]
    total = np.bincount(seen.item, residual, minlength=n_items)
    squares = np.bincount(seen.item, residual**2, minlength=n_items)
    per_item = np.bincount(seen.item, minlength=n_items)
    pairs = np.asarray(per_item * (per_item - 1), dtype=float)
    covariance = _by_class(total**2 - squares, seen) / np.maximum(_by_class(pairs, seen), 1)
    return np.asarray(covariance)


def _by_class(values: npt.ArrayLike, seen: Answered) -> Floats:
    return np.asarray(np.bincount(seen.truth, np.asarray(values), minlength=seen.n_classes), dtype=float)


def same_wrong_share(seen: Answered) -> float:
    """Of two wrong answers to an item, the chance that they are the same."""
    wrong = seen.label != seen.true
    key = seen.item[wrong].astype(np.int64) * seen.n_classes + seen.label[wrong]
    same = np.unique(key, return_counts=True)[1]
    n = np.bincount(seen.item[wrong])
    return float((same * (same - 1)).sum() / max((n * (n - 1)).sum(), 1))


def _scale(spread: float) -> AccuracyScale:
    return AccuracyScale.over(np.asarray(spread * _NORMAL), "logit")


def _dirichlet(counts: Floats, rng: np.random.Generator) -> Floats:
    drawn = rng.standard_gamma(counts) + 1e-12
    return np.asarray(drawn / drawn.sum(axis=-1, keepdims=True))


def _without_diagonal(shares: Floats) -> Floats:
    others = shares * ~np.eye(shares.shape[-1], dtype=bool) + 1e-9 * ~np.eye(shares.shape[-1], dtype=bool)
    return np.asarray(others / others.sum(axis=-1, keepdims=True))


def _draw(shares: Floats, rng: np.random.Generator) -> Ints:
    drawn = (rng.random((len(shares), 1)) >= np.cumsum(shares, axis=1)).sum(axis=1)
    found: Ints = np.minimum(drawn, shares.shape[1] - 1)
    return found
