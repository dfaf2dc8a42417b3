"""What a model and people's answers say together: the model's sureness is fitted to the answers, never to itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import NoRatings, QualityError
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]

_MOST_ROUNDS = 100
_STEADY = 1e-4
_LEAST = 1e-6
_POWER_RANGE = (0.02, 20.0)
_USUAL_RIGHT, _USUAL_WRONG = 4.0, 2.0
"""Pseudo-answers for the accuracy of the whole crowd; six of the crowd's own for each annotator."""
_CONFUSION_WEIGHT = 20.0
"""Wrong answers of a class after which its own pattern of mistakes outweighs an even one."""


@dataclass(frozen=True, eq=False, slots=True)
class Fused:
    """A model's probabilities and people's answers as one belief.

    Attributes
    ----------
    probabilities : float array of shape (n_items, n_classes)
        Probability that each class is the true one. Of an item nobody answered, the model's, at the fitted power.
    temperature : float
        Above 1 the model was surer of itself than the answers allow; its log-probabilities are divided by it. 1 when
        there is no model.
    accuracy : float array of shape (n_annotators,)
        Of each annotator, drawn toward the crowd's by six pseudo-answers.
    wrong : float array of shape (n_classes, n_classes)
        `wrong[true, given]`: which class a wrong answer is; rows sum to 1, 0 on the diagonal.
    converged : bool
    n_iterations : int
    """

    probabilities: Array
    temperature: float
    accuracy: Array
    wrong: Array
    converged: bool
    n_iterations: int


def fused(ratings: Ratings, model: npt.ArrayLike | None = None) -> Fused:
    """Join a model's probabilities and people's answers; how far the model is trusted is what the answers say of it.

    An annotator is right with an accuracy of their own, else gives a wrong class as this crowd does. The temperature is
    the one under which the answers are most probable: fitted to a consensus that the model shares in, it would only
    confirm itself.

    Parameters
    ----------
    ratings : Ratings
    model : float array of shape (n_items, n_classes), optional
        Out-of-sample probabilities in the order of `ratings.items` and `ratings.classes`. A uniform row says nothing;
        without a model the answers stand alone, and all classes are equally probable beforehand.

    Raises
    ------
    NoRatings
        When there is no answer.
    QualityError
        When the model's array has another shape, or its rows are no probabilities.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("b", "ada", "y"), ("a", "bo", "x"), ("b", "bo", "x")])
    >>> found = fused(ratings, [[0.9, 0.1], [0.2, 0.8]])
    >>> found.probabilities.argmax(axis=1).tolist()
    [0, 1]
    """
    logs = _checked_logs(ratings, model)
    n_annotators, n_classes = ratings.n_annotators, ratings.n_classes
    accuracy = np.full(n_annotators, _USUAL_RIGHT / (_USUAL_RIGHT + _USUAL_WRONG))
    wrong = _even(n_classes)
    power, n_rounds, is_steady = 1.0, 0, False
    while not is_steady and n_rounds < _MOST_ROUNDS:
        evidence = evidence_of(ratings, accuracy, wrong)
        power = power if model is None else _best_power(logs, evidence, power)
        posterior = _softmax(power * logs + evidence)
        before = accuracy
        accuracy, wrong = _skills(ratings, posterior)
        n_rounds += 1
        is_steady = float(np.abs(accuracy - before).max()) < _STEADY
    posterior = _softmax(power * logs + evidence_of(ratings, accuracy, wrong))
    return Fused(posterior, 1 / power, accuracy, wrong, is_steady, n_rounds)


def evidence_of(ratings: Ratings, accuracy: Array, wrong: Array) -> Array:
    """Log-probability (nats) of each item's answers for each true class, (n_items, n_classes)."""
    right = np.clip(accuracy, _LEAST, 1 - _LEAST)
    spread = np.log(np.maximum(wrong, _LEAST)).T  # by given class, then true class
    rows = np.log1p(-right)[ratings.annotator][:, None] + spread[ratings.label]
    rows[np.arange(len(rows)), ratings.label] = np.log(right)[ratings.annotator]
    sums = np.zeros((ratings.n_items, ratings.n_classes))
    for place in range(ratings.n_classes):
        sums[:, place] = np.bincount(ratings.item, rows[:, place], ratings.n_items)
    return sums


def _checked_logs(ratings: Ratings, given: npt.ArrayLike | None) -> Array:
    if not ratings.n_ratings:
        raise NoRatings("a model is fitted to people's answers, and there are none. Collect at least one an item.")
    if given is None:
        return np.zeros((ratings.n_items, ratings.n_classes))
    model = np.asarray(given, dtype=np.float64)
    if model.shape != (ratings.n_items, ratings.n_classes):
        raise QualityError(
            f"the model's probabilities have shape {model.shape}; there are {ratings.n_items} items and "
            f"{ratings.n_classes} classes. Give one row for each of ratings.items, in that order."
        )
    if not (np.isfinite(model).all() and (model >= 0).all() and (model.sum(axis=1) > 0).all()):
        raise QualityError("a row of the model's probabilities is negative, empty or not a number.")
    return np.asarray(np.log(np.maximum(model / model.sum(axis=1, keepdims=True), _LEAST)))


def _best_power(logs: Array, evidence: Array, power: float) -> float:
    """The power of the model's probabilities under which the answers are most probable."""

    def loss(log_power: float) -> float:
        scores = np.exp(log_power) * logs
        joint = scipy.special.logsumexp(scores + evidence, axis=1) - scipy.special.logsumexp(scores, axis=1)
        return -float(joint.sum())

    low, high = np.log(_POWER_RANGE)
    near = (max(low, np.log(power) - 1), min(high, np.log(power) + 1))
    found = scipy.optimize.minimize_scalar(loss, bounds=near, method="bounded", options={"xatol": 1e-3})
    return float(np.exp(found.x))


def _skills(ratings: Ratings, posterior: Array) -> tuple[Array, Array]:
    """Each annotator's accuracy and the crowd's mistakes, from the present belief."""
    is_right = posterior[ratings.item, ratings.label]
    n_of = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    crowd = (is_right.sum() + _USUAL_RIGHT) / (len(is_right) + _USUAL_RIGHT + _USUAL_WRONG)
    right_of = np.bincount(ratings.annotator, is_right, ratings.n_annotators)
    n_own = _USUAL_RIGHT + _USUAL_WRONG
    accuracy = (right_of + n_own * crowd) / (n_of + n_own)
    given = np.asarray((ratings.class_counts().T @ posterior).T)  # (true, given)
    np.fill_diagonal(given, 0.0)
    wrong = given + _CONFUSION_WEIGHT * _even(ratings.n_classes)
    return accuracy, wrong / np.maximum(wrong.sum(axis=1, keepdims=True), _LEAST)


def _even(n_classes: int) -> Array:
    return (1 - np.eye(n_classes)) / max(n_classes - 1, 1)


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
