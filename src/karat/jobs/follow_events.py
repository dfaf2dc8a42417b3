"""The follower: reads the event log in order and keeps item states and statistics up to date.

Each step is one transaction together with its checkpoint: after a crash it goes on exactly where it was.
"""

import json
from datetime import datetime

from karat import store
from karat.actions.recount import count_batch, recount
from karat.domain.events import EventKind
from karat.domain.ids import BatchId, ProjectId
from karat.jobs.fitting_pace import ask_for_consensus
from karat.store.checkpoints import STATISTICS
from karat.store.connection import Row, Writer
from karat.store.database import Database

CHUNK = 100
"""Events per transaction: on SQLite an annotator's submit may wait for one such step."""

_ABOUT_AN_ITEM = frozenset(
    {
        EventKind.ANNOTATION_SUBMITTED,
        EventKind.ANNOTATION_REVISED,
        EventKind.ITEM_SKIPPED,
        EventKind.ITEM_RESOLVED,
        EventKind.GOLD_SET,
    }
)

# By kind, not by whether the recount found a change: a reviewer's action has often counted the item already.
_MOVES_CONSENSUS = frozenset({EventKind.ANNOTATION_SUBMITTED, EventKind.ANNOTATION_REVISED, EventKind.GOLD_SET})


def follow(database: Database, *, now: datetime) -> int:
    """Read up to one chunk of events; how many there were."""
    with database.read() as reader:
        if not store.checkpoints.unread(reader, STATISTICS, limit=1):
            return 0
    return database.write(lambda tx: _step(tx, now=now))


def _step(tx: Writer, *, now: datetime) -> int:
    if not store.checkpoints.lock(tx, STATISTICS):
        return 0
    events = store.checkpoints.unread(tx, STATISTICS, limit=CHUNK)
    if not events:
        return 0
    for event in events:
        if event["kind"] == EventKind.BATCH_PUBLISHED:
            _count_batch(tx, event, now=now)
    about_items = [event for event in events if event["kind"] in _ABOUT_AN_ITEM]
    for project_id, item_ids in store.tallies.group_by_project(about_items).items():
        recount(tx, project_id, item_ids)
    for project_id in sorted({event["project_id"] for event in events if event["kind"] in _MOVES_CONSENSUS}):
        ask_for_consensus(tx, project_id, now=now)
    store.checkpoints.advance(tx, STATISTICS, events)
    return len(events)


def _count_batch(tx: Writer, event: Row, *, now: datetime) -> None:
    project_id, facts = ProjectId(event["project_id"]), json.loads(event["facts"])
    count_batch(tx, project_id, n_items=facts["items"], n_check_items=facts["checks"])
    if facts["answers"]:
        store.jobs.enqueue(tx, "recount_batch", {"batch": BatchId(facts["batch"])}, project_id=project_id, now=now)
