"""Assignments as rows: one annotator's claim on one item. Its primary key is why nobody meets an item twice."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from karat.domain.annotations import Answer
from karat.domain.assignments import Assignment, AssignmentState, Closed
from karat.domain.errors import NotFound
from karat.domain.ids import AnnotatorId, AssignmentId, ItemId, ProjectId, QueueId
from karat.domain.items import GoldKind
from karat.domain.probes import Purpose
from karat.domain.routing import Claim, Cursor, NewClaim, Stand, Stream
from karat.domain.specs import Spec
from karat.store import checks, queue, specs
from karat.store.clock import from_micros, to_micros
from karat.store.codec import load_policy
from karat.store.connection import Reader, Row, Writer
from karat.store.queue import Found

_load_policy = lru_cache(maxsize=256)(load_policy)
"""By its text: the policy is read with every claim and changes hardly ever."""


@dataclass(frozen=True)
class Overdue:
    """A claim that was taken back because its lease was over."""

    item_id: ItemId
    project_id: ProjectId
    purpose: Purpose


def lock_stand(tx: Writer, annotator_id: AnnotatorId) -> Stand:
    """Where an annotator stands; whatever else this person does at the same time waits for our transaction.

    Raises
    ------
    NotFound
        When there is no such member any more.
    """
    rows = tx.rows(_STAND_POSTGRES if tx.is_postgres else _STAND, id=annotator_id, before_all=queue.BEFORE_ALL)
    if not rows:
        raise NotFound("you are no member of this project any more. Ask its lead to invite you again.")
    row = rows[0]
    return Stand(
        annotator_id=annotator_id,
        project_id=ProjectId(row["project_id"]),
        n_served=row["n_served"],
        is_paused=bool(row["is_paused"]),
        is_archived=row["archived_at"] is not None,
        swept_at=from_micros(row["swept_at"]),
        policy=_load_policy(row["policy"]),
        spec_version=row["spec_version"],
        secret=bytes.fromhex(row["secret"]),
        cursors=tuple(Cursor(QueueId(row["queue_id"]), row["position"]) for row in rows if row["queue_id"] is not None),
    )


# The cursors may be a moment older than the lock. Only one that is too far would do harm, and cursors move back only
# to be reset, which is tried again.
_STAND = """
SELECT n.project_id, n.n_served, n.is_paused, n.swept_at, p.policy, p.spec_version, p.archived_at,
       (SELECT value FROM installation WHERE name = 'secret') AS secret,
       q.id AS queue_id, COALESCE(c.position, :before_all) AS position
FROM annotator n JOIN project p ON p.id = n.project_id LEFT JOIN queue q ON q.project_id = n.project_id
LEFT JOIN queue_cursor c ON c.queue_id = q.id AND c.annotator_id = n.id
WHERE n.id = :id AND n.left_at IS NULL ORDER BY q.priority DESC
"""
_STAND_POSTGRES = _STAND + " FOR NO KEY UPDATE OF n"


def live(db: Reader, annotator_id: AnnotatorId) -> list[Claim]:
    """The annotator's live claims, the one to answer first in front."""
    return [_claim(row) for row in db.rows(_LIVE, annotator_id=annotator_id)]


_LIVE = """
SELECT a.id, a.expires_at, i.content FROM assignment a JOIN item i ON i.id = a.item_id
WHERE a.annotator_id = :annotator_id AND a.state = 0 ORDER BY a.place
"""


def held(db: Reader, annotator_id: AnnotatorId) -> Stream:
    """`live`, and the spec version that new claims would come under."""
    rows = db.rows(_HELD, annotator_id=annotator_id)
    return Stream(tuple(_claim(row) for row in rows if row["id"] is not None), rows[0]["spec_version"])


_HELD = """
SELECT p.spec_version, a.id, a.expires_at, i.content FROM annotator n JOIN project p ON p.id = n.project_id
LEFT JOIN assignment a ON a.annotator_id = n.id AND a.state = 0 LEFT JOIN item i ON i.id = a.item_id
WHERE n.id = :annotator_id ORDER BY a.place
"""


