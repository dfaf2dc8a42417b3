"""GLAD: some annotators are better, and some items are harder; both are inferred with the labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.assemble import assembled, evidence_from_others, softmax
from karat.quality.consensus.gold import UNKNOWN, clamp, with_gold
from karat.quality.consensus.result import Consensus
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leanings:
    """Normal priors, with standard deviation 1 each, as in the paper.

    Attributes
    ----------
    skill : float
        Mean of the annotators' skill.
    log_ease : float
        Mean of the logarithm of the items' ease.
    """

    skill: float = 1.0
    log_ease: float = 1.0


@dataclass(frozen=True, eq=False)
class Glad:
    """What GLAD infers.

    Attributes
    ----------
    consensus : Consensus
    skill : mapping of annotator to float
        Log-odds of being right on an item of ease 1: 0 is a coin, negative misleads.
    ease : float array of shape (n_items,)
        Above 0; the log-odds of an annotator of skill 1 on the item. The smaller, the harder. An item without ratings
        has that of the prior.
    """

    consensus: Consensus
    skill: Mapping[Name, float]
    ease: Array


def glad(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None = None,
    leanings: Leanings = Leanings(),
    tolerance: float = 1e-8,
    max_iterations: int = 1000,
) -> Glad:
    """Labels, skills and ease that explain the ratings best together.

    An annotator of skill s is right on an item of ease e with probability 1 / (1 + exp(-s e)), and gives each wrong
    class equally often. The labels are summed out, so that one climb finds skills and ease; the paper's alternation of
    two steps climbs the same hill and rests where this does.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels, held fixed; they teach skills. Classes nobody gave are allowed.
    leanings : Leanings
    tolerance : float
        Stop when a step gains less than this share of the log-posterior.
    max_iterations : int
        Give up after so many steps and say so in `converged`.

    Returns
    -------
    Glad
        Deterministic: it starts from the means of the priors. Classes are equally frequent beforehand, as in the
        paper: an item without ratings gets equal probabilities.

    Raises
    ------
    NoRatings
        When there is no rating.

    References
    ----------
    Whitehill, Ruvolo, Wu, Bergsma and Movellan (2009), "Whose vote should count more", NeurIPS 22. More than two
    classes: their section 2, with errors spread evenly.

    Examples
    --------
    >>> rows = [(item, who, "xy"[item % 2]) for item in range(20) for who in ("ada", "bo", "cy")]
    >>> rows += [("hard", "ada", "x"), ("hard", "bo", "y"), ("hard", "cy", "x")]
    >>> found = glad(Ratings.from_rows(rows))
    >>> bool(found.ease[-1] < found.ease[:-1].min()), found.skill["bo"] < found.skill["ada"]
    (True, True)
    """
    ratings, known = with_gold(ratings, gold)
    problem = _Problem.of(ratings, known, leanings)
    climb = scipy.optimize.minimize(
        problem.loss,
        problem.start(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max(1, max_iterations), "maxfun": 10 * max(1, max_iterations), "ftol": tolerance,
                 "gtol": 1e-7, "maxcor": 20},
    )  # fmt: skip
    return _result(problem, known, climb.x, bool(climb.success), int(climb.nit))


@dataclass(frozen=True, eq=False)
class _Problem:
    """The ratings as the climb needs them, in order of (item, class) pair.

    Attributes
    ----------
    pair : int array of shape (n_ratings,)
        The (item, class) pair of each rating.
    pair_item, pair_label : int arrays of shape (n_pairs,)
        In order of item, then class.
    """

    ratings: Ratings
    gold: npt.NDArray[np.intp]
    leanings: Leanings
    item: npt.NDArray[np.intp]
    annotator: npt.NDArray[np.intp]
    pair: npt.NDArray[np.intp]
    pair_item: npt.NDArray[np.intp]
    pair_label: npt.NDArray[np.intp]
    n_absent: Array

    @staticmethod
    def of(ratings: Ratings, gold: npt.NDArray[np.intp], leanings: Leanings) -> _Problem:
        codes = ratings.item.astype(np.int64) * ratings.n_classes + ratings.label
        order = np.argsort(codes, kind="stable")
        pairs, pair = np.unique(codes[order], return_inverse=True)
        item, label = np.divmod(pairs, ratings.n_classes)
        n_given = np.bincount(item, minlength=ratings.n_items)
        return _Problem(
            ratings,
            gold,
            leanings,
            item=ratings.item[order].astype(np.intp),
            annotator=ratings.annotator[order].astype(np.intp),
            pair=pair,
            pair_item=item,
            pair_label=label,
            n_absent=(ratings.n_classes - n_given).astype(np.float64),
        )

    def start(self) -> Array:
        """The means of the priors: skills, then logarithms of ease."""
        skill = np.full(self.ratings.n_annotators, self.leanings.skill)
        return np.concatenate([skill, np.full(self.ratings.n_items, self.leanings.log_ease)])

    def loss(self, parameters: Array) -> tuple[float, Array]:
        """Minus the log-posterior of skills and ease, labels summed out, and its gradient."""
        n = self.ratings.n_annotators
        skill, log_ease = parameters[:n], parameters[n:]
        ease = np.exp(np.minimum(log_ease, 50.0))[self.item]
        log_odds = skill[self.annotator] * ease
        belief, log_likelihood = self.beliefs(log_odds)
        surprise = belief[self.pair] - scipy.special.expit(log_odds)
        by_skill = np.bincount(self.annotator, surprise * ease, n)
        by_ease = np.bincount(self.item, surprise * log_odds, self.ratings.n_items)
        off = parameters - self.start()
        gradient = np.concatenate([by_skill, by_ease]) - off
        return -log_likelihood + 0.5 * float(off @ off), -gradient

    def beliefs(self, log_odds: Array) -> tuple[Array, float]:
        """Probability that a pair's class is true, (n_pairs,), and the log-likelihood of all ratings and gold."""
        n_items, n_classes = self.ratings.n_items, self.ratings.n_classes
        n_others = max(n_classes - 1, 1)
        # Relative to all ratings being wrong, a class gains the log-odds of those who gave it.
        scores = np.bincount(self.pair, log_odds + np.log(n_others), len(self.pair_item))
        highest = np.zeros(n_items)
        np.maximum.at(highest, self.pair_item, scores)
        powers = np.exp(scores - highest[self.pair_item])
        sums = np.bincount(self.pair_item, powers, n_items) + self.n_absent * np.exp(-highest)
        belief, log_sums = powers / sums[self.pair_item], highest + np.log(sums)
        at_gold = np.flatnonzero(self.gold[self.pair_item] != UNKNOWN)
        if len(at_gold):
            is_gold_class = self.pair_label[at_gold] == self.gold[self.pair_item[at_gold]]
            belief[at_gold] = is_gold_class
            log_sums[self.gold != UNKNOWN] = 0.0
            log_sums[self.pair_item[at_gold[is_gold_class]]] = scores[at_gold[is_gold_class]]
        all_wrong = -np.logaddexp(0.0, log_odds).sum() - len(self.item) * np.log(n_others)
        is_rated = self.n_absent < n_classes
        return belief, float(all_wrong + (log_sums[is_rated] - np.log(n_classes)).sum())


