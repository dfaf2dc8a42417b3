"""People in projects, as rows: the identity under which everything is measured."""

from dataclasses import dataclass
from datetime import datetime

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId, AnnotatorId, ProjectId
from karat.domain.people import Membership, Role
from karat.store.clock import from_micros_or_none, to_micros
from karat.store.connection import Reader, Row, Writer


def add(tx: Writer, project_id: ProjectId, account_id: AccountId, role: Role, *, now: datetime) -> AnnotatorId:
    """Make somebody a member; a former member returns with the new role and the old identity."""
    return AnnotatorId(
        tx.value(
            "INSERT INTO annotator (project_id, account_id, role, joined_at)"
            " VALUES (:project_id, :account_id, :role, :now)"
            " ON CONFLICT (project_id, account_id) DO UPDATE SET role = excluded.role, left_at = NULL"
            " RETURNING id",
            project_id=project_id,
            account_id=account_id,
            role=role.value,
            now=to_micros(now),
        )
    )


def get(db: Reader, project_id: ProjectId, annotator_id: AnnotatorId) -> Membership:
    """
    Raises
    ------
    NotFound
        When the project has no such member now.
    """
    row = db.row(
        "SELECT * FROM annotator WHERE id = :id AND project_id = :project_id AND left_at IS NULL",
        id=annotator_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound(f"project {project_id} has no member {annotator_id}. Its People page lists the members.")
    return _membership(row)


def memberships_of(db: Reader, account_id: AccountId) -> dict[ProjectId, Membership]:
    rows = db.rows("SELECT * FROM annotator WHERE account_id = :id AND left_at IS NULL", id=account_id)
    return {ProjectId(row["project_id"]): _membership(row) for row in rows}


def change(tx: Writer, annotator_id: AnnotatorId, *, role: Role, is_paused: bool) -> None:
    tx.execute(
        "UPDATE annotator SET role = :role, is_paused = :is_paused WHERE id = :id",
        role=role.value,
        is_paused=int(is_paused),
        id=annotator_id,
    )


def leave(tx: Writer, annotator_id: AnnotatorId, *, now: datetime) -> None:
    """End a membership; everything the person did stays under the same identity."""
    tx.execute("UPDATE annotator SET left_at = :now WHERE id = :id", now=to_micros(now), id=annotator_id)


@dataclass(frozen=True)
class Person:
    """An annotator as a lead sees them."""

    id: AnnotatorId
    name: str
    is_simulated: bool
    is_paused: bool
    last_active_at: datetime | None
    """Of the latest answer or skip; a claim that merely expired is no sign of life."""


def people(db: Reader, project_id: ProjectId) -> list[Person]:
    """Everybody who is or was a member, by name."""
    rows = db.rows(
        "SELECT a.id, c.name, c.is_simulated, a.is_paused,"
        " (SELECT s.closed_at FROM assignment s WHERE s.annotator_id = a.id AND s.closed_at IS NOT NULL"
        "  AND s.state IN (1, 2) ORDER BY s.closed_at DESC LIMIT 1) AS last_active_at"
        " FROM annotator a JOIN account c ON c.id = a.account_id"
        " WHERE a.project_id = :project_id ORDER BY c.name, a.id",
        project_id=project_id,
    )
    return [
        Person(
            id=AnnotatorId(row["id"]),
            name=row["name"],
            is_simulated=bool(row["is_simulated"]),
            is_paused=bool(row["is_paused"]),
            last_active_at=from_micros_or_none(row["last_active_at"]),
        )
        for row in rows
    ]


def _membership(row: Row) -> Membership:
    return Membership(
        id=AnnotatorId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        account_id=AccountId(row["account_id"]),
        role=Role(row["role"]),
        is_paused=bool(row["is_paused"]),
    )
