"""What waits for a reviewer, with the answers but without their authors."""

import random
from dataclasses import dataclass

from karat import store
from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import Dispute, ItemState
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Reader
from karat.store.item_lists import GivenAnswer, ItemFilter, KnownItem


@dataclass(frozen=True)
class BlindItem:
    """A disputed item, its answers in an order that says nothing about who gave them."""

    item: KnownItem
    dispute: Dispute
    answers: list[GivenAnswer]


@dataclass(frozen=True)
class Queue:
    """What waits for a reviewer."""

    items: list[BlindItem]
    n_waiting: dict[Dispute, int]


def waiting(db: Reader, actor: Actor, project_id: ProjectId, *, dispute: Dispute | None, limit: int) -> Queue:
    """Disputed items in the order they came, and how many wait for which reason."""
    require(actor, Permission.REVIEW, on=project_id)
    wanted = ItemFilter(state=ItemState.DISPUTED, dispute=dispute)
    items = store.item_lists.page(db, project_id, wanted, after=ItemId(0), limit=limit)
    counts = store.statistics.counts(db, project_id)
    return Queue([_blind(item) for item in items], {reason: counts[f"dispute:{reason.value}"] for reason in Dispute})


def _blind(item: KnownItem) -> BlindItem:
    assert item.dispute is not None
    answers = list(item.answers)
    # The same order at every look, but another on each item: a letter never stands for one person.
    random.Random(item.id).shuffle(answers)
    return BlindItem(item, item.dispute, answers)
