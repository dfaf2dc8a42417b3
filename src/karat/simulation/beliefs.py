"""What an annotator would answer after reading with care, by the spec as this person knows and reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import Bools, Ints
from karat.simulation.items import Items
from karat.simulation.places import Places
from karat.simulation.rules import Spec
from karat.simulation.world import SpecSettings


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Arrays of shape (n_answers,)."""

    label: Ints
    other: Ints
    """The other class of the pair between which the item lies."""
    version: Ints
    """The version of the spec that the item was served under."""
    truth: Ints
    """What is right under that version."""


def beliefs_of(spec: Spec, items: Items, places: Places) -> Beliefs:
    """The class that each person believes to be right."""
    served = np.zeros(places.n, dtype=np.int16)
    applied = np.zeros(places.n, dtype=np.int16)
    for version in range(1, spec.n_versions):
        served[places.claimed >= spec.published[version]] = version
        applied[places.claimed >= spec.applied[places.annotator, version]] = version
    label = spec.label[applied, places.item]
    pair = (items.label + items.lure)[places.item]
    misread = _misread(spec, places, applied)
    label = np.where(misread, pair - label, label).astype(np.int16)
    return Beliefs(label, (pair - label).astype(np.int16), served, spec.label[served, places.item])


def _misread(spec: Spec, places: Places, applied: Ints) -> Bools:
    """Where somebody's reading of an unclear rule differs from the one that is meant."""
    contested = spec.contested[places.item]
    misread = contested.copy()
    rows = np.flatnonzero(contested)
    misread[rows] = spec.other_reading[places.annotator[rows], spec.rule[places.item[rows]]]
    is_clear = np.logical_or.accumulate(spec.clarifies)
    misread[rows] &= ~is_clear[applied[rows]]
    return misread


def cited_rules(settings: SpecSettings, spec: Spec, places: Places, rng: np.random.Generator) -> Ints:
    """(n_answers,): the rule that is given as the reason: mostly the one that applied, else one beside it."""
    rule = spec.rule[places.item].copy()
    rows = np.flatnonzero(rng.random(places.n, dtype=np.float32) >= settings.cites_right_rule)
    rule[rows] = (rule[rows] + rng.choice(np.array([-1, 1], dtype=np.int16), len(rows))) % settings.n_rules
    return rule
