"""Lists of items: what each filter finds, in which order, and by which index."""

from __future__ import annotations

from functools import partial

import pytest

from karat import store
from karat.domain.ids import ItemId
from karat.domain.items import Dispute, GoldKind, GoldLabel, ItemState
from karat.domain.projects import Project
from karat.store.connection import Reader
from karat.store.consensus import ItemConsensus
from karat.store.database import Database, Writer
from karat.store.item_lists import ItemFilter
from tests.builders import (
    NOW,
    a_batch,
    a_policy,
    a_project,
    an_answer,
    annotators,
    checks,
    items,
    loading_items,
    revise,
)


def test_items_come_in_the_order_of_their_ids(database: Database) -> None:
    project = database.write(a_project)
    ids = database.write(lambda tx: items(tx, project, 5))

    assert listed(database, project) == ids
    assert listed(database, project, after=ids[1], limit=2) == ids[2:4]


def test_items_of_a_batch_that_is_being_loaded_are_in_no_list(database: Database) -> None:
    project = database.write(a_project)
    database.write(lambda tx: loading_items(tx, project, a_batch(tx, project.id), 2))

    assert listed(database, project) == []
    assert listed(database, project, gold=False) == []


def test_items_of_another_project_are_in_no_list(database: Database) -> None:
    project, other = database.write(a_project), database.write(lambda tx: a_project(tx, name="Other"))
    ids = database.write(lambda tx: items(tx, other, 1))
    database.write(lambda tx: infer(tx, other, ids[0], "toxic"))
    database.write(lambda tx: checks(tx, other, 1))

    assert listed(database, project) == listed(database, project, gold=True) == []
    assert listed(database, project, label="toxic") == []


def test_a_list_may_be_limited_to_a_state_or_a_dispute(database: Database) -> None:
    project = database.write(a_project)
    first, second, third, last = database.write(lambda tx: items(tx, project, 4))
    database.write(lambda tx: dispute(tx, second, Dispute.UNSURE))
    database.write(lambda tx: dispute(tx, third, Dispute.SKIPPED))

    assert listed(database, project, state=ItemState.OPEN) == [first, last]
    assert listed(database, project, state=ItemState.DISPUTED) == [second, third]
    assert listed(database, project, dispute=Dispute.SKIPPED) == [third]
    assert listed(database, project, state=ItemState.DISPUTED, dispute=Dispute.UNSURE) == [second]
    assert listed(database, project, state=ItemState.OPEN, dispute=Dispute.UNSURE) == []


def test_a_list_may_be_limited_to_items_to_which_several_classes_have_been_given(database: Database) -> None:
    project = database.write(lambda tx: a_project(tx, a_policy(overlap=3)))
    both, one, revised = database.write(lambda tx: items(tx, project, 3))
    first, second = database.write(lambda tx: annotators(tx, project, 2))
    database.write(lambda tx: an_answer(tx, project, first, both, "toxic"))
    database.write(lambda tx: an_answer(tx, project, second, both, "fine"))
    database.write(lambda tx: an_answer(tx, project, first, one, "toxic"))
    database.write(lambda tx: an_answer(tx, project, first, revised, "fine"))
    claim = database.write(lambda tx: an_answer(tx, project, second, revised, "toxic"))
    database.write(lambda tx: revise(tx, second, claim, "fine"))
    (check,) = database.write(lambda tx: checks(tx, project, 1))
    for person, label in ((first, "toxic"), (second, "fine")):
        database.write(partial(an_answer, project=project, person=person, item_id=check, label=label))

    assert listed(database, project, given=("toxic", "fine")) == [both]
    assert listed(database, project, given=("toxic",)) == [both, one]
    assert listed(database, project, given=("fine",), state=ItemState.OPEN) == [both, revised]
    assert listed(database, project, given=("nonsense",)) == []


def test_a_list_may_be_limited_to_items_with_or_without_a_gold_label(database: Database) -> None:
    project = database.write(a_project)
    first, second = database.write(lambda tx: items(tx, project, 2))
    (check,) = database.write(lambda tx: checks(tx, project, 1))
    reference = GoldLabel(GoldKind.REFERENCE, "fine", "an expert")
    database.write(lambda tx: store.gold.put(tx, project.id, second, reference, now=NOW))

    assert listed(database, project, gold=True) == [second, check]
    assert listed(database, project, gold=True, state=ItemState.OPEN) == [second]
    assert listed(database, project, gold=False) == [first]


