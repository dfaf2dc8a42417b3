"""How far a blend may be trusted, learnt from gold: how sure, how much of it votes, and which classes it favours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.blend import Parts
from karat.quality.consensus.gold import UNKNOWN
from karat.quality.consensus.leaving_out import left_out_evidence
from karat.quality.consensus.soft import Soft, sharpened
from karat.quality.consensus.tempering import WEIGHTS

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

FEWEST_GOLD = 30
"""Rated gold items from which on a blend is calibrated; fewer would teach it their accidents."""

_MOST_GOLD = 4000
_MOST_ENTRIES = 1 << 22
_MOST_BIASED_CLASSES = 24
_VOTES = (0.0, 0.2, 0.4, 0.6)  # share of the blend that is moved to plain votes
_STEPS = (0, 2, 4)  # down the grid of evidence weights
_COST_OF_VOTES, _COST_OF_STEP = 2.0, 0.5  # nats of evidence each must bring
_USUAL_EXPONENT = 0.15  # spread of the heavy-tailed prior of the exponent's logarithm
_BIAS_COST = 5.0
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Calibration:
    """What gold taught.

    Attributes
    ----------
    parts : Parts
        With the evidence weights that suit gold best.
    votes : float
        Share moved from the blend to plain votes.
    exponent : float
        The power the blend is taken to; below 1 where it was too sure.
    bias : float array of shape (n_classes,)
        Nats in favour of each class.
    n_gold : int
        Gold items it was learnt from.
    """

    parts: Parts
    votes: float
    exponent: float
    bias: Array
    n_gold: int

    def soft(self) -> Soft:
        """The calibrated probabilities of all items."""
        return sharpened(self.parts.soft(votes=self.votes), self.exponent, self.bias)


def calibration(parts: Parts) -> Calibration | None:
    """What the gold in this problem teaches; None where there is too little of it.

    Every gold item is judged as if its own label were unknown, so that nothing is learnt from hindsight. A prior holds
    what is learnt near "nothing to learn", and gives way freely where gold says otherwise: that of the exponent has
    heavy tails.
    """
    items = _gold_items(parts)
    if len(items) < FEWEST_GOLD:
        return None
    known = parts.problem.known[items]
    votes, fixed, models = _left_out_parts(parts, items)
    best: Calibration | None = None
    best_cost = np.inf
    for steps in _STEPS:
        weights = tuple(_fewer(weight, steps) for weight in parts.weights)
        tempered = [_softmax(prior + w * evidence) for (prior, evidence), w in zip(models, weights, strict=True)]
        blended = np.mean([votes, fixed, *tempered], axis=0)
        for share in _VOTES:
            cost, exponent, bias = _fitted((1.0 - share) * blended + share * votes, known)
            cost += _COST_OF_VOTES * share + _COST_OF_STEP * steps
            if cost < best_cost - 1e-9:
                best_cost = cost
                best = Calibration(replace(parts, weights=weights), share, exponent, bias, len(items))
    return best


def _gold_items(parts: Parts) -> Indices:
    """Rated gold items, or as many of them, evenly spread, as can be learnt from in a moment."""
    problem = parts.problem
    items = np.flatnonzero((problem.known != UNKNOWN) & (problem.ratings.n_of_item > 0))
    if len(items) == 0:
        return items
    usual = max(1.0, float(problem.ratings.n_of_item[items].mean()))
    most = int(min(_MOST_GOLD, max(FEWEST_GOLD, _MOST_ENTRIES / (usual * problem.ratings.n_classes))))
    return items if len(items) <= most else items[np.linspace(0, len(items) - 1, most).astype(np.intp)]


def _left_out_parts(parts: Parts, items: Indices) -> tuple[Array, Array, list[tuple[Array, Array]]]:
    """Of gold items: vote shares, one-coin probabilities, and prior and evidence of each model, their gold unknown."""
    ratings = parts.problem.ratings
    cells, indptr = ratings.of_items(items)
    item = np.repeat(np.arange(len(items)), np.diff(indptr))
    votes = np.zeros((len(items), ratings.n_classes))
    np.add.at(votes, (item, ratings.given[cells]), 1.0)
    votes /= votes.sum(axis=1, keepdims=True)
    prior, evidence = left_out_evidence(*parts.one_coin, items)
    models = [left_out_evidence(found, update, items) for found, update in parts.models]
    return votes, _softmax(prior + evidence), models


def _fewer(weight: float, steps: int) -> float:
    return WEIGHTS[min(WEIGHTS.index(weight) + steps, len(WEIGHTS) - 1)]


def _fitted(probabilities: Array, known: Indices) -> tuple[float, float, Array]:
    """Cost (nats), exponent and class bias that suit gold best."""
    logs = np.log(np.maximum(probabilities, _LEAST))
    n_classes = logs.shape[1]
    is_biased = n_classes <= _MOST_BIASED_CLASSES
    starts = [np.r_[start, np.zeros(n_classes)] for start in (0.0, -0.7)]  # heavy tails may leave two valleys
    found = [
        scipy.optimize.minimize(_cost, start, (logs, known, is_biased), jac=True, method="L-BFGS-B") for start in starts
    ]
    best = min(found, key=lambda result: float(result.fun))
    return float(best.fun), float(np.exp(best.x[0])), np.asarray(best.x[1:])


def _cost(x: Array, logs: Array, known: Indices, is_biased: bool) -> tuple[float, Array]:
    """Log-loss on gold plus what the prior charges, and its gradient in the exponent's logarithm and the biases."""
    exponent, bias = np.exp(x[0]), x[1:]
    probabilities = _softmax(exponent * logs + bias)
    rows = np.arange(len(known))
    loss = -np.log(np.maximum(probabilities[rows, known], 1e-300)).sum()
    excess = probabilities
    excess[rows, known] -= 1.0
    scaled = x[0] / _USUAL_EXPONENT
    cost = loss + np.log1p(scaled**2) + _BIAS_COST * float(bias @ bias)
    of_exponent = exponent * float(np.vdot(excess, logs)) + 2 * scaled / _USUAL_EXPONENT / (1 + scaled**2)
    of_bias = excess.sum(axis=0) + 2 * _BIAS_COST * bias if is_biased else np.zeros_like(bias)
    return float(cost), np.r_[of_exponent, of_bias]


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
