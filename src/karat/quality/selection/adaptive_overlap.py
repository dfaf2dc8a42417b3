"""When an item has answers enough: by how certain its label is, never after one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import NoRatings, QualityError
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_CERTAINTIES = (*(percent / 100 for percent in range(60, 99)), 0.985, 0.99, 0.995)
"""Tried from the cheapest up."""
_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """When to stop asking about an item.

    The probabilities it reads must be calibrated: those of the plain model of Dawid and Skene claim 99 % where 86 % are
    right, and stop far too early.

    Attributes
    ----------
    certainty : float
        An item is settled when its label has this probability, 0-1.
    least : int
        No item is settled on fewer answers, at least two: of a single answer nothing tells how good it is, and the
        annotators' skill, which all certainty rests on, is only learnt from items that several answered.
    most : int
        With so many answers an item is left as it is. If it is not settled, more of the same will hardly help: it is
        for an expert.

    Raises
    ------
    QualityError
        When the numbers contradict each other.

    Examples
    --------
    >>> rule = StoppingRule(certainty=0.95, least=2, most=5)
    >>> rule.is_enough([[0.99, 0.01], [0.99, 0.01], [0.6, 0.4]], [1, 2, 5]).tolist()
    [False, True, True]
    >>> rule.is_for_an_expert([[0.99, 0.01], [0.99, 0.01], [0.6, 0.4]], [1, 2, 5]).tolist()
    [False, False, True]
    """

    certainty: float = 0.95
    least: int = 2
    most: int = 7

    def __post_init__(self) -> None:
        if not 0 < self.certainty < 1:
            raise QualityError(f"the certainty to stop at lies between 0 and 1, such as 0.95; got {self.certainty:g}.")
        if not 2 <= self.least <= self.most:
            raise QualityError(
                f"an item takes at least two answers, and at most no fewer than at least; got {self.least} to "
                f"{self.most}."
            )

    def is_enough(self, probabilities: npt.ArrayLike, n_answers: npt.ArrayLike) -> Flags:
        """For each item whether to stop asking, (n_items,).

        Parameters
        ----------
        probabilities : float array of shape (n_items, n_classes)
        n_answers : int array of shape (n_items,)
        """
        n = np.asarray(n_answers)
        return np.asarray((self._is_certain(probabilities) & (n >= self.least)) | (n >= self.most))

    def is_for_an_expert(self, probabilities: npt.ArrayLike, n_answers: npt.ArrayLike) -> Flags:
        """For each item whether it has had all its answers and is still not certain, (n_items,)."""
        return np.asarray(~self._is_certain(probabilities) & (np.asarray(n_answers) >= self.most))

    def _is_certain(self, probabilities: npt.ArrayLike) -> Flags:
        return np.asarray(np.asarray(probabilities, dtype=np.float64).max(axis=1) >= self.certainty)


@dataclass(frozen=True, eq=False, slots=True)
class Replay:
    """What a rule would have asked for.

    Attributes
    ----------
    n_answers : int array of shape (n_items,)
        Answers taken of each item.
    probabilities : float array of shape (n_items, n_classes)
        From these answers.
    """

    n_answers: Integers
    probabilities: Array

    @property
    def mean_answers(self) -> float:
        """Answers per item."""
        return float(self.n_answers.mean())


def replay(ratings: Ratings, rule: StoppingRule, infer: Callable[[Ratings], npt.ArrayLike]) -> Replay:
    """Go through answers that exist as if they were asked for one at a time, and stop where the rule stops.

    All items get their first answers, then every open item one more, and everything is inferred anew. So a project with
    a fixed overlap sees what it could have saved.

    Parameters
    ----------
    ratings : Ratings
        Answers of an item in the order in which they came, or in one drawn at random.
    rule : StoppingRule
        An item that runs out of answers stops there.
    infer : function from Ratings to float array of shape (n_items, n_classes)
        Calibrated probabilities, one row for each item it is given, such as
        ``lambda ratings: karat.consensus(ratings).probabilities``.

    Raises
    ------
    NoRatings
        When there is no answer.

    Examples
    --------
    >>> from karat.quality.consensus import majority_vote
    >>> rows = [(item, who, "x") for item in range(4) for who in ("ada", "bo", "cy")]
    >>> replay(Ratings.from_rows(rows), StoppingRule(), lambda some: majority_vote(some).probabilities).mean_answers
    2.0
    """
    if not ratings.n_ratings:
        raise NoRatings("there are no answers to go through.")
    turn = _turns(ratings)
    has = np.bincount(ratings.item, minlength=ratings.n_items)
    asked = np.minimum(has, rule.least)
    while True:
        probabilities = _inferred(ratings, turn < asked[ratings.item], infer)
        is_open = (asked < has) & ~rule.is_enough(probabilities, asked)
        if not is_open.any():
            return Replay(asked, probabilities)
        asked = asked + is_open


@dataclass(frozen=True, slots=True)
class ChosenRule:
    """The cheapest rule that a pilot found as good as a fixed number of answers.

    Attributes
    ----------
    rule : StoppingRule
    mean_answers : float
        Answers per item it took.
    agreement, fixed_agreement : float
        Share of items whose label is the one that all answers of the pilot give together: by the rule, and by the fixed
        number, 0-1.
    n_items : int
    """

    rule: StoppingRule
    mean_answers: float
    agreement: float
    fixed_agreement: float
    n_items: int


def rule_as_good_as(
    ratings: Ratings,
    n_fixed: int,
    infer: Callable[[Ratings], npt.ArrayLike],
    *,
    most: int | None = None,
) -> ChosenRule:
    """The cheapest rule whose labels are no worse than those of `n_fixed` answers for each item, tried on a pilot.

    Both are compared with the label of all answers. A rule that took fewer of them has fewer in common with it, so the
    comparison leans a little against the rule. On the other hand the first of many rules to pass may do so by luck: the
    two rules next stricter must pass as well.

    Parameters
    ----------
    ratings : Ratings
        A pilot of some hundred items with more answers than `n_fixed`; ten are plenty.
    n_fixed : int
        What the project would ask for otherwise.
    infer : function from Ratings to float array of shape (n_items, n_classes)
    most : int, optional
        The rule's `most`; three more than `n_fixed` when not given.

    Raises
    ------
    QualityError
        When no item has more than `n_fixed` answers, or no rule is as good.
    """
    turn, has = _turns(ratings), np.bincount(ratings.item, minlength=ratings.n_items)
    if not n_fixed >= 2 or int(np.median(has)) <= n_fixed:
        raise QualityError(
            f"a rule as good as {n_fixed} answers is looked for on items that have more of them; half of these items "
            f"have {int(np.median(has))} or fewer. Let a few hundred items be answered more often."
        )
    everything = _inferred(ratings, turn >= 0, infer).argmax(axis=1)
    fixed = float((_inferred(ratings, turn < n_fixed, infer).argmax(axis=1) == everything).mean())
    passed: list[ChosenRule] = []
    for certainty in _CERTAINTIES:
        rule = StoppingRule(certainty=certainty, most=n_fixed + 3 if most is None else most)
        found = replay(ratings, rule, infer)
        agreement = float((found.probabilities.argmax(axis=1) == everything).mean())
        tried = ChosenRule(rule, found.mean_answers, agreement, fixed, ratings.n_items)
        passed = [*passed, tried] if agreement >= fixed else []
        if len(passed) == _IN_A_ROW:
            return passed[0]
    raise QualityError(
        f"no rule reached what {n_fixed} answers for every item reach on this pilot of {ratings.n_items} items. "
        "Let rules take more answers of an item (most), or stay with the fixed number."
    )


def _turns(ratings: Ratings) -> Integers:
    """Which answer of its item each is, from 0 up."""
    order = np.argsort(ratings.item, kind="stable")
    sizes = np.bincount(ratings.item, minlength=ratings.n_items)
    first = np.cumsum(sizes) - sizes
    turn = np.empty(ratings.n_ratings, dtype=np.intp)
    turn[order] = np.arange(ratings.n_ratings) - first[ratings.item[order]]
    return turn


def _inferred(ratings: Ratings, taken: Flags, infer: Callable[[Ratings], npt.ArrayLike]) -> Array:
    """Probabilities of all declared items; those without an answer say nothing."""
    found = np.asarray(infer(ratings.select(taken)), dtype=np.float64)
    probabilities = np.full((ratings.n_items, found.shape[1]), 1 / found.shape[1])
    probabilities[np.unique(ratings.item[taken])] = found
    return probabilities
