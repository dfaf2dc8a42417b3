"""Where disagreement comes from: ambiguous items, camps of readers, personal ways, drift and slips, as shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError, TooLittleOverlap
from karat.quality.intervals import Estimate, normal_quantile, student_quantile
from karat.quality.ratings import Ratings
from karat.quality.ratings.meetings import meetings

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_BLOCKS = 30
_FEWEST_PROBES = 60
_FEWEST_KEPT = 50  # of the fewest, when a block is left out
_FEWEST_PAIRS = 200
_MOST_AMBIGUITY = 0.4
_ROUNDS = 8
_LEAST = 0.05


class Cause(StrEnum):
    """Why two people give the same item different labels."""

    AMBIGUITY = "ambiguity"
    """The item itself: the same person would answer differently next time."""
    CAMPS = "camps"
    """The spec: groups of people read a rule in different ways, each true to itself."""
    BIAS = "bias"
    """A way of one's own, true to oneself, that no group shares."""
    DRIFT = "drift"
    """People change with time."""
    SLIPS = "slips"
    """Inattention, on any item."""


FIXABLE = (Cause.CAMPS, Cause.BIAS, Cause.DRIFT)
"""What a change of the spec, or a talk, can remove."""


@dataclass(frozen=True, slots=True)
class Share:
    """A cause's part of all disagreement.

    Attributes
    ----------
    low, high : float
        0-1. The interval, or, where probes are missing, between which bounds it lies whatever they would show.
    value : float or None
        None where only bounds are known.
    """

    low: float
    high: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Where disagreement comes from.

    Attributes
    ----------
    disagreement : Estimate
        Share of pairs of answers on the same item that differ, 0-1; its `n` counts the pairs.
    shares : dict of Cause to Share
        Values, where all are known, add up to 1.
    fixable : Estimate or None
        Disagreement, 0-1, that a better spec and talks could remove. None where only bounds are known.
    is_nothing_to_fix : bool or None
        Whether the evidence leaves `fixable` below what is worth the trouble. None where that cannot be told.
    needed : dict of str to int
        Further probes of each kind until no share is less certain than 5 points: "repeats" soon after, "late repeats",
        "honeypots". Kinds of which there are enough are left out.
    """

    disagreement: Estimate
    shares: dict[Cause, Share]
    fixable: Estimate | None
    is_nothing_to_fix: bool | None
    needed: dict[str, int]


@dataclass(frozen=True, eq=False, slots=True)
class Probes:
    """What was asked twice, or asked to test attention; each an array with one entry per probe.

    Attributes
    ----------
    repeats : bool array
        Whether an annotator's second answer to an item, soon after the first, differed from it. Some 200 items should
        lie between, or memory makes people look consistent.
    late_repeats : bool array
        The same where the first answer is from the first third of the project and the second from the last.
    honeypots : bool array
        Whether an obvious item was answered wrongly.
    """

    repeats: Sequence[bool] | Flags = ()
    late_repeats: Sequence[bool] | Flags = ()
    honeypots: Sequence[bool] | Flags = ()


def decompose(
    ratings: Ratings,
    probes: Probes,
    *,
    rule_of_item: npt.ArrayLike | None = None,
    material: float = 0.01,
    level: float = 0.9,
    needed_within: float = 0.05,
) -> Decomposition:
    """Split the disagreement on randomly overlapped items into its causes.

    - An annotator who disagrees with their own answer of an hour ago slipped, or the item is ambiguous: this part of
      all disagreement is `repeats`. Slips show alone on honeypots.
    - Whoever disagrees with their own answer of months ago beyond that has drifted.
    - Two people of different camps disagree on every item of a rule, two of the same camp on few. So pairs of people
      differ in how often they disagree within a rule; the variance of their rates, beyond chance and beyond what the
      same pairs show across rules, tells how many pairs are of different camps.
    - What is left is stable, and nobody else's: bias.

    Causes hide each other: an ambiguous item cannot show camps. The shares are those of Shapley, the mean effect of
    adding each cause over all orders, in a model in which each cause acts on what the others left in agreement, and
    ambiguous items are a toss between two classes.

    Where a kind of probe is missing, bounds are given instead of a guess.

    Parameters
    ----------
    ratings : Ratings
        Overlapped items drawn at random, not those asked again because they were open.
    probes : Probes
    rule_of_item : int array of shape (n_items,), optional
        Which rule (or cluster of items) decides each item, from cited rules; below 0 for none. Without it camps cannot
        be told from bias.
    material : float
        Fixable disagreement below this is not worth the trouble, 0-1.
    level : float
        Coverage of the intervals.
    needed_within : float
        Half-width a share should have, 0-1, for `needed`.

    Raises
    ------
    TooLittleOverlap
        When there are fewer than 200 pairs of answers.
    QualityError
        When nobody disagrees, or rules and items do not match.

    References
    ----------
    Generalizability theory: Brennan (2001), doi:10.1007/978-1-4757-3456-0.
    """
    pairs = _Pairs.of(ratings, rule_of_item)
    moments = _Moments.measured(pairs, probes, ratings.n_classes)
    value = moments.everything()
    blocks = [moments_of.everything() for moments_of in _blocks(pairs, probes, ratings.n_classes)]
    spread = _Spread(blocks, level)
    known = _known(probes, is_ruled=pairs.is_ruled)
    shares = {cause: _share(value, spread, cause, known) for cause in Cause}
    fixable = _fixable(value, spread) if known.everything else None
    return Decomposition(
        spread.estimate(value.total, "total", n=len(pairs.differs)),
        shares,
        fixable,
        None if fixable is None else fixable.low < material,
        _needed(value, probes, level, needed_within),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Amounts of disagreement, 0-1: in all, and by cause; the causes add up to the total."""

    total: float
    ambiguity: float
    camps: float
    bias: float
    drift: float
    slips: float

    def share(self, cause: Cause) -> float:
        return float(getattr(self, cause.value)) / self.total if self.total > 0 else 0.0

    @property
    def fixable(self) -> float:
        return self.camps + self.bias + self.drift


