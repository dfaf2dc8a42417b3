"""Projects for whoever may see them: as cards on the Home screen, and one with its policy."""

from dataclasses import dataclass, replace

from karat import store
from karat.domain.ids import ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, permissions_of, require
from karat.domain.projects import Project
from karat.store.connection import Reader


@dataclass(frozen=True)
class Counts:
    """How far a project is. Check items are not among its items."""

    n_items: int
    n_resolved: int
    n_disputed: int


@dataclass(frozen=True)
class Card:
    """A project on the Home screen."""

    project: Project
    role: str
    permissions: list[str]
    question: str
    counts: Counts | None
    """None for those who may not read items."""
    my_answers: int


def cards(db: Reader, actor: Actor) -> list[Card]:
    """The projects the actor belongs to, or all of them for an admin; newest first."""
    # Memberships are read anew: a project must be on the list as soon as it was created, whichever process is asked.
    actor = (
        replace(actor, memberships=store.annotators.memberships_of(db, actor.account_id)) if actor.account_id else actor
    )
    projects = [project for project in store.projects.all_projects(db) if project.archived_at is None]
    mine = [project for project in projects if actor.is_admin or project.id in actor.memberships]
    return [_card(db, actor, project) for project in reversed(mine)]


def get(db: Reader, actor: Actor, project_id: ProjectId) -> Project:
    """A project with its policy. Not for annotators: the policy says how often checks are served."""
    require(actor, Permission.READ_ITEMS, on=project_id)
    return store.projects.get(db, project_id)


def _card(db: Reader, actor: Actor, project: Project) -> Card:
    membership = actor.membership(project.id)
    permissions = permissions_of(actor, project.id)
    return Card(
        project=project,
        role="admin" if membership is None else membership.role.value,
        permissions=sorted(permissions),
        question=store.specs.get(db, project.id, project.spec_version).spec.question,
        counts=_counts(db, project.id) if Permission.READ_ITEMS in permissions else None,
        my_answers=0 if membership is None else store.assignments.n_answered(db, membership.id),
    )


def _counts(db: Reader, project_id: ProjectId) -> Counts:
    counts = store.statistics.counts(db, project_id)
    return Counts(counts["items"], counts["state:resolved"], counts["state:disputed"])
