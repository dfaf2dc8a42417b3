"""Preferences: a score for each item from who preferred which of two, with each annotator's reliability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.comparisons import Comparisons
from karat.quality.errors import NoRatings, NotConnected, QualityError
from karat.quality.intervals import Estimate, normal_quantile
from karat.quality.ratings import Name

Array = npt.NDArray[np.float64]

_FLAT = 1e-9  # precision that stands for no prior at all, and keeps the one free direction from being infinite
_CHUNK = 512  # columns of an inverse at a time
_MOST_DENSE = 3000


@dataclass(frozen=True, slots=True)
class Preference:
    """What is believed before any comparison.

    Attributes
    ----------
    spread : float or None
        Standard deviation of the scores, which are log-odds. None: no belief, maximum likelihood; it exists only where
        every item can be reached from every other by a chain of wins.
    right, wrong : float
        Pseudo-comparisons of each annotator in which they followed the scores, and in which they answered the other
        way round.
    tied : float
        Pseudo-comparisons of evenly matched items, a third of them tied.
    """

    spread: float | None = 3.0
    right: float = 4.0
    wrong: float = 1.0
    tied: float = 1.0


@dataclass(frozen=True, eq=False)
class Ranking:
    """Items by preference.

    Attributes
    ----------
    items : tuple of names of shape (n_items,)
    scores : tuple of Estimate of shape (n_items,)
        Log-odds of being preferred to an item of mean score; `n` is the number of the item's comparisons.
    rank : int array of shape (n_items,)
        1 for the highest score. Equal scores share the better rank.
    reliability : mapping of annotator to Estimate
        Share of decided comparisons in which the annotator follows the scores rather than their reverse; one half is
        a coin. Empty where annotators were taken alike.
    tie_odds : float
        Odds of a tie against a win of one given item when two are evenly matched: nu of Davidson's model.
    log_likelihood : float
        Of all outcomes, in nats.
    converged : bool
    n_iterations : int
    """

    items: tuple[Name, ...]
    scores: tuple[Estimate, ...]
    rank: npt.NDArray[np.intp]
    reliability: Mapping[Name, Estimate]
    tie_odds: float
    log_likelihood: float
    converged: bool
    n_iterations: int

    def by_item(self) -> dict[Name, float]:
        """The score of each item by the item's name."""
        return {name: score.value for name, score in zip(self.items, self.scores, strict=True)}


def bradley_terry(
    comparisons: Comparisons,
    *,
    is_weighed: bool = True,
    preference: Preference = Preference(),
    level: float = 0.95,
    tolerance: float = 1e-9,
    max_iterations: int = 1000,
) -> Ranking:
    """Scores under which the preferences are most probable.

    Of two items with scores s and t the first is preferred with odds exp(s - t); a tie has odds nu exp((s - t) / 2)
    against the second, where nu is learnt when there are ties. An annotator follows these odds with their reliability,
    and else answers as if the scores were reversed.

    Parameters
    ----------
    comparisons : Comparisons
    is_weighed : bool
        Learn a reliability for each annotator. False takes all alike, fully reliable: the model of 1952, with ties.
    preference : Preference
    level : float
        Coverage of the intervals, between 0 and 1.
    tolerance : float
        Stop when a step gains less than this share of the log-posterior.
    max_iterations : int
        Give up after so many and say so in `converged`.

    Returns
    -------
    Ranking
        Deterministic. Scores add up to 0. Standard errors come from the expected second derivatives at the solution,
        all parameters together, scores taken relative to their mean.

    Raises
    ------
    NoRatings
        When there is no comparison.
    NotConnected
        When nothing was compared between two groups of items; without a spread also when one group won every time.

    References
    ----------
    Bradley and Terry (1952), doi:10.2307/2334029; ties: Davidson (1970), doi:10.1080/01621459.1970.10481082;
    reliability: Chen, Bennett, Collins-Thompson and Horvitz (2013), doi:10.1145/2433396.2433420.

    Examples
    --------
    >>> rows = [(who, "a", "b", "a") for who in ("ada", "bo", "cy")] + [(who, "b", "c", "b") for who in ("ada", "bo")]
    >>> found = bradley_terry(Comparisons.from_rows([*rows, ("cy", "b", "c", "c"), ("bo", "c", "b", None)]))
    >>> found.rank.tolist(), found.scores[0].low < found.scores[0].value < found.scores[0].high
    ([1, 2, 3], True)
    """
    if len(comparisons.left) == 0:
        raise NoRatings("scores need comparisons; there are none.")
    if not 0 < level < 1:
        raise QualityError(f"the level of an interval lies between 0 and 1, such as 0.95; got {level:g}.")
    _refuse_unconnected(comparisons, is_strong=preference.spread is None)
    problem = _Problem.of(comparisons, is_weighed=is_weighed, preference=preference)
    climb = _climb(problem, problem.start(), tolerance, max_iterations)
    return _result(problem, climb.x, level, bool(climb.success), int(climb.nit))


