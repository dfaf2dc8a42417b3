"""Accounts, their roles in projects, and the actor who performs an action."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from karat.domain.ids import AccountId, AnnotatorId, ProjectId


class Role(StrEnum):
    """What a person is in one project. `admin` is a property of the account and holds everywhere."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    LEAD = "lead"
    ENGINEER = "engineer"


@dataclass(frozen=True)
class Account:
    """A person who can sign in."""

    id: AccountId
    email: str
    name: str
    is_admin: bool
    is_simulated: bool
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True)
class Membership:
    """A person's place in a project; its id is the annotator's identity in everything that is measured."""

    id: AnnotatorId
    project_id: ProjectId
    account_id: AccountId
    role: Role
    is_paused: bool


@dataclass(frozen=True)
class Actor:
    """Whoever performs an action, with all that permissions depend on. Loaded once, at the edge."""

    account_id: AccountId | None
    name: str
    is_admin: bool
    memberships: dict[ProjectId, Membership] = field(default_factory=dict)
    token_scope: frozenset[str] | None = None
    """Names of the permissions an API token is limited to; None is no limit beyond the person's own."""
    is_token: bool = False
    """Whether an API token acts, and not the person at a screen: a token cannot make or revoke tokens."""

    def membership(self, project_id: ProjectId) -> Membership | None:
        return self.memberships.get(project_id)


@dataclass(frozen=True)
class ApiToken:
    """A secret that a program acts with, as far as it can be shown again."""

    id: int
    account_id: AccountId
    name: str
    prefix: str
    scope: frozenset[str] | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class Invitation:
    """An open or used offer to join a project."""

    id: int
    project_id: ProjectId
    email: str
    role: Role
    invited_by: AccountId | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Member:
    """A membership with what people call and know the person by."""

    annotator_id: AnnotatorId
    account_id: AccountId
    name: str
    email: str
    role: Role
    is_paused: bool
    is_simulated: bool


SYSTEM = Actor(account_id=None, name="Karat", is_admin=True)
"""The installation itself: jobs, and the command line of whoever owns the machine."""
