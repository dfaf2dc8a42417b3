"""What annotators see of their own work. Law: nothing here depends on whether an item is a check."""

from dataclasses import dataclass

from karat import store
from karat.domain.assignments import Closed
from karat.domain.errors import NotFound
from karat.domain.ids import AnnotatorId, ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.projects import Project
from karat.domain.specs import SpecVersion
from karat.store.connection import Reader

RECENT = 20
"""How many of the latest answers stay within reach of a correction."""


@dataclass(frozen=True)
class Desk:
    """What somebody needs to know before the first item."""

    project: Project
    spec: SpecVersion
    n_answered: int


def desk(db: Reader, actor: Actor, project_id: ProjectId) -> Desk:
    """The project as its annotators know it, and how many items this one has answered."""
    annotator_id = _own_identity(actor, project_id)
    project = store.projects.get(db, project_id)
    return Desk(
        project=project,
        spec=store.specs.get(db, project_id, project.spec_version),
        n_answered=store.assignments.n_answered(db, annotator_id),
    )


def recent(db: Reader, actor: Actor, project_id: ProjectId) -> list[Closed]:
    """The actor's own latest answers and skips, newest first, each with its standing answer."""
    return store.assignments.latest_closed(db, _own_identity(actor, project_id), limit=RECENT)


def _own_identity(actor: Actor, project_id: ProjectId) -> AnnotatorId:
    require(actor, Permission.ANNOTATE, on=project_id)
    membership = actor.membership(project_id)
    if membership is None:
        raise NotFound(f"you are no member of project {project_id}. Ask its lead to invite you.")
    return membership.id
