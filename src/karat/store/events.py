"""The event log: appended in the transaction of the change it records."""

import json

from karat.domain.events import NewEvent
from karat.store.clock import to_micros
from karat.store.connection import Writer

_APPEND = """
INSERT INTO event (project_id, kind, at, actor_id, item_id, facts{column})
VALUES (:project_id, :kind, :at, :actor_id, :item_id, :facts{value})
"""
_APPEND_SQLITE = _APPEND.format(column="", value="")
_APPEND_POSTGRES = _APPEND.format(column=", transaction_id", value=", pg_current_xact_id()")


def append(tx: Writer, event: NewEvent) -> None:
    tx.execute(
        _APPEND_POSTGRES if tx.is_postgres else _APPEND_SQLITE,
        project_id=event.project_id,
        kind=event.kind.value,
        at=to_micros(event.at),
        actor_id=event.actor,
        item_id=event.item_id,
        facts=json.dumps(event.facts, ensure_ascii=False),
    )
