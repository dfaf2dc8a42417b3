"""Builders: a project, its people and its items in one line, showing only what matters to the test."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from karat import actions, store
from karat.actions import projects as project_actions
from karat.domain.annotations import Answer
from karat.domain.assignments import AssignmentState
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId, AssignmentId, BatchId, ItemId, ProjectId
from karat.domain.items import GoldKind, GoldLabel
from karat.domain.people import SYSTEM, Actor, Role
from karat.domain.probes import Purpose
from karat.domain.projects import MediaKind, Project, QualityPolicy
from karat.domain.specs import ClassDefinition, Spec
from karat.jobs.follow_events import follow
from karat.store.clock import to_micros
from karat.store.codec import dump
from karat.store.connection import Reader, Writer
from karat.store.database import Database
from karat.store.supply import Shuffle, Turn

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
"""The moment at which tests begin."""


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def a_policy(**changes: Any) -> QualityPolicy:
    """Without checks and measured items unless the test asks for them."""
    return QualityPolicy(**({"gold_share": 0.0, "honeypot_share": 0.0, "measured_share": 0.0} | changes))


def a_spec(*classes: str, **fields: Any) -> Spec:
    return Spec(
        question=fields.pop("question", "Is this comment toxic?"),
        classes=tuple(ClassDefinition(key, key.capitalize()) for key in classes or ("toxic", "fine")),
        **fields,
    )


def a_project(
    tx: Writer,
    policy: QualityPolicy | None = None,
    *,
    name: str = "Comments",
    spec: Spec | None = None,
    media_kind: MediaKind = MediaKind.TEXT,
) -> Project:
    """A project whose creator is the installation itself, so that it has no members yet."""
    return project_actions.create(
        tx, SYSTEM, name=name, media_kind=media_kind, spec=spec or a_spec(), policy=policy or a_policy(), now=NOW
    )


def an_account(tx: Writer, name: str, *, is_admin: bool = False) -> AccountId:
    return AccountId(
        tx.insert(
            "account",
            email=f"{name}@example.org",
            name=name.capitalize(),
            is_admin=int(is_admin),
            created_at=to_micros(NOW),
        )
    )


def a_member(tx: Writer, project: Project, name: str, role: Role) -> Actor:
    """A person with a new account and this role, as the edge would load it."""
    account_id = an_account(tx, name)
    store.annotators.add(tx, project.id, account_id, role, now=NOW)
    return actor_of(tx, account_id)


def an_annotator(tx: Writer, project: Project, name: str = "ada") -> Actor:
    return a_member(tx, project, name, Role.ANNOTATOR)


def annotators(tx: Writer, project: Project, n: int) -> list[Actor]:
    return [an_annotator(tx, project, f"annotator{number}") for number in range(n)]


def actor_of(db: Reader, account_id: AccountId) -> Actor:
    """The actor as it stands now: load again after a change of role or pause."""
    account = db.row("SELECT name, is_admin FROM account WHERE id = :id", id=account_id)
    assert account is not None
    return Actor(
        account_id, account["name"], bool(account["is_admin"]), store.annotators.memberships_of(db, account_id)
    )


def items(
    tx: Writer,
    project: Project,
    n: int,
    *,
    priority: int = 0,
    measured: int = 0,
    texts: Sequence[str] | None = None,
    prefix: str = "item",
    seed: int = 1,
) -> list[ItemId]:
    """A published batch of `n` items; the first `measured` of them are drawn for measuring agreement."""
    batch_id = a_batch(tx, project.id, name=prefix, n=n)
    ids = loading_items(tx, project, batch_id, n, measured=measured, texts=texts, prefix=prefix)
    publish(tx, project, batch_id, priority=priority, seed=seed)
    _announce(tx, project, batch_id, n_items=n)
    return ids


def publish(tx: Writer, project: Project, batch_id: BatchId, *, priority: int = 0, seed: int = 1) -> None:
    """Give all items of a loaded batch their places and make them visible, in one transaction."""
    turn = a_turn(tx, project, batch_id, priority=priority, shuffle=Shuffle.drawn(random.Random(seed)))
    batch = store.batches.find(tx, batch_id)
    assert batch is not None
    store.supply.prepare(tx, turn, project.policy, batch.item_ids)
    store.supply.open_batch(tx, turn)


_SHUFFLE = Shuffle(7, 3)


def a_turn(tx: Writer, project: Project, batch_id: BatchId, *, priority: int = 0, shuffle: Shuffle = _SHUFFLE) -> Turn:
    """The turn of a loaded batch to be prepared; no other batch of the project may have it."""
    turn = store.supply.take_turn(tx, project.id, batch_id, shuffle, raised_by=priority)
    assert turn is not None, "another batch of the project is being published"
    return turn


def a_batch(tx: Writer, project_id: ProjectId, *, name: str = "batch", n: int = 0) -> BatchId:
    return BatchId(
        tx.insert("batch", project_id=project_id, name=name, state="loading", n_items=n, created_at=to_micros(NOW))
    )


def loading_items(
    tx: Writer,
    project: Project,
    batch_id: BatchId,
    n: int,
    *,
    measured: int = 0,
    texts: Sequence[str] | None = None,
    prefix: str = "item",
    state: str = "open",
) -> list[ItemId]:
    """Items as an import leaves them before it publishes its batch: invisible."""
    content = [dump({"text": texts[place] if texts else f"{prefix} {place}"}) for place in range(n)]
    new = [(f"{prefix}-{place}", content[place], "{}", state, int(place < measured), 0) for place in range(n)]
    before = store.items.add_many(tx, project.id, batch_id, new, now=NOW)
    return sorted(store.items.ids_after(tx, batch_id, before).values())


def checks(
    tx: Writer,
    project: Project,
    n: int,
    *,
    kind: GoldKind = GoldKind.GOLD,
    label: str = "toxic",
    texts: Sequence[str] | None = None,
) -> list[ItemId]:
    """Published check items of one kind."""
    batch_id = a_batch(tx, project.id, name=kind.value, n=n)
    ids = loading_items(tx, project, batch_id, n, texts=texts, prefix=kind.value, state="resolved")
    gold = GoldLabel(kind, label, "a test")
    store.gold.add_many(tx, project.id, [(item_id, gold) for item_id in ids], now=NOW)
    publish(tx, project, batch_id)
    _announce(tx, project, batch_id, n_checks=n)
    return ids


def _announce(tx: Writer, project: Project, batch_id: BatchId, *, n_items: int = 0, n_checks: int = 0) -> None:
    """The event that an import appends as it publishes its batch."""
    facts = {"batch": batch_id, "name": "built", "items": n_items, "checks": n_checks, "answers": 0}
    store.events.append(tx, NewEvent(EventKind.BATCH_PUBLISHED, NOW, None, project.id, facts=facts))


def a_claim(
    tx: Writer,
    project: Project,
    person: Actor,
    item_id: ItemId,
    *,
    purpose: Purpose = Purpose.PRODUCTION,
    now: datetime = NOW,
) -> AssignmentId:
    """This person's claim on this very item, for this purpose, whatever routing would have chosen."""
    membership = person.membership(project.id)
    assert membership is not None
    claim_id = AssignmentId(f"claim-{item_id}-{membership.id}")
    tx.insert(
        "assignment",
        id=claim_id,
        project_id=project.id,
        item_id=item_id,
        annotator_id=membership.id,
        purpose=int(purpose),
        probability=1.0,
        place=tx.value("SELECT n_served FROM annotator WHERE id = :id", id=membership.id),
        state=int(AssignmentState.CLAIMED),
        spec_version=project.spec_version,
        claimed_at=to_micros(now),
        expires_at=to_micros(now + timedelta(seconds=project.policy.lease_seconds)),
    )
    tx.execute("UPDATE annotator SET n_served = n_served + 1 WHERE id = :id", id=membership.id)
    tx.execute(
        "UPDATE queue_item SET taken = taken + 1, is_open = CASE WHEN taken + 1 < overlap THEN is_open ELSE 0 END"
        " WHERE item_id = :id",
        id=item_id,
    )
    return claim_id