@dataclass(frozen=True, slots=True)
class _Alone:
    """How much each cause would make two answers differ if it were the only one, 0-1."""

    ambiguity: float
    camps: float
    bias: float
    drift: float
    slips: float
    chance: float
    """K / (K - 1) for K classes: 1 - chance x disagreement is agreement beyond chance, which causes multiply."""

    def together(self, causes: frozenset[Cause]) -> float:
        """Disagreement when these causes are at work."""
        kept = 1.0
        for cause in (Cause.CAMPS, Cause.BIAS, Cause.DRIFT):
            kept *= 1 - self.chance * (float(getattr(self, cause.value)) if cause in causes else 0.0)
        ambiguity = self.ambiguity if Cause.AMBIGUITY in causes else 0.0
        slips = self.slips if Cause.SLIPS in causes else 0.0
        return _slipped(_tossed((1 - kept) / self.chance, ambiguity), slips, self.chance)

    def parts(self) -> _Parts:
        """Each cause's mean effect over all orders in which causes could be added (Shapley)."""
        every = tuple(Cause)
        amounts = dict.fromkeys(every, 0.0)
        for size in range(len(every)):
            weight = 1 / (len(every) * math.comb(len(every) - 1, size))
            for rest in map(frozenset, combinations(every, size)):
                before = self.together(rest)
                for cause in every:
                    if cause not in rest:
                        amounts[cause] += weight * (self.together(rest | {cause}) - before)
        total = self.together(frozenset(every))
        return _Parts(total, **{cause.value: amount for cause, amount in amounts.items()})


