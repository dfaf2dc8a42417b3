"""Publishing: what is prepared is seen by nobody, what is opened is all there, and one batch comes after the other."""

from __future__ import annotations

import random

from karat import store
from karat.domain.ids import AnnotatorId, BatchId, ItemId, ProjectId
from karat.domain.items import GoldKind, GoldLabel
from karat.domain.projects import Project
from karat.store.connection import Reader, Writer
from karat.store.database import Database
from karat.store.supply import Shuffle, Turn
from tests import builders as build

GOLD = GoldLabel(GoldKind.GOLD, "toxic", "a test")


def test_what_is_prepared_is_offered_to_nobody_until_it_is_opened(database: Database) -> None:
    def scene(tx: Writer) -> tuple[int, int, int]:
        project, ada = _project(tx)
        build.items(tx, project, 3)
        turn = _prepared(tx, project, 5)
        before = _claim_all(tx, project, ada)
        again = _claim_all(tx, project, ada)
        store.supply.open_batch(tx, turn)
        return len(before), len(again), len(_claim_all(tx, project, ada))

    assert database.write(scene) == (3, 0, 5)


def test_what_comes_back_while_a_batch_is_prepared_is_offered_at_once_and_the_batch_afterwards(
    database: Database,
) -> None:
    def scene(tx: Writer) -> tuple[list[ItemId], list[ItemId], list[ItemId]]:
        project, ada = _project(tx)
        bo = build.an_annotator(tx, project, "bo").memberships[project.id].id
        build.items(tx, project, 1)
        held = _claim_all(tx, project, bo)
        turn = _prepared(tx, project, 5)
        queue_id = tx.value("SELECT id FROM queue")
        _claim_all(tx, project, ada)
        store.queue.give_back(tx, queue_id, held)
        back = _claim_all(tx, project, ada)
        store.supply.open_batch(tx, turn)
        return held, back, _claim_all(tx, project, ada)

    held, back, new = database.write(scene)

    assert back == held
    assert len(new) == 5


def test_a_project_has_one_batch_at_a_time_prepared_and_other_projects_do_not_wait(database: Database) -> None:
    def scene(tx: Writer) -> list[bool]:
        project, other = build.a_project(tx), build.a_project(tx, name="Other")
        first, second = _loaded(tx, project, 2, "first"), _loaded(tx, project, 2, "second")
        elsewhere = _loaded(tx, other, 2, "first")
        turns = [_takes_turn(tx, project, first), _takes_turn(tx, project, second), _takes_turn(tx, other, elsewhere)]
        store.batches.condemn(tx, first)
        turns.append(_takes_turn(tx, project, second))
        while not store.batches.remove_some(tx, first, limit=1):
            pass
        return [*turns, _takes_turn(tx, project, second)]

    assert database.write(scene) == [True, False, True, False, True]


def test_nothing_of_a_removed_batch_is_opened_with_the_next(database: Database) -> None:
    def scene(tx: Writer) -> tuple[int, int]:
        project, ada = _project(tx)
        dead = _prepared(tx, project, 4, n_gold=3).batch_id
        store.batches.condemn(tx, dead)
        while not store.batches.remove_some(tx, dead, limit=2):
            pass
        turn = _prepared(tx, project, 5, n_gold=2)
        store.supply.open_batch(tx, turn)
        return len(_claim_all(tx, project, ada)), store.gold.n_gold(tx, project.id)

    assert database.write(scene) == (5, 2)


def test_the_parts_of_a_batch_are_shuffled_among_each_other(database: Database) -> None:
    def scene(tx: Writer) -> list[ItemId]:
        project, ada = _project(tx)
        turn = _prepare(tx, project, _loaded(tx, project, 200), part_size=50)
        store.supply.open_batch(tx, turn)
        return _claim_all(tx, project, ada)

    order = database.write(scene)

    quarters = [sum(item_id - min(order) < 50 for item_id in order[start : start + 50]) for start in range(0, 200, 50)]
    assert len(set(order)) == 200
    assert min(quarters) >= 5, "the first part of the file is not found in every part of the queue"


def test_the_order_does_not_depend_on_the_parts(database: Database) -> None:
    def order(tx: Writer, part_size: int) -> list[str]:
        project = build.a_project(tx, name=f"Parts of {part_size}")
        ada = build.an_annotator(tx, project, f"ada-{part_size}").memberships[project.id].id
        batch_id = _loaded(tx, project, 20)
        first = _item_ids(tx, batch_id).start
        # The same ids in both projects, as far as the shuffle is concerned.
        shuffle = Shuffle(7, -7 * first % 2_147_483_647)
        turn = build.a_turn(tx, project, batch_id, shuffle=shuffle)
        for part in _parts(_item_ids(tx, batch_id), part_size):
            store.supply.prepare(tx, turn, project.policy, part)
        store.supply.open_batch(tx, turn)
        return [str(item_id - first) for item_id in _claim_all(tx, project, ada)]

    assert database.write(lambda tx: order(tx, 20)) == database.write(lambda tx: order(tx, 3))