def an_answer(
    tx: Writer,
    project: Project,
    person: Actor,
    item_id: ItemId,
    label: str | None,
    *,
    purpose: Purpose = Purpose.PRODUCTION,
    duration_ms: int = 0,
    now: datetime = NOW,
) -> AssignmentId:
    """A submitted answer of this person on this item; a label of None is unsure."""
    claim_id = a_claim(tx, project, person, item_id, purpose=purpose, now=now)
    revise(tx, person, claim_id, label, duration_ms=duration_ms, now=now)
    return claim_id


def revise(
    tx: Writer, person: Actor, claim_id: AssignmentId, label: str | None, *, duration_ms: int = 0, now: datetime = NOW
) -> None:
    """Answer a claim, or answer it anew."""
    answer = Answer(label, reason="" if label else "the spec is silent", duration_ms=duration_ms)
    actions.annotations.submit(tx, person, claim_id, answer, now=now)


def a_skip(tx: Writer, project: Project, person: Actor, item_id: ItemId, reason: str, *, now: datetime = NOW) -> None:
    """This person declines this item."""
    claim_id = a_claim(tx, project, person, item_id, now=now)
    actions.assignments.skip(tx, person, claim_id, reason, now=now)


def catch_up(database: Database, *, now: datetime = NOW) -> None:
    """Let the follower read everything that has happened."""
    while follow(database, now=now):
        pass
