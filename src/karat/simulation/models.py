"""A model's label for each item: suggested to people, or pasted by them."""

from __future__ import annotations

import numpy as np

from karat.simulation.arrays import Floats, Ints
from karat.simulation.chances import AccuracyScale
from karat.simulation.items import Items
from karat.simulation.probes import Pool
from karat.simulation.taxonomy import Taxonomy
from karat.simulation.world import ModelSettings


def model_labels(settings: ModelSettings, items: Items, taxonomy: Taxonomy, rng: np.random.Generator) -> Ints:
    """(n_items,): one label each, whoever asks; errors fall where people err, and mostly on the lure."""
    felt = settings.follows_difficulty * items.difficulty
    own = np.sqrt(1 - settings.follows_difficulty**2) * items.difficulty.std() * rng.standard_normal(items.n)
    difficulty = (felt + own).astype(np.float32)
    scale = AccuracyScale.over(difficulty[items.pool == Pool.PRODUCTION], "logit")
    right = rng.random(items.n) < scale.chance(np.full(items.n, settings.accuracy), difficulty)
    cumulative = np.cumsum(taxonomy.confusion(), axis=1)[items.label]
    wrong = wrong_classes(items.lure, settings.lure_concentration, cumulative, rng)
    given = np.where(right, items.label, wrong)
    is_lured = (items.pool == Pool.CANARY) & (rng.random(items.n) < settings.canary_lured)
    return np.where(is_lured, items.lure, np.where(items.pool == Pool.CANARY, items.label, given)).astype(np.int16)


def wrong_classes(lure: Ints, concentration: float, cumulative: Floats, rng: np.random.Generator) -> Ints:
    """Classes of wrong answers: the lure, or another by the given distribution.

    Parameters
    ----------
    cumulative : float array (n_answers, n_classes)
        Of the classes that are not the lure's, each row cumulative.
    """
    drawn = (rng.random((len(lure), 1), dtype=np.float32) >= cumulative).sum(axis=1)
    other = np.minimum(drawn, cumulative.shape[1] - 1)
    return np.where(rng.random(len(lure), dtype=np.float32) < concentration, lure, other).astype(np.int16)
