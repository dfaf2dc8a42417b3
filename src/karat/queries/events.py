"""The audit trail of a project, newest first."""

from dataclasses import dataclass

from karat import store
from karat.domain.events import AuditEntry
from karat.domain.ids import EventId, ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Reader

PAGE = 50


@dataclass(frozen=True)
class Page:
    entries: list[AuditEntry]
    next_before: EventId | None
    """Where the next, older page begins; None on the last one."""


def page(db: Reader, actor: Actor, project_id: ProjectId, *, before: EventId | None = None) -> Page:
    require(actor, Permission.READ_EVENTS, on=project_id)
    store.projects.get(db, project_id)
    entries = store.audit.page(db, project_id, before=before, limit=PAGE + 1)
    return Page(entries[:PAGE], entries[PAGE - 1].id if len(entries) > PAGE else None)
