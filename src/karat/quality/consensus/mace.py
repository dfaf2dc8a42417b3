"""MACE: annotators either know the class or guess after a habit of their own; finds those who only click.

A rating is then evidence for its own class and for no other, so that everything is summed over the (item, class) pairs
that were given and never over all classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.assemble import assembled, evidence_from_others, has_settled, softmax
from karat.quality.consensus.cells import Cells
from karat.quality.consensus.gold import UNKNOWN, clamp, with_gold
from karat.quality.consensus.result import Consensus
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

_NEVER = 1e-100  # stands for probability 0, so that logarithms stay finite
_GRID = 200  # points between 0 and 1 at which the posterior of a competence is taken
_MET = 0.005  # starts that differ in the origin of fewer ratings, as a share of all, climb the same hill
_MEET_EVERY = 10  # iterations
_SAFE_POWER = 300.0  # e to this, times any number of classes, is a finite number


@dataclass(frozen=True, slots=True)
class Habits:
    """What is believed of annotators before any rating.

    Attributes
    ----------
    knowing, guessing : float
        Parameters of the Beta prior of the share of ratings an annotator gives knowingly. Halves, as in the paper:
        most annotators either know or guess.
    even : float
        Pseudo-guesses of each class: how strongly guesses are taken to be even until ratings show a habit.
    items : float or None
        Pseudo-items of each class, whose frequencies are then learnt. None keeps all classes equally frequent, as in
        the paper; where they are not, guessing the frequent one looks like knowledge (product: 83.8 against 93.0 %
        right).
    """

    knowing: float = 0.5
    guessing: float = 0.5
    even: float = 10.0
    items: float | None = 1.0


@dataclass(frozen=True, eq=False)
class Mace:
    """What MACE infers.

    Attributes
    ----------
    consensus : Consensus
    competence : mapping of annotator to Estimate
        Share of ratings given knowingly rather than guessed, 0-1, with the 95 % interval of its posterior; `n` is the
        annotator's number of ratings. Whoever guesses among K classes may still be right on 1/K of them.
    """

    consensus: Consensus
    competence: Mapping[Name, Estimate]


def mace(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None = None,
    habits: Habits = Habits(),
    n_restarts: int = 10,
    n_iterations: int = 50,
    tolerance: float = 1e-6,
    max_iterations: int = 500,
    seed: int = 0,
) -> Mace:
    """Labels, and how often each annotator knew instead of guessing, by variational Bayes.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels, held fixed; they teach the competences. Classes nobody gave are allowed.
    habits : Habits
    n_restarts, n_iterations : int
        Starts, all but the first at random, and iterations of each; the one with the best bound on the evidence goes
        on until it settles. The first starts from the vote shares. Starts that have met go on as one.
    tolerance : float
        Settled when what is still to be gained of the bound is less than this share of it.
    max_iterations : int
        Give up after so many iterations of the best start and say so in `converged`.
    seed : int
        Of the random starts. The same seed gives the same answer.

    Returns
    -------
    Mace
        In its consensus an item without ratings gets the class frequencies.

    Raises
    ------
    NoRatings
        When there is no rating.

    References
    ----------
    Hovy, Berg-Kirkpatrick, Vaswani and Hovy (2013), "Learning whom to trust with MACE", NAACL-HLT, N13-1132.

    Examples
    --------
    >>> rows = [(item, who, "xy"[item % 2]) for item in range(20) for who in ("ada", "bo", "cy")]
    >>> rows += [(item, "clicker", "x") for item in range(20)]
    >>> found = mace(Ratings.from_rows(rows))
    >>> found.competence["ada"].value > 0.8 > 0.3 > found.competence["clicker"].value
    True
    """
    ratings, known = with_gold(ratings, gold)
    problem = _Problem.of(ratings, known, habits)
    counts = _best_start(problem, max(1, n_restarts), max(1, min(n_iterations, max_iterations)), seed)
    objective: list[float] = []
    converged = False
    while not converged and len(objective) < max(1, max_iterations):
        odds, divergence = problem.parameters(counts)
        counts, log_likelihood = problem.expected(odds)
        objective.append(float(log_likelihood[0] - divergence[0]))
        converged = has_settled(objective, tolerance)
    return _result(problem, known, counts, converged, len(objective))


@dataclass(frozen=True, eq=False)
class _Counts:
    """Expected numbers, the last axis being the start: knowing ratings of each cell, items of each class."""

    known: Array
    items: Array


@dataclass(frozen=True, eq=False)
class _Odds:
    """Logarithms, the last axis being the start.

    Attributes
    ----------
    guess, gain : float arrays of shape (n_cells, n_starts)
        Probability that the annotator guesses this class, and what it gains where the class is true.
    of_class : float array of shape (n_classes, n_starts)
        Frequencies of the classes; under variational Bayes these need not add up to 1.
    """

    guess: Array
    gain: Array
    of_class: Array


@dataclass(frozen=True, eq=False)
class _Problem:
    """The ratings as the iterations need them.

    Attributes
    ----------
    incidence, transposed : sparse float arrays (n_pairs, n_cells + n_classes) and its transpose
        How often each (item, class) pair that was given met each cell; then, which class it is of.
    pair_item, pair_label : int arrays of shape (n_pairs,)
        Position of the item among the rated ones, and the class; in this order.
    starts : int array of shape (n_rated,)
        First pair of each rated item.
    of_item : sparse float array of shape (n_rated, n_pairs)
    said : sparse float array of shape (n_rated, n_classes)
        1 where the item was given the class.
    of_annotator : sparse float array of shape (n_present, n_cells)
    gold_rows, gold_label : int arrays of shape (n_gold,)
        Rated items with gold, and its class.
    gold_pairs : int array
        The pairs of these items.
    is_gold_class : bool array of shape (n_gold_pairs,)
        Whether gold says the pair's class.
    gold_unsaid : float array of shape (n_classes, 1)
        Rated items that have the class by gold, although nobody gave it.
    """

    ratings: Ratings
    habits: Habits
    cells: Cells
    n_of_cell: Array
    incidence: Any
    transposed: Any
    pair_item: npt.NDArray[np.intp]
    pair_label: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    of_item: Any
    said: Any
    of_annotator: Any
    gold_rows: npt.NDArray[np.intp]
    gold_label: npt.NDArray[np.intp]
    gold_pairs: npt.NDArray[np.intp]
    is_gold_class: npt.NDArray[np.bool_]
    gold_unsaid: Array

    @staticmethod
    def of(ratings: Ratings, gold: npt.NDArray[np.intp], habits: Habits) -> _Problem:
        cells = Cells.of(ratings)
        n_cells = len(cells.given)
        codes = ratings.item.astype(np.int64) * ratings.n_classes + ratings.label
        pairs, of_rating = np.unique(codes, return_inverse=True)
        item, label = np.divmod(pairs, ratings.n_classes)
        rated, starts, pair_item = np.unique(item, return_index=True, return_inverse=True)
        gold_rows = np.flatnonzero(gold[rated] != UNKNOWN)
        gold_pairs = np.flatnonzero(gold[item] != UNKNOWN)
        is_gold_class = (label == gold[item])[gold_pairs]
        gold_unsaid = np.bincount(gold[rated[gold_rows]], minlength=ratings.n_classes)
        gold_unsaid -= np.bincount(label[gold_pairs[is_gold_class]], minlength=ratings.n_classes)
        shape = (len(pairs), n_cells)
        ones = np.ones(ratings.n_ratings)
        met = scipy.sparse.coo_array((ones, (of_rating, cells.of_rating)), shape=shape)
        incidence = scipy.sparse.hstack([met, _sums(label, ratings.n_classes).T], format="csr")
        return _Problem(
            ratings,
            habits,
            cells,
            n_of_cell=np.bincount(cells.of_rating, minlength=n_cells).astype(np.float64),
            incidence=incidence,
            transposed=incidence.T.tocsr(),
            pair_item=pair_item,
            pair_label=label,
            starts=starts,
            of_item=_sums(pair_item, len(rated)),
            said=scipy.sparse.csr_array(
                (np.ones(len(pairs)), label, np.append(starts, len(pairs))), shape=(len(rated), ratings.n_classes)
            ),
            of_annotator=_sums(cells.rank, len(cells.starts)),
            gold_rows=gold_rows,
            gold_label=gold[rated[gold_rows]],
            gold_pairs=gold_pairs,
            is_gold_class=is_gold_class,
            gold_unsaid=gold_unsaid[:, np.newaxis].astype(np.float64),
        )

    def parameters(self, counts: _Counts) -> tuple[_Odds, Array]:
        """What the counts say of annotators and classes, and the divergence (nats) of that from the priors."""
        digamma, gammaln, betaln = scipy.special.digamma, scipy.special.gammaln, scipy.special.betaln
        habits, rank, total_even = self.habits, self.cells.rank, self.habits.even * self.ratings.n_classes
        known, guessed = counts.known, self.n_of_cell[:, np.newaxis] - counts.known
        n_known, n_guessed = self.of_annotator @ known, self.of_annotator @ guessed
        of_all = digamma(n_known + n_guessed + habits.knowing + habits.guessing)
        log_known = digamma(n_known + habits.knowing) - of_all
        log_guessed = digamma(n_guessed + habits.guessing) - of_all
        log_habit = digamma(guessed + habits.even) - digamma(n_guessed + total_even)[rank]
        divergence = (
            betaln(habits.knowing, habits.guessing)
            - betaln(n_known + habits.knowing, n_guessed + habits.guessing)
            + n_known * log_known
            + n_guessed * log_guessed
            + gammaln(n_guessed + total_even)
            - gammaln(total_even)
        ).sum(axis=0)
        divergence += (gammaln(habits.even) - gammaln(guessed + habits.even) + guessed * log_habit).sum(axis=0)
        of_class, of_items = self._class_shares(counts.items)
        guess = log_guessed[rank] + log_habit
        return _Odds(guess, np.logaddexp(0.0, log_known[rank] - guess), of_class), divergence + of_items

    def _class_shares(self, items: Array) -> tuple[Array, Array]:
        """Logarithms of the class frequencies, and their divergence from the prior."""
        prior, n = self.habits.items, self.ratings.n_classes
        if prior is None:
            return np.full(items.shape, -np.log(n)), np.zeros(items.shape[1])
        digamma, gammaln = scipy.special.digamma, scipy.special.gammaln
        total = items.sum(axis=0)
        logs = digamma(items + prior) - digamma(total + n * prior)
        divergence = gammaln(total + n * prior) - gammaln(n * prior)
        divergence += (gammaln(prior) - gammaln(items + prior) + items * logs).sum(axis=0)
        return logs, divergence

    def expected(self, odds: _Odds) -> tuple[_Counts, Array]:
        """The counts under these odds, and the log-likelihood of each start."""
        belief, nothing_said, log_likelihood = self.beliefs(odds)
        known, items = np.split(self.transposed @ belief, [len(self.cells.given)])
        known *= -np.expm1(-odds.gain)  # by knowledge, given that its class is true
        # A class that an item was not given keeps its frequency's share of what the ratings leave.
        items += np.exp(odds.of_class) * (nothing_said.sum(axis=0) - self.said.T @ nothing_said) + self.gold_unsaid
        return _Counts(known, items), log_likelihood

    def beliefs(self, odds: _Odds) -> tuple[Array, Array, Array]:
        """Probability that a pair's class is true, (n_pairs, n_starts); for each rated item the probability of a class
        it was not given, per unit of its frequency; and the log-likelihood of each start."""
        scores: Array = self.incidence @ np.concatenate([odds.gain, odds.of_class])
        at_gold = scores[self.gold_pairs]
        shift = self._shift(scores)
        if shift is not None:
            scores -= shift[self.pair_item]
        belief = np.exp(scores, out=scores)
        frequency = np.exp(odds.of_class)
        unsaid = np.ones((1, 1)) if shift is None else np.exp(-shift)
        sums = np.maximum(frequency.sum(axis=0) - self.said @ frequency, 0.0) * unsaid
        sums += self.of_item @ belief
        nothing_said = unsaid / sums
        belief *= (1.0 / sums)[self.pair_item]
        log_sums = np.log(sums, out=sums)
        if shift is not None:
            log_sums += shift
        if len(self.gold_rows):
            log_sums[self.gold_rows] = odds.of_class[self.gold_label]
            log_sums[self.pair_item[self.gold_pairs[self.is_gold_class]]] = at_gold[self.is_gold_class]
            nothing_said[self.gold_rows] = 0.0
            belief[self.gold_pairs] = self.is_gold_class[:, np.newaxis]
        return belief, nothing_said, np.asarray(log_sums.sum(axis=0) + self.n_of_cell @ odds.guess)

    def _shift(self, scores: Array) -> Array | None:
        """What to take off an item's scores so that their powers stay finite; (n_rated, n_starts), or nothing."""
        if scores.max() < _SAFE_POWER:  # nearly always; finding each item's maximum would double the time
            return None
        return np.asarray(np.maximum(np.maximum.reduceat(scores, self.starts, axis=0), 0.0))