def renew(tx: Writer, annotator_id: AnnotatorId, *, expires_at: datetime) -> None:
    """Prolong all live claims of an annotator."""
    sql = _RENEW.format(lock=" FOR UPDATE SKIP LOCKED" if tx.is_postgres else "")
    tx.execute(sql, annotator_id=annotator_id, expires_at=to_micros(expires_at))


# Skipping what is locked: whoever asks for work never waits for a submit, which may be waiting for the asker.
_RENEW = """
UPDATE assignment SET expires_at = :expires_at WHERE id IN (
  SELECT id FROM assignment WHERE annotator_id = :annotator_id AND state = 0{lock}
)
"""


def add(tx: Writer, new: NewClaim, found: Found) -> Claim:
    """Claim what was found in the queue: it loses one of its open places, and the cursor moves up to it."""
    values = _values(new)
    if tx.is_postgres:
        # One round trip for all of it: each costs more than the work.
        position, queue_id = found.cursor.position, found.cursor.queue_id
        content = tx.value(_ADD_POSTGRES, **values, item_id=found.item_id, queue_id=queue_id, position=position)
    else:
        queue.take(tx, new.annotator_id, found)
        content = _add(tx, values, found.item_id)
    return Claim(new.id, json.loads(content), new.expires_at)


def add_check(tx: Writer, new: NewClaim, kind: GoldKind, *, ticket: int) -> Claim | None:
    """Claim the check that `checks.first_new` finds; None when this person has had them all."""
    values = _values(new)
    if tx.is_postgres:
        content = tx.value(_ADD_CHECK_POSTGRES, **values, kind=kind.value, ticket=ticket)
    else:
        item_id = checks.first_new(tx, new.annotator_id, new.project_id, kind, ticket=ticket)
        content = None if item_id is None else _add(tx, values, item_id)
    return None if content is None else Claim(new.id, json.loads(content), new.expires_at)


def _add(tx: Writer, values: dict[str, Any], item_id: ItemId) -> Any:
    tx.execute(f"{_ADD} VALUES (:item_id, {_NEW})", **values, item_id=item_id)
    tx.execute(_COUNT, annotator_id=values["annotator_id"], place=values["place"])
    return tx.value("SELECT content FROM item WHERE id = :id", id=item_id)


def _values(new: NewClaim) -> dict[str, Any]:
    return {
        "id": new.id,
        "annotator_id": new.annotator_id,
        "project_id": new.project_id,
        "purpose": int(new.purpose),
        "probability": new.probability,
        "place": new.place,
        "spec_version": new.spec_version,
        "claimed_at": to_micros(new.claimed_at),
        "expires_at": to_micros(new.expires_at),
    }


_ADD = """
INSERT INTO assignment (item_id, id, annotator_id, project_id, purpose, probability, place, spec_version,
                        claimed_at, expires_at, state)
"""
_NEW = """
:id, :annotator_id, :project_id, :purpose, :probability, :place, :spec_version, :claimed_at, :expires_at, 0
"""
_COUNT = "UPDATE annotator SET n_served = :place + 1 WHERE id = :annotator_id"
_ADD_POSTGRES = f"""
WITH taken AS ({queue.TAKE}), moved AS ({queue.MOVE_CURSOR}), added AS ({_ADD} VALUES (:item_id, {_NEW})),
     counted AS ({_COUNT})
SELECT content FROM item WHERE id = :item_id
"""
_ADD_CHECK_POSTGRES = f"""
WITH {checks.FIRST_NEW}, added AS ({_ADD} SELECT item_id, {_NEW} FROM probe),
     counted AS ({_COUNT} AND EXISTS (SELECT 1 FROM probe))
SELECT content FROM item WHERE id = (SELECT item_id FROM probe)
"""


def get(db: Reader, assignment_id: AssignmentId) -> Assignment:
    """
    Raises
    ------
    NotFound
        When there is no such assignment.
    """
    return _assignment(_row(db, _GET, assignment_id))


def get_with_spec(db: Reader, assignment_id: AssignmentId) -> tuple[Assignment, Spec]:
    """`get`, with the spec under which it was claimed, in one round trip."""
    row = _row(db, _GET_WITH_SPEC, assignment_id)
    return _assignment(row), specs.parse(row["spec"])


