"""Batches whose loader is dead are removed; all others stay."""

from __future__ import annotations

from datetime import timedelta

from karat.actions import imports
from karat.domain.ids import BatchId, ProjectId
from karat.jobs import run
from karat.jobs.import_file import remove_batch
from karat.jobs.run import JobRun, utc_now
from karat.jobs.sweep_batch import sweep_batch
from karat.settings import Settings
from karat.store.clock import to_micros
from karat.store.connection import Writer
from karat.store.database import Database
from tests import builders as build

SILENCE = timedelta(seconds=1)


def test_a_batch_of_a_dead_loader_is_removed_with_its_items(database: Database) -> None:
    batch_id = database.write(lambda tx: _a_loading_batch(tx, silent_for=SILENCE))

    sweep_batch(_job(database, batch_id))

    assert _n_rows(database) == (0, 0)


def test_a_batch_that_is_being_loaded_stays(database: Database) -> None:
    batch_id = database.write(lambda tx: _a_loading_batch(tx, silent_for=-SILENCE))

    sweep_batch(_job(database, batch_id))

    assert _n_rows(database) == (1, 5)


def test_a_batch_that_was_published_while_it_was_taken_for_dead_stays(database: Database) -> None:
    database.write(lambda tx: build.items(tx, build.a_project(tx), 5))
    with database.read() as db:
        batch_id = BatchId(db.value("SELECT id FROM batch"))

    remove_batch(database, batch_id)

    assert _n_rows(database) == (1, 5)


def test_a_batch_is_dead_before_its_job_is_given_to_another_worker() -> None:
    least_left_of_a_lease = run.LEASE * 3 / 4

    assert least_left_of_a_lease > imports.LEASE


def _a_loading_batch(tx: Writer, *, silent_for: timedelta) -> BatchId:
    project = build.a_project(tx)
    batch_id = build.a_batch(tx, project.id, n=5)
    build.loading_items(tx, project, batch_id, 5)
    until = to_micros(utc_now() - silent_for)
    tx.execute("UPDATE batch SET loading_until = :until WHERE id = :id", until=until, id=batch_id)
    return batch_id


def _job(database: Database, batch_id: BatchId) -> JobRun:
    with database.read() as db:
        project_id = ProjectId(db.value("SELECT id FROM project"))
        job_id = db.value("SELECT COALESCE(MAX(id), 1) FROM job")
    return JobRun(database, Settings(), job_id, project_id, {"batch": batch_id})


def _n_rows(database: Database) -> tuple[int, int]:
    with database.read() as db:
        return int(db.value("SELECT COUNT(*) FROM batch")), int(db.value("SELECT COUNT(*) FROM item"))
