"""Annotations as rows: appended, never changed, but for the mark that a revision has superseded them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from karat.domain.annotations import Annotation, Answer
from karat.domain.assignments import Assignment
from karat.domain.errors import NotFound
from karat.domain.ids import AnnotationId, AnnotatorId, AssignmentId, ItemId, ProjectId
from karat.store.clock import from_micros, to_micros
from karat.store.connection import Reader, Row, Writer


def add(
    tx: Writer, assignment: Assignment, answer: Answer, *, supersedes: AnnotationId | None = None, now: datetime
) -> Annotation:
    """Append an annotation; the one it supersedes is marked and stays."""
    annotation_id = AnnotationId(
        tx.insert(
            "annotation",
            project_id=assignment.project_id,
            item_id=assignment.item_id,
            annotator_id=assignment.annotator_id,
            assignment_id=assignment.id,
            label=answer.label,
            reason=answer.reason,
            duration_ms=answer.duration_ms,
            spec_version=assignment.spec_version,
            submitted_at=to_micros(now),
            supersedes=supersedes,
        )
    )
    if supersedes is not None:
        tx.execute("UPDATE annotation SET superseded_by = :by WHERE id = :id", by=annotation_id, id=supersedes)
    return Annotation(
        id=annotation_id,
        project_id=assignment.project_id,
        item_id=assignment.item_id,
        annotator_id=assignment.annotator_id,
        assignment_id=assignment.id,
        answer=answer,
        spec_version=assignment.spec_version,
        submitted_at=now,
        supersedes=supersedes,
    )


@dataclass(frozen=True)
class ImportedAnswer:
    """An answer that was given elsewhere, credited to a member of this project."""

    item_id: ItemId
    annotator_id: AnnotatorId
    answer: Answer
    submitted_at: datetime


def import_many(tx: Writer, project_id: ProjectId, answers: Iterable[ImportedAnswer], *, spec_version: int) -> None:
    """Append answers from elsewhere: they belong to no assignment and are marked as imported."""
    rows = (
        (
            project_id,
            given.item_id,
            given.annotator_id,
            "",
            given.answer.label,
            given.answer.reason,
            given.answer.duration_ms,
            spec_version,
            1,
            to_micros(given.submitted_at),
        )
        for given in answers
    )
    tx.insert_many("annotation", _IMPORTED, rows)


_IMPORTED = (
    "project_id",
    "item_id",
    "annotator_id",
    "assignment_id",
    "label",
    "reason",
    "duration_ms",
    "spec_version",
    "is_imported",
    "submitted_at",
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
