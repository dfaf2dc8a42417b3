"""Who copies from whom: pairs who give the same unlikely answers more often than chance and skill explain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import TooLittleOverlap
from karat.quality.intervals import normal_quantile
from karat.quality.ratings import Name, Ratings
from karat.quality.ratings.meetings import meetings, n_meetings

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

LEAST_SHARED = 20
"""Pairs with fewer items in common are not judged: no number of equal answers among them would be convincing."""

_RAREST = 0.05
"""An answer less probable than this counts as if it had this probability: one coincidence must not decide."""

_COPIED_SHARE = 0.3
"""The share of copied answers that a pair with enough shared items would be found at."""

_MOST_MEETINGS = 4_000_000
_MOST_ROUNDS = 20
_PAIRS_FOR_NULL = 30
_TINY = 1e-12


class HasConfusion(Protocol):
    """What is known of an annotator's answers; `confusion[true, given]`, rows summing to 1."""

    @property
    def confusion(self) -> Array: ...


class HasSkills(Protocol):
    """What a consensus method found: how each annotator answers, and what an answer tells of its item, 0-1."""

    @property
    def annotators(self) -> Mapping[Any, HasConfusion]: ...

    @property
    def evidence_weight(self) -> float: ...


@dataclass(frozen=True, slots=True)
class CopyingPair:
    """Two annotators and the evidence that one copies from the other, or both from a third.

    Attributes
    ----------
    first, second : names
    n_shared : int
        Items both rated.
    equal_share, expected_share : float
        Share of these with equal answers, and as it would be if both answered by themselves, 0-1.
    surprise : float
        Standard deviations by which unlikely equal answers exceed what independence gives, against what is usual
        among all pairs of this crowd.
    false_discovery_rate : float
        Expected share of innocent pairs among those at least this suspicious, 0-1.
    """

    first: Name
    second: Name
    n_shared: int
    equal_share: float
    expected_share: float
    surprise: float
    false_discovery_rate: float


@dataclass(frozen=True, slots=True)
class Copying:
    """What the answers say about copying.

    Attributes
    ----------
    suspicious : tuple of CopyingPair
        Those within the false-discovery rate asked for, most suspicious first.
    n_judged, n_unjudged : int
        Pairs of annotators with enough shared items, and with some, but too few.
    needed_shared : int
        Shared items a pair needs for copying of three answers in ten to be found with a probability of .8.
    usual_excess : float
        Share of equal answers beyond what independence gives, over all judged pairs. Above 0 where items are hard for
        everybody in the same way, which is no copying.
    """

    suspicious: tuple[CopyingPair, ...]
    n_judged: int
    n_unjudged: int
    needed_shared: int
    usual_excess: float


