"""Fitting anew: writes what changed, removes what has no label any more, and says how it was fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from karat import store
from karat.domain.ids import ItemId, JobId, ProjectId
from karat.domain.items import GoldKind, GoldLabel
from karat.jobs.refit_consensus import refit_consensus
from karat.jobs.run import JobRun
from karat.settings import Settings
from karat.store.consensus import ItemConsensus
from karat.store.database import Database, Writer
from tests.builders import NOW, a_policy, a_project, an_answer, annotators, catch_up, items, later, revise


class Scene:
    """Two people who agree on three items."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.project = database.write(lambda tx: a_project(tx, a_policy(overlap=2)))
        self.items = database.write(lambda tx: items(tx, self.project, 3))
        self.people = database.write(lambda tx: annotators(tx, self.project, 2))
        self.claims = [
            (
                person,
                database.write(partial(an_answer, project=self.project, person=person, item_id=item_id, label="toxic")),
            )
            for item_id in self.items
            for person in self.people
        ]
        settings = Settings(home=home)
        self.run = JobRun(database, settings, JobId(1), self.project.id, {}, now=lambda: later(60))

    def stored(self) -> dict[ItemId, ItemConsensus | None]:
        with self.database.read() as db:
            return {item.id: item.consensus for item in store.item_lists.known(db, self.items)}

    def fit(self) -> store.consensus.ConsensusFit | None:
        with self.database.read() as db:
            return store.consensus.fit(db, self.project.id)


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Scene:
    return Scene(database, tmp_path)


def test_every_answered_item_gets_its_label_and_the_fit_is_noted(scene: Scene) -> None:
    refit_consensus(scene.run)

    assert [item.label for item in scene.stored().values() if item] == ["toxic"] * 3
    fit = scene.fit()
    assert fit is not None
    assert (fit.method, fit.n_answers, fit.fitted_at) == ("auto", 6, later(60))


def test_only_what_changed_is_written(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    refit_consensus(scene.run)
    written: list[ItemId] = []
    put = store.consensus.put

    def noted(tx: Writer, project_id: ProjectId, chunk: Sequence[ItemConsensus]) -> None:
        written.extend(item.item_id for item in chunk)
        put(tx, project_id, chunk)

    monkeypatch.setattr(store.consensus, "put", noted)

    refit_consensus(scene.run)
    assert written == []

    scene.database.write(
        lambda tx: store.consensus.put(tx, scene.project.id, [garbled(scene.stored()[scene.items[1]])])
    )
    written.clear()
    refit_consensus(scene.run)

    assert written == [scene.items[1]]


def garbled(item: ItemConsensus | None) -> ItemConsensus:
    """The same label and certainty with another soft label."""
    assert item is not None
    return replace(item, probabilities={**item.probabilities, "rude": 0.001})


def test_an_item_whose_answers_were_all_revised_to_unsure_has_no_consensus_any_more(scene: Scene) -> None:
    refit_consensus(scene.run)
    for person, claim_id in scene.claims[:2]:
        scene.database.write(partial(revise, person=person, claim_id=claim_id, label=None, now=later(5)))

    refit_consensus(scene.run)

    stored = scene.stored()
    assert stored[scene.items[0]] is None
    assert stored[scene.items[1]] is not None


def test_a_project_whose_last_answer_is_gone_has_no_fit_any_more(scene: Scene) -> None:
    refit_consensus(scene.run)
    for person, claim_id in scene.claims:
        scene.database.write(partial(revise, person=person, claim_id=claim_id, label=None, now=later(5)))

    refit_consensus(scene.run)

    assert scene.fit() is None
    assert set(scene.stored().values()) == {None}


def test_the_fit_keeps_how_right_it_is_on_reference_labels(scene: Scene) -> None:
    for item_id, label in zip(scene.items, ("toxic", "fine", "toxic"), strict=True):
        gold = GoldLabel(GoldKind.REFERENCE, label, "an expert")
        scene.database.write(partial(store.gold.put, project_id=scene.project.id, item_id=item_id, gold=gold, now=NOW))

    refit_consensus(scene.run)

    fit = scene.fit()
    assert fit is not None
    assert (fit.facts["reference_right"], fit.facts["reference_graded"]) == (2, 3)


def test_many_changes_are_written_in_several_transactions(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karat.jobs.refit_consensus._CHUNK", 2)
    sizes: list[int] = []
    put = store.consensus.put

    def counted(tx: Writer, project_id: ProjectId, chunk: Sequence[ItemConsensus]) -> None:
        sizes.append(len(chunk))
        put(tx, project_id, chunk)

    monkeypatch.setattr(store.consensus, "put", counted)

    refit_consensus(scene.run)

    assert sizes == [2, 1]
    assert None not in scene.stored().values()


@pytest.mark.parametrize(("n_fitted", "rest"), [(1, 60), (6, 600)])
def test_new_answers_ask_for_one_fit_that_rests_in_proportion_to_how_long_the_last_one_took(
    scene: Scene, n_fitted: int, rest: float
) -> None:
    fit = store.consensus.ConsensusFit("dawid_skene", NOW, n_fitted, {"seconds": 3.0, "reference_graded": 0})
    scene.database.write(lambda tx: store.consensus.put_fit(tx, scene.project.id, fit))

    catch_up(scene.database)

    with scene.database.read() as db:
        assert db.value("SELECT count(*) FROM job") == 1
        assert not store.jobs.is_due(db, now=later(rest - 1))
        assert store.jobs.is_due(db, now=later(rest))


def test_what_was_asked_for_during_a_fit_rests_after_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    catch_up(scene.database)
    long = store.consensus.ConsensusFit("dawid_skene", later(60), 6, {"seconds": 3.0, "reference_graded": 0})
    monkeypatch.setattr("karat.jobs.refit_consensus._fit", lambda *_, **__: long)

    refit_consensus(scene.run)

    with scene.database.read() as db:
        assert not store.jobs.is_due(db, now=later(659))
        assert store.jobs.is_due(db, now=later(660))
