"""Is a majority vote enough, is overlap too thin for more, and may a model do harm? Answered with evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.fitting import USUAL_PASSES, USUAL_TOLERANCE, fit, nobody_known, prepare
from karat.quality.consensus.gold import UNKNOWN, with_gold
from karat.quality.consensus.leaving_out import left_out_evidence
from karat.quality.consensus.prior import Prior
from karat.quality.consensus.sorting import SortedRatings, weighted_counts
from karat.quality.consensus.updates import ConfusionUpdate
from karat.quality.errors import NoRatings
from karat.quality.intervals import Estimate, normal_quantile
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]

_N_FOLDS = 5
_MOST_RATINGS = 200_000  # for the predictive gain; more would not change its second digit


class Verdict(StrEnum):
    """What to do about skill."""

    WEIGH = "weigh"
    """Annotators differ, and their ratings show it: a model pays."""
    MAJORITY_IS_FINE = "majority_is_fine"
    """Nothing speaks for weighing one annotator more than another."""
    TOO_THIN = "too_thin"
    """Too few shared ratings to tell."""
    UNDECIDED = "undecided"
    """Signals disagree; a model will hardly matter."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where a signal counts; rules of thumb from 23 public sets with known truth.

    Attributes
    ----------
    thin_overlap : float
        Ratings per item below which hardly anybody can be compared.
    thin_share : float
        Share of annotators with under ten ratings from which skills are mostly chance.
    low_reliability, high_reliability : float
        Split-half reliability below which skill does not vary or cannot be seen, and above which it is plain.
    small_spread, large_spread : float
        Standard deviation of skill (agreement, 0-1) below which votes do, and above which models gained 2 to 13 points.
    gain : float
        Nats per held-out rating above which a model gained 2 to 13 points.
    """

    thin_overlap: float = 1.5
    thin_share: float = 0.5
    low_reliability: float = 0.3
    high_reliability: float = 0.6
    small_spread: float = 0.03
    large_spread: float = 0.07
    gain: float = 0.03


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Evidence, and what follows from it.

    Attributes
    ----------
    verdict : Verdict
    reasons : tuple of str
        Why, in sentences with the numbers.
    overlap : float
        Ratings per rated item.
    shared_share : float
        Share of ratings on items with two or more, 0-1.
    ratings_per_annotator : float
        Median.
    few_ratings_share : float
        Share of annotators with under ten ratings, 0-1.
    n_components : int
        Groups of annotators who share no item with other groups.
    split_half : float or None
        How far an annotator's agreement with the others on one half of their items foretells that on the other half,
        as a correlation for the whole (Spearman and Brown); None where fewer than three annotators can be halved.
    skill_spread : float or None
        Standard deviation of that agreement between annotators, without what chance adds; None with fewer than two.
    predictive_gain : float or None
        Nats per held-out rating by which confusion matrices of their own foretell annotators better than one for all;
        None where no item has two ratings.
    gain_on_gold : Estimate or None
        Share right of the model minus that of votes on gold items that were left out; None with fewer than 30.
    may_hurt : bool
        Whether gold shows the model to be worse than votes. Without gold it cannot be seen: shared mistakes look like
        skill.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    overlap: float
    shared_share: float
    ratings_per_annotator: float
    few_ratings_share: float
    n_components: int
    split_half: float | None
    skill_spread: float | None
    predictive_gain: float | None
    gain_on_gold: Estimate | None
    may_hurt: bool


def diagnose(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None = None,
    thresholds: Thresholds | None = None,
    seed: int = 0,
) -> Sufficiency:
    """Whether weighing annotators by skill is worth it on these ratings.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Shows whether a model does better or worse than votes; nothing else can.
    thresholds : Thresholds, optional
    seed : int
        Of the random halves and folds.

    Raises
    ------
    NoRatings
        When there is no rating.

    Examples
    --------
    >>> rows = [(item, who, "xy"[item % 2]) for item in range(60) for who in ("ada", "bo", "cy")]
    >>> rows += [(item, "spammer", "x") for item in range(60)]
    >>> diagnose(Ratings.from_rows(rows)).verdict.value
    'weigh'
    """
    if ratings.n_ratings == 0:
        raise NoRatings("a diagnosis needs ratings; there are none.")
    rng = np.random.default_rng(seed)
    n_of_item = np.bincount(ratings.item, minlength=ratings.n_items)
    n_of_annotator = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    n_of_annotator = n_of_annotator[n_of_annotator > 0]
    is_shared = n_of_item[ratings.item] >= 2
    agreement = _agreement_with_others(ratings, n_of_item)
    on_gold = _gain_on_gold(ratings, gold)
    overlap, few_share = float(ratings.n_ratings / (n_of_item > 0).sum()), float((n_of_annotator < 10).mean())
    split_half = _split_half(ratings.annotator[is_shared], agreement[is_shared], rng)
    spread = _skill_spread(ratings.annotator[is_shared], agreement[is_shared])
    gain = _predictive_gain(ratings, n_of_item, rng)
    verdict, reasons = _verdict(
        thresholds or Thresholds(),
        overlap=overlap,
        few_share=few_share,
        split_half=split_half,
        spread=spread,
        gain=gain,
    )
    may_hurt = on_gold is not None and on_gold.high < 0
    if on_gold is not None:
        reasons += (
            f"taught by all other gold items, the model is right on one {100 * on_gold.value:+.1f} points more often "
            "than votes",
        )
    return Sufficiency(
        verdict=Verdict.MAJORITY_IS_FINE if may_hurt else verdict,
        reasons=reasons,
        overlap=overlap,
        shared_share=float(is_shared.mean()),
        ratings_per_annotator=float(np.median(n_of_annotator)),
        few_ratings_share=few_share,
        n_components=_n_components(ratings),
        split_half=split_half,
        skill_spread=spread,
        predictive_gain=gain,
        gain_on_gold=on_gold,
        may_hurt=may_hurt,
    )


def _verdict(
    limits: Thresholds,
    *,
    overlap: float,
    few_share: float,
    split_half: float | None,
    spread: float | None,
    gain: float | None,
) -> tuple[Verdict, tuple[str, ...]]:
    if split_half is None or spread is None or gain is None or overlap < limits.thin_overlap:
        return Verdict.TOO_THIN, (f"{overlap:.1f} ratings per item leave hardly anybody to compare with",)
    if few_share > limits.thin_share and split_half < limits.high_reliability:
        return Verdict.TOO_THIN, (f"{100 * few_share:.0f} % of the annotators have fewer than ten ratings",)
    reasons = (
        f"skill shows on one half of the items as on the other with a correlation of {split_half:.2f}",
        f"annotators' agreement with others differs by {spread:.3f} (standard deviation)",
        f"matrices of their own foretell held-out ratings {'better' if gain > 0 else 'worse'} by {abs(gain):.3f} nats",
    )
    if split_half < limits.low_reliability or spread < limits.small_spread or gain <= 0.0:
        return Verdict.MAJORITY_IS_FINE, reasons
    is_plain = gain > limits.gain or (split_half > limits.high_reliability and spread > limits.large_spread)
    return (Verdict.WEIGH if is_plain else Verdict.UNDECIDED), reasons


def _agreement_with_others(ratings: Ratings, n_of_item: Indices) -> Array:
    """For each rating, the share of the item's other ratings that are the same; 0 where there is no other."""
    code = ratings.item.astype(np.int64) * max(ratings.n_classes, 1) + ratings.label
    _, vote, n_same = np.unique(code, return_inverse=True, return_counts=True)
    return np.asarray((n_same[vote] - 1) / np.maximum(n_of_item[ratings.item] - 1, 1))


