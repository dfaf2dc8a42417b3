"""Items for whoever runs a project: lists, and one item with its whole history."""

from collections.abc import Mapping
from dataclasses import dataclass

from karat import store
from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import GoldKind, ItemState
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Reader
from karat.store.consensus import ItemConsensus
from karat.store.item_history import Happening
from karat.store.item_lists import Decision, ItemFilter, KnownItem

__all__ = ["Detail", "ItemFilter", "KnownItem", "Page", "Why", "detail", "page", "why"]

MAX_PAGE = 200


@dataclass(frozen=True)
class Page:
    """Some of the items of a list."""

    items: list[KnownItem]
    next_after: ItemId | None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True)
class Why:
    """Why an item's label is what it is: one English sentence, and a code with values for other languages."""

    code: str
    text: str
    values: Mapping[str, str | float]


@dataclass(frozen=True)
class Detail:
    """One item with its history."""

    item: KnownItem
    why: Why
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


def why(item: KnownItem, names: Mapping[str, str]) -> Why:
    """The reason that counts, with the classes' names by key; one that a later spec has dropped keeps its key."""
    if item.gold is not None and item.gold.kind is not GoldKind.REFERENCE:
        return _because_gold(item.gold.kind, names.get(item.gold.label, item.gold.label))
    if item.decision is not None:
        return _because_decided(item.decision, names)
    n_labels = sum(answer.label is not None for answer in item.answers)
    if n_labels == 0:
        return Why("unlabeled", "It has no label yet: nobody has given one.", {})
    if item.consensus is None:
        text = f"{n_labels} answers are in; the consensus has not been computed since."
        return Why("uncounted", text, {"n": n_labels})
    return _because_inferred(item, item.consensus, n_labels, names)


def _because_gold(kind: GoldKind, label: str) -> Why:
    text = f"Its label is the {kind.value} label, '{label}': it is trusted and serves as a check."
    return Why(kind.value, text, {"label": label})


def _because_decided(decision: Decision, names: Mapping[str, str]) -> Why:
    above = "a reviewer's decision stands above the annotators' answers."
    if decision.label is None:
        text = f"{decision.by} decided to leave it without a label; {above}"
        return Why("decided_undecidable", text, {"by": decision.by})
    label = names.get(decision.label, decision.label)
    return Why("decided", f"{decision.by} decided as '{label}'; {above}", {"by": decision.by, "label": label})


def _because_inferred(item: KnownItem, consensus: ItemConsensus, n_labels: int, names: Mapping[str, str]) -> Why:
    n_agreeing = sum(answer.label == consensus.label for answer in item.answers)
    label = names.get(consensus.label, consensus.label)
    state = " It waits for a reviewer." if item.state is ItemState.DISPUTED else ""
    text = (
        f"{n_agreeing} of {n_labels} answers say '{label}'; weighing each annotator's record, "
        f"that label has a certainty of {_certainty(consensus.certainty)}.{state}"
    )
    values: dict[str, str | float] = {
        "n_agreeing": n_agreeing,
        "n": n_labels,
        "label": label,
        "certainty": consensus.certainty,
    }
    return Why("consensus", text, values)


def _certainty(value: float) -> str:
    """Rounding must not turn nearly sure into sure."""
    return "more than 99.9%" if value > 0.999 else f"{value:.1%}"
