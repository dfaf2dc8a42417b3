"""Invitations as rows. The secret in the link is stored as its hash only."""

from datetime import datetime

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import Invitation, Role
from karat.store.clock import from_micros, from_micros_or_none, to_micros
from karat.store.connection import Reader, Row, Writer


def add(
    tx: Writer,
    project_id: ProjectId,
    *,
    token_hash: bytes,
    email: str,
    role: Role,
    by: AccountId | None,
    expires_at: datetime,
    now: datetime,
) -> Invitation:
    invitation_id = tx.insert(
        "invitation",
        project_id=project_id,
        token_hash=token_hash,
        email=email,
        role=role.value,
        invited_by=by,
        created_at=to_micros(now),
        expires_at=to_micros(expires_at),
    )
    return get(tx, project_id, invitation_id)


def get(db: Reader, project_id: ProjectId, invitation_id: int) -> Invitation:
    """
    Raises
    ------
    NotFound
        When the project has no such invitation.
    """
    row = db.row(
        "SELECT * FROM invitation WHERE id = :id AND project_id = :project_id", id=invitation_id, project_id=project_id
    )
    if row is None:
        raise NotFound(f"project {project_id} has no invitation {invitation_id}. Its People page lists them.")
    return _invitation(row)


def find_open(db: Reader, token_hash: bytes, *, now: datetime) -> Invitation | None:
    """The invitation of this secret, unless it is over, used or withdrawn."""
    row = db.row(
        "SELECT * FROM invitation WHERE token_hash = :hash AND expires_at > :now"
        " AND accepted_at IS NULL AND withdrawn_at IS NULL",
        hash=token_hash,
        now=to_micros(now),
    )
    return _invitation(row) if row else None


def of_project(db: Reader, project_id: ProjectId) -> list[Invitation]:
    """Every invitation that was not withdrawn, newest first."""
    rows = db.rows(
        "SELECT * FROM invitation WHERE project_id = :project_id AND withdrawn_at IS NULL ORDER BY id DESC",
        project_id=project_id,
    )
    return [_invitation(row) for row in rows]


def use(tx: Writer, invitation_id: int, *, now: datetime) -> bool:
    """Mark as accepted; False when somebody was quicker."""
    changed = tx.execute(
        "UPDATE invitation SET accepted_at = :now WHERE id = :id AND accepted_at IS NULL AND withdrawn_at IS NULL",
        now=to_micros(now),
        id=invitation_id,
    )
    return changed == 1


def withdraw(tx: Writer, invitation_id: int, *, now: datetime) -> None:
    tx.execute("UPDATE invitation SET withdrawn_at = :now WHERE id = :id", now=to_micros(now), id=invitation_id)


def _invitation(row: Row) -> Invitation:
    return Invitation(
        id=row["id"],
        project_id=ProjectId(row["project_id"]),
        email=row["email"],
        role=Role(row["role"]),
        invited_by=None if row["invited_by"] is None else AccountId(row["invited_by"]),
        created_at=from_micros(row["created_at"]),
        expires_at=from_micros(row["expires_at"]),
        accepted_at=from_micros_or_none(row["accepted_at"]),
        withdrawn_at=from_micros_or_none(row["withdrawn_at"]),
    )
