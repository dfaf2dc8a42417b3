"""Has the work that normally waits for a server done while a command waits for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from karat import store
from karat.cli.installation import Installation
from karat.cli.progress import ProgressLine
from karat.domain.errors import Conflict
from karat.domain.ids import ProjectId
from karat.jobs.worker import Worker
from karat.store.checkpoints import STATISTICS
from karat.store.connection import Reader
from karat.store.database import sqlite_path
from karat.store.sqlite import claim_for_serving

_PAUSE_SECONDS = 0.05
_INFERRING = (*store.jobs.COUNTING, "refit_consensus")


@contextmanager
def working(karat: Installation) -> Iterator[None]:
    """Run jobs in this process, unless a server on the same SQLite database does."""
    with ExitStack() as stack:
        if not karat.settings.is_postgres:
            try:
                stack.enter_context(claim_for_serving(sqlite_path(karat.settings.home)))
            except Conflict:
                yield
                return
        worker = Worker(karat.database, karat.settings)
        worker.start()
        stack.callback(worker.stop)
        yield


def wait_until_counted(karat: Installation, project_id: ProjectId) -> None:
    """Wait until item states and statistics say all that has happened in the project."""
    _wait(karat, lambda db: _is_current(db, project_id, store.jobs.COUNTING))


def wait_until_inferred(karat: Installation, project_id: ProjectId) -> None:
    """Wait until the consensus rests on every answer of the project, too."""
    _wait(karat, lambda db: _is_current(db, project_id, _INFERRING))


def wait_for_job(karat: Installation, project_id: ProjectId, dedupe: str, what: str) -> None:
    """Wait until a job is done or has failed, and show how many of `what` it has behind it."""
    with ProgressLine(what) as progress:
        while True:
            job = karat.read(lambda db: store.jobs.newest(db, project_id, dedupe))
            if job is None or job.state in ("done", "failed"):
                return
            progress(job.n_done, job.n_total)
            time.sleep(_PAUSE_SECONDS)


def _wait(karat: Installation, is_over: Callable[[Reader], bool]) -> None:
    with ProgressLine("s of counting answers") as progress:
        started = time.monotonic()
        while not karat.read(is_over):
            progress(round(time.monotonic() - started), None)
            time.sleep(_PAUSE_SECONDS)


def _is_current(db: Reader, project_id: ProjectId, jobs: tuple[str, ...]) -> bool:
    return store.checkpoints.is_caught_up(db, STATISTICS, project_id) and not store.jobs.has_pending(
        db, project_id, jobs
    )
