"""Which item each place of a stream is given: production items until their overlap is reached, and probes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import Bools, Floats, Ints, running_count
from karat.simulation.distinct import make_distinct
from karat.simulation.items import pools_of
from karat.simulation.probes import LOOKS_AGAIN, POOL_OF, Probe
from karat.simulation.schedule import Schedule
from karat.simulation.world import ProbeSettings, World

_SMALLEST_WINDOW = 200
_WINDOWS = 12


@dataclass(frozen=True, eq=False)
class Served:
    """What each place was given; arrays (n_places,)."""

    item: Ints
    """-1 where there was nothing left for this person."""
    probe: Ints
    earlier: Ints
    """For a second look: the place of the first; -1 for others."""
    window: Ints
    """Production items are served window by window; -1 for probes with items of their own."""
    window_items: int


def serve(world: World, schedule: Schedule, published: Floats, rng: np.random.Generator) -> Served:
    """Draw what each place is for, and give it an item.

    Parameters
    ----------
    published : float array (n_versions,)
        When each version of the spec came out: cross-version probes need to know.
    """
    probe = _kinds(world.probes, schedule, rng)
    probe = _without_exhausted(world, schedule, probe)
    probe, earlier_count = _without_premature(world, schedule, probe, float(published[-1]), len(published) > 1)
    item = np.full(schedule.n, -1, dtype=np.int32)
    for kind in POOL_OF:
        _from_pool(world, schedule, probe, item, kind=kind, rng=rng)
    window_items = window_of(world)
    places, window = _from_queue(world, schedule, probe == Probe.PRODUCTION, window_items, item)
    make_distinct(item, schedule.annotator, places, window[places], rng=rng)
    earlier = _looks_again(schedule, probe, earlier_count, item, rng)
    return Served(item, probe, earlier, window, window_items)


def window_of(world: World) -> int:
    """Production items that are in work at the same time."""
    return min(world.items.n, max(_SMALLEST_WINDOW, world.items.n // _WINDOWS))


def places_needed(world: World) -> int:
    """Places until every item has reached its overlap, probes included, for people with long streams."""
    probes = world.probes
    extra = probes.gold + probes.honeypot + probes.repeat + probes.overlap + probes.cross_version + probes.canary
    in_probation = world.annotators.n * probes.probation_items * max(probes.gold_probation - probes.gold, 0)
    return round(world.items.n * world.work.overlap / max(1 - extra, 0.05) + in_probation)


def _kinds(probes: ProbeSettings, schedule: Schedule, rng: np.random.Generator) -> Ints:
    """What each place is for, drawn from the shares."""
    chance = rng.random(schedule.n, dtype=np.float32)
    probe = np.zeros(schedule.n, dtype=np.int8)
    rates = [
        (Probe.HONEYPOT, probes.honeypot),
        (Probe.REPEAT, probes.repeat),
        (Probe.OVERLAP, probes.overlap),
        (Probe.CROSS_VERSION, probes.cross_version),
        (Probe.CANARY, probes.canary),
    ]
    reached = 0.0
    for kind, rate in rates:
        if rate:
            probe[(chance >= reached) & (chance < reached + rate)] = kind
            reached += rate
    gold = np.where(schedule.position < probes.probation_items, probes.gold_probation, probes.gold)
    probe[(chance >= reached) & (chance < reached + gold)] = Probe.GOLD
    return probe


def _pool_sizes(world: World) -> dict[Probe, int]:
    probes = world.probes
    return {
        Probe.GOLD: probes.n_gold,
        Probe.HONEYPOT: probes.n_honeypots,
        Probe.OVERLAP: probes.n_anchors,
        Probe.CANARY: probes.n_canaries,
    }


def _without_exhausted(world: World, schedule: Schedule, probe: Ints) -> Ints:
    """Nobody sees a check item twice: when somebody has seen the whole pool, the place is for production."""
    for kind, size in _pool_sizes(world).items():
        chosen = probe == kind
        seen = running_count(chosen, schedule.first, schedule.annotator)
        probe[chosen & (seen >= size)] = Probe.PRODUCTION
    return probe


def _without_premature(
    world: World, schedule: Schedule, probe: Ints, changed: float, has_change: bool
) -> tuple[Ints, Ints]:
    """A second look needs a first one: long enough ago, or before the change of the spec.

    Returns the probes, and how many of a person's own first looks each second look may choose from.
    """
    production = probe == Probe.PRODUCTION
    so_far = running_count(production, schedule.first, schedule.annotator)
    before = np.zeros(world.annotators.n, dtype=np.int64)
    np.add.at(before, schedule.annotator[production & (schedule.claimed < changed)], 1)
    is_after = schedule.claimed >= changed
    available = np.zeros(schedule.n, dtype=np.int32)
    repeats = np.flatnonzero(probe == Probe.REPEAT)
    available[repeats] = so_far[repeats] - world.probes.repeat_gap
    crossing = np.flatnonzero(probe == Probe.CROSS_VERSION)
    available[crossing] = before[schedule.annotator[crossing]] * (is_after[crossing] & has_change)
    probe[np.isin(probe, LOOKS_AGAIN) & (available <= 0)] = Probe.PRODUCTION
    return probe, available


def _from_pool(
    world: World, schedule: Schedule, probe: Ints, item: Ints, *, kind: Probe, rng: np.random.Generator
) -> None:
    """Everybody goes through the pool in an order of their own: from a random start in steps of a random size."""
    pool = np.flatnonzero(pools_of(world) == POOL_OF[kind])
    places = np.flatnonzero(probe == kind)
    if len(places) == 0:
        return
    n = len(pool)
    seen = running_count(probe == kind, schedule.first, schedule.annotator)[places].astype(np.int64)
    steps = np.array([step for step in range(1, n + 1) if np.gcd(step, n) == 1])
    start, step = rng.integers(n, size=world.annotators.n), rng.choice(steps, world.annotators.n)
    who = schedule.annotator[places]
    item[places] = pool[(start[who] + seen * step[who]) % n]


def _from_queue(
    world: World, schedule: Schedule, production: Bools, window_items: int, item: Ints
) -> tuple[Ints, Ints]:
    """Give production items out in the order of time: windows of items, each passed through once per overlap.

    Returns the places of production in the order of time, and the window of each place.
    """
    places = np.flatnonzero(production)
    places = places[np.argsort(schedule.claimed[places])]
    number = np.arange(len(places))
    window_size = window_items * world.work.overlap
    of_window = number // window_size
    within = number - of_window * window_size
    last = world.items.n // window_items
    # The last window takes the rest of the items, which may be fewer.
    rest = max(world.items.n - last * window_items, 1)
    within %= np.where(of_window < last, window_items, rest)
    given = of_window * window_items + within
    is_left = (number < world.items.n * world.work.overlap) & (given < world.items.n)
    item[places] = np.where(is_left, given, -1)
    window = np.full(schedule.n, -1, dtype=np.int32)
    window[places[is_left]] = of_window[is_left]
    return places[is_left], window


def _looks_again(schedule: Schedule, probe: Ints, available: Ints, item: Ints, rng: np.random.Generator) -> Ints:
    """Second looks at items that the person has seen; fills `item`, and returns the places of the first looks."""
    earlier = np.full(schedule.n, -1, dtype=np.int32)
    places = np.flatnonzero(np.isin(probe, LOOKS_AGAIN))
    first_looks = np.flatnonzero(probe == Probe.PRODUCTION)
    begins = np.searchsorted(first_looks, schedule.first)
    number = (rng.random(len(places)) * available[places]).astype(np.int64)
    chosen = first_looks[begins[schedule.annotator[places]] + number]
    earlier[places] = chosen
    item[places] = item[chosen]
    return earlier
