"""Releases as rows; their files are in `release_files`. A published row changes no more, but for being withdrawn.

A number belongs to whatever is being built or was published under it; a refused attempt gives it back.
"""

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


def lock(tx: Writer, project_id: ProjectId) -> None:
    """Keep everybody else from asking for a release of this project until the transaction ends."""
    if tx.is_postgres:
        tx.execute("SELECT pg_advisory_xact_lock(hashtext('karat release'), CAST(:id AS int))", id=project_id)


def add(
    tx: Writer,
    project_id: ProjectId,
    *,
    note: str,
    leave_out_undecided: bool,
    by: AccountId | None,
    spec_version: int,
    now: datetime,
) -> ReleaseId:
    """A release to build, under the project's next number. The caller holds `lock`."""
    last = tx.value(
        "SELECT MAX(number) FROM release WHERE project_id = :project_id AND state <> 'refused'", project_id=project_id
    )
    return ReleaseId(
        tx.insert(
            "release",
            returning="id",
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
    """The release of this number; while there is none, the last attempt at it.

    Raises
    ------
    NotFound
        When the project has no release of this number, nor an attempt at it.
    """
    row = db.row(
        f"{_SELECT} WHERE r.project_id = :project_id AND r.number = :number ORDER BY r.id DESC LIMIT 1",
        project_id=project_id,
        number=number,
    )
    if row is None:
        raise NotFound(f"project {project_id} has no release {number}. Its Releases page lists them.")
    return _release(row)


def attempt(db: Reader, release_id: ReleaseId) -> Release:
    """What became of one request for a release, whoever has its number now.

    Raises
    ------
    NotFound
        When there was no such request.
    """
    row = db.row(f"{_SELECT} WHERE r.id = :id", id=release_id)
    if row is None:
        raise NotFound(f"there is no request {release_id} for a release. The project's Releases page lists them.")
    return _release(row)


def being_built(db: Reader, project_id: ProjectId) -> Release | None:
    """The release that a job has still to judge or write: there is one at most."""
    row = db.row(f"{_SELECT} WHERE r.project_id = :project_id AND r.state = 'building'", project_id=project_id)
    return _release(row) if row else None


def history(db: Reader, project_id: ProjectId) -> list[Release]:
    """Every release and every refused attempt at one, newest first."""
    rows = db.rows(f"{_SELECT} WHERE r.project_id = :project_id ORDER BY r.id DESC", project_id=project_id)
    return [_release(row) for row in rows]


def close(
    tx: Writer,
    release_id: ReleaseId,
    state: ReleaseState,
    *,
    gate: Gate | None = None,
    manifest: dict[str, Any] | None = None,
    error: str | None = None,
) -> bool:
    """Say what became of a release that was being built; False when somebody has said so already."""
    changed = tx.execute(
        "UPDATE release SET state = :state, gate = :gate, manifest = :manifest, error = :error"
        " WHERE id = :id AND state = 'building'",
        state=state.value,
        gate=dump(gate_as_json(gate) if gate else {}),
        manifest=dump(manifest or {}),
        error=error,
        id=release_id,
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
