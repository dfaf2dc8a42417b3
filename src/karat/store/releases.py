"""Releases as rows; their files are in a folder of the installation."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId, ProjectId, ReleaseId
from karat.domain.releases import Check, Contents, File, Gate, Release, ReleaseState
from karat.store.clock import from_micros, to_micros
from karat.store.codec import dump
from karat.store.connection import Reader, Row, Writer

_SELECT = "SELECT r.*, a.name AS creator FROM release r LEFT JOIN account a ON a.id = r.created_by"


def add(
    tx: Writer,
    project_id: ProjectId,
    *,
    note: str,
    leave_out_undecided: bool,
    by: AccountId | None,
    spec_version: int,
    now: datetime,
) -> int:
    """A release that is about to be built; its number. Numbers have no gaps and are given in order."""
    if tx.is_postgres:
        tx.row("SELECT id FROM project WHERE id = :id FOR NO KEY UPDATE", id=project_id)
    sql = "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM release WHERE project_id = :id"
    number = int(tx.value(sql, id=project_id))
    tx.insert(
        "release",
        project_id=project_id,
        number=number,
        state=ReleaseState.BUILDING.value,
        note=note,
        leave_out_undecided=int(leave_out_undecided),
        created_by=by,
        created_at=to_micros(now),
        spec_version=spec_version,
    )
    return number


def get(db: Reader, project_id: ProjectId, number: int) -> Release:
    """
    Raises
    ------
    NotFound
        When the project has no such release.
    """
    row = db.row(
        f"{_SELECT} WHERE r.project_id = :project_id AND r.number = :number", project_id=project_id, number=number
    )
    if row is None:
        raise NotFound(f"project {project_id} has no release {number}. Its Releases page lists them.")
    return _release(row)


def all_releases(db: Reader, project_id: ProjectId) -> list[Release]:
    """Newest first."""
    rows = db.rows(f"{_SELECT} WHERE r.project_id = :project_id ORDER BY r.number DESC", project_id=project_id)
    return [_release(row) for row in rows]


def publish(tx: Writer, release_id: ReleaseId, gate: Gate, contents: Contents) -> None:
    """Fill in what building has brought: from then on nothing of the release changes."""
    _finish(tx, release_id, ReleaseState.PUBLISHED, gate, manifest=dump(asdict(contents)), error=None)


def refuse(tx: Writer, release_id: ReleaseId, gate: Gate, *, error: str | None = None) -> None:
    """Keep why the release was not made."""
    _finish(tx, release_id, ReleaseState.REFUSED, gate, manifest="{}", error=error)


def folder(home: Path, project_id: ProjectId, number: int) -> Path:
    return home / "releases" / str(project_id) / str(number)


def _finish(
    tx: Writer, release_id: ReleaseId, state: ReleaseState, gate: Gate, *, manifest: str, error: str | None
) -> None:
    tx.execute(
        "UPDATE release SET state = :state, gate = :gate, manifest = :manifest, error = :error"
        " WHERE id = :id AND state = 'building'",
        state=state.value,
        gate=dump(asdict(gate)),
        manifest=manifest,
        error=error,
        id=release_id,
    )


def _release(row: Row) -> Release:
    return Release(
        id=ReleaseId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        number=row["number"],
        state=ReleaseState(row["state"]),
        note=row["note"],
        leave_out_undecided=bool(row["leave_out_undecided"]),
        created_at=from_micros(row["created_at"]),
        created_by=row["created_by"],
        creator=row["creator"] or "Karat",
        spec_version=row["spec_version"],
        gate=_gate(row["gate"]),
        contents=_contents(row["manifest"]),
        error=row["error"],
    )


def _gate(text: str) -> Gate:
    raw = json.loads(text)
    if not raw:
        return Gate((), 0)
    return Gate(tuple(Check(**check) for check in raw["checks"]), raw["n_undecided"])


def _contents(text: str) -> Contents | None:
    raw = json.loads(text)
    if not raw:
        return None
    return Contents(**{**raw, "files": tuple(File(**file) for file in raw["files"])})
