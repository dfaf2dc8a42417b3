"""One annotator's claim on one item, from claim to submission, skip or expiry."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from karat.domain.annotations import Answer
from karat.domain.errors import Conflict
from karat.domain.ids import AnnotatorId, AssignmentId, ItemId, ProjectId
from karat.domain.probes import Purpose


class AssignmentState(IntEnum):
    """Numbers, because this column is on the path of every annotation."""

    CLAIMED = 0
    SUBMITTED = 1
    SKIPPED = 2
    EXPIRED = 3


@dataclass(frozen=True)
class Assignment:
    """A claim. An item goes to one annotator at most once, however the claim ended."""

    id: AssignmentId
    project_id: ProjectId
    item_id: ItemId
    annotator_id: AnnotatorId
    purpose: Purpose
    state: AssignmentState
    spec_version: int
    claimed_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Closed:
    """An answered or skipped assignment as its annotator may look back on it."""

    id: AssignmentId
    content: dict[str, Any]
    answer: Answer | None
    """The answer that stands now; None when the item was skipped."""
    reason: str
    """Of being unsure, or of the skip."""
    at: datetime


def refuse_unless_answerable(assignment: Assignment, *, now: datetime) -> None:
    """Raise `Conflict` unless an answer or a skip can still be taken for this claim.

    An expired claim that nobody has taken back yet still counts as alive: its place in the item's overlap is
    still held, so the answer does no harm and the annotator's work is not lost.
    """
    match assignment.state:
        case AssignmentState.SKIPPED:
            raise Conflict("you skipped this item earlier, so it went to somebody else. Go on with the next one.")
        case AssignmentState.EXPIRED:
            minutes = max(1, round((now - assignment.expires_at).total_seconds() / 60))
            raise Conflict(
                f"this claim expired at {assignment.expires_at:%H:%M} UTC, {minutes} minutes ago, and the item went "
                "back to the queue. Go on with the next one."
            )
        case AssignmentState.CLAIMED | AssignmentState.SUBMITTED:
            return