def _sums(group: npt.NDArray[np.intp], n_groups: int) -> Any:
    """The sparse array that adds up values by group."""
    n = len(group)
    return scipy.sparse.coo_array((np.ones(n), (group, np.arange(n))), shape=(n_groups, n)).tocsr()


def _best_start(problem: _Problem, n_restarts: int, n_iterations: int, seed: int) -> _Counts:
    """The counts of the start that came furthest; all starts go side by side."""
    rng = np.random.default_rng(seed)
    n_given = np.asarray(problem.incidence.sum(axis=1)) - 1.0  # without the mark of its class
    shares = n_given / np.add.reduceat(n_given, problem.starts)[problem.pair_item]
    known, items = np.split((problem.transposed @ shares)[:, np.newaxis], [len(problem.cells.given)])
    share_known = rng.random((len(known), n_restarts))
    share_known[:, 0] = 1.0
    counts = _Counts(known * share_known, np.tile(items, n_restarts))
    bound = np.full(n_restarts, -np.inf)
    for round_ in range(1, n_iterations + 1):
        odds, divergence = problem.parameters(counts)
        counts, log_likelihood = problem.expected(odds)
        before, bound = bound, log_likelihood - divergence
        if np.all(bound - before <= 1e-9 * np.abs(bound)):
            break
        if round_ % _MEET_EVERY == 0:
            apart = _apart(counts.known / problem.n_of_cell.sum(), bound)
            counts, bound = _Counts(counts.known[:, apart], counts.items[:, apart]), bound[apart]
    # Rounded, so that of equally good starts the first is taken whatever the last bit says.
    best = int(np.argmax(np.round(bound, 6)))
    return _Counts(counts.known[:, [best]], counts.items[:, [best]])


