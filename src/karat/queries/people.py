"""Who acts, who belongs to a project, who is invited."""

from dataclasses import dataclass
from datetime import datetime

from karat import store
from karat.domain.accounts import NO_INVITATION, TOKEN_USE_STEP, normal_email, token_hash
from karat.domain.errors import NotFound
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import SYSTEM, Account, Actor, ApiToken, Invitation, Member, Role
from karat.domain.permissions import INSTALLATION_PERMISSIONS, Permission, permissions_of, person, require
from karat.store.connection import Reader


@dataclass(frozen=True)
class Credential:
    """Whoever a secret belongs to."""

    actor: Actor
    expires_at: datetime
    token_id: int | None = None
    """Of an API token whose use is to be noted; None for sign-ins, and for tokens noted a short while ago."""


def by_session(db: Reader, token_hash: bytes, *, now: datetime) -> Credential | None:
    """Whoever signed in with this secret, with all memberships; None when it is not valid any more."""
    session = store.sign_in.find_session(db, token_hash, now=now)
    if session is None:
        return None
    memberships = store.annotators.memberships_of(db, session.account_id)
    return Credential(Actor(session.account_id, session.name, session.is_admin, memberships), session.expires_at)


def by_api_token(db: Reader, token_hash: bytes, *, now: datetime) -> Credential | None:
    """Whoever holds this API token, limited to its scope; None when it is not valid any more."""
    holder = store.tokens.find_holder(db, token_hash, now=now)
    if holder is None:
        return None
    token = holder.token
    memberships = store.annotators.memberships_of(db, token.account_id)
    actor = Actor(token.account_id, holder.name, holder.is_admin, memberships, token.scope, is_token=True)
    was_noted = token.last_used_at is not None and now - token.last_used_at < TOKEN_USE_STEP
    return Credential(actor, token.expires_at, None if was_noted else token.id)


@dataclass(frozen=True)
class Login:
    """What signing in compares with. Never leaves the process."""

    account_id: AccountId
    password_hash: str | None


def login(db: Reader, email: str) -> Login | None:
    """The account of this e-mail; None when there is none or it is disabled."""
    account = store.accounts.find_by_email(db, normal_email(email))
    if account is None or account.disabled_at is not None:
        return None
    return Login(account.id, store.accounts.password_hash(db, account.id))


@dataclass(frozen=True)
class OwnLogin:
    """What changing the own password begins with. Never leaves the process."""

    account_id: AccountId
    email: str
    password_hash: str | None


def own_login(db: Reader, actor: Actor) -> OwnLogin:
    """
    Raises
    ------
    NotAllowed
        When a token asks: a password is for people.
    """
    account_id = person(actor)
    return OwnLogin(account_id, store.accounts.get(db, account_id).email, store.accounts.password_hash(db, account_id))


@dataclass(frozen=True)
class Standing:
    """A person's place in one project, in words for its screen."""

    project_id: ProjectId
    project_name: str
    role: Role
    permissions: list[str]


@dataclass(frozen=True)
class Profile:
    """Whoever is signed in."""

    account: Account
    standings: list[Standing]
    permissions: list[str]


def profile(db: Reader, account_id: AccountId, *, scope: frozenset[str] | None = None) -> Profile:
    """A person with every membership; `scope` limits what an API token may do on the person's behalf."""
    account = store.accounts.get(db, account_id)
    memberships = store.annotators.memberships_of(db, account_id)
    actor = Actor(account_id, account.name, account.is_admin, memberships, scope)
    standings = [
        Standing(
            project_id=project_id,
            project_name=store.projects.get(db, project_id).name,
            role=membership.role,
            permissions=sorted(permissions_of(actor, project_id)),
        )
        for project_id, membership in memberships.items()
    ]
    installation = permissions_of(actor, None) & INSTALLATION_PERMISSIONS
    return Profile(account, standings, sorted(installation))


def members(db: Reader, actor: Actor, project_id: ProjectId) -> list[Member]:
    require(actor, Permission.MANAGE_PEOPLE, on=project_id)
    store.projects.get(db, project_id)
    return store.members.of_project(db, project_id)


def invitations(db: Reader, actor: Actor, project_id: ProjectId) -> list[Invitation]:
    """Open, used and outdated ones, newest first; not the withdrawn ones."""
    require(actor, Permission.MANAGE_PEOPLE, on=project_id)
    store.projects.get(db, project_id)
    return store.invitations.of_project(db, project_id)


@dataclass(frozen=True)
class Welcome:
    """What an invited person sees before accepting."""

    project_name: str
    role: Role
    email: str
    invited_by: str


def welcome(db: Reader, secret: str, *, now: datetime) -> Welcome:
    """
    Raises
    ------
    NotFound
        When the invitation is unknown, over, used or withdrawn.
    """
    invitation = store.invitations.find_open(db, token_hash(secret), now=now)
    if invitation is None:
        raise NotFound(NO_INVITATION)
    project = store.projects.get(db, invitation.project_id)
    by = store.accounts.get(db, invitation.invited_by).name if invitation.invited_by else SYSTEM.name
    return Welcome(project.name, invitation.role, invitation.email, by)


def tokens(db: Reader, actor: Actor) -> list[ApiToken]:
    """One's own, newest first. For people, not for tokens: a leaked one should not list its siblings."""
    return store.tokens.of_account(db, person(actor))
