"""Items for whoever runs a project: pages that hold still, and the reason for each label in one sentence."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from karat import actions, queries, store
from karat.domain.errors import NotAllowed, NotFound
from karat.domain.ids import ItemId
from karat.domain.items import GoldKind, GoldLabel, ItemState
from karat.domain.people import SYSTEM, Actor, Role
from karat.domain.projects import Project
from karat.queries.items import MAX_PAGE, ItemFilter, Page
from karat.store.consensus import ItemConsensus
from karat.store.database import Database
from tests.builders import (
    NOW,
    a_member,
    a_policy,
    a_project,
    an_annotator,
    an_answer,
    annotators,
    catch_up,
    checks,
    items,
)


def test_pages_follow_one_another_without_gap_or_repetition(database: Database) -> None:
    project, lead = scene(database)
    ids = database.write(lambda tx: items(tx, project, 7))

    pages, after = [], 0
    while True:
        found = page(database, lead, project, after=after, limit=3)
        pages.append([item.id for item in found.items])
        if found.next_after is None:
            break
        after = found.next_after

    assert pages == [ids[:3], ids[3:6], ids[6:]]


def test_a_page_that_ends_with_the_last_item_has_no_next_one(database: Database) -> None:
    project, lead = scene(database)
    database.write(lambda tx: items(tx, project, 3))

    assert page(database, lead, project, limit=3).next_after is None


def test_items_that_leave_or_join_a_list_between_two_pages_move_nothing_else(database: Database) -> None:
    project, lead = scene(database)
    ids = database.write(lambda tx: items(tx, project, 6))
    first = page(database, lead, project, limit=2, state=ItemState.OPEN)
    database.write(lambda tx: actions.reviews.resolve(tx, SYSTEM, project.id, ids[0], label="fine", note="", now=NOW))
    new = database.write(lambda tx: items(tx, project, 1, prefix="new"))

    second = page(database, lead, project, after=first.next_after or 0, limit=9, state=ItemState.OPEN)

    assert [item.id for item in second.items] == ids[2:] + new


def test_a_page_is_never_longer_than_the_longest(database: Database) -> None:
    project, lead = scene(database)
    database.write(lambda tx: items(tx, project, MAX_PAGE + 5))

    found = page(database, lead, project, limit=10_000)

    assert len(found.items) == MAX_PAGE
    assert found.next_after == found.items[-1].id


def test_who_may_only_annotate_sees_neither_lists_nor_items(database: Database) -> None:
    project, _ = scene(database)
    ada = database.write(lambda tx: an_annotator(tx, project))
    (item_id,) = database.write(lambda tx: items(tx, project, 1))

    with pytest.raises(NotAllowed):
        page(database, ada, project)
    with database.read() as db, pytest.raises(NotAllowed):
        queries.items.detail(db, ada, project.id, item_id)


def test_an_item_of_another_project_is_not_found(database: Database) -> None:
    project, lead = scene(database)
    other = database.write(lambda tx: a_project(tx, name="Other"))
    (item_id,) = database.write(lambda tx: items(tx, other, 1))

    with database.read() as db, pytest.raises(NotFound):
        queries.items.detail(db, lead, project.id, item_id)


def test_an_item_without_answers_has_no_label_yet(database: Database) -> None:
    project, lead = scene(database)
    (item_id,) = database.write(lambda tx: items(tx, project, 1))

    assert why(database, lead, project, item_id) == "It has no label yet: nobody has given one."


def test_an_item_tells_how_many_of_its_answers_carry_its_label(database: Database) -> None:
    project, lead = scene(database, overlap=3)
    (item_id,) = database.write(lambda tx: items(tx, project, 1))
    people = database.write(lambda tx: annotators(tx, project, 3))
    for person, label in zip(people, ("toxic", "toxic", "fine"), strict=True):
        database.write(partial(an_answer, project=project, person=person, item_id=item_id, label=label))
    assert "the consensus has not been computed since" in why(database, lead, project, item_id)

    inferred = ItemConsensus(item_id, "toxic", 0.87, {"toxic": 0.87, "fine": 0.13}, 3)
    database.write(lambda tx: store.consensus.put(tx, project.id, [inferred]))

    assert why(database, lead, project, item_id) == (
        "2 of 3 answers say 'Toxic'; weighing each annotator's record, that label has a certainty of 87.0%."
    )
    with database.read() as db:
        reason = queries.items.detail(db, lead, project.id, item_id).why
    assert (reason.code, reason.values) == (
        "consensus",
        {"n_agreeing": 2, "n": 3, "label": "Toxic", "certainty": 0.87},
    )


def test_rounding_does_not_make_a_label_certain(database: Database) -> None:
    project, lead = scene(database)
    (item_id,) = database.write(lambda tx: items(tx, project, 1))
    (person,) = database.write(lambda tx: annotators(tx, project, 1))
    database.write(lambda tx: an_answer(tx, project, person, item_id, "toxic"))
    inferred = ItemConsensus(item_id, "toxic", 0.9999, {"toxic": 0.9999, "fine": 0.0001}, 1)
    database.write(lambda tx: store.consensus.put(tx, project.id, [inferred]))

    assert why(database, lead, project, item_id).endswith("that label has a certainty of more than 99.9%.")


def test_a_disputed_item_tells_that_it_waits_for_a_reviewer(database: Database) -> None:
    project, lead = scene(database, overlap=2)
    (item_id,) = database.write(lambda tx: items(tx, project, 1))
    for person, label in zip(database.write(lambda tx: annotators(tx, project, 2)), ("toxic", "fine"), strict=True):
        database.write(partial(an_answer, project=project, person=person, item_id=item_id, label=label))
    inferred = ItemConsensus(item_id, "toxic", 0.5, {"toxic": 0.5, "fine": 0.5}, 2)
    database.write(lambda tx: store.consensus.put(tx, project.id, [inferred]))
    catch_up(database)

    assert why(database, lead, project, item_id).endswith("It waits for a reviewer.")


def test_a_decision_names_the_reviewer_and_stands_above_the_answers(database: Database) -> None:
    project, lead = scene(database)
    (item_id, other) = database.write(lambda tx: items(tx, project, 2))
    for decided, label in ((item_id, "fine"), (other, None)):
        database.write(
            partial(
                actions.reviews.resolve,
                actor=lead,
                project_id=project.id,
                item_id=decided,
                label=label,
                note="torn page",
                now=NOW,
            )
        )

    assert why(database, lead, project, item_id).startswith("Lea decided as 'Fine'; a reviewer's decision stands above")
    assert why(database, lead, project, other).startswith("Lea decided to leave it without a label;")


def test_a_gold_label_stands_above_everything_and_a_reference_above_nothing(database: Database) -> None:
    project, lead = scene(database)
    (check,) = database.write(lambda tx: checks(tx, project, 1))
    (item_id,) = database.write(lambda tx: items(tx, project, 1))
    reference = GoldLabel(GoldKind.REFERENCE, "fine", "an expert")
    database.write(lambda tx: actions.reviews.set_gold(tx, lead, project.id, item_id, reference, now=NOW))

    assert why(database, lead, project, check).startswith("Its label is the gold label, 'Toxic'")
    assert why(database, lead, project, item_id) == "It has no label yet: nobody has given one."


def scene(database: Database, *, overlap: int = 1) -> tuple[Project, Actor]:
    project = database.write(lambda tx: a_project(tx, a_policy(overlap=overlap)))
    return project, database.write(lambda tx: a_member(tx, project, "lea", Role.LEAD))


def page(database: Database, actor: Actor, project: Project, *, after: int = 0, limit: int = 50, **wanted: Any) -> Page:
    with database.read() as db:
        return queries.items.page(
            db,
            actor,
            project.id,
            ItemFilter(**wanted),
            after=ItemId(after),
            limit=limit,
        )


def why(database: Database, actor: Actor, project: Project, item_id: ItemId) -> str:
    with database.read() as db:
        return queries.items.detail(db, actor, project.id, item_id).why.text
