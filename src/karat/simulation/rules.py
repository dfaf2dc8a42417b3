"""The spec: which rule an item falls under, how rules can be read, and what a new version changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import DAY_SECONDS, Bools, Floats, Ints
from karat.simulation.items import Items
from karat.simulation.probes import Pool
from karat.simulation.world import SpecSettings


@dataclass(frozen=True, eq=False)
class Spec:
    """What the rules say, and what people make of them."""

    rule: Ints
    """(n_items,): the rule that decides the item."""
    unclear: Bools
    """(n_rules,): has two readings."""
    contested: Bools
    """(n_items,): the readings of its rule differ on it."""
    label: Ints
    """(n_versions, n_items): the class under each version; version 0 is the first."""
    published: Floats
    """(n_versions,): seconds from the start."""
    clarifies: Bools
    """(n_versions,): from this version on, who has read it reads all rules as meant."""
    other_reading: Bools
    """(n_annotators, n_rules): holds the reading that is not meant."""
    applied: Floats
    """(n_annotators, n_versions): when somebody begins to work by a version, seconds from the start; inf for never."""

    @property
    def n_versions(self) -> int:
        """Number of versions."""
        return len(self.published)


def draw_spec(settings: SpecSettings, items: Items, n_annotators: int, rng: np.random.Generator) -> Spec:
    """Rules as regions of the embedding, readings by camps, versions by date."""
    rule = _regions(settings.n_rules, items, rng)
    unclear = np.zeros(settings.n_rules, dtype=bool)
    unclear[rng.permutation(settings.n_rules)[: settings.n_unclear]] = True
    contested = _near_the_border(unclear[rule], items.margin, settings.contested_share)
    days = [change.day for change in settings.changes]
    return Spec(
        rule=rule,
        unclear=unclear,
        contested=contested & (items.pool != Pool.HONEYPOT) & (items.pool != Pool.CANARY),
        label=_labels_by_version(settings, items, rule, rng),
        published=np.array([0.0, *days]) * DAY_SECONDS,
        clarifies=np.array([False, *(change.clarifies for change in settings.changes)]),
        other_reading=_camps(settings, unclear, n_annotators, rng),
        applied=_applied(settings, n_annotators, rng),
    )


def _regions(n_rules: int, items: Items, rng: np.random.Generator) -> Ints:
    """The nearest of so many points: some items chosen at random, so that rules lie where items are."""
    points = items.embedding[rng.integers(items.n, size=n_rules)]
    distance = (points**2).sum(axis=1) - 2 * (items.embedding @ points.T)
    found: Ints = distance.argmin(axis=1).astype(np.int16)
    return found


def _near_the_border(candidates: Bools, margin: Floats, share: float) -> Bools:
    """The given share of the candidates, those with the smallest margin."""
    chosen = np.zeros(len(margin), dtype=bool)
    rows = np.flatnonzero(candidates)
    n = round(share * len(rows))
    if n:
        chosen[rows[np.argpartition(margin[rows], n - 1)[:n]]] = True
    return chosen


def _labels_by_version(settings: SpecSettings, items: Items, rule: Ints, rng: np.random.Generator) -> Ints:
    """Every version moves the border of some rules: the nearest items fall to the class on the other side."""
    labels = [items.label]
    for change in settings.changes:
        changed = np.isin(rule, rng.permutation(settings.n_rules)[: change.n_rules])
        moved = _near_the_border(changed & (items.pool == Pool.PRODUCTION), items.margin, change.moved_share)
        labels.append(np.where(moved, items.label + items.lure - labels[-1], labels[-1]))
    return np.stack(labels).astype(np.int16)


def _camps(settings: SpecSettings, unclear: Bools, n_annotators: int, rng: np.random.Generator) -> Bools:
    n_columns = 1 if settings.one_camp else settings.n_rules
    holds = np.zeros((n_annotators, n_columns), dtype=bool)
    n_holding = round(settings.other_reading_share * n_annotators)
    for column in range(n_columns):
        holds[rng.permutation(n_annotators)[:n_holding], column] = True
    return holds & unclear


def _applied(settings: SpecSettings, n_annotators: int, rng: np.random.Generator) -> Floats:
    applied = np.zeros((n_annotators, 1 + len(settings.changes)))
    for version, change in enumerate(settings.changes, start=1):
        lag = change.lag_days * np.exp(change.lag_sd * rng.standard_normal(n_annotators))
        lag[rng.random(n_annotators) < change.never_share] = np.inf
        applied[:, version] = (change.day + lag) * DAY_SECONDS
    return applied