@dataclass(frozen=True, eq=False, slots=True)
class _Pairs:
    """Two people's answers to the same item; arrays of shape (n_meetings,)."""

    item: Integers
    people: Integers
    rule: Integers
    differs: Array
    is_ruled: bool

    @staticmethod
    def of(ratings: Ratings, rule_of_item: npt.ArrayLike | None) -> _Pairs:
        rule = np.full(ratings.n_items, -1) if rule_of_item is None else np.asarray(rule_of_item)
        if rule.shape != (ratings.n_items,):
            raise QualityError(f"rules have shape {rule.shape}; there are {ratings.n_items} items.")
        met = list(meetings(ratings))
        one = np.concatenate([first for first, _ in met]) if met else np.zeros(0, dtype=np.intp)
        other = np.concatenate([second for _, second in met]) if met else np.zeros(0, dtype=np.intp)
        if len(one) < _FEWEST_PAIRS:
            raise TooLittleOverlap(
                f"the causes of disagreement need {_FEWEST_PAIRS} pairs of answers on the same item; there are "
                f"{len(one)}. Raise the project's overlap."
            )
        differs = (ratings.label[one] != ratings.label[other]).astype(np.float64)
        if not differs.any():
            raise QualityError(f"nobody disagrees in {len(one)} pairs of answers, so there is nothing to explain.")
        low, high = (
            extreme(ratings.annotator[one], ratings.annotator[other]).astype(np.intp)
            for extreme in (np.minimum, np.maximum)
        )
        item = ratings.item[one].astype(np.intp)
        return _Pairs(
            item, low * ratings.n_annotators + high, rule[item].astype(np.intp), differs, bool((rule >= 0).any())
        )

    def without(self, left_out: Flags) -> _Pairs:
        kept = ~left_out
        return _Pairs(self.item[kept], self.people[kept], self.rule[kept], self.differs[kept], self.is_ruled)

    def by_rule(self) -> _ByRule:
        """How often people disagree on the items of each rule, and how much pairs of people differ in it."""
        ruled = self.rule >= 0
        if not ruled.any():
            return _ByRule(np.zeros(0), np.zeros(0), np.zeros(0))
        differs, rule = self.differs[ruled], self.rule[ruled]
        n_rules = int(rule.max()) + 1
        n_of_rule = np.bincount(rule, minlength=n_rules)
        rate = np.bincount(rule, differs, n_rules) / np.maximum(n_of_rule, 1)
        people = np.unique(self.people[ruled], return_inverse=True)[1]
        excess = differs - rate[rule]
        within, n_within = _products(people * n_rules + rule, excess, rule, n_rules)
        across, n_across = _products(people, excess, np.zeros_like(rule), 1)
        elsewhere = (across[0] - within.sum()) / max(n_across[0] - n_within.sum(), 1.0)
        variance = np.where(n_within > 0, within / np.maximum(n_within, 1.0) - max(elsewhere, 0.0), 0.0)
        return _ByRule(n_of_rule / len(self.differs), rate, variance)


@dataclass(frozen=True, eq=False, slots=True)
class _ByRule:
    """By rule: its share of all meetings, their disagreement, and its variance over pairs of people; (n_rules,)."""

    share: Array
    rate: Array
    variance: Array


