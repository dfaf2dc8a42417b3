"""Claiming items, declining them, and taking back what was claimed and left lying."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from karat import store
from karat.domain.assignments import Assignment, AssignmentState, refuse_unless_answerable
from karat.domain.errors import Conflict, NotFound, Problem, refuse_problems
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AnnotatorId, AssignmentId, ItemId, ProjectId, QueueId
from karat.domain.items import GoldKind
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.probes import Draw, Purpose, draw_purpose
from karat.domain.projects import QualityPolicy
from karat.domain.routing import (
    SWEEP_PAUSE_SECONDS,
    Claim,
    Cursor,
    NewClaim,
    Stand,
    Stream,
    check_ticket,
    goes_back,
    lease_end,
    n_to_claim,
    needs_renewal,
    production_probability,
    refuse_paused,
)
from karat.store.connection import Writer
from karat.store.queue import Found

IdMaker = Callable[[], AssignmentId]

EXPIRE_CHUNK = 500
"""Claims taken back in one transaction at most: on SQLite everybody waits for it."""
_GOLD_KINDS = {Purpose.GOLD: GoldKind.GOLD, Purpose.HONEYPOT: GoldKind.HONEYPOT}


def random_id() -> AssignmentId:
    """An assignment id that tells nothing, not even the order of claims."""
    return AssignmentId(secrets.token_urlsafe(16))


def claim(
    tx: Writer, actor: Actor, project_id: ProjectId, *, hold: int, make_id: IdMaker = random_id, now: datetime
) -> Stream:
    """The actor's live claims, renewed, and new ones on top until `hold` are held or nothing is left.

    Asking again returns the same claims: a retry after a lost response costs nobody an item.

    Raises
    ------
    NotAllowed
        When the actor is paused or the project archived, and nothing claimed earlier is left to finish.
    """
    require(actor, Permission.ANNOTATE, on=project_id)
    stand = store.assignments.lock_stand(tx, own_membership(actor, project_id))
    stream = _stream(tx, stand, hold, make_id, now)
    if not stream.claims:
        refuse_paused(stand)
    return stream


def go_on(tx: Writer, annotator_id: AnnotatorId, *, hold: int, make_id: IdMaker = random_id, now: datetime) -> Stream:
    """What somebody holds after an answer or a skip; who is paused finishes it and gets nothing new.

    With `hold` 0 nothing is claimed nor renewed: it comes cheap to whoever asks for the next items separately.
    """
    if hold == 0:
        return store.assignments.held(tx, annotator_id)
    stand = store.assignments.lock_stand(tx, annotator_id)
    return _stream(tx, stand, hold, make_id, now)


def skip(tx: Writer, actor: Actor, assignment_id: AssignmentId, reason: str, *, now: datetime) -> Assignment:
    """Decline an item: it goes to others, or to a reviewer once too many have declined it. Safe to repeat."""
    assignment = store.assignments.get(tx, assignment_id)
    refuse_foreign(actor, assignment)
    require(actor, Permission.ANNOTATE, on=assignment.project_id)
    reason = reason.strip()
    refuse_problems("the item was not skipped", [] if reason else [Problem("reason", "is empty. Say why you skip it.")])
    if not store.assignments.close(tx, assignment.id, AssignmentState.SKIPPED, reason=reason, now=now):
        _refuse_unless_skipped(store.assignments.get(tx, assignment.id), now)
        return assignment
    policy = store.projects.get(tx, assignment.project_id).policy
    _give_up(tx, [assignment.item_id], policy)
    facts = {"annotator": assignment.annotator_id, "reason": reason}
    store.events.append(
        tx,
        NewEvent(EventKind.ITEM_SKIPPED, now, actor.account_id, assignment.project_id, assignment.item_id, facts),
    )
    return assignment


def skip_and_go_on(
    tx: Writer,
    actor: Actor,
    assignment_id: AssignmentId,
    reason: str,
    *,
    hold: int,
    make_id: IdMaker = random_id,
    now: datetime,
) -> Stream:
    """Skip, and claim what comes next in the same transaction."""
    assignment = skip(tx, actor, assignment_id, reason, now=now)
    return go_on(tx, assignment.annotator_id, hold=hold, make_id=make_id, now=now)


def expire_overdue(tx: Writer, *, limit: int = EXPIRE_CHUNK, now: datetime) -> int:
    """Take back claims whose lease is over, at most `limit`; call again while it returns that many."""
    overdue = store.assignments.take_back_overdue(tx, limit=limit, now=now)
    n_by_project = Counter(claim.project_id for claim in overdue)
    for project_id, n in sorted(n_by_project.items()):
        policy = store.projects.get(tx, project_id).policy
        _give_up(tx, [claim.item_id for claim in overdue if claim.project_id == project_id], policy)
        store.events.append(tx, NewEvent(EventKind.CLAIMS_EXPIRED, now, None, project_id, facts={"items": n}))
    return len(overdue)


def own_membership(actor: Actor, project_id: ProjectId) -> AnnotatorId:
    """Under which identity the actor works in a project."""
    membership = actor.membership(project_id)
    if membership is None:
        raise NotFound(f"you are no member of project {project_id}. Ask its lead to invite you.")
    return membership.id


def refuse_foreign(actor: Actor, assignment: Assignment) -> None:
    """Somebody else's assignment is as good as none, whatever the actor's role."""
    membership = actor.membership(assignment.project_id)
    if membership is None or membership.id != assignment.annotator_id:
        raise NotFound("there is no such assignment of yours. Ask for the next item.")


def _refuse_unless_skipped(assignment: Assignment, now: datetime) -> None:
    if assignment.state is AssignmentState.SUBMITTED:
        raise Conflict("you answered this item already, so it cannot be skipped. Change your answer instead.")
    if assignment.state is not AssignmentState.SKIPPED:
        refuse_unless_answerable(assignment, now=now)


def _give_up(tx: Writer, item_ids: Sequence[ItemId], policy: QualityPolicy) -> None:
    """Free the places of items that will not be answered, and offer them again where the rule says so."""
    n_places = Counter(item_ids)  # Several people may have let go of the same item.
    back: dict[QueueId, list[ItemId]] = defaultdict(list)
    kept: list[ItemId] = []
    for item in store.queue.given_up(tx, list(n_places)):
        is_wanted = goes_back(item.n_skips, item.is_settled, policy)
        (back[item.queue_id] if is_wanted else kept).extend([item.item_id] * n_places[item.item_id])
    for queue_id, ids in back.items():
        store.queue.give_back(tx, queue_id, ids)
    store.queue.retire(tx, kept)


def _stream(tx: Writer, stand: Stand, hold: int, make_id: IdMaker, now: datetime) -> Stream:
    claims = _renewed(tx, stand, now)
    if not (stand.is_paused or stand.is_archived):
        claims += _claim_new(tx, stand, n_to_claim(hold, len(claims), stand.policy), make_id, now)
    return Stream(tuple(claims), stand.spec_version)


def _renewed(tx: Writer, stand: Stand, now: datetime) -> list[Claim]:
    live = store.assignments.live(tx, stand.annotator_id)
    if not any(needs_renewal(claim.expires_at, stand.policy, now) for claim in live):
        return live
    store.assignments.renew(tx, stand.annotator_id, expires_at=lease_end(stand.policy, now))
    # Read again: a claim that was taken back in this very moment is not ours to renew.
    return store.assignments.live(tx, stand.annotator_id)


def _claim_new(tx: Writer, stand: Stand, n: int, make_id: IdMaker, now: datetime) -> list[Claim]:
    if n == 0:
        return []
    claims: list[Claim] = []
    start: Sequence[Cursor] = stand.cursors
    for place in range(stand.n_served, stand.n_served + n):
        search = store.queue.search(tx, stand.annotator_id, start)
        if search.found is None and search.is_exhausted and not claims and _may_sweep(stand, now):
            store.queue.reset_cursors(tx, stand.annotator_id, now=now)
            start = store.queue.cursors(tx, stand.project_id, stand.annotator_id)
            search = store.queue.search(tx, stand.annotator_id, start)
        for cursor in search.passed:
            store.queue.move_cursor(tx, stand.annotator_id, cursor)
        if search.found is None:
            break
        claim, moved = _claim_one(tx, stand, place, search.found, make_id=make_id, now=now)
        claims.append(claim)
        start = _moved(start, (*search.passed, moved) if moved else search.passed)
    return claims


def _claim_one(
    tx: Writer, stand: Stand, place: int, found: Found, *, make_id: IdMaker, now: datetime
) -> tuple[Claim, Cursor | None]:
    """One place of the stream: a check if one is drawn and left for this person, else what was found in the queue.

    Checks are drawn only after ordinary work was found: the end of a project would be all checks otherwise.
    """
    draw = draw_purpose(stand.secret, stand.annotator_id, place, stand.policy)
    if draw.purpose is not Purpose.PRODUCTION:
        new = _new_claim(stand, place, draw, make_id(), now)
        ticket = check_ticket(stand.secret, stand.annotator_id, place)
        check = store.assignments.add_check(tx, new, _GOLD_KINDS[draw.purpose], ticket=ticket)
        if check is not None:
            return check, None
    production = Draw(Purpose.PRODUCTION, production_probability(stand.policy, draw.purpose))
    new = _new_claim(stand, place, production, make_id(), now)
    return store.assignments.add(tx, new, found), found.cursor


def _new_claim(stand: Stand, place: int, draw: Draw, assignment_id: AssignmentId, now: datetime) -> NewClaim:
    return NewClaim(
        id=assignment_id,
        annotator_id=stand.annotator_id,
        project_id=stand.project_id,
        purpose=draw.purpose,
        probability=draw.probability,
        place=place,
        spec_version=stand.spec_version,
        claimed_at=now,
        expires_at=lease_end(stand.policy, now),
    )


def _moved(start: Sequence[Cursor], moves: Sequence[Cursor]) -> list[Cursor]:
    new = {cursor.queue_id: cursor for cursor in moves}
    return [new.get(cursor.queue_id, cursor) for cursor in start]


def _may_sweep(stand: Stand, now: datetime) -> bool:
    return now - stand.swept_at >= timedelta(seconds=SWEEP_PAUSE_SECONDS)
