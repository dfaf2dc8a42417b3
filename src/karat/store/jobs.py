"""The job table: enqueued in the caller's transaction, leased by one worker at a time, tried again after a crash."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from karat.domain.errors import NotFound
from karat.domain.ids import JobId, ProjectId
from karat.store.clock import to_micros
from karat.store.codec import dump
from karat.store.connection import Reader, Row, Writer

COUNTING = ("recount_batch", "recount_project")
"""The jobs that count items: while one is pending, states and statistics do not say all that is known."""
_WAITING, _DONE, _FAILED = 0, 1, 2


@dataclass(frozen=True)
class Job:
    """A job as it stands."""

    id: JobId
    project_id: ProjectId | None
    name: str
    arguments: dict[str, Any]
    state: str
    """waiting, running, done or failed."""
    attempts: int
    n_done: int
    n_total: int | None
    error: str | None
    problems: list[dict[str, str]]
    result: dict[str, Any] | None


def enqueue(
    tx: Writer,
    name: str,
    arguments: dict[str, Any],
    *,
    now: datetime,
    project_id: ProjectId | None = None,
    dedupe: str | None = None,
    run_at: datetime | None = None,
) -> JobId | None:
    """Ask for a job; None when one with the same `dedupe` waits already and will do: it comes as early as any asked."""
    job_id: JobId | None = tx.value(
        "INSERT INTO job (project_id, name, arguments, state, run_at, dedupe, created_at)"
        " VALUES (:project_id, :name, :arguments, 0, :run_at, :dedupe, :now)"
        " ON CONFLICT (dedupe) WHERE state = 0 AND leased_until IS NULL"
        " DO UPDATE SET run_at = excluded.run_at WHERE excluded.run_at < job.run_at RETURNING id",
        project_id=project_id,
        name=name,
        arguments=dump(arguments),
        run_at=to_micros(run_at or now),
        dedupe=dedupe,
        now=to_micros(now),
    )
    return job_id


def postpone(tx: Writer, dedupe: str, *, run_at: datetime) -> None:
    """Let the job that waits under this `dedupe`, if there is one, not run before `run_at`."""
    tx.execute(
        "UPDATE job SET run_at = :run_at"
        " WHERE dedupe = :dedupe AND state = 0 AND leased_until IS NULL AND run_at < :run_at",
        run_at=to_micros(run_at),
        dedupe=dedupe,
    )


def get(db: Reader, job_id: JobId, project_id: ProjectId) -> Job:
    """
    Raises
    ------
    NotFound
        When the project has no such job.
    """
    row = db.row("SELECT * FROM job WHERE id = :id AND project_id = :project_id", id=job_id, project_id=project_id)
    if row is None:
        raise NotFound(f"project {project_id} has no job {job_id}. Jobs are listed where they were started.")
    return _job(row)


def newest(db: Reader, project_id: ProjectId, dedupe: str) -> Job | None:
    """The job that was asked for last under this `dedupe`, in whatever state it is."""
    row = db.row(
        "SELECT * FROM job WHERE project_id = :project_id AND dedupe = :dedupe ORDER BY id DESC LIMIT 1",
        project_id=project_id,
        dedupe=dedupe,
    )
    return _job(row) if row else None


def has_pending(db: Reader, project_id: ProjectId, names: Sequence[str]) -> bool:
    """Whether a job of one of these names waits or runs for the project."""
    rows = db.rows("SELECT DISTINCT name FROM job WHERE project_id = :project_id AND state = 0", project_id=project_id)
    return any(row["name"] in names for row in rows)


def n_pending(db: Reader, project_id: ProjectId, name: str) -> int:
    """How many jobs of this name wait or run for the project."""
    return int(
        db.value(
            "SELECT count(*) FROM job WHERE project_id = :project_id AND state = 0 AND name = :name",
            project_id=project_id,
            name=name,
        )
    )


def is_due(db: Reader, *, now: datetime) -> bool:
    """Whether `lease` would find something: asked without the write lock."""
    found = db.value(
        "SELECT 1 FROM job WHERE state = 0 AND run_at <= :now"
        " AND (leased_until IS NULL OR leased_until <= :now) LIMIT 1",
        now=to_micros(now),
    )
    return found is not None


def lease(tx: Writer, *, now: datetime, until: datetime) -> Job | None:
    """Take the job that has been due for longest until `until`; another may take it once the lease has run out."""
    lock = "FOR UPDATE SKIP LOCKED" if tx.is_postgres else ""
    row = tx.row(
        "UPDATE job SET leased_until = :until, attempts = attempts + 1 WHERE id = ("
        " SELECT id FROM job WHERE state = 0 AND run_at <= :now AND (leased_until IS NULL OR leased_until <= :now)"
        f" ORDER BY run_at, id LIMIT 1 {lock}) RETURNING *",
        now=to_micros(now),
        until=to_micros(until),
    )
    return _job(row) if row else None


def renew(tx: Writer, job_id: JobId, *, until: datetime) -> None:
    """Say that the job's worker is alive."""
    tx.execute("UPDATE job SET leased_until = :until WHERE id = :id AND state = 0", until=to_micros(until), id=job_id)


