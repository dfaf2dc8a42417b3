"""Answering an item, and changing one's answer.

The outcome is the same for production, gold and honeypot items: answers are graded later, from the event, and of a
check item only the *first* answer counts. Whoever could revise until an accuracy moves could tell checks apart.
"""

from dataclasses import replace
from datetime import datetime

from karat import store
from karat.actions.assignments import IdMaker, go_on, random_id, refuse_foreign
from karat.domain.annotations import Annotation, Answer, check_answer, is_same_answer
from karat.domain.assignments import Assignment, refuse_unless_answerable
from karat.domain.errors import refuse_problems
from karat.domain.events import EventKind
from karat.domain.ids import AssignmentId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.routing import Stream
from karat.store.connection import Writer


def submit(tx: Writer, actor: Actor, assignment_id: AssignmentId, answer: Answer, *, now: datetime) -> Annotation:
    """Record an annotator's answer and close the assignment; on a submitted one, revise the answer.

    The same answer again changes nothing and returns the same annotation, so a client may retry as often as it
    likes. A claim whose lease is over but that nobody has taken back is still answered.

    Raises
    ------
    Invalid
        When the answer does not fit the spec version of the assignment.
    Conflict
        When the item was skipped, or the claim expired and went to somebody else.
    """
    assignment, spec = store.assignments.get_with_spec(tx, assignment_id)
    refuse_foreign(actor, assignment)
    require(actor, Permission.ANNOTATE, on=assignment.project_id)
    answer = replace(answer, reason=answer.reason.strip())
    refuse_problems("the answer was not stored", check_answer(answer, spec))
    annotation = store.annotations.add_first(tx, assignment, answer, by=actor.account_id, now=now)
    if annotation is None:
        return _revise(tx, actor, store.assignments.get(tx, assignment.id), answer, now)
    return annotation


def submit_and_go_on(
    tx: Writer,
    actor: Actor,
    assignment_id: AssignmentId,
    answer: Answer,
    *,
    hold: int,
    make_id: IdMaker = random_id,
    now: datetime,
) -> Stream:
    """Submit, and claim what comes next in the same transaction: half the commits."""
    annotation = submit(tx, actor, assignment_id, answer, now=now)
    return go_on(tx, annotation.annotator_id, hold=hold, make_id=make_id, now=now)


def _revise(tx: Writer, actor: Actor, assignment: Assignment, answer: Answer, now: datetime) -> Annotation:
    """Supersede the standing answer, unless it says the same."""
    refuse_unless_answerable(assignment, now=now)
    store.assignments.lock_stand(tx, assignment.annotator_id)  # Two revisions at once would supersede one answer.
    before = store.annotations.standing(tx, assignment)
    if is_same_answer(before.answer, answer):
        return before
    annotation = store.annotations.add_revision(tx, before, assignment, answer, now=now)
    store.events.append(tx, store.annotations.told(EventKind.ANNOTATION_REVISED, annotation, by=actor.account_id))
    return annotation
