"""The accounts of the demo: four for whoever tries it, and the simulated ones, marked as such."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from karat import actions, store
from karat.cli.demo.workforce import SimulatedAnnotator
from karat.domain.accounts import API_TOKEN_PREFIX
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import SYSTEM, Actor, Role
from karat.store.connection import Reader, Writer

_TOKEN_LIFETIME = timedelta(days=365)


@dataclass(frozen=True)
class Visitor:
    """An account to try Karat with."""

    name: str
    email: str
    role: Role


VISITORS = (
    Visitor("Demo Lead", "lead@demo.example", Role.LEAD),
    Visitor("Demo Annotator One", "annotator.one@demo.example", Role.ANNOTATOR),
    Visitor("Demo Annotator Two", "annotator.two@demo.example", Role.ANNOTATOR),
    Visitor("Demo Reviewer", "reviewer@demo.example", Role.REVIEWER),
)
SIMULATED_REVIEWER = Visitor("Ottoline Nakamura", "ottoline.nakamura@example.org", Role.REVIEWER)


def open_visitors(tx: Writer, *, now: datetime) -> dict[str, AccountId]:
    """The four accounts, by e-mail. The lead administers the installation, and so can create projects."""
    return {
        visitor.email: actions.accounts.create(
            tx,
            SYSTEM,
            email=visitor.email,
            name=visitor.name,
            password_hash=None,
            is_admin=visitor.role is Role.LEAD,
            now=now,
        ).id
        for visitor in VISITORS
    }


def open_simulated(tx: Writer, person: SimulatedAnnotator | Visitor, *, now: datetime) -> AccountId:
    return actions.accounts.create(
        tx, SYSTEM, email=person.email, name=person.name, password_hash=None, is_simulated=True, now=now
    ).id


def join(tx: Writer, project_id: ProjectId, account_id: AccountId, role: Role, *, now: datetime) -> None:
    actions.members.add(tx, SYSTEM, project_id, account_id, role, now=now)


def api_token(tx: Writer, account_id: AccountId, *, now: datetime) -> str:
    """A token to work over HTTP as this person."""
    account, secret = store.accounts.get(tx, account_id), API_TOKEN_PREFIX + secrets.token_urlsafe(32)
    actor = Actor(account_id, account.name, account.is_admin, store.annotators.memberships_of(tx, account_id))
    actions.tokens.create(tx, actor, name="demo", secret=secret, scope=None, lifetime=_TOKEN_LIFETIME, now=now)
    return secret


def visitor_ids(db: Reader) -> dict[str, AccountId]:
    """The visitors' accounts in a demo that was seeded earlier, by e-mail; empty before."""
    found = {visitor.email: store.accounts.find_by_email(db, visitor.email) for visitor in VISITORS}
    return {email: account.id for email, account in found.items() if account is not None}


def sign_in_links(tx: Writer, *, now: datetime) -> dict[str, str]:
    """Fresh links, by e-mail; they work until they expire, so that one may open them again and again."""
    links = {}
    for email, account_id in visitor_ids(tx).items():
        links[email] = secrets.token_urlsafe(24)
        actions.sign_in.make_link(tx, SYSTEM, account_id, link=links[email], is_reusable=True, now=now)
    return links
