"""Items with everything that is true of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from karat.simulation.arrays import Bools, Floats, Ints
from karat.simulation.probes import Pool
from karat.simulation.taxonomy import Taxonomy, draw_classes
from karat.simulation.world import ItemSettings, World

SHIFTED = "shifted"
_HONEYPOT_EASIER = 4.0
"""Logits by which a honeypot or canary is easier than the average: any attentive person gets it."""
_CANARY_EASIER = 2.0
_DUPLICATE_NOISE = 0.05


@dataclass(frozen=True, eq=False)
class Items:
    """Items, production first, then the pools of probes; arrays of shape (n_items,) unless said otherwise."""

    pool: Ints
    label: Ints
    """The class under the first version of the spec."""
    lure: Ints
    """The class for which it is mistaken."""
    difficulty: Floats
    """Logits; 0 is the average item."""
    expert_difficulty: Floats
    """The same for experts."""
    margin: Floats
    """Distance to the border with the lure, in the embedding; small is near."""
    ambiguous: Bools
    soft: Floats
    """(n_items, n_classes): how the answers of careful people would be distributed."""
    slice: Ints
    slice_names: tuple[str, ...]
    duplicate_of: Ints
    """The earlier item that it nearly repeats; -1 for none."""
    embedding: Floats
    """(n_items, n_dimensions)."""
    centres: Floats
    """(n_classes, n_dimensions)."""

    @property
    def n(self) -> int:
        """Number of items, probes included."""
        return len(self.label)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.centres)


def pools_of(world: World) -> Ints:
    """What each item is there for: production, then gold, honeypots, anchors and canaries."""
    probes = world.probes
    sizes = (world.items.n, probes.n_gold, probes.n_honeypots, probes.n_anchors, probes.n_canaries)
    return np.repeat(np.array(list(Pool), dtype=np.int8), sizes)


def draw_items(world: World, taxonomy: Taxonomy, arrival_day: Floats, rng: np.random.Generator) -> Items:
    """Draw items.

    Parameters
    ----------
    arrival_day : float array (n_production,)
        When each production item arrives; it decides which of them are of a shifted kind.
    """
    settings, centres = world.items, taxonomy.centres
    pool = pools_of(world)
    part = _slices(settings, len(pool), arrival_day, rng)
    label = _labels(settings, taxonomy.prior, part, rng)
    embedding = centres[label] + rng.standard_normal((len(pool), settings.dimensions), dtype=np.float32)
    lure, margin = _nearest_other(embedding, centres, label)
    difficulty = _difficulty(settings, margin, rng)
    difficulty -= _HONEYPOT_EASIER * np.isin(pool, (Pool.HONEYPOT,)) + _CANARY_EASIER * (pool == Pool.CANARY)
    ambiguous = (rng.random(len(pool)) < settings.ambiguous_share) & (pool == Pool.PRODUCTION)
    harder, harder_for_experts = _slice_difficulty(settings, part)
    items = Items(
        pool=pool,
        label=label,
        lure=lure,
        difficulty=(difficulty + harder).astype(np.float32),
        expert_difficulty=(difficulty + harder_for_experts).astype(np.float32),
        margin=margin,
        ambiguous=ambiguous,
        soft=_soft(settings, label, lure, ambiguous, n_classes=taxonomy.n, rng=rng),
        slice=part,
        slice_names=_slice_names(settings),
        duplicate_of=np.full(len(pool), -1, dtype=np.int32),
        embedding=embedding,
        centres=centres,
    )
    return _with_duplicates(items, settings.duplicate_share, world.items.n, rng)


def _slice_names(settings: ItemSettings) -> tuple[str, ...]:
    return (*(part.name for part in settings.slices), "", *([SHIFTED] if settings.shift else []))


def _slices(settings: ItemSettings, n_items: int, arrival_day: Floats, rng: np.random.Generator) -> Ints:
    """The slice of each item; what belongs to none is in the one without a name."""
    shares = [part.share for part in settings.slices]
    part = np.searchsorted(np.cumsum(shares), rng.random(n_items), side="right").astype(np.int8)
    if settings.shift is not None:
        day = np.concatenate([arrival_day, np.zeros(n_items - len(arrival_day))])
        part[(day >= settings.shift.day) & (rng.random(n_items) < settings.shift.share)] = len(shares) + 1
    return part


def _slice_difficulty(settings: ItemSettings, part: Ints) -> tuple[Floats, Floats]:
    """Difficulty that comes with the slice, for people and for experts."""
    extra = [entry.harder_by for entry in settings.slices] + [0.0]
    extra += [settings.shift.harder_by] if settings.shift else []
    for_experts = [0.0 if entry.only_experts else entry.harder_by for entry in settings.slices]
    for_experts += extra[len(for_experts) :]
    return np.array(extra)[part], np.array(for_experts)[part]


def _labels(settings: ItemSettings, prior: Floats, part: Ints, rng: np.random.Generator) -> Ints:
    label = draw_classes(prior, len(part), rng)
    if settings.shift is not None:
        is_new = part == len(settings.slices) + 1
        label[is_new & (rng.random(len(part)) < settings.shift.purity)] = settings.shift.into_class
    return label


def _nearest_other(embedding: Floats, centres: Floats, label: Ints) -> tuple[Ints, Floats]:
    """The nearest class that is not the item's own, and how much farther away it is than its own."""
    squares = (centres**2).sum(axis=1) - 2 * (embedding @ centres.T)
    rows = np.arange(len(label))
    own = squares[rows, label].copy()
    squares[rows, label] = np.inf
    lure = squares.argmin(axis=1).astype(np.int16)
    return lure, (squares[rows, lure] - own).astype(np.float32)