def _split_half(annotator: npt.NDArray[np.int32], agreement: Array, rng: np.random.Generator) -> float | None:
    if len(annotator) == 0:
        return None
    n = int(annotator.max()) + 1
    is_first = rng.random(len(annotator)) < 0.5
    sizes = [weighted_counts(annotator[half], None, n) for half in (is_first, ~is_first)]
    sums = [weighted_counts(annotator[half], agreement[half], n) for half in (is_first, ~is_first)]
    can = (sizes[0] >= 2) & (sizes[1] >= 2)
    if can.sum() < 3:
        return None
    first, second = (total[can] / size[can] for total, size in zip(sums, sizes, strict=True))
    weight = (sizes[0] + sizes[1])[can]
    correlation = _weighted_correlation(first, second, weight)
    return 0.0 if correlation <= 0 else 2 * correlation / (1 + correlation)


def _weighted_correlation(x: Array, y: Array, weight: Array) -> float:
    x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    scale = float(np.sqrt((weight * x * x).sum() * (weight * y * y).sum()))
    return 0.0 if scale == 0 else float((weight * x * y).sum() / scale)


def _skill_spread(annotator: npt.NDArray[np.int32], agreement: Array) -> float | None:
    """Between-annotator standard deviation by the method of moments (one-way analysis of variance)."""
    sizes = np.bincount(annotator)
    present = np.flatnonzero(sizes)
    n, n_groups = len(annotator), len(present)
    if n_groups < 2 or n <= n_groups:
        return None
    means = weighted_counts(annotator, agreement, len(sizes)) / np.maximum(sizes, 1)
    within = float(((agreement - means[annotator]) ** 2).sum()) / (n - n_groups)
    between = float((sizes[present] * (means[present] - agreement.mean()) ** 2).sum())
    variance = (between - (n_groups - 1) * within) / (n - float((sizes**2).sum()) / n)
    return float(np.sqrt(max(variance, 0.0)))


def _predictive_gain(ratings: Ratings, n_of_item: Indices, rng: np.random.Generator) -> float | None:
    """Held-out log-probability of ratings: a matrix for each annotator minus one matrix for all."""
    items = np.flatnonzero(n_of_item >= 2)
    if len(items) == 0:
        return None
    most = max(1, int(len(items) * min(1.0, _MOST_RATINGS / n_of_item[items].sum())))
    is_used = np.zeros(ratings.n_items, dtype=bool)
    is_used[rng.permutation(items)[:most]] = True
    used = np.flatnonzero(is_used[ratings.item])
    fold = rng.integers(_N_FOLDS, size=len(used))
    gains = [_fold_gain(ratings, used[fold != number], used[fold == number]) for number in range(_N_FOLDS)]
    gains = [gain for gain in gains if len(gain)]
    return float(np.concatenate(gains).mean()) if gains else None


