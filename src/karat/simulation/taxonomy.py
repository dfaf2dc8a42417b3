"""The classes: how frequent each is, and which are near each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import Floats, Ints
from karat.simulation.world import ItemSettings, World

_CENTRE_SPREAD = 1.4
"""Of the centres, where items lie around theirs with a standard deviation of 1."""


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """Classes in a space in which near ones are confused."""

    prior: Floats
    """(n_classes,)"""
    centres: Floats
    """(n_classes, n_dimensions)"""

    @property
    def n(self) -> int:
        """Number of classes."""
        return len(self.prior)

    def confusion(self) -> Floats:
        """(n_classes, n_classes): where wrong answers fall, by nearness; rows sum to 1, the diagonal is 0."""
        squares = ((self.centres[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=2)
        others = ~np.eye(self.n, dtype=bool)
        nearness = np.exp(-0.5 * squares / squares[others].mean()) * others
        shares: Floats = nearness / nearness.sum(axis=1, keepdims=True)
        return shares


def draw_taxonomy(world: World, rng: np.random.Generator) -> Taxonomy:
    """Centres at random; shares as the world says."""
    n_classes = len(world.classes)
    centres = rng.normal(size=(n_classes, world.items.dimensions)).astype(np.float32) * _CENTRE_SPREAD
    return Taxonomy(class_prior(world.items, n_classes), centres)


def class_prior(settings: ItemSettings, n_classes: int) -> Floats:
    """Shares of the classes.

    >>> class_prior(ItemSettings(zipf=1.0), 2).round(2).tolist()
    [0.67, 0.33]
    """
    shares = np.array(settings.prior) if settings.prior else np.arange(1, n_classes + 1.0) ** -settings.zipf
    found: Floats = shares / shares.sum()
    return found


def draw_classes(shares: Floats, n: int, rng: np.random.Generator) -> Ints:
    """Classes with these probabilities."""
    drawn = np.searchsorted(np.cumsum(shares), rng.random(n), side="right")
    return np.minimum(drawn, len(shares) - 1).astype(np.int16)


def draw_others(confusion: Floats, label: Ints, rng: np.random.Generator) -> Ints:
    """For each class another one, by these shares."""
    cumulative = np.cumsum(confusion, axis=1)[label]
    drawn = (rng.random((len(label), 1)) >= cumulative).sum(axis=1)
    found: Ints = np.minimum(drawn, len(confusion) - 1).astype(np.int16)
    return found
