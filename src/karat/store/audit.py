"""Reads the event log as an audit trail: newest first, with the names of those who acted."""

import json

from karat.domain.events import AuditEntry, EventKind
from karat.domain.ids import EventId, ProjectId
from karat.store.clock import from_micros
from karat.store.connection import Reader, Row

_BEYOND = 2**62


def page(db: Reader, project_id: ProjectId, *, before: EventId | None, limit: int) -> list[AuditEntry]:
    """Up to `limit` events older than `before`."""
    rows = db.rows(
        "SELECT e.id, e.at, e.kind, e.item_id, e.facts, a.name FROM event e LEFT JOIN account a ON a.id = e.actor_id"
        " WHERE e.project_id = :project_id AND e.id < :before ORDER BY e.id DESC LIMIT :limit",
        project_id=project_id,
        before=_BEYOND if before is None else before,
        limit=limit,
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> AuditEntry:
    facts = json.loads(row["facts"])
    if row["item_id"] is not None:
        facts = {"item": row["item_id"], **facts}
    return AuditEntry(EventId(row["id"]), from_micros(row["at"]), EventKind(row["kind"]), row["name"], facts)
