"""The golden set: the labels that are trusted, those of them that are wrong, and those that got about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import DAY_SECONDS, Bools, Floats, Ints
from karat.simulation.items import Items
from karat.simulation.probes import Pool
from karat.simulation.world import FaultSettings


@dataclass(frozen=True, eq=False)
class GoldenSet:
    """Arrays of shape (n_items,)."""

    label: Ints
    """The trusted label of gold items, honeypots and canaries; -1 for others."""
    is_wrong: Bools
    leaked: Floats
    """When those who know gold learn its label, seconds from the start; inf for never."""


def draw_gold(faults: FaultSettings, items: Items, rng: np.random.Generator) -> GoldenSet:
    """Labels of the check items, with faults planted in the given share of the gold items."""
    gold = np.flatnonzero(items.pool == Pool.GOLD)
    is_check = np.isin(items.pool, (Pool.GOLD, Pool.HONEYPOT, Pool.CANARY))
    label = np.where(is_check, items.label, -1).astype(np.int16)
    is_wrong = np.zeros(items.n, dtype=bool)
    is_wrong[rng.permutation(gold)[: round(faults.wrong_gold * len(gold))]] = True
    label[is_wrong] = items.lure[is_wrong]
    leaked = np.full(items.n, np.inf)
    known = rng.permutation(gold)[: round(faults.leak.gold_share * len(gold))]
    leaked[known] = rng.uniform(faults.leak.from_day, faults.leak.until_day, len(known)) * DAY_SECONDS
    return GoldenSet(label, is_wrong, leaked)
