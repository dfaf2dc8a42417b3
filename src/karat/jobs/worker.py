"""The worker: two threads, one that follows events and keeps claims in order, one that runs jobs.

The follower must stay seconds behind at most, so a long job never stands in its way.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from karat import store
from karat.actions import assignments, imports
from karat.domain.errors import Invalid, KaratError
from karat.jobs import sweep_files
from karat.jobs.follow_events import CHUNK, follow
from karat.jobs.handlers import FAREWELLS, HANDLERS
from karat.jobs.run import LEASE, JobRun, NotYet, utc_now
from karat.settings import Settings
from karat.store.connection import Writer
from karat.store.database import Database
from karat.store.jobs import Job

log = structlog.get_logger()

_PAUSE_SECONDS = 0.2
_GATHER_SECONDS = 0.5
"""How long events may gather: counting them costs nearly the same for one as for many."""
_EXPIRE_EVERY = timedelta(seconds=5)
_SWEEP_FILES_AFTER = timedelta(minutes=10)
"""A worker that lives no longer than a command takes need not sweep."""
_MAX_ATTEMPTS = 3
_PAUSE_AFTER_FAILURE_SECONDS = 2.0
_NOT_YET = timedelta(seconds=1)
"""How soon a job is looked at again that waits for another one."""


class Worker:
    """Runs until stopped. Any number may run at once on PostgreSQL; SQLite has one, inside the server."""

    def __init__(self, database: Database, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(body, pause), name=f"karat-{name}", daemon=True)
            for name, body, pause in (
                ("follower", self._follow, _GATHER_SECONDS),
                ("jobs", self._run_one_job, _PAUSE_SECONDS),
            )
        ]
        self._expire_at = clock()

    def start(self) -> None:
        """Begin to work, in threads of its own."""
        self._database.write(self._plan_sweeps)
        for thread in self._threads:
            thread.start()

    def _plan_sweeps(self, tx: Writer) -> None:
        now = self._clock()
        imports.sweep(tx, now=now)
        sweep_files.plan(tx, now=now, run_at=now + _SWEEP_FILES_AFTER)

    def stop(self) -> None:
        """Finish the step at hand and return; a job that was interrupted is taken up again after its lease."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def _repeat(self, body: Callable[[], bool], pause: float) -> None:
        while not self._stopping.is_set():
            try:
                did_something = body()
            except Exception:
                log.exception("worker step failed; it will be tried again", step=threading.current_thread().name)
                self._stopping.wait(_PAUSE_AFTER_FAILURE_SECONDS)
                continue
            if not did_something:
                self._stopping.wait(pause)

    def _follow(self) -> bool:
        now = self._clock()
        if now >= self._expire_at:
            n_expired = self._database.write(lambda tx: assignments.expire_overdue(tx, now=now))
            if n_expired < assignments.EXPIRE_CHUNK:
                self._expire_at = now + _EXPIRE_EVERY
        return follow(self._database, now=now) == CHUNK

    def _run_one_job(self) -> bool:
        now = self._clock()
        with self._database.read() as reader:
            if not store.jobs.is_due(reader, now=now):
                return False
        job = self._database.write(lambda tx: store.jobs.lease(tx, now=now, until=now + LEASE))
        if job is None:
            return False
        if job.attempts > _MAX_ATTEMPTS:
            self._give_up_deadly(job)
        else:
            self._run(job)
        return True

    def _run(self, job: Job) -> None:
        run = JobRun(self._database, self._settings, job.id, job.project_id, job.arguments, self._clock)
        try:
            with self._lease_kept(job):
                result = HANDLERS[job.name](run)
        except NotYet:
            now = self._clock()
            self._database.write(lambda tx: store.jobs.put_back(tx, job.id, at=now + _NOT_YET, now=now))
        except KaratError as error:
            self._give_up(job, error)
        except Exception as error:
            log.exception("job failed", job=job.name, id=job.id, attempt=job.attempts)
            self._try_again(job, error)
        else:
            self._database.write(lambda tx: store.jobs.finish(tx, job.id, result, now=self._clock()))

    @contextmanager
    def _lease_kept(self, job: Job) -> Iterator[None]:
        """Renew the lease while the body runs, whatever it does: fitting many answers takes minutes in silence."""
        done = threading.Event()

        def renew_again_and_again() -> None:
            while not done.wait(LEASE.total_seconds() / 4):
                try:
                    self._renew(job)
                except Exception:
                    log.exception("lease not renewed; it will be tried again", job=job.name, id=job.id)

        thread = threading.Thread(target=renew_again_and_again, name="karat-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _renew(self, job: Job) -> None:
        until = self._clock() + LEASE
        self._database.write(lambda tx: store.jobs.renew(tx, job.id, until=until))

    def _give_up_deadly(self, job: Job) -> None:
        message = (
            f"{job.name} was given up: each of its {_MAX_ATTEMPTS} attempts ended with the worker's process. "
            "It may have run out of memory; the log of that process says more."
        )
        log.error("job given up", job=job.name, id=job.id)
        self._fail(job, message, [])

    def _give_up(self, job: Job, error: KaratError) -> None:
        problems = [asdict(problem) for problem in error.problems] if isinstance(error, Invalid) else []
        self._fail(job, error.message, problems)

    def _fail(self, job: Job, message: str, problems: list[dict[str, str]]) -> None:
        def say_so(tx: Writer) -> None:
            now = self._clock()
            store.jobs.fail(tx, job.id, message, problems, now=now)
            if job.name in FAREWELLS:
                FAREWELLS[job.name](tx, job.arguments, message, now=now)

        self._database.write(say_so)

    def _try_again(self, job: Job, error: Exception) -> None:
        now = self._clock()
        message = f"{type(error).__name__}: {error}"
        if job.attempts >= _MAX_ATTEMPTS:
            self._fail(job, message, [])
            return
        later = now + timedelta(seconds=5**job.attempts)
        self._database.write(lambda tx: store.jobs.try_again(tx, job.id, message, at=later, now=now))
