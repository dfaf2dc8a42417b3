"""Annotations as rows: appended, never changed, but for the mark that a revision has superseded them."""

from datetime import datetime
from typing import Any

from karat.domain.annotations import Annotation, Answer
from karat.domain.assignments import Assignment, AssignmentState
from karat.domain.errors import NotFound
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId, AnnotationId, AnnotatorId, AssignmentId, ItemId, ProjectId
from karat.store import assignments, events
from karat.store.clock import from_micros, to_micros
from karat.store.connection import Reader, Row, Writer


def add_first(
    tx: Writer, assignment: Assignment, answer: Answer, *, by: AccountId | None, now: datetime
) -> Annotation | None:
    """Close a live claim, append its answer and the event of it; None when the claim was not alive any more."""
    values = _values(assignment, answer, now)
    if tx.is_postgres:
        kind = EventKind.ANNOTATION_SUBMITTED.value
        annotation_id = tx.value(_ADD_FIRST_POSTGRES, **values, kind=kind, actor_id=by)
        return None if annotation_id is None else _added(annotation_id, assignment, answer, None, now)
    if not assignments.close(tx, assignment.id, AssignmentState.SUBMITTED, now=now):
        return None
    annotation = _added(tx.insert("annotation", **values), assignment, answer, None, now)
    events.append(tx, told(EventKind.ANNOTATION_SUBMITTED, annotation, by=by))
    return annotation


def told(kind: EventKind, annotation: Annotation, *, by: AccountId | None) -> NewEvent:
    """The event that an answer was given or revised."""
    facts = {"annotation": annotation.id, "annotator": annotation.annotator_id}
    if annotation.supersedes is not None:
        facts["supersedes"] = annotation.supersedes
    return NewEvent(kind, annotation.submitted_at, by, annotation.project_id, annotation.item_id, dict(facts))


# One round trip for what `close`, `insert` and `events.append` are in three. The plus keeps it from reading all that
# is claimed.
_ADD_FIRST_POSTGRES = """
WITH closed AS (
  UPDATE assignment SET state = 1, closed_at = :submitted_at WHERE id = :assignment_id AND +state = 0 RETURNING 1
), added AS (
  INSERT INTO annotation (project_id, item_id, annotator_id, assignment_id, label, reason, duration_ms, spec_version,
                          submitted_at)
  SELECT :project_id, :item_id, :annotator_id, :assignment_id, :label, :reason, :duration_ms, :spec_version,
         :submitted_at
  FROM closed RETURNING id
), told AS (
  INSERT INTO event (project_id, kind, at, actor_id, item_id, facts, transaction_id)
  SELECT :project_id, :kind, :submitted_at, :actor_id, :item_id,
         format('{"annotation": %s, "annotator": %s}', id, :annotator_id), pg_current_xact_id()
  FROM added
)
SELECT id FROM added
"""


def add_revision(
    tx: Writer, before: Annotation, assignment: Assignment, answer: Answer, *, now: datetime
) -> Annotation:
    """Append an answer in the place of an earlier one, which is marked as superseded and stays."""
    annotation_id = tx.insert("annotation", **_values(assignment, answer, now), supersedes=before.id)
    tx.execute("UPDATE annotation SET superseded_by = :by WHERE id = :id", by=annotation_id, id=before.id)
    return _added(annotation_id, assignment, answer, before.id, now)


def _values(assignment: Assignment, answer: Answer, now: datetime) -> dict[str, Any]:
    return {
        "project_id": assignment.project_id,
        "item_id": assignment.item_id,
        "annotator_id": assignment.annotator_id,
        "assignment_id": assignment.id,
        "label": answer.label,
        "reason": answer.reason,
        "duration_ms": answer.duration_ms,
        "spec_version": assignment.spec_version,
        "submitted_at": to_micros(now),
    }


def _added(
    annotation_id: int, assignment: Assignment, answer: Answer, supersedes: AnnotationId | None, now: datetime
) -> Annotation:
    return Annotation(
        id=AnnotationId(annotation_id),
        project_id=assignment.project_id,
        item_id=assignment.item_id,
        annotator_id=assignment.annotator_id,
        assignment_id=assignment.id,
        answer=answer,
        spec_version=assignment.spec_version,
        submitted_at=now,
        supersedes=supersedes,
    )


def get(db: Reader, annotation_id: AnnotationId) -> Annotation:
    """
    Raises
    ------
    NotFound
        When there is no such annotation.
    """
    row = db.row("SELECT * FROM annotation WHERE id = :id", id=annotation_id)
    if row is None:
        raise NotFound(f"there is no annotation {annotation_id}.")
    return _annotation(row)


def standing(db: Reader, assignment: Assignment) -> Annotation:
    """The answer that counts for a submitted assignment: its latest.

    Raises
    ------
    NotFound
        When the assignment has no answer.
    """
    row = db.row(
        "SELECT * FROM annotation WHERE item_id = :item_id AND annotator_id = :annotator_id"
        " AND assignment_id = :assignment_id AND superseded_by IS NULL",
        item_id=assignment.item_id,
        annotator_id=assignment.annotator_id,
        assignment_id=assignment.id,
    )
    if row is None:
        raise NotFound("this assignment has no answer yet. Submit one first.")
    return _annotation(row)


def of_item(db: Reader, item_id: ItemId) -> list[Annotation]:
    """Every annotation of an item, superseded ones included, oldest first."""
    rows = db.rows("SELECT * FROM annotation WHERE item_id = :item_id ORDER BY id", item_id=item_id)
    return [_annotation(row) for row in rows]


def _annotation(row: Row) -> Annotation:
    return Annotation(
        id=AnnotationId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        item_id=ItemId(row["item_id"]),
        annotator_id=AnnotatorId(row["annotator_id"]),
        assignment_id=AssignmentId(row["assignment_id"]),
        answer=Answer(row["label"], row["reason"], row["duration_ms"]),
        spec_version=row["spec_version"],
        submitted_at=from_micros(row["submitted_at"]),
        supersedes=None if row["supersedes"] is None else AnnotationId(row["supersedes"]),
    )