def note_progress(tx: Writer, job_id: JobId, *, n_done: int, n_total: int | None) -> None:
    """Say how far the job is."""
    tx.execute(
        "UPDATE job SET n_done = :n_done, n_total = :n_total WHERE id = :id AND state = 0",
        n_done=n_done,
        n_total=n_total,
        id=job_id,
    )


def finish(tx: Writer, job_id: JobId, result: dict[str, Any] | None, *, now: datetime) -> None:
    """End the job with what whoever asked for it will read; an ended job stays as it is."""
    tx.execute(
        "UPDATE job SET state = :done, result = :result, finished_at = :now, error = NULL WHERE id = :id AND state = 0",
        done=_DONE,
        result=None if result is None else dump(result),
        now=to_micros(now),
        id=job_id,
    )


def fail(tx: Writer, job_id: JobId, message: str, problems: list[dict[str, str]], *, now: datetime) -> None:
    """Give the job up, with the reason for whoever asked for it."""
    tx.execute(
        "UPDATE job SET state = :failed, error = :error, result = :result, finished_at = :now"
        " WHERE id = :id AND state = 0",
        failed=_FAILED,
        error=message,
        result=dump({"problems": problems}),
        now=to_micros(now),
        id=job_id,
    )


def try_again(tx: Writer, job_id: JobId, message: str, *, at: datetime, now: datetime) -> None:
    """Put the job back for later. It keeps its (ended) lease, so that a newer twin may wait beside it."""
    tx.execute(
        "UPDATE job SET run_at = :at, leased_until = :now, error = :error WHERE id = :id AND state = 0",
        at=to_micros(at),
        now=to_micros(now - timedelta(microseconds=1)),
        error=message,
        id=job_id,
    )


def put_back(tx: Writer, job_id: JobId, *, at: datetime, now: datetime) -> None:
    """Put the job back for later, as `try_again` does, but nothing went wrong: the attempt does not count."""
    tx.execute(
        "UPDATE job SET run_at = :at, leased_until = :now, attempts = attempts - 1 WHERE id = :id AND state = 0",
        at=to_micros(at),
        now=to_micros(now - timedelta(microseconds=1)),
        id=job_id,
    )


def _job(row: Row) -> Job:
    result = json.loads(row["result"]) if row["result"] else None
    is_failed = row["state"] == _FAILED
    return Job(
        id=JobId(row["id"]),
        project_id=row["project_id"],
        name=row["name"],
        arguments=json.loads(row["arguments"]),
        state=_state(row),
        attempts=row["attempts"],
        n_done=row["n_done"],
        n_total=row["n_total"],
        error=row["error"],
        problems=(result or {}).get("problems", []) if is_failed else [],
        result=None if is_failed else result,
    )


def _state(row: Row) -> str:
    if row["state"] == _WAITING:
        return "waiting" if row["leased_until"] is None else "running"
    return "done" if row["state"] == _DONE else "failed"