def test_a_list_may_be_limited_to_a_class_of_the_consensus(database: Database) -> None:
    project = database.write(a_project)
    first, second, third = database.write(lambda tx: items(tx, project, 3))
    for item_id, label in ((first, "toxic"), (second, "fine"), (third, "toxic")):
        database.write(partial(infer, project=project, item_id=item_id, label=label))
    database.write(lambda tx: dispute(tx, third, Dispute.UNSURE))
    gold = GoldLabel(GoldKind.REFERENCE, "fine", "an expert")
    database.write(lambda tx: store.gold.put(tx, project.id, first, gold, now=NOW))

    assert listed(database, project, label="toxic") == [first, third]
    assert listed(database, project, label="toxic", after=first) == [third]
    assert listed(database, project, label="toxic", state=ItemState.DISPUTED) == [third]
    assert listed(database, project, label="toxic", gold=True) == [first]
    assert listed(database, project, label="toxic", gold=False) == [third]
    assert listed(database, project, label="fine", gold=True) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refund", [0, 1]),
        ("REFUND", [0, 1]),
        ("100%", [1]),
        ("50%", []),
        ("a_b", [2]),
        ("axb", []),
        ("back\\slash", [3]),
        ('say "please"', [4]),
        ("line\nbreak", [4]),
        ("text", []),
        ("question-3", [3]),
        ("'; DROP TABLE item --", []),
    ],
)
def test_text_is_found_as_it_is_written_whatever_its_case(database: Database, text: str, found: list[int]) -> None:
    texts = ["My Refund", "refund 100% of it", "column a_b", "back\\slash", 'say "please"\nline\nbreak']

    assert places_of(database, texts, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("école", [0, 1]),
        ("ÉCOLE", [0, 1]),
        ("привет", [2]),
        ("ПриВет", [2]),
        ("ΑΘΗΝΑ", [3]),
        ("東京", [4]),
        ("👩‍🔬", [4]),
    ],
)
def test_text_is_found_in_every_script(database: Database, text: str, found: list[int]) -> None:
    texts = ["L'École normale", "UNE ÉCOLE", "Привет, мир", "αθηνα", "東京 👩‍🔬"]

    assert places_of(database, texts, text) == found


def test_a_picture_is_found_by_its_description(database: Database) -> None:
    project = database.write(a_project)
    (item_id,) = database.write(lambda tx: items(tx, project, 1))
    content = '{"media": "m1", "alt": "A Zebra"}'
    database.write(lambda tx: tx.execute("UPDATE item SET content = :content", content=content))

    assert listed(database, project, text="zebra") == [item_id]
    assert listed(database, project, text="media") == []


def test_all_that_is_known_of_an_item_comes_together(database: Database) -> None:
    project = database.write(a_project)
    (check,) = database.write(lambda tx: checks(tx, project, 1))
    database.write(lambda tx: infer(tx, project, check, "toxic"))

    with database.read() as db:
        (item,) = store.item_lists.known(db, [check])

    assert item.gold == GoldLabel(GoldKind.GOLD, "toxic", "a test")
    assert item.consensus == ItemConsensus(check, "toxic", 0.9, {"toxic": 0.9, "fine": 0.1}, 3)
    assert (item.batch, item.key, item.content) == ("gold", "gold-0", {"text": "gold 0"})
    assert (item.answers, item.skip_reasons, item.decision) == ((), (), None)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({"state": ItemState.DISPUTED}, "ix_item_state"),
        ({"dispute": Dispute.SKIPPED}, "ix_item_dispute"),
        ({"state": ItemState.DISPUTED, "dispute": Dispute.SKIPPED}, "ix_item_dispute"),
        ({"gold": True}, "ix_gold_label_project_id_item_id"),
        ({"label": "toxic"}, "ix_consensus_project_id_label_item_id"),
    ],
)
def test_a_filter_walks_an_index_of_what_is_rare(
    database: Database, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, object], index: str
) -> None:
    project = database.write(a_project)

    plan = plan_of_page(database, monkeypatch, project, ItemFilter(**wanted))  # type: ignore[arg-type]

    assert index in plan, plan
    # The batches that are not published are few, and have an index of their own.
    assert "SCAN" not in plan.replace("SCAN batch USING INDEX ix_batch_unpublished", "")
    assert "TEMP B-TREE" not in plan


def plan_of_page(database: Database, monkeypatch: pytest.MonkeyPatch, project: Project, wanted: ItemFilter) -> str:
    if database.is_postgres:
        pytest.skip("PostgreSQL plans by the rows it has; the benchmark looks at its plans on many")
    asked: list[tuple[str, dict[str, object]]] = []
    with database.read() as db:
        run = type(db)._run

        def noted(self: Reader, sql: str, parameters: dict[str, object]) -> object:
            asked.append((sql, parameters))
            return run(self, sql, parameters)

        monkeypatch.setattr(type(db), "_run", noted)
        store.item_lists.page(db, project.id, wanted, after=ItemId(0), limit=10)
        monkeypatch.undo()
        sql, parameters = asked[0]
        return "\n".join(row["detail"] for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", **parameters))


def places_of(database: Database, texts: list[str], text: str) -> list[int]:
    project = database.write(a_project)
    ids = database.write(lambda tx: items(tx, project, len(texts), texts=texts, prefix="question"))
    return [ids.index(item_id) for item_id in listed(database, project, text=text)]


def listed(database: Database, project: Project, *, after: int = 0, limit: int = 50, **wanted: object) -> list[ItemId]:
    with database.read() as db:
        found = store.item_lists.page(db, project.id, ItemFilter(**wanted), after=ItemId(after), limit=limit)  # type: ignore[arg-type]
    return [item.id for item in found]


def dispute(tx: Writer, item_id: ItemId, why: Dispute) -> None:
    tx.execute("UPDATE item SET state = 'disputed', dispute = :why WHERE id = :id", why=why.value, id=item_id)


def infer(tx: Writer, project: Project, item_id: ItemId, label: str) -> None:
    other = "fine" if label == "toxic" else "toxic"
    store.consensus.put(tx, project.id, [ItemConsensus(item_id, label, 0.9, {label: 0.9, other: 0.1}, 3)])
