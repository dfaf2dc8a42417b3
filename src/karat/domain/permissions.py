"""What each role may do, as one table, and the question that every action asks first."""

from enum import StrEnum

from karat.domain.errors import NotAllowed, NotFound
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import Actor, Role


class Permission(StrEnum):
    """One thing that an actor may be allowed to do in a project, or in the installation."""

    ANNOTATE = "annotate"
    READ_SPEC = "read_spec"
    REVIEW = "review"
    READ_ITEMS = "read_items"
    READ_QUALITY = "read_quality"
    IMPORT = "import"
    RELEASE = "release"
    READ_RELEASES = "read_releases"
    EDIT_PROJECT = "edit_project"
    MANAGE_PEOPLE = "manage_people"
    READ_EVENTS = "read_events"
    CREATE_PROJECT = "create_project"
    MANAGE_ACCOUNTS = "manage_accounts"


_ANNOTATOR = frozenset({Permission.ANNOTATE, Permission.READ_SPEC})
_REVIEWER = _ANNOTATOR | {Permission.REVIEW, Permission.READ_ITEMS}
_ENGINEER = frozenset(
    {
        Permission.READ_SPEC,
        Permission.READ_ITEMS,
        Permission.READ_QUALITY,
        Permission.IMPORT,
        Permission.RELEASE,
        Permission.READ_RELEASES,
    }
)
_LEAD = _REVIEWER | _ENGINEER | {Permission.EDIT_PROJECT, Permission.MANAGE_PEOPLE, Permission.READ_EVENTS}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ANNOTATOR: _ANNOTATOR,
    Role.REVIEWER: _REVIEWER,
    Role.ENGINEER: _ENGINEER,
    Role.LEAD: _LEAD,
}

INSTALLATION_PERMISSIONS = frozenset({Permission.CREATE_PROJECT, Permission.MANAGE_ACCOUNTS})
"""Not bound to a project. An admin has both; whoever leads any project may also create another."""


def permissions_of(actor: Actor, project_id: ProjectId | None) -> frozenset[Permission]:
    """Everything the actor may do in the project, or in the installation when the project is None."""
    granted = _granted(actor, project_id)
    if actor.token_scope is None:
        return granted
    return frozenset(permission for permission in granted if permission.value in actor.token_scope)


def _granted(actor: Actor, project_id: ProjectId | None) -> frozenset[Permission]:
    if actor.is_admin:
        # An admin who has not joined a project cannot annotate in it: there is no annotator to credit.
        joined = project_id is not None and actor.membership(project_id) is not None
        return frozenset(Permission) if joined else frozenset(Permission) - {Permission.ANNOTATE}
    if project_id is None:
        leads = any(membership.role is Role.LEAD for membership in actor.memberships.values())
        return frozenset({Permission.CREATE_PROJECT}) if leads else frozenset()
    membership = actor.membership(project_id)
    return ROLE_PERMISSIONS[membership.role] if membership else frozenset()


def require(actor: Actor, permission: Permission, *, on: ProjectId | None = None) -> None:
    """Refuse unless the actor may do this.

    Raises
    ------
    NotFound
        When the actor is no member of the project: an outsider does not learn that it exists.
    NotAllowed
        When the actor is a member but the role, or the token's scope, lacks the permission.
    """
    if permission in permissions_of(actor, on):
        return
    if on is not None and not actor.is_admin and actor.membership(on) is None:
        raise NotFound(f"project {on} does not exist, or you are not a member of it. Ask its lead to invite you.")
    where = "in this installation" if on is None else f"in project {on}"
    raise NotAllowed(f"{actor.name} may not {permission.value.replace('_', ' ')} {where}. Ask a lead or an admin.")


def person(actor: Actor) -> AccountId:
    """The account of an actor who manages API tokens or the own password: a person at a screen.

    Raises
    ------
    NotAllowed
        When a token acts: one that leaks could make others that outlive its revocation.
    """
    if actor.account_id is None or actor.is_token:
        raise NotAllowed(
            "tokens and passwords are managed by people: sign in with your password or link, not with a token."
        )
    return actor.account_id
