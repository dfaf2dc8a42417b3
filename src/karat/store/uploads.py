"""Uploaded files as rows; the files lie in the installation's home until they have been imported, or a week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId, ProjectId, UploadId
from karat.store.clock import from_micros, to_micros
from karat.store.connection import Reader, Writer

LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class Upload:
    """A file that somebody has sent, to look at and then to import."""

    id: UploadId
    project_id: ProjectId
    file_name: str
    n_bytes: int
    uploaded_at: datetime


def path_of(home: Path, upload_id: UploadId) -> Path:
    return home / "uploads" / upload_id


def add(tx: Writer, upload: Upload, *, by: AccountId | None) -> None:
    tx.insert(
        "upload",
        id=upload.id,
        project_id=upload.project_id,
        file_name=upload.file_name,
        n_bytes=upload.n_bytes,
        uploaded_by=by,
        uploaded_at=to_micros(upload.uploaded_at),
    )


def get(db: Reader, project_id: ProjectId, upload_id: UploadId) -> Upload:
    """
    Raises
    ------
    NotFound
        When the project has no such upload, or no longer.
    """
    row = db.row(
        "SELECT * FROM upload WHERE id = :id AND project_id = :project_id", id=upload_id, project_id=project_id
    )
    if row is None:
        raise NotFound(f"there is no uploaded file {upload_id!r}, or no longer. Upload it again.")
    return Upload(
        UploadId(row["id"]),
        ProjectId(row["project_id"]),
        row["file_name"],
        row["n_bytes"],
        from_micros(row["uploaded_at"]),
    )


def remove(tx: Writer, upload_id: UploadId) -> None:
    tx.execute("DELETE FROM upload WHERE id = :id", id=upload_id)


def known(db: Reader) -> set[UploadId]:
    """Every upload there is: few, since they go when they are imported."""
    return {UploadId(row["id"]) for row in db.rows("SELECT id FROM upload")}


def expired(db: Reader, *, now: datetime) -> list[UploadId]:
    """Files that were uploaded and never imported."""
    rows = db.rows("SELECT id FROM upload WHERE uploaded_at < :before", before=to_micros(now - LIFETIME))
    return [UploadId(row["id"]) for row in rows]
