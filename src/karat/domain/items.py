"""Items, their states, and the rule that moves an item from one to the next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from karat.domain.ids import BatchId, ItemId, ProjectId
from karat.domain.projects import QualityPolicy


class ItemState(StrEnum):
    """`open` still needs answers, `disputed` waits for a reviewer, `resolved` has its label."""

    OPEN = "open"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


class Dispute(StrEnum):
    """Why an item waits for a reviewer."""

    UNSURE = "unsure"
    SKIPPED = "skipped"
    DISAGREEMENT = "disagreement"


class GoldKind(StrEnum):
    """What a gold label is for."""

    GOLD = "gold"
    """Served unannounced to test understanding."""
    HONEYPOT = "honeypot"
    """Served unannounced to test attention."""
    REFERENCE = "reference"
    """Never served as a check: it only measures how right the consensus is."""


@dataclass(frozen=True)
class GoldLabel:
    """The trusted label of an item."""

    kind: GoldKind
    label: str
    provenance: str


@dataclass(frozen=True)
class Item:
    """One thing to be labeled. `content` is what the annotator sees, `meta` is everything else that was imported."""

    id: ItemId
    project_id: ProjectId
    batch_id: BatchId
    key: str
    """The owner's own identifier, unique in the project."""
    content: dict[str, Any]
    """{"text": ...} or {"media": media id, "width": ..., "height": ..., "alt": ...}."""
    meta: dict[str, Any]
    state: ItemState
    is_measured: bool
    """Drawn at random for measuring agreement."""
    created_at: datetime


@dataclass(frozen=True)
class Vote:
    """One annotator's standing answer on an item, as far as the item's state depends on it."""

    label: str | None
    """None is "unsure"."""


@dataclass(frozen=True)
class Standing:
    """All that the state of an item depends on."""

    votes: Sequence[Vote]
    overlap: int
    n_skips: int
    resolution: str | None
    """The reviewer's last decision; UNDECIDABLE is one too."""


_DECIDING = ("majority_share", "max_skips")


def moves_items(before: QualityPolicy, after: QualityPolicy) -> bool:
    """Whether a change of policy may move items that have answers: it changes a threshold that `position` reads.

    The overlap is none of them: an item keeps the one it was imported with.
    """
    return any(getattr(before, name) != getattr(after, name) for name in _DECIDING)


UNDECIDABLE = "undecidable"
"""A reviewer's decision that the spec allows no label for this item: it is left out of releases, visibly."""


@dataclass(frozen=True)
class Position:
    """An item's state, and why if it is disputed."""

    state: ItemState
    dispute: Dispute | None = None


def position(standing: Standing, policy: QualityPolicy) -> Position:
    """Where an item stands, given everything that was said about it.

    A reviewer's decision settles it. Unsure and too many skips call for one, and so do answers without a
    clear majority once the overlap is reached.

    >>> position(Standing([Vote("a"), Vote("b")], overlap=2, n_skips=0, resolution=None), QualityPolicy()).dispute
    <Dispute.DISAGREEMENT: 'disagreement'>
    """
    if standing.resolution is not None:
        return Position(ItemState.RESOLVED)
    if any(vote.label is None for vote in standing.votes):
        return Position(ItemState.DISPUTED, Dispute.UNSURE)
    if standing.n_skips >= policy.max_skips:
        return Position(ItemState.DISPUTED, Dispute.SKIPPED)
    if len(standing.votes) < standing.overlap:
        return Position(ItemState.OPEN)
    (_, most), *_ = Counter(vote.label for vote in standing.votes).most_common(1)
    if most / len(standing.votes) >= policy.majority_share:
        return Position(ItemState.RESOLVED)
    return Position(ItemState.DISPUTED, Dispute.DISAGREEMENT)