def _difficulty(settings: ItemSettings, margin: Floats, rng: np.random.Generator) -> Floats:
    """Difficulty with the wanted spread, higher near the border."""
    tail = settings.difficulty_tail
    n = len(margin)
    noise = rng.standard_t(tail, n) * np.sqrt((tail - 2) / tail) if tail else rng.standard_normal(n)
    nearness = -(margin - margin.mean()) / max(float(margin.std()), 1e-9)
    share = settings.margin_correlation
    drawn: Floats = settings.difficulty_sd * (share * nearness + np.sqrt(1 - share**2) * noise)
    return drawn


def _soft(
    settings: ItemSettings, label: Ints, lure: Ints, ambiguous: Bools, *, n_classes: int, rng: np.random.Generator
) -> Floats:
    """One class for certain, but on ambiguous items mostly two, nearly even."""
    soft = np.zeros((len(label), n_classes), dtype=np.float32)
    soft[np.arange(len(label)), label] = 1
    rows = np.flatnonzero(ambiguous)
    foremost = 0.5 + 0.5 * (1 - settings.ambiguous_evenness) * rng.random(len(rows))
    crumbs = rng.dirichlet(np.full(n_classes, 0.3), len(rows)) * 0.1
    soft[rows] = crumbs
    soft[rows, label[rows]] += 0.9 * foremost
    soft[rows, lure[rows]] += 0.9 * (1 - foremost)
    return soft


def _with_duplicates(items: Items, share: float, n_production: int, rng: np.random.Generator) -> Items:
    """Some production items become near copies of earlier ones."""
    copies = np.flatnonzero(rng.random(n_production) < share)
    copies = copies[copies > 0]
    originals = (rng.random(len(copies)) * copies).astype(np.int32)
    # A copy of a copy would be a chain; its original is the first.
    keep = ~np.isin(originals, copies)
    copies, originals = copies[keep], originals[keep]
    changed: dict[str, Any] = {}
    for name in ("label", "lure", "difficulty", "expert_difficulty", "margin", "ambiguous", "soft", "slice",
                 "embedding"):  # fmt: skip
        column = getattr(items, name).copy()
        column[copies] = column[originals]
        changed[name] = column
    changed["embedding"][copies] += _DUPLICATE_NOISE * rng.standard_normal(
        (len(copies), items.embedding.shape[1]), dtype=np.float32
    )
    duplicate_of = items.duplicate_of.copy()
    duplicate_of[copies] = originals
    return replace(items, duplicate_of=duplicate_of, **changed)
