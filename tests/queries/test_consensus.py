"""What is inferred from a project's answers: from which of them, by which method, and how it is graded."""

from __future__ import annotations

from functools import partial

import pytest

from karat import store
from karat.domain.ids import AssignmentId, ItemId
from karat.domain.items import GoldKind, GoldLabel
from karat.domain.probes import Purpose
from karat.domain.projects import Project
from karat.queries.consensus import Inference, infer
from karat.store.consensus import ItemConsensus
from karat.store.database import Database
from tests.builders import NOW, a_policy, a_project, an_answer, annotators, checks, items, later, revise


class Scene:
    """A project with three annotators, who answer what the test says."""

    def __init__(self, database: Database, *, n_items: int = 3) -> None:
        self.database = database
        self.project: Project = database.write(lambda tx: a_project(tx, a_policy(overlap=3)))
        self.items: list[ItemId] = database.write(lambda tx: items(tx, self.project, n_items))
        self.people = database.write(lambda tx: annotators(tx, self.project, 3))

    def say(self, item_id: ItemId, *labels: str | None, purpose: Purpose = Purpose.PRODUCTION) -> list[AssignmentId]:
        return [
            self.database.write(
                partial(an_answer, project=self.project, person=person, item_id=item_id, label=label, purpose=purpose)
            )
            for person, label in zip(self.people, labels, strict=False)
        ]

    def set_gold(self, item_id: ItemId, kind: GoldKind, label: str) -> None:
        gold = GoldLabel(kind, label, "an expert")
        self.database.write(lambda tx: store.gold.put(tx, self.project.id, item_id, gold, now=NOW))

    def infer(self) -> Inference | None:
        with self.database.read() as db:
            return infer(db, self.project.id)

    def labels(self) -> dict[ItemId, ItemConsensus]:
        inference = self.infer()
        assert inference is not None
        return {item.item_id: item for item in inference.items()}


def test_nothing_is_inferred_without_answers(database: Database) -> None:
    scene = Scene(database)
    scene.say(scene.items[0], None)

    assert scene.infer() is None


def test_every_item_with_a_label_gets_one_with_its_certainty_and_its_number_of_answers(database: Database) -> None:
    scene = Scene(database)
    scene.say(scene.items[0], "toxic", "toxic", "toxic")
    scene.say(scene.items[1], "fine", None)

    found = scene.labels()

    assert {item_id: (item.label, item.n_answers) for item_id, item in found.items()} == {
        scene.items[0]: ("toxic", 3),
        scene.items[1]: ("fine", 1),
    }
    for item in found.values():
        assert item.certainty == item.probabilities[item.label]
        assert sum(item.probabilities.values()) == pytest.approx(1, abs=0.002)


def test_only_the_latest_answer_of_a_person_counts(database: Database) -> None:
    scene = Scene(database)
    (claim_id, *_) = scene.say(scene.items[0], "toxic")
    database.write(lambda tx: revise(tx, scene.people[0], claim_id, "fine", now=later(5)))

    assert scene.labels()[scene.items[0]].label == "fine"
    assert scene.labels()[scene.items[0]].n_answers == 1


def test_people_who_cannot_be_compared_are_counted_by_votes(database: Database) -> None:
    scene = Scene(database)
    for item_id, person in zip(scene.items, scene.people, strict=True):
        database.write(partial(an_answer, project=scene.project, person=person, item_id=item_id, label="toxic"))

    inference = scene.infer()

    assert inference is not None
    assert inference.consensus.method == "majority"


def test_shared_items_or_gold_let_people_be_weighed(database: Database) -> None:
    scene = Scene(database)
    scene.say(scene.items[0], "toxic", "toxic")

    inference = scene.infer()

    assert inference is not None
    assert inference.consensus.method == "auto"


def test_a_gold_label_is_held_fixed_whatever_was_answered(database: Database) -> None:
    scene = Scene(database)
    (check,) = database.write(lambda tx: checks(tx, scene.project, 1, label="fine"))
    scene.say(check, "toxic", "toxic", "toxic", purpose=Purpose.GOLD)
    scene.say(scene.items[0], "toxic", "toxic", "toxic")

    found = scene.labels()[check]

    assert (found.label, found.certainty) == ("fine", 1.0)


def test_a_reference_label_grades_the_consensus_and_never_makes_it(database: Database) -> None:
    scene = Scene(database)
    for item_id, true in zip(scene.items, ("toxic", "fine", "toxic"), strict=True):
        scene.say(item_id, "toxic", "toxic", "toxic")
        scene.set_gold(item_id, GoldKind.REFERENCE, true)

    inference = scene.infer()

    assert inference is not None
    assert (inference.reference_right, inference.reference_graded) == (2, 3)
    assert {item.label for item in inference.items()} == {"toxic"}


def test_a_reference_label_without_answers_grades_nothing(database: Database) -> None:
    scene = Scene(database)
    scene.say(scene.items[0], "toxic", "toxic")
    scene.set_gold(scene.items[1], GoldKind.REFERENCE, "toxic")

    inference = scene.infer()

    assert inference is not None
    assert inference.reference_graded == 0
