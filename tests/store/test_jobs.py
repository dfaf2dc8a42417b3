"""The job table: each job runs once, is taken up again after a crash, and is never queued twice for nothing."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from karat import store
from karat.domain.errors import NotFound
from karat.domain.ids import JobId, ProjectId
from karat.store.database import Database
from karat.store.postgres import PostgresDatabase
from tests.builders import NOW, a_project, later


def test_a_job_is_leased_by_one_worker_only(database: Database) -> None:
    job_id = database.write(lambda tx: store.jobs.enqueue(tx, "count", {"n": 1}, now=NOW))

    first = database.write(lambda tx: store.jobs.lease(tx, now=NOW, until=later(60)))
    second = database.write(lambda tx: store.jobs.lease(tx, now=NOW, until=later(60)))

    assert first is not None
    assert (first.id, first.arguments, first.attempts) == (job_id, {"n": 1}, 1)
    assert second is None


def test_a_job_whose_worker_died_is_leased_again_after_its_lease(database: Database) -> None:
    database.write(lambda tx: store.jobs.enqueue(tx, "count", {}, now=NOW))
    database.write(lambda tx: store.jobs.lease(tx, now=NOW, until=later(60)))

    again = database.write(lambda tx: store.jobs.lease(tx, now=later(61), until=later(121)))

    assert again is not None
    assert again.attempts == 2


def test_a_job_is_not_run_before_its_time(database: Database) -> None:
    database.write(lambda tx: store.jobs.enqueue(tx, "count", {}, now=NOW, run_at=later(10)))

    with database.read() as db:
        assert not store.jobs.is_due(db, now=NOW)
        assert store.jobs.is_due(db, now=later(10))


def test_a_waiting_job_with_the_same_purpose_will_do(database: Database) -> None:
    first = database.write(lambda tx: store.jobs.enqueue(tx, "refit", {}, now=NOW, dedupe="refit:1"))

    second = database.write(lambda tx: store.jobs.enqueue(tx, "refit", {}, now=NOW, dedupe="refit:1"))

    assert first is not None
    assert second is None


def test_a_waiting_job_is_brought_forward_by_who_wants_it_earlier(database: Database) -> None:
    def ask(seconds: float) -> JobId | None:
        return database.write(
            lambda tx: store.jobs.enqueue(tx, "refit", {}, now=NOW, run_at=later(seconds), dedupe="refit:1")
        )

    first, earlier, later_again = ask(60), ask(10), ask(30)

    assert earlier == first
    assert later_again is None
    with database.read() as db:
        assert store.jobs.is_due(db, now=later(10))


def test_a_running_job_does_not_stand_in_for_one_that_comes_later(database: Database) -> None:
    database.write(lambda tx: store.jobs.enqueue(tx, "refit", {}, now=NOW, dedupe="refit:1"))
    database.write(lambda tx: store.jobs.lease(tx, now=NOW, until=later(60)))

    second = database.write(lambda tx: store.jobs.enqueue(tx, "refit", {}, now=NOW, dedupe="refit:1"))

    assert second is not None


def test_a_job_to_be_tried_again_may_wait_beside_a_newer_twin(database: Database) -> None:
    first = database.write(lambda tx: store.jobs.enqueue(tx, "refit", {}, now=NOW, dedupe="refit:1"))
    database.write(lambda tx: store.jobs.lease(tx, now=NOW, until=later(60)))
    database.write(lambda tx: store.jobs.enqueue(tx, "refit", {}, now=later(1), dedupe="refit:1"))

    database.write(lambda tx: store.jobs.try_again(tx, JobId(first or 0), "lost", at=later(5), now=later(2)))

    leased = [database.write(lambda tx: store.jobs.lease(tx, now=later(6), until=later(66))) for _ in range(3)]
    assert [job is not None for job in leased] == [True, True, False]


def test_a_failed_job_tells_its_problems_to_its_project_only(database: Database) -> None:
    project = database.write(a_project)
    job_id = database.write(lambda tx: store.jobs.enqueue(tx, "load", {}, now=NOW, project_id=project.id))
    problems = [{"where": "line 3", "message": "has 2 cells instead of 3"}]

    database.write(lambda tx: store.jobs.fail(tx, JobId(job_id or 0), "2 rows are broken", problems, now=NOW))

    with database.read() as db:
        job = store.jobs.get(db, JobId(job_id or 0), project.id)
        assert (job.state, job.error, job.problems, job.result) == ("failed", "2 rows are broken", problems, None)
        with pytest.raises(NotFound):
            store.jobs.get(db, JobId(job_id or 0), ProjectId(project.id + 1))


def test_many_workers_lease_every_job_exactly_once(postgres: PostgresDatabase) -> None:
    for number in range(60):
        postgres.write(partial(store.jobs.enqueue, name="count", arguments={"n": number}, now=NOW))
    taken: list[int] = []

    def work() -> None:
        while job := postgres.write(lambda tx: store.jobs.lease(tx, now=NOW, until=later(60))):
            taken.append(job.arguments["n"])

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(taken) == list(range(60))
