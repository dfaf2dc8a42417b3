"""Reviewers' decisions and gold labels: who may, what is refused, and what follows at once."""

from __future__ import annotations

from functools import partial

import pytest

from karat import actions, queries, store
from karat.domain.errors import Invalid, NotAllowed, NotFound
from karat.domain.ids import ItemId
from karat.domain.items import GoldKind, GoldLabel, ItemState
from karat.domain.people import Actor, Role
from karat.domain.probes import Purpose
from karat.store.database import Database
from tests.builders import (
    NOW,
    a_batch,
    a_claim,
    a_member,
    a_policy,
    a_project,
    an_answer,
    annotators,
    catch_up,
    checks,
    items,
    later,
    loading_items,
    revise,
)

GOLD = GoldLabel(GoldKind.GOLD, "toxic", "agreed by two experts")


class Scene:
    """A project with two items, two annotators, a reviewer and a lead."""

    def __init__(self, database: Database, *, overlap: int = 2) -> None:
        self.database = database
        self.project = database.write(lambda tx: a_project(tx, a_policy(overlap=overlap)))
        self.items = database.write(lambda tx: items(tx, self.project, 2, measured=2))
        self.people = database.write(lambda tx: annotators(tx, self.project, 2))
        self.reviewer, self.lead, self.engineer = (
            database.write(partial(a_member, project=self.project, name=name, role=role))
            for name, role in (("rex", Role.REVIEWER), ("lea", Role.LEAD), ("eve", Role.ENGINEER))
        )

    def resolve(
        self, item_id: ItemId, label: str | None, note: str = "", *, by: Actor | None = None, at: float = 0
    ) -> None:
        actor = by or self.reviewer
        self.database.write(
            lambda tx: actions.reviews.resolve(
                tx, actor, self.project.id, item_id, label=label, note=note, now=later(at)
            )
        )

    def set_gold(self, item_id: ItemId, gold: GoldLabel = GOLD, *, by: Actor | None = None) -> None:
        actor = by or self.lead
        self.database.write(lambda tx: actions.reviews.set_gold(tx, actor, self.project.id, item_id, gold, now=NOW))

    def answer(self, person: int, item_id: ItemId, label: str | None, purpose: Purpose = Purpose.PRODUCTION) -> None:
        self.database.write(
            lambda tx: an_answer(tx, self.project, self.people[person], item_id, label, purpose=purpose)
        )

    def detail(self, item_id: ItemId) -> queries.items.Detail:
        with self.database.read() as db:
            return queries.items.detail(db, self.lead, self.project.id, item_id)

    def counts(self) -> dict[str, int]:
        with self.database.read() as db:
            return dict(store.statistics.counts(db, self.project.id))

    def is_offered(self, item_id: ItemId) -> bool:
        with self.database.read() as db:
            return bool(db.value("SELECT is_open FROM queue_item WHERE item_id = :id", id=item_id))


# --- Decisions --------------------------------------------------------------------------------------------------


def test_a_decision_resolves_an_item_at_once_and_closes_it_in_the_queue(database: Database) -> None:
    scene = Scene(database)
    catch_up(database)
    assert scene.is_offered(scene.items[0])

    scene.resolve(scene.items[0], "toxic", "R3 says so")

    assert scene.detail(scene.items[0]).item.state is ItemState.RESOLVED
    assert not scene.is_offered(scene.items[0])
    assert scene.is_offered(scene.items[1])
    assert (scene.counts()["state:resolved"], scene.counts()["state:open"]) == (1, 1)


def test_a_later_decision_supersedes_an_earlier_one_which_stays_in_the_history(database: Database) -> None:
    scene = Scene(database)
    scene.resolve(scene.items[0], "toxic", "R3")

    scene.resolve(scene.items[0], "fine", "R3 was changed", at=60)

    detail = scene.detail(scene.items[0])
    assert detail.item.decision is not None
    assert (detail.item.decision.label, detail.item.decision.by) == ("fine", "Rex")
    decisions = [
        (happening.label, happening.is_current) for happening in detail.history if happening.kind == "resolved"
    ]
    assert decisions == [("toxic", False), ("fine", True)]
    assert scene.counts()["state:resolved"] == 1


def test_an_item_may_be_left_undecided_with_the_reason_in_a_note(database: Database) -> None:
    scene = Scene(database)

    scene.resolve(scene.items[0], None, "  half of the picture is missing ")

    item = scene.detail(scene.items[0]).item
    assert item.state is ItemState.RESOLVED
    assert item.decision is not None
    assert (item.decision.label, item.decision.note) == (None, "half of the picture is missing")


@pytest.mark.parametrize("note", ["", "  \n"])
def test_an_item_is_not_left_undecided_without_a_note(database: Database, note: str) -> None:
    scene = Scene(database)

    with pytest.raises(Invalid, match="say in the note why") as refused:
        scene.resolve(scene.items[0], None, note)

    assert [problem.where for problem in refused.value.problems] == ["note"]
    assert scene.detail(scene.items[0]).item.decision is None


def test_a_decision_for_an_unknown_class_is_refused_with_the_classes_there_are(database: Database) -> None:
    scene = Scene(database)

    with pytest.raises(Invalid, match=r"'spam' is no class of spec version 1; its classes are: toxic, fine"):
        scene.resolve(scene.items[0], "spam")


