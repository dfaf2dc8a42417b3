"""The audit trail of a project."""

from typing import Annotated

from fastapi import Query

from karat import queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import ProjectPath
from karat.domain.events import AuditEntry
from karat.domain.ids import EventId
from karat.domain.people import SYSTEM
from karat.schemas.events import EventPage, EventShape

router = routing.router()

Cursor = Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")]


@router.get("/projects/{project_id}/events")
async def page(here: Here, who: Who, project_id: ProjectPath, cursor: Cursor = None) -> EventPage:
    before = None if cursor is None else EventId(int(cursor))
    found = await here.read(lambda db: queries.events.page(db, who, project_id, before=before))
    next_cursor = None if found.next_before is None else str(found.next_before)
    return EventPage(events=[_shape(entry) for entry in found.entries], next_cursor=next_cursor)


def _shape(entry: AuditEntry) -> EventShape:
    return EventShape(id=entry.id, at=entry.at, kind=entry.kind.value, by=entry.by or SYSTEM.name, facts=entry.facts)
