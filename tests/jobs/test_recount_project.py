"""A change of policy reaches the items that are there: their states, the queue, and every sum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from karat import actions, queries
from karat.domain.ids import ItemId, JobId
from karat.domain.people import SYSTEM
from karat.domain.projects import Project
from karat.jobs.recount_project import recount_project
from karat.jobs.run import JobRun
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.connection import Writer
from karat.store.database import Database
from tests.builders import NOW, a_policy, a_project, a_skip, an_answer, annotators, catch_up, items
from tests.twins import assert_twins_agree, statistics


@pytest.fixture
def project(database: Database) -> Project:
    """Overlap 3, a majority of 60 %, two skips: see `_answers` for what was said."""
    made = database.write(lambda tx: a_project(tx, a_policy(overlap=3, majority_share=0.6, max_skips=2)))
    database.write(lambda tx: _answers(tx, made))
    catch_up(database)
    return made


def _answers(tx: Writer, project: Project) -> None:
    ada, bo, cy = annotators(tx, project, 3)
    clear, split, skipped, _untouched = items(tx, project, 4, measured=4)
    for person, of_clear, of_split in ((ada, "toxic", "toxic"), (bo, "toxic", "toxic"), (cy, "toxic", "fine")):
        an_answer(tx, project, person, clear, of_clear)
        an_answer(tx, project, person, split, of_split)
    a_skip(tx, project, ada, skipped, "blurred")
    an_answer(tx, project, bo, skipped, "fine")


def change(database: Database, project: Project, **policy: Any) -> None:
    after = a_policy(**({"overlap": 3, "majority_share": 0.6, "max_skips": 2} | policy))
    database.write(lambda tx: actions.projects.change(tx, SYSTEM, project.id, policy=after, now=NOW))


def work(database: Database, folder: Path) -> int:
    """Have everything done that waits; how many jobs that were."""
    worker, n = Worker(database, Settings(home=folder), clock=lambda: NOW), 0
    while worker._run_one_job():
        n += 1
    return n


def states(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as db:
        return [(row["state"], row["dispute"]) for row in db.rows("SELECT state, dispute FROM item ORDER BY id")]


BEFORE = [("resolved", None), ("resolved", None), ("open", None), ("open", None)]


def test_a_higher_majority_sends_items_without_it_to_review(
    database: Database, project: Project, tmp_path: Path
) -> None:
    assert states(database) == BEFORE

    change(database, project, majority_share=0.9)
    work(database, tmp_path)

    assert states(database) == [("resolved", None), ("disputed", "disagreement"), ("open", None), ("open", None)]
    assert_twins_agree(database, project.id)


def test_a_lower_majority_takes_them_back_from_review(database: Database, project: Project, tmp_path: Path) -> None:
    change(database, project, majority_share=0.9)
    work(database, tmp_path)

    change(database, project, majority_share=0.6)
    work(database, tmp_path)

    assert states(database) == BEFORE
    assert_twins_agree(database, project.id)


def test_fewer_skips_until_review_close_an_item_to_annotators_and_more_open_it_again(
    database: Database, project: Project, tmp_path: Path
) -> None:
    with database.read() as db:
        skipped = ItemId(db.value("SELECT item_id FROM assignment WHERE state = 2"))

    change(database, project, max_skips=1)
    work(database, tmp_path)
    closed = (states(database)[2], _is_offered(database, skipped))
    change(database, project, max_skips=2)
    work(database, tmp_path)

    assert closed == (("disputed", "skipped"), False)
    assert (states(database), _is_offered(database, skipped)) == (BEFORE, True)
    assert_twins_agree(database, project.id)


def test_items_are_recounted_in_chunks_however_often_it_is_done(
    database: Database, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("karat.jobs.recount_project._CHUNK", 2)
    change(database, project, majority_share=0.9, max_skips=1)
    run = JobRun(database, Settings(home=tmp_path), JobId(1), project.id, {}, now=lambda: NOW)

    recount_project(run)
    with database.read() as db:
        once = statistics(db, project.id)
    recount_project(run)

    with database.read() as db:
        assert statistics(db, project.id) == once
    assert_twins_agree(database, project.id)


def test_a_change_that_moves_no_item_recounts_none(database: Database, project: Project, tmp_path: Path) -> None:
    work(database, tmp_path)

    change(database, project, overlap=5, gold_share=0.2, gate_gold_answers=3)

    assert work(database, tmp_path) == 0


def test_changes_in_a_row_are_recounted_once(database: Database, project: Project, tmp_path: Path) -> None:
    work(database, tmp_path)

    change(database, project, majority_share=0.7)
    change(database, project, majority_share=0.9)

    assert work(database, tmp_path) == 1
    assert states(database)[1] == ("disputed", "disagreement")


def test_the_overview_says_that_it_is_still_counting(database: Database, project: Project, tmp_path: Path) -> None:
    def is_up_to_date() -> bool:
        with database.read() as db:
            return queries.overview.overview(db, SYSTEM, project.id, now=NOW).is_up_to_date

    work(database, tmp_path)
    change(database, project, majority_share=0.9)
    catch_up(database)  # The event of the change itself moves nothing.
    while_counting = is_up_to_date()
    work(database, tmp_path)

    assert (while_counting, is_up_to_date()) == (False, True)


def _is_offered(database: Database, item_id: ItemId) -> bool:
    with database.read() as db:
        return bool(db.value("SELECT is_open FROM queue_item WHERE item_id = :id", id=item_id))
