"""Reviewers' decisions and gold labels."""

from datetime import datetime

from karat import store
from karat.actions.recount import recount
from karat.domain.errors import Invalid, Problem
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import GoldKind, GoldLabel
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Writer


def resolve(
    tx: Writer,
    actor: Actor,
    project_id: ProjectId,
    item_id: ItemId,
    *,
    label: str | None,
    note: str,
    now: datetime,
) -> None:
    """Decide an item; a label of None leaves it undecided on purpose. A later decision supersedes an earlier one.

    Raises
    ------
    Invalid
        When the spec has no such class, or an item is left undecided without saying why.
    """
    require(actor, Permission.REVIEW, on=project_id)
    store.items.get(tx, project_id, item_id)
    spec_version = _spec_version_with(tx, project_id, label)
    note = note.strip()
    if label is None and not note:
        raise Invalid(
            "the decision was not stored: say in the note why the spec allows no label for this item.",
            (Problem("note", "is empty"),),
        )
    store.resolutions.add(
        tx, project_id, item_id, label=label, note=note, by=actor.account_id, spec_version=spec_version, now=now
    )
    store.events.append(
        tx,
        NewEvent(
            EventKind.ITEM_RESOLVED, now, actor.account_id, project_id, item_id, facts={"label": label, "note": note}
        ),
    )
    recount(tx, project_id, [item_id])


def set_gold(
    tx: Writer, actor: Actor, project_id: ProjectId, item_id: ItemId, gold: GoldLabel, *, now: datetime
) -> None:
    """Give an item its trusted label. As gold or honeypot it leaves production and is served as a check.

    Raises
    ------
    Invalid
        When the spec has no such class.
    """
    require(actor, Permission.EDIT_PROJECT, on=project_id)
    store.items.get(tx, project_id, item_id)
    _spec_version_with(tx, project_id, gold.label)
    # Remembered as what it was counted as until now, so that exactly that is taken back. Locked before it is read:
    # what a follower counts in between would be forgotten otherwise, and it takes its locks in this order, too.
    store.statistics.lock(tx, project_id)
    store.tallies.save(tx, store.tallies.counted(tx, [item_id]))
    store.gold.put(tx, project_id, item_id, gold, now=now)
    if gold.kind is not GoldKind.REFERENCE:
        store.queue.close_items(tx, [item_id])
    facts = {"kind": gold.kind.value, "label": gold.label, "provenance": gold.provenance}
    store.events.append(tx, NewEvent(EventKind.GOLD_SET, now, actor.account_id, project_id, item_id, facts=facts))
    recount(tx, project_id, [item_id])


def _spec_version_with(tx: Writer, project_id: ProjectId, label: str | None) -> int:
    """The current spec version; refused when it lacks the class."""
    number = store.projects.get(tx, project_id).spec_version
    keys = store.specs.get(tx, project_id, number).spec.class_keys()
    if label is not None and label not in keys:
        message = f"{label!r} is no class of spec version {number}; its classes are: {', '.join(keys[:20])}."
        raise Invalid(f"nothing was stored: {message}", (Problem("label", message),))
    return number