def _climb(problem: _Problem, start: Array, tolerance: float, max_iterations: int) -> scipy.optimize.OptimizeResult:
    options = {"maxiter": max(1, max_iterations), "maxfun": 10 * max(1, max_iterations), "ftol": tolerance,
               "gtol": 1e-8, "maxcor": 20}  # fmt: skip
    if problem.is_weighed:
        # The mixture has more than one summit; scores that all annotators alike lead to are on the right one's slope.
        alike = _climb(problem.with_all_alike(), start[: problem.n_items + 1], tolerance, max_iterations).x
        start = np.concatenate([alike, start[problem.n_items + 1 :]])
    return scipy.optimize.minimize(problem.loss, start, jac=True, method="L-BFGS-B", options=options)


@dataclass(frozen=True, eq=False)
class _Problem:
    """Equal comparisons counted together: the same pair, the same annotator, the same outcome.

    Parameters are the scores, the logarithm of nu, then the log-odds of the reliabilities. `win` (n_cases, 3) marks
    whether the first item won, lost or tied.
    """

    n_items: int
    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    annotator: npt.NDArray[np.intp]
    outcome: npt.NDArray[np.intp]
    count: Array
    comparisons: Comparisons
    is_weighed: bool
    preference: Preference

    @staticmethod
    def of(comparisons: Comparisons, *, is_weighed: bool, preference: Preference) -> _Problem:
        is_swapped = comparisons.left > comparisons.right
        first = np.where(is_swapped, comparisons.right, comparisons.left).astype(np.int64)
        second = np.where(is_swapped, comparisons.left, comparisons.right).astype(np.int64)
        sign = np.where(is_swapped, -comparisons.outcome, comparisons.outcome).astype(np.int64)
        n_items, n_annotators = len(comparisons.items), len(comparisons.annotators)
        who = comparisons.annotator.astype(np.int64) if is_weighed else np.zeros(len(first), dtype=np.int64)
        codes = ((first * n_items + second) * n_annotators + who) * 3 + sign + 1
        cases, count = np.unique(codes, return_counts=True)
        rest, sign = np.divmod(cases, 3)
        rest, who = np.divmod(rest, n_annotators)
        first, second = np.divmod(rest, n_items)
        return _Problem(
            n_items, first, second, who, sign - 1, count.astype(np.float64), comparisons, is_weighed, preference
        )

    def with_all_alike(self) -> _Problem:
        """The same comparisons by one fully reliable annotator."""
        return _Problem.of(self.comparisons, is_weighed=False, preference=self.preference)

    @property
    def has_ties(self) -> bool:
        return bool((self.outcome == 0).any())

    def start(self) -> Array:
        start = np.zeros(self.n_items + 1 + (len(self.comparisons.annotators) if self.is_weighed else 0))
        start[self.n_items + 1 :] = np.log(self.preference.right / self.preference.wrong)
        return start

    def loss(self, parameters: Array) -> tuple[float, Array]:
        """Minus the log-posterior and its gradient."""
        n, preference = self.n_items, self.preference
        cases = self.cases(parameters)
        by_score = np.bincount(self.first, self.count * cases.by_lead, n)
        by_score -= np.bincount(self.second, self.count * cases.by_lead, n)
        gradient = np.concatenate([by_score, [float(self.count @ cases.by_nu)]])
        precision = _FLAT if preference.spread is None else preference.spread**-2
        log_posterior = float(self.count @ cases.log_share) - 0.5 * precision * float(parameters[:n] @ parameters[:n])
        gradient[:n] -= precision * parameters[:n]
        of_nu, by_nu = self._nu_prior(parameters[n])
        gradient[n] = (gradient[n] + by_nu) if self.has_ties else 0.0
        if self.is_weighed:
            trust, n_annotators = parameters[n + 1 :], len(self.comparisons.annotators)
            share = scipy.special.expit(trust)
            by_trust = np.bincount(self.annotator, self.count * cases.by_trust, n_annotators)
            by_trust += preference.right * (1 - share) - preference.wrong * share
            gradient = np.concatenate([gradient, by_trust])
            log_posterior -= float(
                preference.right * np.logaddexp(0, -trust).sum() + preference.wrong * np.logaddexp(0, trust).sum()
            )
        return -(log_posterior + of_nu), -gradient

    def _nu_prior(self, log_nu: float) -> tuple[float, float]:
        """Log-density of the pseudo-comparisons of evenly matched items, and its slope."""
        weight, nu = self.preference.tied, np.exp(log_nu)
        share = nu / (2 + nu)
        log_density = weight * (np.log(share) / 3 + np.log(1 / (2 + nu)) * 2 / 3)
        return float(log_density), float(weight * (1 / 3 - share))

    def cases(self, parameters: Array) -> _Cases:
        """Log-probability of each case's outcome and its slopes."""
        lead, log_nu, trust = self._at(parameters)
        return _outcome(lead, log_nu, trust, self.outcome)

    def _at(self, parameters: Array) -> tuple[Array, float, Array | None]:
        n = self.n_items
        # Without ties there is nothing to learn of them, and none may be expected.
        log_nu = float(parameters[n]) if self.has_ties else -np.inf
        trust = parameters[n + 1 :][self.annotator] if self.is_weighed else None
        return parameters[self.first] - parameters[self.second], log_nu, trust

    def information(self, parameters: Array) -> scipy.sparse.csc_array:
        """Expected second derivatives of minus the log-posterior: over all outcomes, slopes times slopes."""
        lead, log_nu, trust = self._at(parameters)
        n, n_parameters = self.n_items, len(parameters)
        place = self.n_items + 1 + self.annotator if self.is_weighed else np.full(len(self.first), n)
        columns = np.stack([self.first, self.second, np.full(len(self.first), n), place], axis=1)
        entries = np.zeros((len(self.first), 4, 4))
        for outcome in (-1, 0, 1) if self.has_ties else (-1, 1):
            of = _outcome(lead, log_nu, trust, np.full(len(lead), outcome))
            slopes = np.stack([of.by_lead, -of.by_lead, of.by_nu, of.by_trust], axis=1)
            weight = self.count * np.exp(of.log_share)
            entries += weight[:, np.newaxis, np.newaxis] * slopes[:, :, np.newaxis] * slopes[:, np.newaxis, :]
        rows = np.repeat(columns[:, :, np.newaxis], 4, axis=2).ravel()
        across = np.repeat(columns[:, np.newaxis, :], 4, axis=1).ravel()
        shape = (n_parameters, n_parameters)
        return scipy.sparse.coo_array((entries.ravel(), (rows, across)), shape=shape).tocsc() + self._prior(parameters)

    def _prior(self, parameters: Array) -> scipy.sparse.csc_array:
        n, preference = self.n_items, self.preference
        precision = np.full(len(parameters), 1e-6 if preference.spread is None else preference.spread**-2)
        share = np.exp(parameters[n]) / (2 + np.exp(parameters[n]))
        precision[n] = preference.tied * share * (1 - share) if self.has_ties else 1.0
        trust = scipy.special.expit(parameters[n + 1 :])
        precision[n + 1 :] = (preference.right + preference.wrong) * trust * (1 - trust)
        return scipy.sparse.diags_array(np.maximum(precision, 1e-9)).tocsc()


