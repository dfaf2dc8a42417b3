"""Inviting people to a project. There is no open sign-up: this is how everybody but the first admin comes in."""

from datetime import datetime

from karat import store
from karat.actions import accounts
from karat.domain.accounts import INVITATION_LIFETIME, NO_INVITATION, check_email, normal_email, token_hash
from karat.domain.errors import Conflict, NotFound, refuse_problems
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import Account, Actor, Invitation, Role
from karat.domain.permissions import Permission, require
from karat.store.connection import Reader, Writer


def make(
    tx: Writer, actor: Actor, project_id: ProjectId, *, email: str, role: Role, secret: str, now: datetime
) -> Invitation:
    """Invite somebody: whoever opens `/#/invitation/<secret>` within two weeks may join, once."""
    require(actor, Permission.MANAGE_PEOPLE, on=project_id)
    store.projects.get(tx, project_id)
    email = normal_email(email)
    refuse_problems("the invitation cannot be made", check_email(email) if email else [])
    invitation = store.invitations.add(
        tx,
        project_id,
        token_hash=token_hash(secret),
        email=email,
        role=role,
        by=actor.account_id,
        expires_at=now + INVITATION_LIFETIME,
        now=now,
    )
    facts = {"invitation": invitation.id, "role": role.value, "email": email}
    store.events.append(tx, NewEvent(EventKind.INVITATION_MADE, now, actor.account_id, project_id, facts=facts))
    return invitation


def withdraw(tx: Writer, actor: Actor, project_id: ProjectId, invitation_id: int, *, now: datetime) -> None:
    """Make an unused invitation worthless."""
    require(actor, Permission.MANAGE_PEOPLE, on=project_id)
    invitation = store.invitations.get(tx, project_id, invitation_id)
    if invitation.accepted_at is not None:
        raise Conflict(
            f"invitation {invitation_id} was accepted on {invitation.accepted_at:%Y-%m-%d}. "
            "Remove the member instead, on the People page."
        )
    if invitation.withdrawn_at is not None:
        return
    store.invitations.withdraw(tx, invitation_id, now=now)
    facts = {"invitation": invitation_id}
    store.events.append(tx, NewEvent(EventKind.INVITATION_WITHDRAWN, now, actor.account_id, project_id, facts=facts))


def accept_as_new(tx: Writer, secret: str, *, email: str, name: str, password_hash: str, now: datetime) -> Account:
    """Join a project with a new account."""
    invitation = find_open(tx, secret, now=now)
    account = accounts.open_account(tx, by=None, email=email, name=name, password_hash=password_hash, now=now)
    _join(tx, invitation, account.id, now=now)
    return account


def accept_as_known(tx: Writer, secret: str, account_id: AccountId, *, now: datetime) -> Account:
    """Join a project with the account of a person whose password was right."""
    invitation = find_open(tx, secret, now=now)
    membership = store.annotators.memberships_of(tx, account_id).get(invitation.project_id)
    if membership is not None:
        raise Conflict(f"you are a member of this project already, as {membership.role.value}. Sign in instead.")
    _join(tx, invitation, account_id, now=now)
    return store.accounts.get(tx, account_id)


def find_open(db: Reader, secret: str, *, now: datetime) -> Invitation:
    """
    Raises
    ------
    NotFound
        When the invitation is unknown, over, used or withdrawn.
    """
    invitation = store.invitations.find_open(db, token_hash(secret), now=now)
    if invitation is None:
        raise NotFound(NO_INVITATION)
    return invitation


def _join(tx: Writer, invitation: Invitation, account_id: AccountId, *, now: datetime) -> None:
    if not store.invitations.use(tx, invitation.id, now=now):
        raise Conflict("this invitation was just used. Ask whoever sent it for a new one.")
    store.annotators.add(tx, invitation.project_id, account_id, invitation.role, now=now)
    facts = {"account": account_id, "role": invitation.role.value, "invitation": invitation.id}
    store.events.append(tx, NewEvent(EventKind.MEMBER_JOINED, now, account_id, invitation.project_id, facts=facts))
