"""The members of a project as people see them: memberships joined with accounts."""

from karat.domain.ids import AccountId, AnnotatorId, ProjectId
from karat.domain.people import Member, Role
from karat.store.connection import Reader, Row, Writer

_MEMBER = (
    "SELECT n.id, n.role, n.is_paused, a.id AS account_id, a.name, a.email, a.is_simulated"
    " FROM annotator n JOIN account a ON a.id = n.account_id"
)


def of_project(db: Reader, project_id: ProjectId) -> list[Member]:
    """Present members, in the order in which they joined."""
    rows = db.rows(
        f"{_MEMBER} WHERE n.project_id = :project_id AND n.left_at IS NULL ORDER BY n.id", project_id=project_id
    )
    return [_member(row) for row in rows]


def get(db: Reader, annotator_id: AnnotatorId) -> Member:
    """The member with this id, which a membership has shown to exist."""
    return _member(db.row(f"{_MEMBER} WHERE n.id = :id", id=annotator_id))


def lock_leads(tx: Writer, project_id: ProjectId) -> list[AnnotatorId]:
    """The project's leads who can sign in; two of them cannot step down at the same moment, each trusting the other."""
    rows = tx.rows(
        "SELECT n.id FROM annotator n JOIN account a ON a.id = n.account_id"
        " WHERE n.project_id = :project_id AND n.role = 'lead' AND n.left_at IS NULL AND a.disabled_at IS NULL"
        " ORDER BY n.id" + (" FOR UPDATE OF n" if tx.is_postgres else ""),
        project_id=project_id,
    )
    return [AnnotatorId(row["id"]) for row in rows]


def _member(row: Row) -> Member:
    return Member(
        annotator_id=AnnotatorId(row["id"]),
        account_id=AccountId(row["account_id"]),
        name=row["name"],
        email=row["email"],
        role=Role(row["role"]),
        is_paused=bool(row["is_paused"]),
        is_simulated=bool(row["is_simulated"]),
    )