def test_reviewers_and_leads_decide_and_nobody_else(database: Database) -> None:
    scene = Scene(database)
    outsider = Actor(None, "Olga", is_admin=False)

    scene.resolve(scene.items[0], "fine", by=scene.lead)

    for actor in (scene.people[0], scene.engineer):
        with pytest.raises(NotAllowed):
            scene.resolve(scene.items[0], "toxic", by=actor)
    with pytest.raises(NotFound, match="does not exist, or you are not a member"):
        scene.resolve(scene.items[0], "toxic", by=outsider)


def test_an_item_of_another_project_or_of_a_batch_being_loaded_is_not_found(database: Database) -> None:
    scene = Scene(database)
    other = database.write(lambda tx: a_project(tx, name="Other"))
    (foreign,) = database.write(lambda tx: items(tx, other, 1))
    (loading,) = database.write(
        lambda tx: loading_items(tx, scene.project, a_batch(tx, scene.project.id), 1, prefix="new")
    )

    for item_id in (foreign, loading):
        with pytest.raises(NotFound):
            scene.resolve(item_id, "toxic")
        with pytest.raises(NotFound):
            scene.set_gold(item_id)


def test_a_decision_settles_an_unsure_item_and_answers_that_come_later_do_not_reopen_it(database: Database) -> None:
    scene = Scene(database)
    scene.answer(0, scene.items[0], None)
    late = database.write(lambda tx: a_claim(tx, scene.project, scene.people[1], scene.items[0]))
    catch_up(database)
    assert scene.counts()["dispute:unsure"] == 1

    scene.resolve(scene.items[0], "toxic")
    database.write(lambda tx: revise(tx, scene.people[1], late, "fine"))
    catch_up(database)

    assert scene.detail(scene.items[0]).item.state is ItemState.RESOLVED
    assert "dispute:unsure" not in scene.counts()


def test_a_decision_is_an_event_with_the_note_as_it_was_stored(database: Database) -> None:
    scene = Scene(database)

    scene.resolve(scene.items[0], "toxic", " R3 ")

    with database.read() as db:
        row = db.row("SELECT facts, item_id, actor_id FROM event WHERE kind = 'item_resolved'")
    assert row is not None
    assert (row["facts"], row["item_id"]) == ('{"label": "toxic", "note": "R3"}', scene.items[0])
    assert row["actor_id"] == scene.reviewer.account_id


# --- Gold -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [GoldKind.GOLD, GoldKind.HONEYPOT])
def test_an_item_that_becomes_a_check_leaves_production(database: Database, kind: GoldKind) -> None:
    scene = Scene(database)
    catch_up(database)

    scene.set_gold(scene.items[0], GoldLabel(kind, "toxic", "the lead"))

    found = scene.counts()
    assert (found["items"], found["check_items"], found["state:open"]) == (1, 1, 1)
    assert not scene.is_offered(scene.items[0])


def test_a_reference_label_leaves_its_item_in_production(database: Database) -> None:
    scene = Scene(database)
    catch_up(database)
    before = scene.counts()

    scene.set_gold(scene.items[0], GoldLabel(GoldKind.REFERENCE, "toxic", "the lead"))

    assert scene.counts() == before
    assert scene.is_offered(scene.items[0])


def test_ordinary_answers_are_not_graded_when_their_item_becomes_gold(database: Database) -> None:
    scene = Scene(database)
    scene.answer(0, scene.items[0], "fine")
    catch_up(database)

    scene.set_gold(scene.items[0])
    scene.answer(1, scene.items[0], "toxic", Purpose.GOLD)
    catch_up(database)

    found = scene.counts()
    assert (found["gold:graded"], found["gold:right"]) == (1, 1)


def test_answers_to_a_check_are_graded_anew_when_its_label_is_corrected(database: Database) -> None:
    scene = Scene(database)
    (check,) = database.write(lambda tx: checks(tx, scene.project, 1, label="toxic"))
    scene.answer(0, check, "fine", Purpose.GOLD)
    catch_up(database)
    assert "gold:right" not in scene.counts()

    scene.set_gold(check, GoldLabel(GoldKind.GOLD, "fine", "the lead, after a question"))

    assert scene.counts()["gold:right"] == 1


def test_a_gold_label_of_an_unknown_class_is_refused(database: Database) -> None:
    scene = Scene(database)

    with pytest.raises(Invalid, match="'spam' is no class of spec version 1"):
        scene.set_gold(scene.items[0], GoldLabel(GoldKind.GOLD, "spam", ""))

    assert scene.detail(scene.items[0]).item.gold is None


def test_leads_set_gold_and_nobody_else(database: Database) -> None:
    scene = Scene(database)

    for actor in (scene.people[0], scene.reviewer, scene.engineer):
        with pytest.raises(NotAllowed):
            scene.set_gold(scene.items[0], by=actor)


def test_a_new_gold_label_has_the_consensus_fitted_again(database: Database) -> None:
    scene = Scene(database)
    catch_up(database)

    scene.set_gold(scene.items[0], GoldLabel(GoldKind.REFERENCE, "toxic", "the lead"))
    catch_up(database)

    with database.read() as db:
        assert db.value("SELECT count(*) FROM job WHERE name = 'refit_consensus'") == 1