@dataclass(frozen=True, eq=False)
class _Cases:
    """Log-probability of outcomes, and how it rises with the lead, log nu, and the log-odds of reliability."""

    log_share: Array
    by_lead: Array
    by_nu: Array
    by_trust: Array


def _outcome(lead: Array, log_nu: float, trust: Array | None, outcome: npt.NDArray[np.intp]) -> _Cases:
    """Davidson's model, mixed with its reverse for annotators who are not fully reliable."""
    log_total = np.logaddexp(np.logaddexp(lead / 2, -lead / 2), log_nu)
    log_tie = log_nu - log_total
    tie = np.exp(log_tie)
    is_tie = outcome == 0
    win = np.exp(lead / 2 - log_total)
    slope = (2 * win + tie - 1) / 2  # of log_total along the lead
    # Sides in terms of the outcome: the probability of it, and of its reverse.
    towards = outcome / 2.0
    straight, reverse = towards * lead - log_total, -towards * lead - log_total
    by_nu = np.where(is_tie, 1 - tie, -tie)
    if trust is None:
        log_share = np.where(is_tie, log_tie, straight)
        return _Cases(log_share, towards - slope, by_nu, np.zeros(len(lead)))
    log_trust, log_doubt = -np.logaddexp(0, -trust), -np.logaddexp(0, trust)
    log_share = np.logaddexp(log_trust + straight, log_doubt + reverse)
    follows = np.exp(log_trust + straight - log_share)
    by_lead = towards * (2 * follows - 1) - slope
    by_trust = follows - np.exp(log_trust)
    return _Cases(np.where(is_tie, log_tie, log_share), by_lead, by_nu, np.where(is_tie, 0.0, by_trust))