def _fold_gain(ratings: Ratings, kept: Indices, held_out: Indices) -> Array:
    """Gains of the held-out ratings whose item has others left."""
    train = _only(ratings, kept)
    has_others = np.bincount(train.item, minlength=ratings.n_items)[ratings.item[held_out]] > 0
    held_out = held_out[has_others]
    if len(held_out) == 0 or len(kept) == 0:
        return np.zeros(0)
    own, pooled = (_foretold(ratings, model, held_out) for model in (train, _as_one_annotator(train)))
    return own - pooled


def _foretold(ratings: Ratings, train: Ratings, held_out: Indices) -> Array:
    """Log-probability of the held-out ratings by the annotators' matrices in this model."""
    problem = prepare(train, nobody_known(train.n_items))
    update = ConfusionUpdate(problem.layout, Prior(), "bayes")
    found = fit(problem, update, tolerance=1e-5, max_iterations=50)
    annotator = np.minimum(ratings.annotator[held_out], np.int32(train.n_annotators - 1))
    item, label = ratings.item[held_out], ratings.label[held_out]
    belief = found.soft().dense()[item]
    counts = problem.counts_of(found.statistics)
    likelihood = _class_likelihood(problem.ratings, counts, annotator, label)
    return np.asarray(np.log(np.maximum((belief * likelihood).sum(axis=1), 1e-300)))


def _class_likelihood(ratings: SortedRatings, counts: Any, annotator: Codes, label: Codes) -> Array:
    """Probability of each (annotator, label) if each class were true, (n, n_classes), with the usual prior."""
    prior, n_classes = Prior(), ratings.n_classes
    matrix = counts if isinstance(counts, np.ndarray) else counts.toarray()
    totals = np.zeros((ratings.n_annotators, n_classes))
    np.add.at(totals, ratings.annotator, matrix)
    code = ratings.annotator.astype(np.int64) * n_classes + ratings.given
    wanted = annotator.astype(np.int64) * n_classes + label
    place = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
    own = np.where((code[place] == wanted)[:, np.newaxis], matrix[place], 0.0)
    own += prior.wrong / max(n_classes - 1, 1)
    rows = np.arange(len(label))
    own[rows, label] += prior.right - prior.wrong / max(n_classes - 1, 1)
    return np.asarray(own / (totals[annotator] + prior.right + prior.wrong))


def _only(ratings: Ratings, rows: Indices) -> Ratings:
    return Ratings(
        ratings.item[rows],
        ratings.annotator[rows],
        ratings.label[rows],
        range(ratings.n_items),
        range(ratings.n_annotators),
        range(ratings.n_classes),
    )


def _as_one_annotator(ratings: Ratings) -> Ratings:
    return Ratings(
        ratings.item, np.zeros_like(ratings.annotator), ratings.label, ratings.items, range(1), ratings.classes
    )


def _gain_on_gold(ratings: Ratings, gold: Mapping[Any, Any] | None) -> Estimate | None:
    """Of the model over votes on gold items, each judged as if its own label were unknown; ties count their share."""
    if not gold:
        return None
    ratings, known = with_gold(ratings, gold)
    problem = prepare(ratings, known)
    items = np.flatnonzero((known != UNKNOWN) & (problem.ratings.n_of_item > 0))
    if len(items) < 30:
        return None
    update = ConfusionUpdate(problem.layout, Prior(), "bayes")
    found = fit(problem, update, tolerance=USUAL_TOLERANCE, max_iterations=USUAL_PASSES)
    prior, evidence = left_out_evidence(found, update, items)
    counts = ratings.class_counts().tocsr()[items].toarray()
    difference = _right_share(prior + evidence, known[items]) - _right_share(counts, known[items])
    error = float(difference.std(ddof=1) / np.sqrt(len(items)))
    value, half = float(difference.mean()), normal_quantile(0.975) * error
    return Estimate(value, value - half, value + half, n=len(items), standard_error=error)


def _right_share(scores: npt.NDArray[Any], known: Indices) -> Array:
    is_best = scores >= scores.max(axis=1, keepdims=True) - 1e-9
    return np.asarray(is_best[np.arange(len(known)), known] / is_best.sum(axis=1))


def _n_components(ratings: Ratings) -> int:
    """Connected groups in the graph of annotators and items."""
    n = ratings.n_annotators + ratings.n_items
    ends = (ratings.annotator, ratings.item + ratings.n_annotators)
    graph = scipy.sparse.coo_array((np.ones(ratings.n_ratings, dtype=np.int8), ends), shape=(n, n))
    _, label = scipy.sparse.csgraph.connected_components(graph, directed=False)
    return len(np.unique(label[ratings.annotator]))
