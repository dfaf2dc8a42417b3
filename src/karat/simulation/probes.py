"""What a place in an annotator's stream is for, and what an item is there for."""

from enum import IntEnum


class Probe(IntEnum):
    """Why an item was served."""

    PRODUCTION = 0
    GOLD = 1
    HONEYPOT = 2
    REPEAT = 3
    """The same person sees an item again."""
    OVERLAP = 4
    """An anchor item, which everybody gets."""
    BLIND = 5
    """Production whose suggestion is hidden."""
    CROSS_VERSION = 6
    """The same person sees an item again after a change of the spec."""
    CANARY = 7
    """An item on which models err and people do not."""


class Pool(IntEnum):
    """What an item is there for."""

    PRODUCTION = 0
    GOLD = 1
    HONEYPOT = 2
    ANCHOR = 3
    CANARY = 4


POOL_OF = {
    Probe.GOLD: Pool.GOLD,
    Probe.HONEYPOT: Pool.HONEYPOT,
    Probe.OVERLAP: Pool.ANCHOR,
    Probe.CANARY: Pool.CANARY,
}
"""Probes with items of their own."""

LOOKS_AGAIN = (Probe.REPEAT, Probe.CROSS_VERSION)
IS_STREAM = (Probe.PRODUCTION, Probe.BLIND)
"""First looks at production items: what a project would have without probes."""
