"""Projects whose disagreement has planted causes, and the true share of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from karat.quality.monitoring.decomposition import Cause, Decomposition, Probes, decompose
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

N_ITEMS, N_PEOPLE, N_CLASSES, N_RULES = 3000, 40, 4, 10


@dataclass(frozen=True)
class Plan:
    """How strong each cause is: shares of items, of people, of answers."""

    ambiguous_share: float = 0.0
    camp_rules: int = 0
    camp_share: float = 0.4
    bias: float = 0.0
    drift: float = 0.0
    slip: float = 0.0

    def has(self, cause: Cause) -> bool:
        """Whether the cause is there at all."""
        strength = {
            Cause.AMBIGUITY: self.ambiguous_share,
            Cause.CAMPS: self.camp_rules,
            Cause.BIAS: self.bias,
            Cause.DRIFT: self.drift,
            Cause.SLIPS: self.slip,
        }
        return strength[cause] > 0

    @staticmethod
    def at_random(rng: np.random.Generator) -> Plan:
        """Each cause is there in two of three projects."""
        there = rng.random(5) < 2 / 3
        there[rng.integers(5)] = True
        return Plan(
            ambiguous_share=there[0] * rng.uniform(0.03, 0.25),
            camp_rules=int(there[1] * rng.integers(1, 5)),
            camp_share=rng.uniform(0.2, 0.5),
            bias=there[2] * rng.uniform(0.03, 0.15),
            drift=there[3] * rng.uniform(0.03, 0.15),
            slip=rng.uniform(0.005, 0.02) + there[4] * rng.uniform(0.0, 0.06),
        )

    @staticmethod
    def without_anything_to_fix(rng: np.random.Generator) -> Plan:
        return Plan(ambiguous_share=rng.uniform(0.02, 0.25), slip=rng.uniform(0.01, 0.08))


class Project:
    """All that is stable in it; answers are drawn from it, with any set of causes at work."""

    def __init__(self, plan: Plan, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.plan, self.rng = plan, rng
        self.truth = rng.integers(N_CLASSES, size=N_ITEMS)
        self.rule = rng.integers(N_RULES, size=N_ITEMS)
        self.is_ambiguous = rng.random(N_ITEMS) < plan.ambiguous_share
        self.leaning = rng.uniform(0.4, 0.8, N_ITEMS)
        self.other = (self.truth + rng.integers(1, N_CLASSES, N_ITEMS)) % N_CLASSES
        self.camp = rng.random((N_PEOPLE, N_RULES)) < plan.camp_share
        self.camp[:, plan.camp_rules :] = False
        strength = rng.dirichlet(np.full(N_PEOPLE, 2.0)) * N_PEOPLE
        own = rng.random((N_PEOPLE, N_ITEMS))
        self.is_biased = own < np.minimum(plan.bias * strength, 0.9)[:, None]
        self.favourite = rng.integers(N_CLASSES, size=N_PEOPLE)
        self.onset = rng.uniform(1 / 3, 2 / 3, N_PEOPLE)
        self.will_drift = rng.random((N_PEOPLE, N_ITEMS)) < plan.drift * 2
        self.drifted = (self.truth[None] + rng.integers(1, N_CLASSES, (N_PEOPLE, 1))) % N_CLASSES

    def answers(
        self, who: Integers, item: Integers, time: Array, causes: frozenset[Cause] = frozenset(Cause)
    ) -> Integers:
        """A fresh look of each, with these causes at work."""
        rng = self.rng
        label = self.truth[item].copy()
        if Cause.CAMPS in causes:
            reads_otherwise = self.camp[who, self.rule[item]]
            label = np.where(reads_otherwise, (self.truth[item] + 1) % N_CLASSES, label)
        if Cause.BIAS in causes:
            label = np.where(self.is_biased[who, item], self.favourite[who], label)
        if Cause.DRIFT in causes:
            label = np.where(self.will_drift[who, item] & (time > self.onset[who]), self.drifted[who, item], label)
        if Cause.AMBIGUITY in causes:
            drawn = np.where(rng.random(len(item)) < self.leaning[item], self.truth[item], self.other[item])
            label = np.where(self.is_ambiguous[item], drawn, label)
        if Cause.SLIPS in causes:
            slips = rng.random(len(item)) < self.plan.slip
            label = np.where(slips, (label + rng.integers(1, N_CLASSES, len(item))) % N_CLASSES, label)
        return label

    def true_shares(self, n: int = 150_000) -> dict[Cause, float]:
        """Each cause's mean effect on disagreement over all orders of adding causes (Shapley)."""
        one, other = (self.rng.integers(N_PEOPLE, size=n) for _ in range(2))
        other = np.where(one == other, (other + 1) % N_PEOPLE, other)
        item, times = self.rng.integers(N_ITEMS, size=n), self.rng.random((2, n))
        worth: dict[frozenset[Cause], float] = {}
        causes = list(Cause)
        for size in range(len(causes) + 1):
            for chosen in map(frozenset, combinations(causes, size)):
                pair = self.answers(one, item, times[0], chosen), self.answers(other, item, times[1], chosen)
                worth[chosen] = float((pair[0] != pair[1]).mean())
        total = worth[frozenset(causes)]
        shares = {}
        for cause in causes:
            others = [one for one in causes if one != cause]
            shares[cause] = sum(
                (worth[rest | {cause}] - worth[rest]) / (len(causes) * comb(len(others), size))
                for size in range(len(causes))
                for rest in map(frozenset, combinations(others, size))
            )
        return {cause: share / total if self.plan.has(cause) else 0.0 for cause, share in shares.items()}

    def found(self, *, n_repeats: int = 1500, n_honeypots: int = 1000) -> Decomposition:
        """What the kernel says, from three answers an item, repeats and honeypots."""
        rng = self.rng
        item = np.repeat(np.arange(N_ITEMS), 3)
        who = np.argsort(rng.random((N_ITEMS, N_PEOPLE)), axis=1)[:, :3].ravel()
        ratings = Ratings.from_codes(item, who, self.answers(who, item, rng.random(len(item))), n_classes=N_CLASSES)
        again, of = rng.integers(N_PEOPLE, size=n_repeats), rng.integers(N_ITEMS, size=n_repeats)
        soon, early, late = rng.random(n_repeats), rng.random(n_repeats) / 3, 1 - rng.random(n_repeats) / 3
        probes = Probes(
            repeats=self.answers(again, of, soon) != self.answers(again, of, soon),
            late_repeats=self.answers(again, of, early) != self.answers(again, of, late),
            honeypots=rng.random(n_honeypots) < self.plan.slip,
        )
        return decompose(ratings, probes, rule_of_item=self.rule)
