"""The spec of a project, as it stands and as it came to be."""

from karat import store
from karat.domain.ids import ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.specs import SpecVersion
from karat.store.connection import Reader


def current(db: Reader, actor: Actor, project_id: ProjectId) -> SpecVersion:
    require(actor, Permission.READ_SPEC, on=project_id)
    return store.specs.get(db, project_id, store.projects.get(db, project_id).spec_version)


def history(db: Reader, actor: Actor, project_id: ProjectId) -> list[SpecVersion]:
    """Every version, newest first."""
    require(actor, Permission.READ_SPEC, on=project_id)
    store.projects.get(db, project_id)
    return store.specs.history(db, project_id)