def find_copying(
    ratings: Ratings, fit: Callable[[Ratings], HasSkills], *, false_discovery_rate: float = 0.05, seed: int = 0
) -> Copying:
    """Pairs of annotators whose equal answers cannot be explained by skill and hard items.

    For each shared item, the probability that one gives the other's answer follows from what everybody else says of the
    item and from the confusion matrices. An equal answer counts for one over this probability, so that sharing a rare
    mistake weighs most: the score test for a small share of copied answers. Since items mislead people alike, the
    scores of all pairs are compared with their own middle and spread, where there are enough pairs to know these.

    Two who always agree look like the truth to a model, and everybody else who agrees against them like conspirators.
    So only one pair is taken at a time, the one whose parting leaves the fewest coincidences among all others; one of
    the two is left out, the model fitted anew, and so on.

    Parameters
    ----------
    ratings : Ratings
    fit : function from Ratings to what a consensus method found
        Such as `karat.quality.consensus.dawid_skene`.
    false_discovery_rate : float
        Expected share of innocent pairs among the suspicious, 0-1.
    seed : int
        Where pairs of ratings run into many millions, items are drawn at random.

    Raises
    ------
    TooLittleOverlap
        When no two annotators share enough items.

    References
    ----------
    Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; empirical null: Efron (2004),
    doi:10.1198/016214504000000089.

    Examples
    --------
    >>> from karat.quality.consensus import dawid_skene
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.integers(2, size=200)
    >>> def answers(): return np.where(rng.random(200) < 0.8, truth, 1 - truth)
    >>> people = {name: answers() for name in "abcdef"}
    >>> people["copycat"] = people["a"]
    >>> rows = [(item, name, int(given[item])) for name, given in people.items() for item in range(200)]
    >>> found = find_copying(Ratings.from_rows(rows), dawid_skene)
    >>> [(pair.first, pair.second) for pair in found.suspicious]
    [('a', 'copycat')]
    """
    left = _at_most(ratings, seed)
    first = judged = _judge(left, fit(left))
    found: list[CopyingPair] = []
    while _is_suspicious(judged, false_discovery_rate) and len(found) < _MOST_ROUNDS:
        removed = sorted((_without_second(left, pair, fit) for pair in _candidates(left, judged)), key=_loudest)
        apart = [_judged_apart(left, one, fit, rank=len(found) + 1) for one in removed]
        convincing = [n for n, pair in enumerate(apart) if pair.false_discovery_rate <= false_discovery_rate]
        if not convincing:
            break
        found.append(apart[convincing[0]])
        left, judged = removed[convincing[0]].left, removed[convincing[0]].judged
    if not first.pairs:
        raise TooLittleOverlap(
            f"copying shows on items that two annotators both rated, at least {LEAST_SHARED} of them; no pair has more "
            f"than {first.most_shared}. Give the same items to the same people more often."
        )
    return Copying(
        suspicious=tuple(found),
        n_judged=len(first.pairs),
        n_unjudged=first.n_unjudged,
        needed_shared=_needed(first.variance_per_item, len(first.pairs), false_discovery_rate),
        usual_excess=judged.usual_excess,
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """Every pair with enough shared items, most surprising first, and what is usual among them."""

    pairs: tuple[CopyingPair, ...]
    n_unjudged: int
    most_shared: int
    variance_per_item: float
    usual_excess: float


def _judge(ratings: Ratings, found: HasSkills) -> _Judged:
    scores = _pair_scores(ratings, found.annotators, found.evidence_weight)
    judged = np.flatnonzero(scores.n_shared >= LEAST_SHARED)
    surprise = _against_the_usual(_normal_scores(scores, judged))
    rate = _benjamini_hochberg(scipy.special.ndtr(-surprise))
    shared = max(int(scores.n_shared[judged].sum()), 1)
    return _Judged(
        tuple(
            _pair(ratings, scores, int(judged[rank]), float(surprise[rank]), float(rate[rank]))
            for rank in np.argsort(-surprise, kind="stable").tolist()
        ),
        n_unjudged=len(scores.n_shared) - len(judged),
        most_shared=int(scores.n_shared.max(initial=0)),
        variance_per_item=float(scores.variance[:, judged].mean(axis=0).sum() / shared),
        usual_excess=float((scores.equal[judged].sum() - scores.expected[:, judged].mean(axis=0).sum()) / shared),
    )


def _is_suspicious(judged: _Judged, rate: float) -> bool:
    return bool(judged.pairs) and judged.pairs[0].false_discovery_rate <= rate


def _candidates(ratings: Ratings, judged: _Judged) -> list[CopyingPair]:
    """The most surprising pair, and the one that agrees most beyond what each of the two does with others."""
    sums: dict[Name, float] = dict.fromkeys(ratings.annotators, 0.0)
    shared: dict[Name, float] = dict.fromkeys(ratings.annotators, 1e-9)
    for pair in judged.pairs:
        for name in (pair.first, pair.second):
            sums[name] += pair.equal_share * pair.n_shared
            shared[name] += pair.n_shared
    usual = {name: sums[name] / shared[name] for name in sums}

    def closeness(pair: CopyingPair) -> float:
        return (pair.equal_share - (usual[pair.first] + usual[pair.second]) / 2) * math.sqrt(pair.n_shared)

    return list(dict.fromkeys([judged.pairs[0], max(judged.pairs, key=closeness)]))


@dataclass(frozen=True, slots=True)
class _Removed:
    """A crowd without one of its suspects."""

    pair: CopyingPair
    left: Ratings
    found: HasSkills
    judged: _Judged


def _without_second(ratings: Ratings, pair: CopyingPair, fit: Callable[[Ratings], HasSkills]) -> _Removed:
    left = _without(ratings, pair.second)
    found = fit(left)
    return _Removed(pair, left, found, _judge(left, found))


def _without(ratings: Ratings, annotator: Name) -> Ratings:
    return ratings.select(ratings.annotator != list(ratings.annotators).index(annotator))


def _loudest(removed: _Removed) -> float:
    return max((pair.surprise for pair in removed.judged.pairs), default=0.0)


def _judged_apart(
    ratings: Ratings, removed: _Removed, fit: Callable[[Ratings], HasSkills], *, rank: int
) -> CopyingPair:
    """The pair, with the skill of each as it is known without the other: together they vouch for each other."""
    pair = removed.pair
    without_first = fit(_without(ratings, pair.first))
    skills = {name: removed.found.annotators[name] for name in removed.left.annotators}
    skills[pair.second] = without_first.annotators[pair.second]
    judged = _judge(ratings, _Skills(skills, removed.found.evidence_weight))
    (apart,) = (one for one in judged.pairs if {one.first, one.second} == {pair.first, pair.second})
    rate = float(scipy.special.ndtr(-apart.surprise)) * len(judged.pairs) / rank
    return replace(apart, false_discovery_rate=min(1.0, rate))


@dataclass(frozen=True, slots=True)
class _Skills:
    annotators: Mapping[Any, HasConfusion]
    evidence_weight: float


@dataclass(frozen=True, slots=True)
class _Scores:
    """Sums over shared items by pair of annotators, of shape (n_pairs,); the last four (2, n_pairs), with the second,
    then the first of the two in the role of the copier."""

    first: Integers
    second: Integers
    n_shared: Integers
    equal: Array
    expected: Array
    score: Array
    variance: Array
    third: Array
    """Third central moment of the score under independence."""


def _at_most(ratings: Ratings, seed: int) -> Ratings:
    """The ratings, or those of randomly drawn items where they meet too often to look at each meeting."""
    share = _MOST_MEETINGS / max(n_meetings(ratings), 1)
    if share >= 1:
        return ratings
    kept = np.random.default_rng(seed).random(ratings.n_items) < share
    return ratings.select(kept[ratings.item])


@dataclass(frozen=True, slots=True)
class _Model:
    """What every answer says of its item, in logarithms, already at the evidence's weight."""

    ratings: Ratings
    skills: Mapping[Any, HasConfusion]
    by_rating: Array
    by_item: Array

    @staticmethod
    def of(ratings: Ratings, skills: Mapping[Any, HasConfusion], evidence_weight: float) -> _Model:
        given = _giving(ratings, skills, ratings.annotator, ratings.label)
        by_rating = evidence_weight * np.log(given)
        by_item = _class_log_shares(ratings) + _sums(ratings.item, by_rating, ratings.n_items)
        return _Model(ratings, skills, by_rating, by_item)

    def expected(self, one: Integers, other: Integers) -> Array:
        """Probability that `other` gives what `one` gave, from all ratings of the item but its own."""
        ratings = self.ratings
        scores = self.by_item[ratings.item[one]] - self.by_rating[other]
        posterior = np.exp(scores - scores.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        gives = _giving(ratings, self.skills, ratings.annotator[other], ratings.label[one])
        return np.asarray(np.clip((posterior * gives).sum(axis=1), _TINY, 1 - _TINY))


def _pair_scores(ratings: Ratings, skills: Mapping[Any, HasConfusion], evidence_weight: float) -> _Scores:
    model = _Model.of(ratings, skills, evidence_weight)
    rows = [_meeting_scores(model, one, other) for one, other in meetings(ratings)]
    if not rows:
        nothing, none = np.zeros(0, dtype=np.intp), np.zeros((2, 0))
        return _Scores(nothing, nothing, nothing, none[0], none, none, none, none)
    keys, places = np.unique(np.concatenate([key for key, _ in rows]), return_inverse=True)
    sums = _sums(places, np.concatenate([values for _, values in rows]), len(keys))
    n = ratings.n_annotators
    by_direction = sums[:, 2:].T.reshape(2, 4, -1).swapaxes(0, 1)  # (4 sums, 2 directions, n_pairs)
    return _Scores(keys // n, keys % n, sums[:, 0].astype(np.intp), sums[:, 1], *by_direction)


def _meeting_scores(model: _Model, one: Integers, other: Integers) -> tuple[Integers, Array]:
    """Key of the pair, and what `_Scores` adds up, for each meeting."""
    ratings = model.ratings
    is_in_order = ratings.annotator[one] < ratings.annotator[other]
    one, other = np.where(is_in_order, one, other), np.where(is_in_order, other, one)
    equal = (ratings.label[one] == ratings.label[other]).astype(np.float64)
    columns = [np.ones_like(equal), equal]
    # Two tests, one for each who may have copied: what is unlikely of the one may be usual of the other.
    for expected in (model.expected(one, other), model.expected(other, one)):
        weight = 1 / np.maximum(expected, _RAREST)
        variance = weight**2 * expected * (1 - expected)
        columns += [expected, weight * (equal - expected), variance, variance * weight * (1 - 2 * expected)]
    key = ratings.annotator[one].astype(np.intp) * ratings.n_annotators + ratings.annotator[other]
    return key, np.column_stack(columns)


def _giving(ratings: Ratings, skills: Mapping[Any, HasConfusion], annotator: Any, label: Any) -> Array:
    """For each (annotator, label), the probability that the one gives the other, by true class."""
    keys, places = np.unique(annotator.astype(np.int64) * ratings.n_classes + label, return_inverse=True)
    table = np.empty((len(keys), ratings.n_classes))
    people = keys // ratings.n_classes
    for code in np.unique(people).tolist():
        own = np.flatnonzero(people == code)
        confusion = skills[ratings.annotators[code]].confusion
        table[own] = confusion[: ratings.n_classes, keys[own] % ratings.n_classes].T
    return np.asarray(np.clip(table, 1e-6, 1.0)[places])


def _class_log_shares(ratings: Ratings) -> Array:
    counts = np.bincount(ratings.label, minlength=ratings.n_classes) + 1.0
    return np.asarray(np.log(counts / counts.sum()))


def _sums(group: Any, values: Array, n_groups: int) -> Array:
    """Sums of the rows of `values` by group; (n_groups, n_columns)."""
    columns = [np.bincount(group, weights=values[:, place], minlength=n_groups) for place in range(values.shape[1])]
    return np.column_stack(columns)


def _normal_scores(scores: _Scores, judged: Integers) -> Array:
    """The scores as standard normal ones of the same tail probability; the mean of both directions.

    Few and unlikely coincidences are far from normal. A gamma distribution with the same three moments has the right
    tail for them (Pearson's type III).
    """
    spread = np.sqrt(np.maximum(scores.variance[:, judged], _TINY))
    z = scores.score[:, judged] / spread
    skewness = np.maximum(scores.third[:, judged] / spread**3, 1e-3)  # below, the two agree
    shape = 4 / skewness**2
    tail = scipy.special.gammaincc(shape, np.maximum(shape + z * np.sqrt(shape), 0.0))
    return np.asarray(-scipy.special.ndtri(np.clip(tail, 1e-300, 1 - 1e-16)).mean(axis=0))


def _against_the_usual(z: Array) -> Array:
    """The scores in units of the crowd's own spread about its own middle, where that is wider than theory says."""
    if len(z) < _PAIRS_FOR_NULL:
        return z
    middle = float(np.median(z))
    spread = float(np.median(np.abs(z - middle))) / 0.6745
    return (z - max(middle, 0.0)) / max(spread, 1.0)


def _benjamini_hochberg(p: Array) -> Array:
    """The smallest false-discovery rate at which each would be among the discoveries."""
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    smallest = np.minimum.accumulate(scaled[::-1])[::-1]
    rates = np.empty_like(p)
    rates[order] = np.minimum(smallest, 1.0)
    return rates


def _needed(variance_per_item: float, n_pairs: int, rate: float) -> int:
    """Shared items at which copying of `_COPIED_SHARE` exceeds the limit of a single discovery with probability .8."""
    limit = normal_quantile(1 - rate / max(n_pairs, 1)) + normal_quantile(0.8)
    return max(LEAST_SHARED, math.ceil((limit / _COPIED_SHARE) ** 2 / max(variance_per_item, _TINY)))


def _pair(ratings: Ratings, scores: _Scores, place: int, surprise: float, rate: float) -> CopyingPair:
    n = int(scores.n_shared[place])
    return CopyingPair(
        ratings.annotators[scores.first[place]],
        ratings.annotators[scores.second[place]],
        n,
        float(scores.equal[place] / n),
        float(scores.expected[:, place].mean() / n),
        surprise,
        rate,
    )
