"""How far a job is, for those who started it."""

from karat import store
from karat.domain.ids import JobId, ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, permissions_of, require
from karat.store.connection import Reader
from karat.store.jobs import Job

__all__ = ["Job", "get"]


def get(db: Reader, actor: Actor, project_id: ProjectId, job_id: JobId) -> Job:
    """A job of the project: for whoever may import or release."""
    if Permission.RELEASE not in permissions_of(actor, project_id):
        require(actor, Permission.IMPORT, on=project_id)
    return store.jobs.get(db, job_id, project_id)