def test_checks_are_drawn_once_their_batch_is_opened(database: Database) -> None:
    def scene(tx: Writer) -> list[int]:
        project, _ = _project(tx)
        build.checks(tx, project, 2)
        turn = _prepared(tx, project, 0, n_gold=4, part_size=3)
        before = store.gold.n_gold(tx, project.id)
        store.supply.open_batch(tx, turn)
        return [before, store.gold.n_gold(tx, project.id), *_places(tx, project.id)]

    assert database.write(scene) == [2, 6, 0, 1, 2, 3, 4, 5]


def test_gold_that_a_lead_sets_or_changes_meanwhile_leaves_places_without_gaps_and_nothing_hidden_before_the_end(
    database: Database,
) -> None:
    def scene(tx: Writer) -> None:
        rng = random.Random(5)
        project, _ = _project(tx)
        published = [*build.items(tx, project, 12), *build.checks(tx, project, 4)]
        turn = _prepared(tx, project, 0, n_gold=3)
        for _ in range(60):
            gold = GoldLabel(rng.choice(list(GoldKind)), "toxic", "a lead")
            store.gold.put(tx, project.id, rng.choice(published), gold, now=build.NOW)
            drawn, hidden = _drawn_and_hidden(tx, project.id, turn.batch_id)
            assert sorted(drawn) == list(range(len(drawn)))
            assert sorted(hidden) == list(range(len(drawn), len(drawn) + 3))
            assert store.gold.n_gold(tx, project.id) == len(drawn)
        store.supply.open_batch(tx, turn)
        assert store.gold.n_gold(tx, project.id) == len(drawn) + 3

    database.write(scene)


def _project(tx: Writer) -> tuple[Project, AnnotatorId]:
    project = build.a_project(tx)
    return project, build.an_annotator(tx, project).memberships[project.id].id


def _loaded(tx: Writer, project: Project, n: int, prefix: str = "new", *, n_gold: int = 0) -> BatchId:
    batch_id = build.a_batch(tx, project.id, name=prefix, n=n)
    build.loading_items(tx, project, batch_id, n, prefix=prefix)
    checks = build.loading_items(tx, project, batch_id, n_gold, prefix=f"{prefix}-gold", state="resolved")
    store.gold.add_many(tx, project.id, [(item_id, GOLD) for item_id in checks], now=build.NOW)
    return batch_id


def _prepared(tx: Writer, project: Project, n: int, *, n_gold: int = 0, part_size: int = 2) -> Turn:
    return _prepare(tx, project, _loaded(tx, project, n, n_gold=n_gold), part_size=part_size)


def _prepare(tx: Writer, project: Project, batch_id: BatchId, *, part_size: int) -> Turn:
    turn = build.a_turn(tx, project, batch_id)
    for part in _parts(_item_ids(tx, batch_id), part_size):
        store.supply.prepare(tx, turn, project.policy, part)
    return turn


def _parts(ids: range, size: int) -> list[range]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _item_ids(db: Reader, batch_id: BatchId) -> range:
    batch = store.batches.find(db, batch_id)
    assert batch is not None
    return batch.item_ids


def _takes_turn(tx: Writer, project: Project, batch_id: BatchId) -> bool:
    return store.supply.take_turn(tx, project.id, batch_id, Shuffle(7, 3)) is not None


def _claim_all(tx: Writer, project: Project, annotator_id: AnnotatorId) -> list[ItemId]:
    """Take items as long as there are any; each search begins where the last one ended."""
    taken: list[ItemId] = []
    while True:
        search = store.queue.search(tx, annotator_id, store.queue.cursors(tx, project.id, annotator_id))
        for cursor in search.passed:
            store.queue.move_cursor(tx, annotator_id, cursor)
        if search.found is None:
            return taken
        store.queue.take(tx, annotator_id, search.found)
        taken.append(search.found.item_id)


def _places(db: Reader, project_id: ProjectId) -> list[int]:
    sql = "SELECT place FROM gold_label WHERE project_id = :id AND kind = 'gold' ORDER BY place"
    return [row["place"] for row in db.rows(sql, id=project_id)]


def _drawn_and_hidden(db: Reader, project_id: ProjectId, batch_id: BatchId) -> tuple[list[int], list[int]]:
    rows = db.rows(
        "SELECT g.place, i.batch_id FROM gold_label g JOIN item i ON i.id = g.item_id"
        " WHERE g.project_id = :id AND g.kind = 'gold'",
        id=project_id,
    )
    return (
        [row["place"] for row in rows if row["batch_id"] != batch_id],
        [row["place"] for row in rows if row["batch_id"] == batch_id],
    )
