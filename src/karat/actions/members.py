"""Changing what people are in a project, and letting them go."""

from datetime import datetime

from karat import store
from karat.domain.errors import Conflict
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId, AnnotatorId, ProjectId
from karat.domain.people import Actor, Member, Membership, Role
from karat.domain.permissions import Permission, require
from karat.store.connection import Writer


def add(
    tx: Writer, actor: Actor, project_id: ProjectId, account_id: AccountId, role: Role, *, now: datetime
) -> AnnotatorId:
    """Make an existing account a member: for an administrator, who needs no invitation."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    store.projects.get(tx, project_id)
    store.accounts.get(tx, account_id)
    if project_id in store.annotators.memberships_of(tx, account_id):
        raise Conflict(f"account {account_id} is a member of project {project_id} already. Change its role instead.")
    annotator_id = store.annotators.add(tx, project_id, account_id, role, now=now)
    facts = {"account": account_id, "role": role.value}
    store.events.append(tx, NewEvent(EventKind.MEMBER_JOINED, now, actor.account_id, project_id, facts=facts))
    return annotator_id


def change(
    tx: Writer,
    actor: Actor,
    project_id: ProjectId,
    annotator_id: AnnotatorId,
    *,
    role: Role | None = None,
    is_paused: bool | None = None,
    now: datetime,
) -> Member:
    """Give a member another role, or pause or resume the person's work; what is None stays."""
    require(actor, Permission.MANAGE_PEOPLE, on=project_id)
    before = _lock(tx, project_id, annotator_id)
    new_role = before.role if role is None else role
    new_pause = before.is_paused if is_paused is None else is_paused
    if (new_role, new_pause) != (before.role, before.is_paused):
        if new_role is not Role.LEAD:
            _refuse_last_lead(tx, project_id, before, "given another role")
        store.annotators.change(tx, annotator_id, role=new_role, is_paused=new_pause)
        facts = {"account": before.account_id, "role": new_role.value, "is_paused": new_pause}
        store.events.append(tx, NewEvent(EventKind.MEMBER_CHANGED, now, actor.account_id, project_id, facts=facts))
    return store.members.get(tx, annotator_id)


def remove(tx: Writer, actor: Actor, project_id: ProjectId, annotator_id: AnnotatorId, *, now: datetime) -> None:
    """End a membership. The person's answers stay, and so does the identity they were given under."""
    require(actor, Permission.MANAGE_PEOPLE, on=project_id)
    membership = _lock(tx, project_id, annotator_id)
    _refuse_last_lead(tx, project_id, membership, "removed")
    store.annotators.leave(tx, annotator_id, now=now)
    facts = {"account": membership.account_id}
    store.events.append(tx, NewEvent(EventKind.MEMBER_LEFT, now, actor.account_id, project_id, facts=facts))


def _lock(tx: Writer, project_id: ProjectId, annotator_id: AnnotatorId) -> Membership:
    # The leads first, always in one order: two changes at once wait for each other instead of failing.
    store.members.lock_leads(tx, project_id)
    return store.annotators.get(tx, project_id, annotator_id)


def _refuse_last_lead(tx: Writer, project_id: ProjectId, membership: Membership, what: str) -> None:
    if membership.role is Role.LEAD and store.members.lock_leads(tx, project_id) == [membership.id]:
        raise Conflict(
            f"the last lead of project {project_id} cannot be {what}: nobody would be left to run it. "
            "Make somebody else a lead first."
        )
