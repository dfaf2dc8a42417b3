"""The worker: jobs are tried again and given up with their reason, and nothing that fails stops it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from karat import actions, store
from karat.domain.errors import Conflict, Invalid, Problem
from karat.domain.ids import JobId, ProjectId
from karat.jobs import worker as worker_module
from karat.jobs.handlers import HANDLERS
from karat.jobs.run import LEASE, JobRun
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.database import Database, Writer
from karat.store.jobs import Job
from tests.builders import NOW, a_claim, a_project, an_annotator, items


class Shop:
    """A worker on a clock that the test turns, and one job whose body the test gives."""

    def __init__(self, database: Database, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database, self.now = database, NOW
        self.project_id: ProjectId = database.write(a_project).id
        self.worker = Worker(database, Settings(home=home), clock=lambda: self.now)
        self._monkeypatch = monkeypatch

    def ask(self, body: Callable[[JobRun], dict[str, object] | None]) -> JobId:
        self._monkeypatch.setitem(HANDLERS, "planted", body)
        job_id = self.database.write(
            lambda tx: store.jobs.enqueue(tx, "planted", {"n": 7}, project_id=self.project_id, now=self.now)
        )
        assert job_id is not None
        return job_id

    def work(self, *, after: timedelta = timedelta()) -> bool:
        self.now += after
        return self.worker._run_one_job()

    def job(self, job_id: JobId) -> Job:
        with self.database.read() as db:
            return store.jobs.get(db, job_id, self.project_id)


@pytest.fixture
def shop(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(database, tmp_path, monkeypatch)


def test_a_job_is_run_once_with_what_it_was_asked_and_keeps_its_result(shop: Shop) -> None:
    job_id = shop.ask(lambda run: {"doubled": 2 * run.arguments["n"]})

    assert [shop.work(), shop.work()] == [True, False]

    job = shop.job(job_id)
    assert (job.state, job.result, job.attempts, job.error) == ("done", {"doubled": 14}, 1, None)


def test_a_failing_job_is_tried_again_later_and_may_succeed_then(shop: Shop) -> None:
    failures = iter([RuntimeError("the disk is full")])

    def body(_: JobRun) -> None:
        for failure in failures:
            raise failure

    job_id = shop.ask(body)

    assert shop.work()
    assert shop.job(job_id).error == "RuntimeError: the disk is full"
    assert not shop.work(after=timedelta(seconds=4))
    assert shop.work(after=timedelta(seconds=1))
    assert (shop.job(job_id).state, shop.job(job_id).error) == ("done", None)


def test_a_job_that_keeps_failing_is_given_up_with_its_reason(shop: Shop) -> None:
    def body(_: JobRun) -> None:
        raise RuntimeError("the disk is full")

    job_id = shop.ask(body)

    assert [shop.work(after=timedelta(hours=1)) for _ in range(4)] == [True, True, True, False]

    job = shop.job(job_id)
    assert (job.state, job.attempts, job.error) == ("failed", 3, "RuntimeError: the disk is full")


def test_an_error_for_people_gives_a_job_up_at_once_with_its_problems(shop: Shop) -> None:
    def body(_: JobRun) -> None:
        raise Invalid("2 rows were refused", (Problem("line 3", "has 2 cells instead of 3"),))

    job_id = shop.ask(body)

    assert [shop.work(), shop.work(after=timedelta(hours=1))] == [True, False]
    job = shop.job(job_id)
    assert (job.state, job.attempts, job.error) == ("failed", 1, "2 rows were refused")
    assert job.problems == [{"where": "line 3", "message": "has 2 cells instead of 3"}]


def test_an_error_for_people_without_problems_gives_a_job_up_as_well(shop: Shop) -> None:
    def body(_: JobRun) -> None:
        raise Conflict("the project is archived")

    job_id = shop.ask(body)
    shop.work()

    assert (shop.job(job_id).state, shop.job(job_id).problems) == ("failed", [])


def test_a_job_that_ended_its_workers_process_each_time_is_given_up(shop: Shop) -> None:
    job_id = shop.ask(lambda _: None)
    for attempt in range(3):
        at = NOW + attempt * 2 * LEASE
        shop.database.write(partial(store.jobs.lease, now=at, until=at + LEASE))

    assert shop.work(after=timedelta(hours=1))

    job = shop.job(job_id)
    assert job.state == "failed"
    assert job.error is not None
    assert "each of its 3 attempts ended with the worker's process" in job.error


def test_the_lease_is_renewed_while_the_body_is_silent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "LEASE", timedelta(seconds=0.2))
    renewed = threading.Event()
    renew = store.jobs.renew

    def noticed(tx: Writer, job_id: JobId, *, until: datetime) -> None:
        renew(tx, job_id, until=until)
        renewed.set()

    monkeypatch.setattr(store.jobs, "renew", noticed)
    job_id = shop.ask(lambda _: {"was_renewed": renewed.wait(10)})

    shop.work()

    assert shop.job(job_id).result == {"was_renewed": True}


def test_progress_can_be_read_while_the_job_runs(shop: Shop) -> None:
    seen: list[Job] = []

    def body(run: JobRun) -> None:
        run.progress(3, 10)
        run.progress(4, 10)  # within the same second: not worth a transaction
        seen.append(shop.job(run.job_id))

    shop.ask(body)
    shop.work()

    assert (seen[0].state, seen[0].n_done, seen[0].n_total) == ("running", 3, 10)


def test_overdue_claims_are_taken_back_chunk_after_chunk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.assignments, "EXPIRE_CHUNK", 2)
    expire = actions.assignments.expire_overdue
    monkeypatch.setattr(actions.assignments, "expire_overdue", lambda tx, *, now: expire(tx, limit=2, now=now))
    with shop.database.read() as db:
        project = store.projects.get(db, shop.project_id)
    ada = shop.database.write(lambda tx: an_annotator(tx, project))
    for item_id in shop.database.write(lambda tx: items(tx, project, 5)):
        shop.database.write(partial(a_claim, project=project, person=ada, item_id=item_id))
    shop.now += timedelta(days=1)

    for _ in range(3):
        shop.worker._follow()

    with shop.database.read() as db:
        assert db.value("SELECT count(*) FROM assignment WHERE state = 0") == 0


def test_threads_survive_a_failing_step(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "_PAUSE_AFTER_FAILURE_SECONDS", 0.01)
    outcomes: Iterator[Exception | int] = iter([RuntimeError("the network is down"), ValueError("again"), 0])
    went_on, ran = threading.Event(), threading.Event()

    def follow(_: Database, *, now: datetime) -> int:
        outcome = next(outcomes, 0)
        if isinstance(outcome, Exception):
            raise outcome
        went_on.set()
        return outcome

    def body(_: JobRun) -> None:
        ran.set()

    monkeypatch.setattr(worker_module, "follow", follow)
    shop.ask(body)

    shop.worker.start()
    try:
        assert went_on.wait(10)
        assert ran.wait(10)
    finally:
        shop.worker.stop()

    assert not any(thread.is_alive() for thread in shop.worker._threads)
