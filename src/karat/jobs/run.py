"""What a job's body gets: where it runs, what it was asked, and a way to say how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from karat.domain.ids import JobId, ProjectId
from karat.settings import Settings
from karat.store import jobs
from karat.store.database import Database

LEASE = timedelta(seconds=60)
"""A job whose worker is silent for so long is given to another. The worker renews it by itself."""
_REPORT_EVERY = timedelta(seconds=1)


class NotYet(Exception):
    """Raised by a job's body that needs what another job has still to do: it is run again soon, as if never begun.

    Waiting inside the body instead would keep the thread in which that other job may have to run.
    """


def utc_now() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


@dataclass
class JobRun:
    """One attempt at one job."""

    database: Database
    settings: Settings
    job_id: JobId
    project_id: ProjectId | None
    arguments: dict[str, Any]
    now: Callable[[], datetime] = utc_now
    """The time by which jobs are due: that of whoever runs the worker."""
    _reported_at: datetime | None = None

    def progress(self, n_done: int, n_total: int | None) -> None:
        """Say how far the job is; written at most once a second."""
        now = utc_now()
        if self._reported_at is not None and now - self._reported_at < _REPORT_EVERY:
            return
        self._reported_at = now
        self.database.write(lambda tx: jobs.note_progress(tx, self.job_id, n_done=n_done, n_total=n_total))


Handler = Callable[[JobRun], dict[str, Any] | None]
"""A job's body: returns what whoever asked for it will read as its result."""
