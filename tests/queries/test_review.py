"""What waits for a reviewer: every disputed item with its answers, and nothing about who gave them."""

from __future__ import annotations

from functools import partial

import pytest

from karat import actions, queries
from karat.api import shapes
from karat.domain.errors import NotAllowed
from karat.domain.ids import ItemId
from karat.domain.items import Dispute, GoldKind, GoldLabel
from karat.domain.people import SYSTEM, Role
from karat.queries.review import Queue
from karat.store.database import Database
from tests.builders import NOW, a_member, a_policy, a_project, a_skip, an_answer, annotators, catch_up, items


class Scene:
    """Four items: unsure, disagreement, skipped by two, and agreed on."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.project = database.write(lambda tx: a_project(tx, a_policy(overlap=2)))
        ids = database.write(lambda tx: items(tx, self.project, 4))
        self.unsure, self.disagreed, self.skipped, self.agreed = ids
        self.people = database.write(lambda tx: annotators(tx, self.project, 2))
        self.reviewer = database.write(lambda tx: a_member(tx, self.project, "rex", Role.REVIEWER))
        self.say(0, self.unsure, None)
        self.say(0, self.disagreed, "toxic")
        self.say(1, self.disagreed, "fine")
        for person, reason in zip(self.people, ("too small", "not in my language"), strict=True):
            database.write(partial(a_skip, project=self.project, person=person, item_id=self.skipped, reason=reason))
        self.say(0, self.agreed, "fine")
        self.say(1, self.agreed, "fine")
        catch_up(database)

    def say(self, person: int, item_id: ItemId, label: str | None) -> None:
        self.database.write(
            lambda tx: an_answer(tx, self.project, self.people[person], item_id, label, duration_ms=1_500)
        )

    def queue(self, dispute: Dispute | None = None, *, limit: int = 20) -> Queue:
        with self.database.read() as db:
            return queries.review.waiting(db, self.reviewer, self.project.id, dispute=dispute, limit=limit)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def test_disputed_items_wait_in_the_order_they_came_and_settled_ones_do_not(scene: Scene) -> None:
    queue = scene.queue()

    assert [(found.item.id, found.dispute) for found in queue.items] == [
        (scene.unsure, Dispute.UNSURE),
        (scene.disagreed, Dispute.DISAGREEMENT),
        (scene.skipped, Dispute.SKIPPED),
    ]
    assert queue.n_waiting == {Dispute.UNSURE: 1, Dispute.DISAGREEMENT: 1, Dispute.SKIPPED: 1}


def test_a_reviewer_may_look_at_one_kind_of_dispute_and_still_sees_how_many_wait_of_each(scene: Scene) -> None:
    queue = scene.queue(Dispute.SKIPPED)

    assert [found.item.id for found in queue.items] == [scene.skipped]
    assert queue.items[0].item.skip_reasons == ("too small", "not in my language")
    assert sum(queue.n_waiting.values()) == 3


def test_no_more_items_come_than_were_asked_for(scene: Scene) -> None:
    assert len(scene.queue(limit=2).items) == 2


def test_a_decided_item_leaves_the_queue_at_once(scene: Scene) -> None:
    scene.database.write(
        lambda tx: actions.reviews.resolve(
            tx, scene.reviewer, scene.project.id, scene.disagreed, label="toxic", note="", now=NOW
        )
    )

    queue = scene.queue()

    assert scene.disagreed not in [found.item.id for found in queue.items]
    assert queue.n_waiting[Dispute.DISAGREEMENT] == 0


def test_an_item_that_becomes_gold_leaves_the_queue(scene: Scene) -> None:
    gold = GoldLabel(GoldKind.GOLD, "toxic", "the lead")
    scene.database.write(lambda tx: actions.reviews.set_gold(tx, SYSTEM, scene.project.id, scene.unsure, gold, now=NOW))

    assert scene.queue().n_waiting[Dispute.UNSURE] == 0


def test_what_a_reviewer_is_sent_names_nobody(scene: Scene) -> None:
    sent = [shapes.review_item(found, lambda media: media) for found in scene.queue().items]

    text = "".join(shape.model_dump_json() for shape in sent)
    assert "annotator" not in text.casefold()
    assert {key for shape in sent for answer in shape.answers for key in answer.model_dump()} == {
        "letter",
        "label",
        "unsure",
        "reason",
        "duration_ms",
    }
    assert [answer.letter for answer in sent[1].answers] == ["A", "B"]


def test_a_letter_stands_for_another_person_from_item_to_item(database: Database) -> None:
    project = database.write(lambda tx: a_project(tx, a_policy(overlap=2)))
    ids = database.write(lambda tx: items(tx, project, 24))
    people = database.write(lambda tx: annotators(tx, project, 2))
    for item_id in ids:
        for person, label in zip(people, ("toxic", "fine"), strict=True):
            database.write(partial(an_answer, project=project, person=person, item_id=item_id, label=label))
    catch_up(database)
    reviewer = database.write(lambda tx: a_member(tx, project, "rex", Role.REVIEWER))

    with database.read() as db:
        first, again = (queries.review.waiting(db, reviewer, project.id, dispute=None, limit=50) for _ in range(2))

    n_first = sum(found.answers[0].label == "toxic" for found in first.items)
    assert 4 <= n_first <= 20
    assert first == again, "the same order at every look"


def test_annotators_do_not_see_the_queue(scene: Scene) -> None:
    with scene.database.read() as db, pytest.raises(NotAllowed):
        queries.review.waiting(db, scene.people[0], scene.project.id, dispute=None, limit=5)
