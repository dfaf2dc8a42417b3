"""Who gets what: the rules of claims that depend on nothing but values."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from karat.domain.errors import NotAllowed
from karat.domain.ids import AnnotatorId, AssignmentId, ProjectId, QueueId
from karat.domain.probes import Purpose
from karat.domain.projects import QualityPolicy

RENEW_AFTER = 0.25
"""A claim is renewed once this share of its lease is used up: often enough to live, seldom enough to cost nothing."""
SWEEP_PAUSE_SECONDS = 60
"""An annotator who finds nothing has the supply searched from its beginning, but not more often than this."""
MAX_PROBES = 256
"""How many checks are looked at for one this person has not had; golden sets are mostly smaller."""


@dataclass(frozen=True)
class Cursor:
    """How far an annotator has come in one queue."""

    queue_id: QueueId
    position: int


@dataclass(frozen=True)
class Stand:
    """Where an annotator stands when asking for work, with all that the routing rules need."""

    annotator_id: AnnotatorId
    project_id: ProjectId
    n_served: int
    """Items served so far, checks included: the place of the next one in this person's stream."""
    is_paused: bool
    is_archived: bool
    swept_at: datetime
    """When the supply was last searched from its beginning for this person."""
    policy: QualityPolicy
    spec_version: int
    secret: bytes
    cursors: tuple[Cursor, ...] = ()
    """In every queue of the project, higher priority first."""


@dataclass(frozen=True)
class Claim:
    """A live claim as its annotator may know it: neither the item's id nor its purpose is in it."""

    id: AssignmentId
    content: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True)
class NewClaim:
    """A claim about to be recorded, whichever item it gets."""

    id: AssignmentId
    annotator_id: AnnotatorId
    project_id: ProjectId
    purpose: Purpose
    probability: float
    """With which this purpose was drawn for this place."""
    place: int
    spec_version: int
    claimed_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Stream:
    """An annotator's live claims, the current one first, and the spec version new answers are given under."""

    claims: tuple[Claim, ...]
    spec_version: int


def refuse_paused(stand: Stand) -> None:
    """Raise `NotAllowed` for somebody who gets no new work at present."""
    if stand.is_archived:
        raise NotAllowed("this project is archived: it gives out no more work. Your answers are kept.")
    if stand.is_paused:
        raise NotAllowed(
            "your work in this project is paused. Your answers are kept; ask the project's lead when you can go on."
        )


def lease_end(policy: QualityPolicy, now: datetime) -> datetime:
    return now + timedelta(seconds=policy.lease_seconds)


def needs_renewal(expires_at: datetime, policy: QualityPolicy, now: datetime) -> bool:
    """Whether a live claim should be prolonged now that its annotator has shown a sign of life."""
    return expires_at < now + timedelta(seconds=policy.lease_seconds * (1 - RENEW_AFTER))


def n_to_claim(asked: int, n_live: int, policy: QualityPolicy) -> int:
    """How many items to claim on top of those held: never more than the policy lets a person hold.

    >>> n_to_claim(10, 1, QualityPolicy(hold=4))
    3
    """
    return max(0, min(asked, policy.hold) - n_live)


def goes_back(n_skips: int, is_settled: bool, policy: QualityPolicy) -> bool:
    """Whether an item that an annotator gave up is offered to others.

    It is not once it has its label or a reviewer must look at it, nor when so many skipped it that one will have to.
    """
    return not is_settled and n_skips < policy.max_skips


def check_ticket(secret: bytes, annotator: AnnotatorId, place: int) -> int:
    """Which check to try first at this place of an annotator's stream: this number modulo how many there are.

    A keyed hash: everybody meets the checks in another order, the same on every replay, that nobody can guess.
    """
    digest = hmac.digest(secret, f"check:{annotator}:{place}".encode(), "sha256")
    return int.from_bytes(digest[:7], "big")


def production_probability(policy: QualityPolicy, drawn: Purpose) -> float:
    """With what probability a place was production, when `drawn` may have been a check that had run out."""
    share = 1 - policy.gold_share - policy.honeypot_share
    match drawn:
        case Purpose.GOLD:
            return share + policy.gold_share
        case Purpose.HONEYPOT:
            return share + policy.honeypot_share
        case Purpose.PRODUCTION:
            return share
