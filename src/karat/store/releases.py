"""Releases as rows; their files are in `release_files`. A published row changes no more, but for being withdrawn."""

import json
from datetime import datetime
from typing import Any

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId, ProjectId, ReleaseId
from karat.domain.releases import Gate, Release, ReleaseState, gate_as_json, gate_from_json
from karat.store.clock import from_micros, to_micros
from karat.store.codec import dump
from karat.store.connection import Reader, Row, Writer

_SELECT = "SELECT r.*, a.name AS created_by_name FROM release r LEFT JOIN account a ON a.id = r.created_by"


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
    """A release to build, under the project's next number."""
    if tx.is_postgres:  # Two at once must not take the same number.
        tx.execute("SELECT pg_advisory_xact_lock(hashtext('karat release'), CAST(:id AS int))", id=project_id)
    last = tx.value("SELECT MAX(number) FROM release WHERE project_id = :project_id", project_id=project_id)
    return int(
        tx.insert(
            "release",
            returning="number",
            project_id=project_id,
            number=(last or 0) + 1,
            state=ReleaseState.BUILDING.value,
            note=note,
            leave_out_undecided=int(leave_out_undecided),
            created_by=by,
            created_at=to_micros(now),
            spec_version=spec_version,
        )
    )


def get(db: Reader, project_id: ProjectId, number: int) -> Release:
    """
    Raises
    ------
    NotFound
        When the project has no release of this number.
    """
    row = db.row(
        f"{_SELECT} WHERE r.project_id = :project_id AND r.number = :number", project_id=project_id, number=number
    )
    if row is None:
        raise NotFound(f"project {project_id} has no release {number}. Its Releases page lists them.")
    return _release(row)


def history(db: Reader, project_id: ProjectId) -> list[Release]:
    """Every release, newest first."""
    rows = db.rows(f"{_SELECT} WHERE r.project_id = :project_id ORDER BY r.number DESC", project_id=project_id)
    return [_release(row) for row in rows]


def close(
    tx: Writer,
    project_id: ProjectId,
    number: int,
    state: ReleaseState,
    *,
    gate: Gate | None = None,
    manifest: dict[str, Any] | None = None,
    error: str | None = None,
) -> bool:
    """Say what became of a release that was being built; False when somebody has said so already."""
    changed = tx.execute(
        "UPDATE release SET state = :state, gate = :gate, manifest = :manifest, error = :error"
        " WHERE project_id = :project_id AND number = :number AND state = 'building'",
        state=state.value,
        gate=dump(gate_as_json(gate) if gate else {}),
        manifest=dump(manifest or {}),
        error=error,
        project_id=project_id,
        number=number,
    )
    return changed == 1


def _release(row: Row) -> Release:
    return Release(
        id=ReleaseId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        number=row["number"],
        state=ReleaseState(row["state"]),
        note=row["note"],
        leave_out_undecided=bool(row["leave_out_undecided"]),
        created_at=from_micros(row["created_at"]),
        created_by=row["created_by_name"] or "Karat",
        spec_version=row["spec_version"],
        gate=gate_from_json(json.loads(row["gate"])),
        manifest=json.loads(row["manifest"]),
        error=row["error"],
    )