def _apart(known: Array, bound: Array) -> npt.NDArray[np.intp]:
    """The starts to go on with: of those that have met, the one with the best bound, in their former order."""
    kept: list[int] = []
    for start in np.argsort(-np.round(bound, 6), kind="stable").tolist():
        if all(np.abs(known[:, start] - known[:, other]).sum() > _MET for other in kept):
            kept.append(start)
    return np.sort(np.array(kept, dtype=np.intp))


def _result(
    problem: _Problem, known: npt.NDArray[np.intp], counts: _Counts, converged: bool, n_iterations: int
) -> Mace:
    ratings, (odds, _) = problem.ratings, problem.parameters(counts)
    gain = odds.gain[:, 0]
    codes = ratings.item.astype(np.int64) * ratings.n_classes + ratings.label
    of_rating = problem.cells.of_rating
    said = np.bincount(codes, gain[of_rating], ratings.n_items * ratings.n_classes)
    scores = odds.of_class[:, 0] + said.reshape(ratings.n_items, ratings.n_classes)

    def scores_of_others(part: slice) -> Array:
        others = scores[ratings.item[part]]
        others[np.arange(len(others)), ratings.label[part]] -= gain[of_rating[part]]
        return np.asarray(others)

    consensus = assembled(
        ratings,
        clamp(softmax(scores), known),
        method="mace",
        evidence=evidence_from_others(ratings, known, scores_of_others),
        converged=converged,
        n_iterations=n_iterations,
        log_likelihood=float(problem.beliefs(_mean_odds(problem, counts))[2][0]),
    )
    return Mace(consensus, _competences(problem, counts, odds))


