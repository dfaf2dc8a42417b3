"""Signing in, accounts, members, invitations and tokens on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from karat.schemas.base import Shape

RoleName = Literal["annotator", "reviewer", "lead", "engineer"]


class SignIn(Shape):
    email: str = Field(max_length=320)
    password: str = Field(max_length=1_000)


class PasswordChange(Shape):
    current_password: str = Field(max_length=1_000)
    password: str = Field(max_length=1_000)
    """The new one."""


class SignInByLink(Shape):
    token: str = Field(max_length=200)


class MembershipShape(Shape):
    project_id: int
    project_name: str
    role: RoleName
    permissions: list[str]


class Me(Shape):
    """Whoever is signed in."""

    account_id: int
    name: str
    email: str
    is_admin: bool
    memberships: list[MembershipShape]
    permissions: list[str]
    """What holds in the whole installation: create_project, manage_accounts."""


class MemberShape(Shape):
    annotator_id: int
    account_id: int
    name: str
    email: str
    role: RoleName
    is_paused: bool
    is_simulated: bool


class Members(Shape):
    members: list[MemberShape]


class MemberChange(Shape):
    role: RoleName | None = None
    is_paused: bool | None = None


class NewInvitation(Shape):
    email: str = Field(default="", max_length=320)
    """For whom it is meant; only a note, the link is what counts."""
    role: RoleName


class InvitationShape(Shape):
    id: int
    email: str
    role: RoleName
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None


class Invitations(Shape):
    invitations: list[InvitationShape]


class NewInvitationLink(Shape):
    """Shown once: the link cannot be read again."""

    invitation: InvitationShape
    path: str
    """Append to the address of this installation: "/#/invitation/<token>"."""


class InvitationWelcome(Shape):
    """What the invited person sees before accepting."""

    project_name: str
    role: RoleName
    email: str
    invited_by: str


class AcceptInvitation(Shape):
    email: str = Field(min_length=3, max_length=320)
    name: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=10, max_length=1_000)


class NewToken(Shape):
    name: str = Field(min_length=1, max_length=200)
    scope: list[str] | None = None
    """Permissions to limit the token to; none given is all that the person may do."""
    expires_in_days: int = Field(default=365, ge=1, le=3_650)


class TokenShape(Shape):
    id: int
    name: str
    prefix: str
    scope: list[str] | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class Tokens(Shape):
    tokens: list[TokenShape]


class NewTokenSecret(Shape):
    """Shown once."""

    token: TokenShape
    secret: str
