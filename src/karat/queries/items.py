"""Items for whoever runs a project: lists, and one item with its whole history."""

from collections.abc import Mapping
from dataclasses import dataclass

from karat import store
from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import GoldKind, ItemState
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Reader
from karat.store.item_history import Happening
from karat.store.item_lists import ItemFilter, KnownItem

__all__ = ["Detail", "ItemFilter", "KnownItem", "Page", "detail", "page", "why"]

MAX_PAGE = 200


@dataclass(frozen=True)
class Page:
    """Some of the items of a list."""

    items: list[KnownItem]
    next_after: ItemId | None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True)
class Detail:
    """One item with its history."""

    item: KnownItem
    why: str
    history: list[Happening]


def page(db: Reader, actor: Actor, project_id: ProjectId, wanted: ItemFilter, *, after: ItemId, limit: int) -> Page:
    """One page of the project's items, in order of their ids."""
    require(actor, Permission.READ_ITEMS, on=project_id)
    limit = min(limit, MAX_PAGE)
    items = store.item_lists.page(db, project_id, wanted, after=after, limit=limit + 1)
    is_last = len(items) <= limit
    return Page(items[:limit], None if is_last else items[limit - 1].id)


def detail(db: Reader, actor: Actor, project_id: ProjectId, item_id: ItemId) -> Detail:
    """One item, why its label is what it is, and everything that happened to it.

    Raises
    ------
    NotFound
        When the project has no such item.
    """
    require(actor, Permission.READ_ITEMS, on=project_id)
    store.items.get(db, project_id, item_id)
    (item,) = store.item_lists.known(db, [item_id])
    spec = store.specs.get(db, project_id, store.projects.get(db, project_id).spec_version).spec
    names = {definition.key: definition.name for definition in spec.classes}
    return Detail(item, why(item, names), store.item_history.history(db, item_id))


def why(item: KnownItem, names: Mapping[str, str]) -> str:
    """One sentence: why the item's label is what it is, with the classes' names by key."""
    if item.gold is not None and item.gold.kind is not GoldKind.REFERENCE:
        label = _quoted(item.gold.label, names)
        return f"Its label is the {item.gold.kind.value} label, {label}: it is trusted and serves as a check."
    if item.decision is not None:
        decided = f"as {_quoted(item.decision.label, names)}" if item.decision.label else "to leave it without a label"
        return f"{item.decision.by} decided {decided}; a reviewer's decision stands above the annotators' answers."
    n_labels = sum(answer.label is not None for answer in item.answers)
    if n_labels == 0:
        return "It has no label yet: nobody has given one."
    if item.consensus is None:
        return f"{n_labels} answers are in; the consensus has not been computed since."
    agreeing = sum(answer.label == item.consensus.label for answer in item.answers)
    state = " It waits for a reviewer." if item.state is ItemState.DISPUTED else ""
    return (
        f"{agreeing} of {n_labels} answers say {_quoted(item.consensus.label, names)}; "
        "weighing each annotator's record, "
        f"that label has a certainty of {_certainty(item.consensus.certainty)}.{state}"
    )


def _quoted(label: str, names: Mapping[str, str]) -> str:
    """The class as people know it; one that a later spec has dropped keeps its key."""
    return f"'{names.get(label, label)}'"


def _certainty(value: float) -> str:
    """Rounding must not turn nearly sure into sure."""
    return "more than 99.9%" if value > 0.999 else f"{value:.1%}"