def _mean_odds(problem: _Problem, counts: _Counts) -> _Odds:
    """The odds under the posterior means of competences, habits and frequencies."""
    habits, rank = problem.habits, problem.cells.rank
    guessed = problem.n_of_cell[:, np.newaxis] - counts.known
    n_known, n_guessed = problem.of_annotator @ counts.known, problem.of_annotator @ guessed
    competence = (n_known + habits.knowing) / (n_known + n_guessed + habits.knowing + habits.guessing)
    habit = (guessed + habits.even) / (n_guessed + habits.even * problem.ratings.n_classes)[rank]
    guess = np.log(np.maximum((1 - competence)[rank] * habit, _NEVER))
    items = np.ones_like(counts.items) if habits.items is None else counts.items + habits.items
    of_class = np.log(np.maximum(items / items.sum(axis=0), _NEVER))
    return _Odds(guess, np.logaddexp(0.0, np.log(np.maximum(competence[rank], _NEVER)) - guess), of_class)


def _competences(problem: _Problem, counts: _Counts, odds: _Odds) -> dict[Name, Estimate]:
    """Posterior of each annotator's competence on a grid, given how often each class they gave is the true one.

    Not from the expected numbers of knowing ratings: these were never seen, and taking them for observed makes
    intervals a fifth too short.
    """
    ratings, cells, habits = problem.ratings, problem.cells, problem.habits
    matches = (problem.transposed @ problem.beliefs(odds)[0])[: len(cells.given), 0]
    guessed = (problem.n_of_cell[:, np.newaxis] - counts.known)[:, 0]
    n_guessed = np.add.reduceat(guessed, cells.starts) + habits.even * ratings.n_classes
    habit = (guessed + habits.even) / n_guessed[cells.rank]
    grid = (np.arange(_GRID) + 0.5) / _GRID
    log_prior = (habits.knowing - 1) * np.log(grid) + (habits.guessing - 1) * np.log1p(-grid)
    posterior = np.tile(log_prior, (ratings.n_annotators, 1))
    for start in range(0, len(cells.starts), 1024):
        first = cells.starts[start]
        last = cells.starts[start + 1024] if start + 1024 < len(cells.starts) else len(matches)
        part = slice(first, last)
        is_match = np.log(grid + (1 - grid) * habit[part, np.newaxis])
        said = matches[part, np.newaxis] * is_match + (problem.n_of_cell - matches)[part, np.newaxis] * np.log1p(-grid)
        own = cells.starts[start : start + 1024]
        posterior[cells.annotator[own]] += np.add.reduceat(said, own - first, axis=0)
    posterior = softmax(posterior)
    n_ratings = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    return {
        name: _grid_estimate(grid, posterior[code], float(n_ratings[code]))
        for code, name in enumerate(ratings.annotators)
    }


def _grid_estimate(grid: Array, posterior: Array, n: float) -> Estimate:
    """Mean and equal-tailed 95 % interval of a posterior over cells of equal width."""
    below = np.cumsum(posterior)
    half = 0.5 / len(grid)
    value = float(posterior @ grid)
    low = float(grid[np.searchsorted(below, 0.025)] - half)
    high = float(grid[min(int(np.searchsorted(below, 0.975)), len(grid) - 1)] + half)
    # A posterior that leans on one end may leave its own mean outside the interval.
    return Estimate(value, min(low, value), max(high, value), n)
