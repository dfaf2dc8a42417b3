"""The people: how well each works, how fast, and what is wrong with some."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from statistics import NormalDist

import numpy as np

from karat.simulation.arrays import Bools, Floats, Ints
from karat.simulation.taxonomy import Taxonomy, draw_classes, draw_others
from karat.simulation.world import CrowdSettings, DriftSettings, FaultSettings, SpamSettings, World


class Kind(IntEnum):
    """How somebody comes to answers."""

    HONEST = 0
    SPAM_FIXED = 1
    SPAM_LIKE_PRIOR = 2
    SPAM_UNIFORM = 3
    ADVERSARY = 4


@dataclass(frozen=True, eq=False)
class Drift:
    """When and how far each person becomes worse; arrays (n_annotators,)."""

    points: Floats
    """0 for people who do not drift."""
    from_day: Floats
    over_days: Floats
    pair: Ints
    """(n_annotators, 2): the two classes that are affected; -1 for all."""


@dataclass(frozen=True, eq=False)
class Annotators:
    """People; arrays of shape (n_annotators,) unless said otherwise."""

    kind: Ints
    is_bot: Bools
    is_expert: Bools
    accuracy: Floats
    """At the beginning, on items of all difficulties; of an honest answer."""
    pair_points: Floats
    """(n_annotators, n_classes, n_classes): better or worse than that on items of this class and this lure."""
    wrong: Floats
    """(n_annotators or 1, n_classes, n_classes): where wrong answers fall that are not the lure; cumulative."""
    unsure: Floats
    """Chance to be unsure of an ordinary item."""
    lean: Floats
    """Chance that an answer becomes `lean_class`."""
    lean_class: Ints
    learning: Floats
    """Points gained in the long run."""
    fatigue: Floats
    warm_up: Floats
    evening_fatigue: Floats
    drifts: tuple[Drift, ...]
    pasting: Floats
    """Share of answers pasted from a model."""
    ring: Ints
    """Number of the ring; -1 for none."""
    knows_gold: Bools
    anchoring: Floats
    seconds: Floats
    """Median time of an answer."""
    volume: Floats
    """Relative amount of work."""
    start_hour: Floats
    stays_days: Floats
    """inf when they stay."""
    pay: Floats
    """For an hour."""
    favourite: Ints
    """What a spammer of fixed answers gives."""

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.kind)


def draw_annotators(world: World, taxonomy: Taxonomy, rng: np.random.Generator) -> Annotators:
    """Draw people with their habits and faults."""
    crowd, faults, n = world.annotators, world.faults, world.annotators.n
    kind = _kinds(faults, n, rng)
    is_expert = _some(crowd.expert_share, kind == Kind.HONEST, rng)
    honest = (kind == Kind.HONEST) & ~is_expert
    spam = (kind != Kind.HONEST) & (kind != Kind.ADVERSARY)
    is_bot = _some(faults.spam.bots, spam, rng)
    lean, lean_class = _leaning(faults, honest, rng)
    tired = _some(faults.fatigue.share, honest, rng)
    return Annotators(
        kind=kind,
        is_bot=is_bot,
        is_expert=is_expert,
        accuracy=np.where(is_expert, crowd.expert_accuracy, _accuracies(crowd, n, rng)).astype(np.float32),
        pair_points=_pair_points(crowd, n, taxonomy.n, rng),
        wrong=np.cumsum(taxonomy.confusion(), axis=1, dtype=np.float32)[None],
        unsure=_unsure(crowd, honest | is_expert, rng),
        lean=lean,
        lean_class=lean_class,
        learning=np.where(honest, crowd.learning_points, 0).astype(np.float32),
        fatigue=np.where(tired, faults.fatigue.points, 0).astype(np.float32),
        warm_up=np.where(tired, faults.fatigue.warm_up_points, 0).astype(np.float32),
        evening_fatigue=np.where(tired, faults.fatigue.evening_points, 0).astype(np.float32),
        drifts=tuple(_drift(settings, honest, taxonomy, rng) for settings in faults.drift),
        pasting=_pasting(faults, honest, rng),
        ring=_rings(faults, honest, rng),
        knows_gold=_some(faults.leak.people_share if faults.leak.gold_share else 0.0, honest, rng),
        anchoring=np.clip(rng.normal(world.models.anchoring, world.models.anchoring_sd, n), 0, 1).astype(np.float32),
        seconds=_paces(crowd, spam, is_bot, rng),
        volume=np.exp(volume_sd(crowd.top_tenth_share) * rng.standard_normal(n)),
        start_hour=rng.normal(world.work.start_hour, world.work.start_hour_sd, n),
        stays_days=_stays(world, rng),
        pay=np.where(is_expert, crowd.pay * crowd.expert_pay, crowd.pay),
        favourite=_favourites(faults.spam, n, taxonomy, rng),
    )


def volume_sd(top_tenth_share: float) -> float:
    """Standard deviation of the logarithm of work, so that the most active tenth does this share of it.

    It follows from the Lorenz curve of the lognormal distribution.

    >>> round(volume_sd(0.4), 2), round(volume_sd(0.1), 2)
    (1.03, 0.0)
    """
    normal = NormalDist()
    return max(normal.inv_cdf(min(top_tenth_share, 0.99)) + normal.inv_cdf(0.9), 0.0)


def _some(share: float, among: Bools, rng: np.random.Generator) -> Bools:
    """So many of these people; a share of the people, not a chance for each, so that a plan is kept."""
    chosen = np.zeros(len(among), dtype=bool)
    rows = rng.permutation(np.flatnonzero(among))
    chosen[rows[: round(share * len(rows))]] = True
    return chosen


def _kinds(faults: FaultSettings, n: int, rng: np.random.Generator) -> Ints:
    kind = np.full(n, Kind.HONEST, dtype=np.int8)
    order = rng.permutation(n)
    n_spam, n_adversaries = round(faults.spam.share * n), round(faults.adversary_share * n)
    n_fixed, n_prior = round(faults.spam.fixed * n_spam), round(faults.spam.like_prior * n_spam)
    spammers = order[:n_spam]
    kind[spammers] = Kind.SPAM_UNIFORM
    kind[spammers[:n_fixed]] = Kind.SPAM_FIXED
    kind[spammers[n_fixed : n_fixed + n_prior]] = Kind.SPAM_LIKE_PRIOR
    kind[order[n_spam : n_spam + n_adversaries]] = Kind.ADVERSARY
    return kind


def _accuracies(crowd: CrowdSettings, n: int, rng: np.random.Generator) -> Floats:
    """Beta with the wanted mean and spread; a wide one has the weak tail that real crowds have."""
    mean, variance = crowd.accuracy, min(crowd.accuracy_sd**2, 0.9 * crowd.accuracy * (1 - crowd.accuracy))
    if variance <= 0:
        return np.full(n, mean)
    weight = mean * (1 - mean) / variance - 1
    return rng.beta(mean * weight, (1 - mean) * weight, n)


def _pair_points(crowd: CrowdSettings, n: int, n_classes: int, rng: np.random.Generator) -> Floats:
    """Symmetric in the two classes: who cannot tell two apart errs in both directions."""
    points = rng.normal(0, crowd.pair_sd, (n, n_classes, n_classes))
    found: Floats = ((points + points.transpose(0, 2, 1)) / np.sqrt(2)).astype(np.float32)
    return found


def _unsure(crowd: CrowdSettings, honest: Bools, rng: np.random.Generator) -> Floats:
    uses = honest & (rng.random(len(honest)) >= crowd.never_unsure_share)
    rates = crowd.unsure_rate * np.exp(rng.normal(-0.08, 0.4, len(honest)))
    return np.where(uses, rates, 0).astype(np.float32)


def _leaning(faults: FaultSettings, honest: Bools, rng: np.random.Generator) -> tuple[Floats, Ints]:
    lean = np.zeros(len(honest), dtype=np.float32)
    lean[rng.permutation(np.flatnonzero(honest))[: faults.lean.n]] = faults.lean.chance
    return lean, np.full(len(honest), faults.lean.to_class, dtype=np.int16)


def _drift(settings: DriftSettings, honest: Bools, taxonomy: Taxonomy, rng: np.random.Generator) -> Drift:
    n = len(honest)
    drifts = _some(settings.share, honest, rng)
    pair = np.full((n, 2), -1, dtype=np.int16)
    on_pair = _some(settings.pair_specific, drifts, rng)
    # A pair of classes that does get confused.
    one = draw_classes(taxonomy.prior, n, rng)
    other = draw_others(taxonomy.confusion(), one, rng)
    pair[on_pair, 0], pair[on_pair, 1] = one[on_pair], other[on_pair]
    return Drift(
        points=np.where(drifts, settings.points, 0).astype(np.float32),
        from_day=rng.uniform(settings.from_day, max(settings.until_day, settings.from_day), n),
        over_days=np.full(n, settings.over_days),
        pair=pair,
    )


def _pasting(faults: FaultSettings, honest: Bools, rng: np.random.Generator) -> Floats:
    pastes = _some(faults.pasting.share, honest, rng)
    shares = rng.uniform(faults.pasting.least, faults.pasting.most, len(honest))
    return np.where(pastes, shares, 0).astype(np.float32)


def _rings(faults: FaultSettings, honest: Bools, rng: np.random.Generator) -> Ints:
    ring = np.full(len(honest), -1, dtype=np.int16)
    members = rng.permutation(np.flatnonzero(honest))[: faults.rings.n * faults.rings.size]
    ring[members] = np.arange(len(members)) // faults.rings.size
    return ring


def _paces(crowd: CrowdSettings, spam: Bools, is_bot: Bools, rng: np.random.Generator) -> Floats:
    medians = crowd.seconds * np.exp(crowd.pace_sd * rng.standard_normal(len(spam)))
    medians = np.where(spam, 0.4 * medians, medians)
    return np.where(is_bot, 0.1 * crowd.seconds, medians).astype(np.float32)


def _stays(world: World, rng: np.random.Generator) -> Floats:
    scale, n = world.work.attrition_days, world.annotators.n
    return np.maximum(scale * rng.weibull(0.7, n), 1.0) if scale else np.full(n, np.inf)


def _favourites(spam: SpamSettings, n: int, taxonomy: Taxonomy, rng: np.random.Generator) -> Ints:
    """People who always say the same say mostly a frequent class."""
    if spam.same_class:
        return np.full(n, taxonomy.prior.argmax(), dtype=np.int16)
    return draw_classes(taxonomy.prior, n, rng)