def _products(key: Integers, excess: Array, group: Integers, n_groups: int) -> tuple[Array, Array]:
    """Sum and number of products of two meetings of the same key, by group.

    A pair of people meets once on an item, so the two are on different items.
    """
    keys, place = np.unique(key, return_inverse=True)
    sums, squares = np.bincount(place, excess, len(keys)), np.bincount(place, excess**2, len(keys))
    n = np.bincount(place, minlength=len(keys)).astype(np.float64)
    of_key = np.zeros(len(keys), dtype=np.intp)
    of_key[place] = group
    products = np.bincount(of_key, sums**2 - squares, n_groups)
    n_products = np.bincount(of_key, n * (n - 1), n_groups)
    return np.asarray(products, dtype=np.float64), np.asarray(n_products, dtype=np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class _Moments:
    """What was measured; None for kinds of probe that are missing."""

    between: float
    by_rule: _ByRule
    within: float | None
    late: float | None
    slip_rate: float | None
    n_classes: int

    @staticmethod
    def measured(pairs: _Pairs, probes: Probes, n_classes: int) -> _Moments:
        def mean(flags: Sequence[bool] | Flags) -> float | None:
            return float(np.mean(flags)) if len(flags) >= _FEWEST_KEPT else None

        return _Moments(
            float(pairs.differs.mean()),
            pairs.by_rule(),
            mean(probes.repeats),
            mean(probes.late_repeats),
            mean(probes.honeypots),
            n_classes,
        )

    def everything(self) -> _Parts:
        """Amounts by cause; of kinds that are missing 0, so that what is left over falls to bias."""
        chance = self.n_classes / max(self.n_classes - 1, 1)
        slip = self.slip_rate or 0.0
        slips = _either(slip, chance)
        within = None if self.within is None else _unslipped(self.within, slips, chance)
        ambiguity = 0.0 if within is None else min(within, _MOST_AMBIGUITY)
        drift = 0.0
        if self.late is not None and within is not None:
            changed = _untossed(_unslipped(self.late, slips, chance), ambiguity)
            drift = _either(changed / 2, chance)  # an answer is given before the change as often as after it
        stable = 1 - chance * _untossed(_unslipped(self.between, slips, chance), ambiguity)
        alone = _Alone(ambiguity, 0.0, 0.0, drift, slips, chance)
        for _ in range(_ROUNDS):  # camps show the less, the more of all else there is, and bias is what they leave
            camps = self._camps(alone)
            left = stable / max((1 - chance * drift) * (1 - chance * camps), _LEAST)
            alone = replace(alone, camps=camps, bias=(1 - left) / chance)
        return alone.parts()

    def _camps(self, alone: _Alone) -> float:
        """Share of meetings between people of different camps.

        If a share m of a rule's meetings is between camps, where people differ before all else adds to it, the rule's
        disagreement is E = r + m d and its variance over pairs V = m (1 - m) d^2, with d what camps add where they
        differ, and r + d known: so m = V / (d (r + d - E)).
        """
        others = frozenset(Cause) - {Cause.CAMPS}
        if_same = replace(alone, camps=0.0).together(others)
        if_apart = replace(alone, camps=1.0).together(frozenset(Cause))
        rule = self.by_rule
        apart = rule.variance / (max(if_apart - if_same, _LEAST) * np.maximum(if_apart - rule.rate, _LEAST))
        return float((rule.share * np.clip(apart, -0.5, 1.0)).sum())


def _either(rate: float, chance: float) -> float:
    """Disagreement of two answers, each of which is changed to another class with this probability."""
    return (1 - (1 - chance * rate) ** 2) / chance


def _slipped(differs: float, slips: float, chance: float) -> float:
    """Disagreement with slips on top; a slip may also make two answers equal."""
    return slips + differs * (1 - chance * slips)


def _unslipped(differs: float, slips: float, chance: float) -> float:
    """Disagreement as it would be without slips."""
    return (differs - slips) / max(1 - chance * slips, _LEAST)


def _tossed(differs: float, ambiguity: float) -> float:
    """Disagreement with ambiguous items: twice as many as show it, for the other half of the tosses agree."""
    return (1 - 2 * ambiguity) * differs + ambiguity


def _untossed(differs: float, ambiguity: float) -> float:
    """Disagreement as it would be without ambiguous items."""
    return (differs - ambiguity) / (1 - 2 * ambiguity)


def _blocks(pairs: _Pairs, probes: Probes, n_classes: int) -> list[_Moments]:
    """The moments with one block of items and probes left out at a time."""
    block = np.random.default_rng(0).permutation(int(pairs.item.max()) + 1) % _BLOCKS
    of_pair = block[pairs.item]
    found = []
    for number in range(_BLOCKS):
        left = Probes(
            *(
                np.delete(np.asarray(flags, dtype=bool), np.s_[number::_BLOCKS])
                for flags in (probes.repeats, probes.late_repeats, probes.honeypots)
            )
        )
        found.append(_Moments.measured(pairs.without(of_pair == number), left, n_classes))
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Spread:
    """Standard errors by leaving out blocks (jackknife), and intervals from them."""

    blocks: list[_Parts]
    level: float

    def reach(self, values: Sequence[float]) -> float:
        n = len(values)
        variance = (n - 1) / n * float(((np.asarray(values) - np.mean(values)) ** 2).sum())
        return student_quantile(0.5 + self.level / 2, n - 1) * math.sqrt(variance)

    def of_share(self, cause: Cause) -> float:
        return self.reach([part.share(cause) for part in self.blocks])

    def estimate(self, value: float, name: str, *, n: float) -> Estimate:
        reach = self.reach([float(getattr(part, name)) for part in self.blocks])
        return Estimate(value, max(value - reach, min(value, 0.0)), min(value + reach, 1.0), n, self.level)


@dataclass(frozen=True, slots=True)
class _Known:
    """Which kinds of evidence there are."""

    repeats: bool
    late: bool
    honeypots: bool
    rules: bool

    @property
    def everything(self) -> bool:
        return self.repeats and self.late and self.rules

    def of(self, cause: Cause) -> bool:
        """Whether a cause can be told from the others."""
        return {
            Cause.AMBIGUITY: self.repeats and self.honeypots,
            Cause.SLIPS: self.honeypots,
            Cause.DRIFT: self.repeats and self.late,
            Cause.CAMPS: self.rules,
            Cause.BIAS: self.everything,
        }[cause]


def _known(probes: Probes, *, is_ruled: bool) -> _Known:
    def is_enough(flags: Sequence[bool] | Flags) -> bool:
        return len(flags) >= _FEWEST_PROBES

    return _Known(is_enough(probes.repeats), is_enough(probes.late_repeats), is_enough(probes.honeypots), is_ruled)


def _share(value: _Parts, spread: _Spread, cause: Cause, known: _Known) -> Share:
    if not known.of(cause):
        return Share(0.0, _most(value, cause, known), None)
    positive = {one: max(value.share(one), 0.0) for one in Cause}
    share, reach = positive[cause] / max(sum(positive.values()), 1e-12), spread.of_share(cause)
    raw = value.share(cause)
    return Share(min(share, max(raw - reach, 0.0)), max(share, min(raw + reach, 1.0)), share)


def _most(value: _Parts, cause: Cause, known: _Known) -> float:
    """The upper bound of a share whose probes are missing: what no other cause is known to take."""
    within = value.ambiguity + value.slips if known.repeats else 0.0
    taken = {
        Cause.AMBIGUITY: within and value.total - within,
        Cause.SLIPS: within and value.total - within,
        Cause.DRIFT: within + value.camps,
        Cause.CAMPS: within + (value.drift if known.late and known.repeats else 0.0),
        Cause.BIAS: within + value.camps + (value.drift if known.late and known.repeats else 0.0),
    }[cause]
    if cause is Cause.AMBIGUITY and known.honeypots:
        taken += value.slips
    return float(np.clip(1 - max(taken, 0.0) / value.total, 0.0, 1.0))


def _fixable(value: _Parts, spread: _Spread) -> Estimate:
    found = spread.estimate(value.fixable, "fixable", n=_BLOCKS)
    return Estimate(max(found.value, 0.0), max(found.low, 0.0), max(found.high, 0.0), found.n, found.level)


def _needed(value: _Parts, probes: Probes, level: float, within: float) -> dict[str, int]:
    """Probes until a share's half-width is small enough, from the variance of a proportion over all disagreement."""
    z = normal_quantile(0.5 + level / 2) * math.sqrt(2)  # a share rests on the difference of two kinds
    kinds = {
        "repeats": (probes.repeats, 0.5 * value.total),
        "late repeats": (probes.late_repeats, 0.5 * value.total),
        "honeypots": (probes.honeypots, 0.05),
    }
    needed = {}
    for kind, (flags, supposed) in kinds.items():
        rate = (float(np.sum(flags)) + 1) / (len(flags) + 2) if len(flags) >= _FEWEST_PROBES else supposed
        slope = 2.0 if kind == "honeypots" else 1.0  # a slip of either of two answers makes them differ
        wanted = math.ceil(rate * (1 - rate) * (slope * z / (within * value.total)) ** 2)
        if wanted > len(flags):
            needed[kind] = max(wanted, _FEWEST_PROBES) - len(flags)
    return needed
