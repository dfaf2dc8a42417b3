"""Numeric answers: the value of each item, how far each annotator is off in the mean, and how much they scatter.

Named `numbers` after what is answered; the standard library's module of that name is something else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import NoRatings, NotNumeric, QualityError
from karat.quality.intervals import Estimate, normal_quantile
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

_SMALLEST = 1e-12  # of the answers' variance: no annotator may be taken for exact
_FLAT, _CERTAIN = 1e-9, 1e12  # precisions that stand for knowing nothing, and everything
_MOST_TOGETHER = 1500  # annotators whose biases are solved for at once: a square matrix of that size
_CHUNK_ENTRIES = 1 << 20


@dataclass(frozen=True, slots=True)
class NumericAnnotator:
    """How one annotator's numbers lie.

    Attributes
    ----------
    bias : Estimate
        Mean of answer minus value, in the unit of the answers; `n` is the number of answers.
    scatter : float
        Standard deviation of answer minus value and bias, wild answers apart.
    """

    bias: Estimate
    scatter: float


@dataclass(frozen=True, eq=False)
class NumericConsensus:
    """The value of each item, inferred from several numbers.

    Attributes
    ----------
    items : sequence of names of shape (n_items,)
    values, low, high : float arrays of shape (n_items,)
        Estimate and interval, in the unit of the answers. Gold is its own interval.
    annotators : mapping of annotator to NumericAnnotator
    spread : float
        Standard deviation of the items' true values.
    converged : bool
    n_iterations : int
    """

    items: Sequence[Name]
    values: Array
    low: Array
    high: Array
    annotators: Mapping[Name, NumericAnnotator]
    spread: float
    converged: bool
    n_iterations: int

    def by_item(self) -> dict[Name, float]:
        """The value of each item by the item's name."""
        return dict(zip(self.items, self.values.tolist(), strict=True))


def numbers(
    ratings: Ratings,
    *,
    gold: Mapping[Any, float] | None = None,
    tail: float = 10.0,
    pseudo_answers: float = 10.0,
    is_shrunk: bool = False,
    level: float = 0.95,
    tolerance: float = 1e-6,
    max_iterations: int = 500,
) -> NumericConsensus:
    """Values, biases and scatter that explain numeric answers together.

    An answer is the item's value, plus the annotator's bias, plus an error of the annotator's own scatter that follows
    Student's t: one wild answer is discounted instead of dragging the value along. Values and biases are normal
    beforehand, with spreads learnt from the answers, so that a single answer is drawn toward the others' mean.

    Parameters
    ----------
    ratings : Ratings
        Their classes are the numbers, or text that reads as such.
    gold : mapping of item to number, optional
        Trusted values, held fixed. Without any, a bias that all share cannot be seen.
    tail : float
        Degrees of freedom of the errors. Small: wild answers are expected and count little; `math.inf`: errors are
        normal, and the value is a weighted mean.
    pseudo_answers : float
        Answers' worth of belief that an annotator scatters like all together.
    is_shrunk : bool
        Take values for normal around their mean, so that few or scattered answers are drawn toward it: smaller errors
        in the mean, at the price of extreme values, which come out less extreme.
    level : float
        Coverage of the intervals, between 0 and 1.
    tolerance : float
        Stop when no value moves by more than this share of the answers' standard deviation.
    max_iterations : int
        Give up after so many and say so in `converged`.

    Returns
    -------
    NumericConsensus
        Deterministic. An item without answers gets the mean of the values, and their spread as its interval.

    Raises
    ------
    NoRatings
        When there is no rating.
    NotNumeric
        When a class or gold label is not a finite number.

    References
    ----------
    Welinder, Branson, Belongie and Perona (2010), "The multidimensional wisdom of crowds", for bias and scatter of
    annotators; Lange, Little and Taylor (1989), doi:10.1080/01621459.1989.10478852, for errors of Student's t. Solved
    by variational Bayes.

    Examples
    --------
    >>> rows = [(item, who, item + off) for item in range(20) for who, off in (("ada", 0.2), ("bo", -0.2), ("cy", 3.0))]
    >>> wild = [("new", "ada", 7.0), ("new", "bo", 6.6), ("new", "cy", 90.0)]
    >>> found = numbers(Ratings.from_rows(rows + wild))
    >>> round(found.annotators["cy"].bias.value - found.annotators["bo"].bias.value, 1), found.by_item()["new"] < 12
    (3.2, True)
    """
    if ratings.n_ratings == 0:
        raise NoRatings("values need numeric answers; there are none.")
    if not (tail > 0 and 0 < level < 1):
        raise QualityError(f"tail must be above 0 and the level between 0 and 1; got {tail:g} and {level:g}.")
    model = _Model.of(ratings, gold, tail, pseudo_answers, is_shrunk)
    state = model.start()
    converged, n_iterations = False, 0
    while not converged and n_iterations < max(1, max_iterations):
        before = state.value
        state = model.improved(state)
        n_iterations += 1
        converged = bool(np.abs(state.value - before).max() <= tolerance)
    return model.result(state, level, converged, n_iterations)


