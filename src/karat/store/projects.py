"""Projects as rows."""

from datetime import datetime

from karat.domain.errors import NotFound
from karat.domain.ids import ProjectId
from karat.domain.projects import MediaKind, Project, QualityPolicy
from karat.store.clock import from_micros, from_micros_or_none, to_micros
from karat.store.codec import dump_policy, load_policy
from karat.store.connection import Reader, Row, Writer


def add(tx: Writer, *, name: str, media_kind: MediaKind, policy: QualityPolicy, note: str, now: datetime) -> ProjectId:
    """A new project; its first spec version is 1 and is added by the same action."""
    return ProjectId(
        tx.insert(
            "project",
            name=name,
            media_kind=media_kind.value,
            policy=dump_policy(policy),
            spec_version=1,
            note=note,
            created_at=to_micros(now),
        )
    )


def get(db: Reader, project_id: ProjectId) -> Project:
    """
    Raises
    ------
    NotFound
        When there is no such project.
    """
    row = db.row("SELECT * FROM project WHERE id = :id", id=project_id)
    if row is None:
        raise NotFound(f"project {project_id} does not exist. Open one from the list of projects.")
    return _project(row)


def find_by_name(db: Reader, name: str) -> Project | None:
    row = db.row("SELECT * FROM project WHERE name = :name", name=name)
    return _project(row) if row else None


def all_projects(db: Reader) -> list[Project]:
    """Every project of the installation, newest last."""
    return [_project(row) for row in db.rows("SELECT * FROM project ORDER BY id")]


def change(tx: Writer, project_id: ProjectId, *, name: str, note: str, policy: QualityPolicy) -> None:
    tx.execute(
        "UPDATE project SET name = :name, note = :note, policy = :policy WHERE id = :id",
        name=name,
        note=note,
        policy=dump_policy(policy),
        id=project_id,
    )


def lock_spec_version(tx: Writer, project_id: ProjectId) -> int:
    """The number of the current spec version; whoever else wants to publish one waits.

    Raises
    ------
    NotFound
        When there is no such project.
    """
    if tx.is_postgres:
        tx.row("SELECT id FROM project WHERE id = :id FOR UPDATE", id=project_id)
    return get(tx, project_id).spec_version


def set_spec_version(tx: Writer, project_id: ProjectId, number: int) -> None:
    tx.execute("UPDATE project SET spec_version = :number WHERE id = :id", number=number, id=project_id)


def _project(row: Row) -> Project:
    return Project(
        id=ProjectId(row["id"]),
        name=row["name"],
        media_kind=MediaKind(row["media_kind"]),
        policy=load_policy(row["policy"]),
        spec_version=row["spec_version"],
        note=row["note"],
        created_at=from_micros(row["created_at"]),
        archived_at=from_micros_or_none(row["archived_at"]),
    )
