"""Counting anew: states follow the facts, and what is offered to annotators follows the states."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from karat import actions, store
from karat.actions.recount import batch_twin, rebuild, recount
from karat.domain.errors import Conflict
from karat.domain.ids import ItemId
from karat.domain.items import GoldKind, GoldLabel, ItemState
from karat.domain.people import SYSTEM, Actor
from karat.domain.probes import Purpose
from karat.domain.projects import Project
from karat.domain.tallies import without_zeros
from karat.store.database import Database, Writer
from karat.store.postgres import PostgresDatabase
from tests.builders import (
    NOW,
    a_claim,
    a_policy,
    a_project,
    a_skip,
    an_answer,
    annotators,
    catch_up,
    checks,
    items,
    later,
    revise,
)


def test_counting_an_item_twice_counts_it_once(database: Database) -> None:
    project, people, (item_id, *_) = scene(database)
    database.write(lambda tx: an_answer(tx, project, people[0], item_id, "toxic"))

    for _ in range(2):
        database.write(lambda tx: recount(tx, project.id, [item_id]))

    assert counts(database, project)["answers"] == 1


def test_a_revision_takes_the_earlier_answer_back(database: Database) -> None:
    project, people, (item_id, *_) = scene(database)
    claim_id = database.write(lambda tx: an_answer(tx, project, people[0], item_id, "toxic"))
    catch_up(database)

    database.write(lambda tx: revise(tx, people[0], claim_id, "fine"))
    catch_up(database)

    found = counts(database, project)
    assert (found["answers"], found.get("label:toxic"), found["label:fine"]) == (1, None, 1)


def test_an_unsure_answer_that_is_revised_gives_its_item_back_to_annotators(database: Database) -> None:
    project, people, (item_id, *_) = scene(database, n_items=1)
    claim_id = database.write(lambda tx: an_answer(tx, project, people[0], item_id, None))
    catch_up(database)
    assert offered(database, project, people[1]) == 0

    database.write(lambda tx: revise(tx, people[0], claim_id, "toxic"))
    catch_up(database)

    assert state(database, item_id) is ItemState.OPEN
    assert offered(database, project, people[1]) == 1


def test_an_item_whose_places_are_all_taken_is_not_offered_again(database: Database) -> None:
    project, people, (item_id, *_) = scene(database, n_items=1)
    claim_id = database.write(lambda tx: an_answer(tx, project, people[0], item_id, None))
    database.write(lambda tx: a_claim(tx, project, people[1], item_id))
    catch_up(database)

    database.write(lambda tx: revise(tx, people[0], claim_id, "toxic"))
    catch_up(database)

    assert offered(database, project, people[2]) == 0


def test_an_item_skipped_by_too_many_goes_to_a_reviewer(database: Database) -> None:
    project, people, (item_id, *_) = scene(database, n_items=1)
    for person in people[:2]:
        database.write(partial(a_skip, project=project, person=person, item_id=item_id, reason="not my language"))

    catch_up(database)

    assert state(database, item_id) is ItemState.DISPUTED
    assert counts(database, project)["dispute:skipped"] == 1
    assert offered(database, project, people[2]) == 0


def test_gold_that_becomes_a_reference_is_ordinary_work_again(database: Database) -> None:
    project, people, (item_id, *_) = scene(database, n_items=1)
    gold, reference = (GoldLabel(kind, "toxic", "the lead") for kind in (GoldKind.GOLD, GoldKind.REFERENCE))
    database.write(lambda tx: actions.reviews.set_gold(tx, SYSTEM, project.id, item_id, gold, now=NOW))
    assert offered(database, project, people[0]) == 0

    database.write(lambda tx: actions.reviews.set_gold(tx, SYSTEM, project.id, item_id, reference, now=later(1)))

    assert state(database, item_id) is ItemState.OPEN
    assert offered(database, project, people[0]) == 1


def test_a_check_is_graded_by_its_first_answer_alone(database: Database) -> None:
    project, people, _ = scene(database)
    (gold,) = database.write(lambda tx: checks(tx, project, 1, label="toxic"))
    claim_id = database.write(lambda tx: an_answer(tx, project, people[0], gold, "fine", purpose=Purpose.GOLD))
    catch_up(database)

    database.write(lambda tx: revise(tx, people[0], claim_id, "toxic"))
    catch_up(database)

    found = counts(database, project)
    assert (found["gold:graded"], found.get("gold:right", 0)) == (1, 0)


def test_who_was_unsure_of_a_check_at_first_is_not_graded_on_it(database: Database) -> None:
    project, people, _ = scene(database)
    (gold,) = database.write(lambda tx: checks(tx, project, 1, label="toxic"))
    claim_id = database.write(lambda tx: an_answer(tx, project, people[0], gold, None, purpose=Purpose.GOLD))

    database.write(lambda tx: revise(tx, people[0], claim_id, "fine"))
    catch_up(database)

    assert "gold:graded" not in counts(database, project)


def test_a_batch_is_counted_as_open_when_it_is_published(database: Database) -> None:
    project = database.write(a_project)
    database.write(lambda tx: items(tx, project, 3))
    database.write(lambda tx: checks(tx, project, 2))

    catch_up(database)

    assert counts(database, project) == {"items": 3, "state:open": 3, "check_items": 2}


def test_nothing_is_rebuilt_before_everything_is_counted(database: Database) -> None:
    project, people, (item_id, *_) = scene(database)
    database.write(lambda tx: an_answer(tx, project, people[0], item_id, "toxic"))

    with pytest.raises(Conflict, match="not counted yet"):
        database.write(lambda tx: rebuild(tx, project.id))


def test_a_rebuild_mends_sums_states_and_tallies_that_went_wrong(database: Database) -> None:
    project, people, (item_id, *_) = scene(database)
    for person in people[:2]:
        database.write(partial(an_answer, project=project, person=person, item_id=item_id, label="toxic"))
    catch_up(database)
    before = counts(database, project)
    database.write(lambda tx: tx.execute("UPDATE project_statistic SET value = '{}'"))
    database.write(lambda tx: tx.execute("UPDATE item SET state = 'open'"))
    database.write(lambda tx: tx.execute("DELETE FROM item_tally"))

    database.write(lambda tx: rebuild(tx, project.id))

    assert counts(database, project) == before
    assert state(database, item_id) is ItemState.RESOLVED
    database.write(lambda tx: recount(tx, project.id, [item_id]))
    assert counts(database, project) == before


def test_many_people_who_interfere_at_once_leave_sums_that_equal_their_batch_twin(postgres: PostgresDatabase) -> None:
    project, people, ids = scene(postgres, n_items=12, n_people=4)

    def work(person: Actor, number: int) -> None:
        for place, item_id in enumerate(ids[number::2] + ids[number::4]):
            label = ("toxic", "fine", None)[(place + number) % 3]
            act(person, item_id, label, is_last=place % 5 == 4)

    def act(person: Actor, item_id: ItemId, label: str | None, *, is_last: bool) -> None:
        if is_last:
            gold = GoldLabel(GoldKind.GOLD, "fine", "the lead")
            postgres.write(lambda tx: actions.reviews.set_gold(tx, SYSTEM, project.id, item_id, gold, now=NOW))
            return
        stream = postgres.write(lambda tx: actions.assignments.claim(tx, person, project.id, hold=1, now=NOW))
        for claim in stream.claims:
            postgres.write(partial(revise, person=person, claim_id=claim.id, label=label))

    def follow_along() -> None:
        while not done.is_set():
            catch_up(postgres)

    done = threading.Event()
    workers = [threading.Thread(target=work, args=(person, number)) for number, person in enumerate(people)]
    followers = [threading.Thread(target=follow_along) for _ in range(2)]
    for thread in workers + followers:
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    for thread in followers:
        thread.join()
    catch_up(postgres)

    with postgres.read() as db:
        sums, _ = batch_twin(db, project.id)
    assert counts(postgres, project) == without_zeros(sums.project)


def scene(database: Database, *, n_items: int = 3, n_people: int = 3) -> tuple[Project, list[Actor], list[ItemId]]:
    project = database.write(lambda tx: a_project(tx, a_policy(overlap=2)))
    ids = database.write(lambda tx: items(tx, project, n_items, measured=n_items))
    people = database.write(lambda tx: annotators(tx, project, n_people))
    return project, people, ids


def counts(database: Database, project: Project) -> dict[str, int]:
    with database.read() as db:
        return dict(store.statistics.counts(db, project.id))


def state(database: Database, item_id: ItemId) -> ItemState:
    with database.read() as db:
        return ItemState(db.value("SELECT state FROM item WHERE id = :id", id=item_id))


def offered(database: Database, project: Project, person: Actor) -> int:
    """How many items the person would be given now; the claims are taken back at once."""

    def claim_and_forget(tx: Writer) -> int:
        stream = actions.assignments.claim(tx, person, project.id, hold=4, now=NOW)
        for claim in stream.claims:
            tx.execute("DELETE FROM assignment WHERE id = :id", id=claim.id)
        return len(stream.claims)

    return database.write(claim_and_forget)