@dataclass(frozen=True, eq=False)
class _State:
    """What is believed, in units of the answers' standard deviation around their mean.

    Attributes
    ----------
    value, value_variance : float arrays of shape (n_items,)
    bias, bias_variance, noise : float arrays of shape (n_annotators,)
        `noise` is the squared scatter.
    doubt : float array of shape (n_ratings,)
        Variance of the sum of the answer's value and bias.
    centre, spread, bias_spread : float
        Mean and variance of the values, variance of the biases.
    """

    value: Array
    value_variance: Array
    bias: Array
    bias_variance: Array
    noise: Array
    doubt: Array
    centre: float
    spread: float
    bias_spread: float


@dataclass(frozen=True, eq=False)
class _Normal:
    """Independent normals as the answers alone give them: mean `pull / precision`, variance `1 / precision`."""

    pull: Array
    precision: Array

    def held(self, is_held: npt.NDArray[np.bool_], at: Array) -> _Normal:
        """The same with some of them all but certain."""
        precision = np.where(is_held, _CERTAIN, self.precision)
        return _Normal(np.where(is_held, at * _CERTAIN, self.pull), precision)


class _Solved(NamedTuple):
    value: Array
    value_variance: Array
    bias: Array
    bias_variance: Array
    doubt: Array


@dataclass(frozen=True, eq=False)
class _Model:
    ratings: Ratings
    answer: Array
    is_gold: npt.NDArray[np.bool_]
    gold: Array
    middle: float
    scale: float
    tail: float
    pseudo_answers: float
    is_shrunk: bool

    @staticmethod
    def of(
        ratings: Ratings, gold: Mapping[Any, float] | None, tail: float, pseudo_answers: float, is_shrunk: bool
    ) -> _Model:
        numbers = np.array([_number(name, "the class") for name in ratings.classes])[ratings.label]
        middle, scale = float(numbers.mean()), float(numbers.std())
        scale = scale if scale > 0 else 1.0
        known = np.zeros(ratings.n_items)
        is_gold = np.zeros(ratings.n_items, dtype=bool)
        for row, item in enumerate(ratings.items) if gold else ():
            if gold is not None and item in gold:
                is_gold[row], known[row] = True, (_number(gold[item], "the gold value") - middle) / scale
        answer = (numbers - middle) / scale
        return _Model(ratings, answer, is_gold, known, middle, scale, tail, pseudo_answers, is_shrunk)

    def start(self) -> _State:
        """Means of the items, no bias, everybody scatters alike."""
        total = np.bincount(self.ratings.item, self.answer, self.ratings.n_items)
        n = np.bincount(self.ratings.item, minlength=self.ratings.n_items)
        value = np.where(self.is_gold, self.gold, total / np.maximum(n, 1))
        n_annotators = self.ratings.n_annotators
        noise = max(float(((self.answer - value[self.ratings.item]) ** 2).mean()), 1e-2)
        return _State(
            value,
            np.zeros(len(value)),
            np.zeros(n_annotators),
            np.zeros(n_annotators),
            np.full(n_annotators, noise),
            np.zeros(len(self.answer)),
            centre=float(value.mean()),
            spread=1.0,
            bias_spread=noise,
        )

    def improved(self, state: _State) -> _State:
        """One round: what each answer weighs, then values and biases, then scatter and the spreads of all."""
        annotator, n_annotators = self.ratings.annotator, self.ratings.n_annotators
        weight = self._weights(state)
        precision = weight / state.noise[annotator]
        prior = 1.0 / state.spread if self.is_shrunk else _FLAT
        values = _Normal(
            _sums(self.ratings.item, precision * self.answer, self.ratings.n_items) + prior * state.centre,
            _sums(self.ratings.item, precision, self.ratings.n_items) + prior,
        ).held(self.is_gold, self.gold)
        biases = _Normal(
            _sums(annotator, precision * self.answer, n_annotators),
            _sums(annotator, precision, n_annotators) + 1.0 / state.bias_spread,
        )
        if n_annotators <= _MOST_TOGETHER:
            solved = self._together(values, biases, precision)
        else:
            solved = self._in_turn(values, biases, precision, state)
        value, value_variance, bias, bias_variance, doubt = solved

        squares = weight * ((self.answer - value[self.ratings.item] - bias[annotator]) ** 2 + doubt)
        of_annotator = np.bincount(annotator, squares, n_annotators)
        n_answers = np.bincount(annotator, minlength=n_annotators)
        pooled = max(float(squares.mean()), _SMALLEST)
        noise = (of_annotator + self.pseudo_answers * pooled) / np.maximum(n_answers + self.pseudo_answers, _SMALLEST)
        is_seen = values.precision > _FLAT
        centre = float(value[is_seen].mean())
        spread = max(float(((value[is_seen] - centre) ** 2 + value_variance[is_seen]).mean()), _SMALLEST)
        # One pseudo-annotator with a bias as large as the scatter: with two or three people a spread learnt from
        # them alone would fall to nothing.
        bias_spread = (float((bias**2 + bias_variance).sum()) + pooled) / (n_annotators + 1)
        noise = np.maximum(noise, _SMALLEST)
        return _State(value, value_variance, bias, bias_variance, noise, doubt, centre, spread, bias_spread)

    def _together(self, values: _Normal, biases: _Normal, precision: Array) -> _Solved:
        """Values and biases with all that doubt about one means for the other; values are summed out first."""
        item, annotator = self.ratings.item, self.ratings.annotator
        shape = (self.ratings.n_items, self.ratings.n_annotators)
        met = scipy.sparse.coo_array((precision, (item, annotator)), shape=shape).tocsr()
        share = scipy.sparse.diags_array(1.0 / values.precision) @ met
        left = np.diag(biases.precision) - (met.T @ share).toarray()
        covariance = np.linalg.inv(left)
        bias = covariance @ (biases.pull - share.T @ values.pull)
        value = values.pull / values.precision - share @ bias
        bias_variance = np.diag(covariance).copy()
        value_variance, crossed = 1.0 / values.precision, np.zeros(len(item))
        order = np.argsort(item, kind="stable")
        chunk = max(1, _CHUNK_ENTRIES // max(shape[1], 1))
        for start in range(0, shape[0], chunk):
            rows = share[start : start + chunk]
            through = rows @ covariance
            value_variance[start : start + chunk] += rows.multiply(through).sum(axis=1)
            first, last = np.searchsorted(item[order], [start, start + chunk])
            here = order[first:last]
            crossed[here] = -through[item[here] - start, annotator[here]]
        doubt = np.maximum(value_variance[item] + bias_variance[annotator] + 2 * crossed, 0.0)
        return _Solved(value, value_variance, bias, bias_variance, doubt)

    def _in_turn(self, values: _Normal, biases: _Normal, precision: Array, state: _State) -> _Solved:
        """Values given the biases, then biases given the values: for thousands of annotators."""
        item, annotator = self.ratings.item, self.ratings.annotator
        taken = np.bincount(item, precision * state.bias[annotator], self.ratings.n_items)
        value = (values.pull - np.where(self.is_gold, 0.0, taken)) / values.precision
        taken = np.bincount(annotator, precision * value[item], self.ratings.n_annotators)
        bias = (biases.pull - taken) / biases.precision
        value_variance, bias_variance = 1.0 / values.precision, 1.0 / biases.precision
        doubt = value_variance[item] + bias_variance[annotator]
        return _Solved(value, value_variance, bias, bias_variance, doubt)

    def _weights(self, state: _State) -> Array:
        """How much each answer counts: 1 and a little more near the middle, little far out."""
        if math.isinf(self.tail):
            return np.ones(len(self.answer))
        item, annotator = self.ratings.item, self.ratings.annotator
        squares = (self.answer - state.value[item] - state.bias[annotator]) ** 2 + state.doubt
        return np.asarray((self.tail + 1) / (self.tail + squares / state.noise[annotator]))

    def result(self, state: _State, level: float, converged: bool, n_iterations: int) -> NumericConsensus:
        values = self.middle + self.scale * state.value
        is_seen = np.bincount(self.ratings.item, minlength=self.ratings.n_items) > 0
        variance = np.where(is_seen, state.value_variance, state.spread)
        values = np.where(is_seen | self.is_gold, values, self.middle + self.scale * state.centre)
        half = normal_quantile(0.5 + level / 2) * self.scale * np.sqrt(variance)
        half = np.where(self.is_gold, 0.0, half)
        return NumericConsensus(
            self.ratings.items,
            values,
            values - half,
            values + half,
            self._annotators(state, level),
            spread=self.scale * math.sqrt(state.spread),
            converged=converged,
            n_iterations=n_iterations,
        )

    def _annotators(self, state: _State, level: float) -> dict[Name, NumericAnnotator]:
        n_answers = np.bincount(self.ratings.annotator, minlength=self.ratings.n_annotators)
        bias, error = self.scale * state.bias, self.scale * np.sqrt(state.bias_variance)
        half, scatter = normal_quantile(0.5 + level / 2) * error, self.scale * np.sqrt(state.noise)
        rows = zip(self.ratings.annotators, bias, half, error, n_answers, scatter, strict=True)
        return {
            name: NumericAnnotator(
                Estimate(float(b), float(b - h), float(b + h), float(n), level, standard_error=float(e)), float(s)
            )
            for name, b, h, e, n, s in rows
        }


def _sums(group: npt.NDArray[np.int32], values: Array, n_groups: int) -> Array:
    return np.asarray(np.bincount(group, values, n_groups), dtype=np.float64)


def _number(name: Any, what: str) -> float:
    try:
        value = float(name)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise NotNumeric(
            f"{what} {name!r} is not a finite number. Leave such answers out, or take another method for classes."
        )
    return value
