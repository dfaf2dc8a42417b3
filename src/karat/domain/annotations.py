"""Answers and annotations: what an annotator said, when, under which spec version."""

from dataclasses import dataclass
from datetime import datetime

from karat.domain.errors import Problem
from karat.domain.ids import AnnotationId, AnnotatorId, AssignmentId, ItemId, ProjectId
from karat.domain.specs import Spec


@dataclass(frozen=True)
class Answer:
    """What was submitted: a class, or unsure (label None) with a reason."""

    label: str | None
    reason: str = ""
    duration_ms: int = 0


@dataclass(frozen=True)
class Annotation:
    """The record of an answer. Append-only: a revision is a new one that supersedes the earlier."""

    id: AnnotationId
    project_id: ProjectId
    item_id: ItemId
    annotator_id: AnnotatorId
    assignment_id: AssignmentId
    answer: Answer
    spec_version: int
    submitted_at: datetime
    supersedes: AnnotationId | None


def check_answer(answer: Answer, spec: Spec) -> list[Problem]:
    """Everything wrong with an answer under this spec."""
    if answer.label is None:
        if not answer.reason.strip():
            return [Problem("reason", "is empty. Say why the spec does not let you decide.")]
        return []
    if answer.label not in spec.class_keys():
        known = ", ".join(spec.class_keys()[:10])
        return [Problem("label", f"{answer.label!r} is no class of this spec. Its classes are: {known}.")]
    return []


def is_same_answer(before: Answer, after: Answer) -> bool:
    """Whether two answers say the same, however long each took.

    >>> is_same_answer(Answer("toxic", duration_ms=900), Answer("toxic", duration_ms=1200))
    True
    """
    return before.label == after.label and before.reason == after.reason