def _row(db: Reader, sql: str, assignment_id: AssignmentId) -> Row:
    row = db.row(sql, id=assignment_id)
    if row is None:
        raise NotFound("there is no such assignment. Ask for the next item.")
    return row


_GET = "SELECT * FROM assignment WHERE id = :id"
_GET_WITH_SPEC = """
SELECT a.*, s.spec FROM assignment a
JOIN spec_version s ON s.project_id = a.project_id AND s.number = a.spec_version WHERE a.id = :id
"""


def close(tx: Writer, assignment_id: AssignmentId, state: AssignmentState, *, reason: str = "", now: datetime) -> bool:
    """End a live claim; False when it was not alive any more."""
    n = tx.execute(
        "UPDATE assignment SET state = :state, reason = :reason, closed_at = :now WHERE id = :id AND +state = 0",
        id=assignment_id,
        state=int(state),
        reason=reason or None,
        now=to_micros(now),
    )
    return n == 1


def take_back_overdue(tx: Writer, *, limit: int, now: datetime) -> list[Overdue]:
    """End at most `limit` claims whose lease is over, the oldest first."""
    sql = _TAKE_BACK.format(lock=" FOR UPDATE SKIP LOCKED" if tx.is_postgres else "")
    rows = tx.rows(sql, now=to_micros(now), limit=limit)
    return [Overdue(ItemId(row["item_id"]), ProjectId(row["project_id"]), Purpose(row["purpose"])) for row in rows]


# Skipping what is locked leaves alone whoever submits in the very last moment.
_TAKE_BACK = """
UPDATE assignment SET state = 3, closed_at = :now WHERE id IN (
  SELECT id FROM assignment WHERE state = 0 AND expires_at < :now ORDER BY expires_at LIMIT :limit{lock}
) RETURNING item_id, project_id, purpose
"""


def n_answered(db: Reader, annotator_id: AnnotatorId) -> int:
    """How many items this person has answered."""
    n = db.value(_N_ANSWERED, id=annotator_id)
    return int(n)


_N_ANSWERED = """
SELECT COUNT(*) FROM assignment WHERE annotator_id = :id AND closed_at IS NOT NULL AND state = 1
"""


def latest_closed(db: Reader, annotator_id: AnnotatorId, *, limit: int) -> list[Closed]:
    """The person's latest answers and skips, newest first; claims that expired left nothing to look back on."""
    return [_closed(row) for row in db.rows(_LATEST_CLOSED, annotator_id=annotator_id, limit=limit)]


_LATEST_CLOSED = """
SELECT a.id, a.state, a.closed_at, a.reason AS skip_reason, i.content, n.label, n.reason, n.duration_ms, n.submitted_at
FROM (
  SELECT * FROM assignment WHERE annotator_id = :annotator_id AND closed_at IS NOT NULL AND state IN (1, 2)
  ORDER BY closed_at DESC LIMIT :limit
) a
JOIN item i ON i.id = a.item_id
LEFT JOIN annotation n ON n.item_id = a.item_id AND n.annotator_id = a.annotator_id
                      AND n.assignment_id = a.id AND n.superseded_by IS NULL
ORDER BY a.closed_at DESC, a.place DESC
"""


def _closed(row: Row) -> Closed:
    content = json.loads(row["content"])
    if row["state"] == AssignmentState.SKIPPED:
        return Closed(AssignmentId(row["id"]), content, None, row["skip_reason"], from_micros(row["closed_at"]))
    answer = Answer(row["label"], row["reason"], row["duration_ms"])
    return Closed(AssignmentId(row["id"]), content, answer, answer.reason, from_micros(row["submitted_at"]))


def _claim(row: Row) -> Claim:
    return Claim(AssignmentId(row["id"]), json.loads(row["content"]), from_micros(row["expires_at"]))


def _assignment(row: Row) -> Assignment:
    return Assignment(
        id=AssignmentId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        item_id=ItemId(row["item_id"]),
        annotator_id=AnnotatorId(row["annotator_id"]),
        purpose=Purpose(row["purpose"]),
        state=AssignmentState(row["state"]),
        spec_version=row["spec_version"],
        claimed_at=from_micros(row["claimed_at"]),
        expires_at=from_micros(row["expires_at"]),
    )
