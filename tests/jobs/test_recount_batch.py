"""After an import with answers: all of its items are counted, and the consensus is asked for once."""

from __future__ import annotations

from pathlib import Path

import pytest

from karat import store
from karat.actions.recount import batch_twin
from karat.domain.ids import JobId
from karat.domain.tallies import without_zeros
from karat.jobs.recount_batch import recount_batch
from karat.jobs.run import JobRun
from karat.settings import Settings
from karat.store.database import Database
from karat.store.history import PastAnswer
from tests.builders import NOW, a_policy, a_project, annotators, catch_up, items


def test_the_items_of_a_batch_are_counted_in_chunks_however_often_it_is_done(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("karat.jobs.recount_batch._CHUNK", 2)
    project = database.write(lambda tx: a_project(tx, a_policy(overlap=2)))
    ids = database.write(lambda tx: items(tx, project, 5, measured=5))
    people = database.write(lambda tx: annotators(tx, project, 2))
    memberships = [person.memberships[project.id].id for person in people]
    given = [
        PastAnswer(item_id, member, label, NOW)
        for item_id in ids
        for member, label in zip(memberships, ("toxic", "fine" if item_id == ids[0] else "toxic"), strict=True)
    ]
    database.write(lambda tx: store.history.add_many(tx, project.id, given, spec_version=1))
    catch_up(database)
    batch = database.write(lambda tx: tx.value("SELECT id FROM batch"))
    run = JobRun(database, Settings(home=tmp_path), JobId(1), project.id, {"batch": batch}, now=lambda: NOW)

    for _ in range(2):
        recount_batch(run)

    with database.read() as db:
        found = store.statistics.counts(db, project.id)
        sums, _ = batch_twin(db, project.id)
        assert (found["answers"], found["state:resolved"], found["dispute:disagreement"]) == (10, 4, 1)
        assert without_zeros(found) == without_zeros(sums.project)
        assert store.agreement.load(db, project.id).sums.n_items == 5
        assert db.value("SELECT count(*) FROM job WHERE name = 'refit_consensus'") == 1