def _refuse_unconnected(comparisons: Comparisons, *, is_strong: bool) -> None:
    n = len(comparisons.items)
    beat = np.concatenate([comparisons.left[comparisons.outcome >= 0], comparisons.right[comparisons.outcome <= 0]])
    lost = np.concatenate([comparisons.right[comparisons.outcome >= 0], comparisons.left[comparisons.outcome <= 0]])
    wins = scipy.sparse.coo_array((np.ones(len(beat)), (beat, lost)), shape=(n, n)).tocsr()
    for connection, trouble in (
        ("weak", "nothing was compared between {one!r} and {other!r}, directly or through others. Compare across the "
         "groups, or score each on its own."),
        ("strong", "no chain of wins leads from {one!r} to {other!r} or back, so that their scores lie infinitely far "
         "apart. Give a spread, or compare more."),
    )[: 2 if is_strong else 1]:  # fmt: skip
        n_groups, group = scipy.sparse.csgraph.connected_components(wins, directed=True, connection=connection)
        if n_groups > 1:
            one, other = (
                comparisons.items[int(np.flatnonzero(group == g)[0])] for g in (group[0], (group[0] + 1) % n_groups)
            )
            raise NotConnected(f"{n} items fall into {n_groups} groups: " + trouble.format(one=one, other=other))


def _result(problem: _Problem, parameters: Array, level: float, converged: bool, n_iterations: int) -> Ranking:
    n, comparisons = problem.n_items, problem.comparisons
    scores = parameters[:n] - parameters[:n].mean()
    errors, trust_errors = _standard_errors(problem, parameters)
    n_met = np.bincount(np.concatenate([comparisons.left, comparisons.right]), minlength=n)
    z = normal_quantile(0.5 + level / 2)
    # Rounded, so that equally preferred items share a rank whatever the last bit says.
    rounded = np.round(scores, 6)
    rank = 1 + np.searchsorted(np.sort(-rounded), -rounded)
    return Ranking(
        items=comparisons.items,
        scores=tuple(
            Estimate(float(s), float(s - z * e), float(s + z * e), float(m), level, standard_error=float(e))
            for s, e, m in zip(scores, errors, n_met, strict=True)
        ),
        rank=rank.astype(np.intp),
        reliability=_reliability(problem, parameters[n + 1 :], trust_errors, level),
        tie_odds=float(np.exp(parameters[n])) if problem.has_ties else 0.0,
        log_likelihood=float(problem.count @ problem.cases(parameters).log_share),
        converged=converged,
        n_iterations=n_iterations,
    )


def _reliability(problem: _Problem, trust: Array, errors: Array, level: float) -> dict[Name, Estimate]:
    """From log-odds, where the error is closest to normal, back to shares."""
    if not problem.is_weighed:
        return {}
    z = normal_quantile(0.5 + level / 2)
    low, value, high = (scipy.special.expit(trust + side * z * errors) for side in (-1, 0, 1))
    n = np.bincount(problem.comparisons.annotator, minlength=len(trust))
    return {
        name: Estimate(float(value[code]), float(low[code]), float(high[code]), float(n[code]), level)
        for code, name in enumerate(problem.comparisons.annotators)
    }


def _standard_errors(problem: _Problem, parameters: Array) -> tuple[Array, Array]:
    """Of the scores relative to their mean, and of the log-odds of reliability."""
    information, n = problem.information(parameters), problem.n_items
    size = len(parameters)
    mean = np.zeros(size)
    mean[:n] = 1.0 / n
    if size <= _MOST_DENSE:
        inverse = np.linalg.inv(information.toarray())
        diagonal, with_mean = np.diag(inverse).copy(), inverse @ mean
    else:
        solver = scipy.sparse.linalg.splu(information)
        with_mean, diagonal = solver.solve(mean), np.empty(size)
        for start in range(0, size, _CHUNK):
            columns = np.arange(start, min(size, start + _CHUNK))
            unit = np.zeros((size, len(columns)))
            unit[columns, np.arange(len(columns))] = 1.0
            diagonal[columns] = solver.solve(unit)[columns, np.arange(len(columns))]
    variance = diagonal[:n] - 2 * with_mean[:n] + mean @ with_mean
    return np.sqrt(np.maximum(variance, 0.0)), np.sqrt(np.maximum(diagonal[n + 1 :], 0.0))
