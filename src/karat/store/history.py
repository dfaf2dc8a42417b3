"""Answers that were given elsewhere: stored like our own, as submitted assignments with annotations, and marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from karat.domain.assignments import AssignmentState
from karat.domain.ids import AccountId, AnnotatorId, ItemId, ProjectId
from karat.domain.people import Role
from karat.domain.probes import Purpose
from karat.store import accounts, annotators
from karat.store.clock import to_micros
from karat.store.connection import Reader, Writer

IMPORTED_DOMAIN = "@imported.invalid"
"""Ends the e-mail of whoever is known from a file alone; `.invalid` belongs to nobody, by RFC 2606."""

_Pair = tuple[ItemId, AnnotatorId]


class PastAnswer(NamedTuple):
    """An answer from elsewhere. A tuple, because there are millions."""

    item_id: ItemId
    annotator_id: AnnotatorId
    label: str
    at: datetime


@dataclass(frozen=True)
class Added:
    """What became of a number of past answers."""

    n_answers: int
    n_repeated: int
    """Rows that said what the same person had said of the item just before; they were left out."""
    n_revised: int
    """Answers that supersede an earlier one of the same person."""


def ensure_annotator(tx: Writer, project_id: ProjectId, *, name: str, email: str, now: datetime) -> AnnotatorId:
    """The project's member for a person who is known from a file; with an account nobody can sign in to.

    Somebody new is absent, as if they had left in the moment they joined, until `admit` says that the file is whole.
    """
    account_id = accounts.add(
        tx, email=email, name=name, password_hash=None, is_admin=False, is_simulated=False, now=now
    )
    if account_id is None:
        found = accounts.find_by_email(tx, email)
        assert found is not None, "the e-mail is taken, so somebody has it"
        account_id = found.id
    existing = tx.value(
        "SELECT id FROM annotator WHERE project_id = :project_id AND account_id = :account_id",
        project_id=project_id,
        account_id=account_id,
    )
    if existing is not None:
        return AnnotatorId(existing)
    annotator_id = annotators.add(tx, project_id, AccountId(account_id), Role.ANNOTATOR, now=now)
    tx.execute("UPDATE annotator SET left_at = joined_at WHERE id = :id", id=annotator_id)
    return annotator_id


def admit(tx: Writer, annotator_ids: Iterable[AnnotatorId]) -> None:
    """Show the people of a file that is published now; whom a lead has removed stays away."""
    tx.execute(
        f"UPDATE annotator SET left_at = NULL WHERE {tx.among('id')} AND left_at = joined_at",
        ids=tx.ids(annotator_ids),
    )


def lock_people(tx: Writer) -> None:
    """One at a time adds or removes people known from files, so that nobody is removed who just got an answer."""
    if tx.is_postgres:
        tx.execute("SELECT pg_advisory_xact_lock(hashtext('karat imported people'))")


def add_many(tx: Writer, project_id: ProjectId, answers: Sequence[PastAnswer], *, spec_version: int) -> Added:
    """Store answers in their order. Later answers of a person on an item supersede earlier ones; both stay."""
    standing = _standing(tx, {answer.item_id for answer in answers})
    new_pairs: dict[_Pair, PastAnswer] = {}
    kept: list[PastAnswer] = []
    revised: set[_Pair] = set()
    for answer in answers:
        pair = (answer.item_id, answer.annotator_id)
        if standing.get(pair) == answer.label:
            continue
        if pair in standing:
            revised.add(pair)
        else:
            new_pairs[pair] = answer
        standing[pair] = answer.label
        kept.append(answer)
    _add_assignments(tx, project_id, list(new_pairs.values()), spec_version)
    _add_annotations(tx, project_id, kept, spec_version)
    _link_revisions(tx, revised)
    return Added(len(kept), len(answers) - len(kept), len(kept) - len(new_pairs))


def remove_unused_people(tx: Writer, project_id: ProjectId) -> None:
    """Remove people known from files who have no answer left, as after an import that was given up."""
    idle = (
        "SELECT n.id FROM annotator n JOIN account c ON c.id = n.account_id WHERE n.project_id = :project_id"
        f" AND c.email LIKE '%{IMPORTED_DOMAIN}' AND c.password_hash IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.annotator_id = n.id AND a.closed_at IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.annotator_id = n.id AND a.state = 0)"
    )
    tx.execute(f"DELETE FROM annotator WHERE id IN ({idle})", project_id=project_id)
    tx.execute(
        f"DELETE FROM account WHERE email LIKE '%{IMPORTED_DOMAIN}' AND password_hash IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM annotator n WHERE n.account_id = account.id)"
        " AND NOT EXISTS (SELECT 1 FROM sign_in_link l WHERE l.account_id = account.id)"
    )


def _standing(db: Reader, item_ids: set[ItemId]) -> dict[_Pair, str]:
    """What stands on these items from earlier parts of the file."""
    rows = db.rows(
        "SELECT item_id, annotator_id, label FROM annotation"
        f" WHERE {db.among('item_id')} AND superseded_by IS NULL AND label IS NOT NULL",
        ids=db.ids(item_ids),
    )
    return {(ItemId(row["item_id"]), AnnotatorId(row["annotator_id"])): row["label"] for row in rows}


def _add_assignments(tx: Writer, project_id: ProjectId, first: Sequence[PastAnswer], spec_version: int) -> None:
    def row(answer: PastAnswer) -> tuple[str | float, ...]:
        at = to_micros(answer.at)
        return (
            answer.item_id,
            answer.annotator_id,
            _assignment_id(answer),
            at,
            at,
            at,
        )

    shared = {
        "project_id": project_id,
        "purpose": int(Purpose.PRODUCTION),
        "probability": 1,
        "place": 0,
        "state": int(AssignmentState.SUBMITTED),
        "spec_version": spec_version,
    }
    tx.insert_many("assignment", _ASSIGNMENT, map(row, first), shared=shared)


_ASSIGNMENT = ("item_id", "annotator_id", "id", "claimed_at", "expires_at", "closed_at")


def _add_annotations(tx: Writer, project_id: ProjectId, answers: Sequence[PastAnswer], spec_version: int) -> None:
    rows = (
        (answer.item_id, answer.annotator_id, _assignment_id(answer), answer.label, to_micros(answer.at))
        for answer in answers
    )
    shared = {"project_id": project_id, "duration_ms": 0, "spec_version": spec_version, "is_imported": 1}
    tx.insert_many("annotation", _ANNOTATION, rows, shared=shared)


_ANNOTATION = ("item_id", "annotator_id", "assignment_id", "label", "submitted_at")


def _link_revisions(tx: Writer, pairs: set[_Pair]) -> None:
    """Mark each answer with the one that superseded it."""
    for item_id, annotator_id in sorted(pairs):
        rows = tx.rows(
            "SELECT id FROM annotation WHERE item_id = :item_id AND annotator_id = :annotator_id ORDER BY id",
            item_id=item_id,
            annotator_id=annotator_id,
        )
        ids = [row["id"] for row in rows]
        for before, after in pairwise(ids):
            tx.execute("UPDATE annotation SET superseded_by = :after WHERE id = :before", before=before, after=after)
            tx.execute("UPDATE annotation SET supersedes = :before WHERE id = :after", before=before, after=after)


def _assignment_id(answer: PastAnswer) -> str:
    """Not secret, unlike those of live claims: nothing can be submitted to a closed claim of somebody else."""
    return f"imported-{answer.item_id}-{answer.annotator_id}"