def _result(
    problem: _Problem, known: npt.NDArray[np.intp], parameters: Array, converged: bool, n_iterations: int
) -> Glad:
    ratings, n = problem.ratings, problem.ratings.n_annotators
    skill, ease = parameters[:n], np.exp(np.minimum(parameters[n:], 50.0))
    log_odds = skill[ratings.annotator] * ease[ratings.item]
    gain = log_odds + np.log(max(ratings.n_classes - 1, 1))
    codes = ratings.item.astype(np.int64) * ratings.n_classes + ratings.label
    said = np.bincount(codes, gain, ratings.n_items * ratings.n_classes)
    scores = np.asarray(said, dtype=np.float64).reshape(ratings.n_items, ratings.n_classes)

    def scores_of_others(part: slice) -> Array:
        others = scores[ratings.item[part]]
        others[np.arange(len(others)), ratings.label[part]] -= gain[part]
        return np.asarray(others)

    consensus = assembled(
        ratings,
        clamp(softmax(scores), known),
        method="glad",
        evidence=evidence_from_others(ratings, known, scores_of_others),
        converged=converged,
        n_iterations=n_iterations,
        log_likelihood=problem.beliefs(skill[problem.annotator] * ease[problem.item])[1],
    )
    return Glad(consensus, dict(zip(ratings.annotators, skill.tolist(), strict=True)), ease)
