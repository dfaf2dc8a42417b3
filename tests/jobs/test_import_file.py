"""Everything in a file is imported, or nothing is: on both databases, with every kind of bad file."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from karat import store
from karat.actions import imports
from karat.domain.errors import Conflict, Invalid, NotFound
from karat.domain.people import SYSTEM, Actor
from karat.domain.projects import MediaKind, Project
from karat.formats.columns import Mapping
from karat.jobs import import_file
from karat.jobs.import_file import Imported, Importer, Source
from karat.settings import Settings
from karat.store.connection import Reader
from karat.store.database import Database
from karat.store.supply import Shuffle
from tests.builders import NOW, a_policy, a_project, a_spec

_TABLES = (
    "project",
    "batch",
    "item",
    "gold_label",
    "queue_item",
    "assignment",
    "annotation",
    "annotator",
    "account",
    "media",
    "event",
)


@dataclass(frozen=True)
class Desk:
    """A project to import into, and files to import."""

    database: Database
    project: Project
    settings: Settings
    folder: Path

    def file(self, content: str | bytes, name: str = "items.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, path: Path, *, actor: Actor = SYSTEM, **source: Any) -> Imported:
        importer = Importer(
            self.database, self.settings, actor, self.project.id, clock=lambda: NOW, rng=random.Random(1)
        )
        return importer.run(Source(path, path.name, **source))

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.database.read() as db:
            return [dict(row) for row in db.rows(sql)]

    def state(self) -> dict[str, int]:
        with self.database.read() as db:
            return _state(db)


def _state(db: Reader) -> dict[str, int]:
    return {table: db.value(f"SELECT COUNT(*) FROM {table}") for table in _TABLES}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    settings = Settings(home=tmp_path / "home", max_field_bytes=4_000)
    project = database.write(lambda tx: a_project(tx, a_policy(overlap=1)))
    return Desk(database, project, settings, tmp_path)


def test_a_table_becomes_items_with_what_else_it_holds_as_meta(desk: Desk) -> None:
    path = desk.file('id,text,source\n1,"You, idiot",mail\n2,Thank you,chat\n')

    done = desk.load(path)

    assert done.counts.n_items == 2
    items = desk.rows("SELECT key, content, meta, state FROM item ORDER BY id")
    assert [item["key"] for item in items] == ["1", "2"]
    assert json.loads(items[0]["content"]) == {"text": "You, idiot"}
    assert json.loads(items[0]["meta"]) == {"source": "mail"}
    assert {item["state"] for item in items} == {"open"}
    assert desk.rows("SELECT taken, overlap, is_open FROM queue_item") == [{"taken": 0, "overlap": 1, "is_open": 1}] * 2


def test_publishing_is_recorded_with_what_came(desk: Desk) -> None:
    desk.load(desk.file("id,text,gold\n1,idiot,toxic\n2,thanks,\n"))

    (event,) = desk.rows("SELECT facts FROM event WHERE kind = 'batch_published'")
    facts = json.loads(event["facts"])
    assert {name: facts[name] for name in ("items", "checks", "gold", "answers")} == {
        "items": 1,
        "checks": 1,
        "gold": 1,
        "answers": 0,
    }


def test_gold_labels_make_checks_and_reference_labels_do_not(desk: Desk) -> None:
    path = desk.file("id,text,gold,check\n1,a,toxic,\n2,b,fine,honeypot\n3,c,Toxic,reference\n4,d,,\n5,e,fine,gold\n")

    done = desk.load(path)

    assert (done.counts.n_gold, done.counts.n_checks) == (4, 3)
    gold = desk.rows(
        "SELECT i.key, g.kind, g.label, g.place, i.state, q.item_id IS NULL AS is_check FROM item i"
        " JOIN gold_label g ON g.item_id = i.id LEFT JOIN queue_item q ON q.item_id = i.id ORDER BY i.id"
    )
    assert [tuple(row.values())[:5] for row in gold] == [
        ("1", "gold", "toxic", 0, "resolved"),
        ("2", "honeypot", "fine", 0, "resolved"),
        ("3", "reference", "toxic", None, "open"),
        ("5", "gold", "fine", 1, "resolved"),
    ]


def test_places_of_checks_go_on_where_the_batch_before_ended(desk: Desk) -> None:
    desk.load(desk.file("id,text,gold\n1,a,toxic\n2,b,fine\n"))
    desk.load(desk.file("id,text,gold\n3,c,toxic\n"))

    assert [row["place"] for row in desk.rows("SELECT place FROM gold_label ORDER BY item_id")] == [0, 1, 2]


def test_gold_labels_of_a_column_are_not_taken_for_unused_ones_of_a_file(desk: Desk) -> None:
    assert desk.load(desk.file("id,text,gold\n1,a,toxic\n2,b,\n")).n_gold_unused == 0


def test_gold_labels_may_come_in_a_file_of_their_own(desk: Desk) -> None:
    gold = desk.file("task,label\n1,toxic\n9,fine\n", "gold.csv")

    done = desk.load(desk.file("id,text\n1,a\n2,b\n"), gold_path=gold)

    assert (done.counts.n_gold, done.n_gold_unused) == (1, 1)


def test_items_of_higher_priority_are_in_the_higher_queue(desk: Desk) -> None:
    desk.load(desk.file("id,text,priority\n1,a,\n2,b,5\n3,c,0\n"))

    rows = desk.rows(
        "SELECT i.key, q.priority FROM queue_item qi JOIN queue q ON q.id = qi.queue_id"
        " JOIN item i ON i.id = qi.item_id ORDER BY i.key"
    )
    assert [row["priority"] for row in rows] == [0, 5, 0]


def test_measured_items_are_drawn_by_the_secret_and_are_all_where_everything_is_labeled_twice() -> None:
    policy = a_policy(measured_share=0.2)
    from karat.domain.ids import ProjectId  # noqa: PLC0415

    def drawn(secret: bytes, project: int, **changes: Any) -> list[bool]:
        is_measured = imports.measured_draw(secret, ProjectId(project), replace(policy, **changes))
        return [is_measured(str(n)) for n in range(5_000)]

    assert 850 < sum(drawn(b"secret", 1)) < 1_150
    assert drawn(b"secret", 1) == drawn(b"secret", 1)
    same = sum(a == b for a, b in zip(drawn(b"secret", 1), drawn(b"other", 1), strict=True))
    assert same == pytest.approx(5_000 * (0.2**2 + 0.8**2), abs=200)
    assert drawn(b"secret", 1) != drawn(b"secret", 2)
    assert all(drawn(b"secret", 1, overlap=2))
    assert all(drawn(b"secret", 1, measured_share=1.0))
    assert not any(drawn(b"secret", 1, measured_share=0.0))


ANSWERS = "task,worker,label\n1,ada,toxic\n1,bo,fine\n2,ada,fine\n1,ada,toxic\n2,ada,toxic\n"


def test_existing_answers_become_history_with_their_people(desk: Desk) -> None:
    done = desk.load(desk.file(ANSWERS))

    counts = done.counts
    assert (counts.n_items, counts.n_answers, counts.n_annotators) == (2, 4, 2)
    assert (counts.n_repeated, counts.n_revised) == (1, 1)
    people = desk.rows("SELECT name, email, password_hash, is_simulated FROM account ORDER BY name")
    assert people[0] == {"name": "ada", "email": "ada@imported.invalid", "password_hash": None, "is_simulated": 0}
    assert desk.rows("SELECT taken, overlap, is_open FROM queue_item ORDER BY item_id") == [
        {"taken": 2, "overlap": 2, "is_open": 0},
        {"taken": 1, "overlap": 1, "is_open": 0},
    ]
    assert {row["is_imported"] for row in desk.rows("SELECT is_imported FROM annotation")} == {1}


def test_of_a_persons_two_answers_the_later_row_stands_and_both_are_kept(desk: Desk) -> None:
    desk.load(desk.file(ANSWERS))

    rows = desk.rows(
        "SELECT a.id, a.label, a.supersedes, a.superseded_by FROM annotation a JOIN item i ON i.id = a.item_id"
        " WHERE i.key = '2' ORDER BY a.id"
    )
    first, second = rows
    assert (first["label"], first["superseded_by"]) == ("fine", second["id"])
    assert (second["label"], second["supersedes"], second["superseded_by"]) == ("toxic", first["id"], None)


def test_answers_of_one_item_may_be_far_apart_in_the_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_file, "CHUNK", 1)

    done = desk.load(desk.file(ANSWERS))

    assert (done.counts.n_items, done.counts.n_answers, done.counts.n_repeated) == (2, 4, 1)
    with desk.database.read() as db:
        ratings = store.ratings.standing(db, desk.project.id, ("toxic", "fine"))
    assert (ratings.n_items, ratings.n_annotators, ratings.n_ratings) == (2, 2, 3)


def test_times_of_answers_are_kept(desk: Desk) -> None:
    desk.load(desk.file("task,worker,label,time\n1,ada,toxic,2026-03-01T09:30:00Z\n"))

    (row,) = desk.rows("SELECT submitted_at FROM annotation")
    assert row["submitted_at"] == 1772357400 * 1_000_000


def test_gold_of_items_that_come_with_answers_only_measures(desk: Desk) -> None:
    desk.load(desk.file(ANSWERS), gold_path=desk.file("task,label\n1,toxic\n2,fine\n", "gold.csv"))

    assert {row["kind"] for row in desk.rows("SELECT kind FROM gold_label")} == {"reference"}
    assert len(desk.rows("SELECT item_id FROM queue_item")) == 2


BAD_FILES: list[tuple[str, str | bytes, str, str]] = [
    ("quote never closed", 'id,text\n1,fine\n2,"broken\n3,x\n', "line 3", "never closed"),
    ("stray quote", 'id,text\n1,fine\n2,"a"b\n', "line 3", "a quote"),
    ("too many cells", "id,text\n1,a,b\n", "line 2", "3 cells, the header has 2"),
    ("too few cells", "id,text,x\n1,a\n", "line 2", "2 cells, the header has 3"),
    ("no content column", "id,n\n1,2\n", "the columns", "nothing about the content"),
    ("field too long", "id,text\n1," + "x" * 4_001 + "\n", "line 2", "4,001 bytes"),
    ("quoted field too long", 'id,text\n1,"' + "x\n" * 150_000 + '"\n', "line 2", "4,000 "),
    ("empty text", "id,text\n1,a\n2,\n", "line 3, column 'text'", "is empty"),
    ("blank text", "id,text\n1,  \n", "line 2, column 'text'", "is empty"),
    ("empty id", "id,text\n,a\n", "line 2, column 'id'", "is empty"),
    ("long id", "id,text\n" + "9" * 501 + ",a\n", "line 2, column 'id'", "at most 500"),
    ("duplicate id", "id,text\n1,a\n2,b\n1,c\n", "line 4", "is on line 2 already"),
    ("unknown gold class", "id,text,gold\n1,a,toxic\n2,b,angry\n", "line 3, column 'gold'", "no class"),
    ("unknown label class", "task,worker,label\n1,ada,angry\n", "line 2, column 'label'", "no class"),
    ("answer without label", "task,worker,label\n1,ada,\n", "line 2, column 'label'", "is empty"),
    ("answer without person", "task,worker,label\n1,,fine\n", "line 2, column 'worker'", "name the annotator"),
    ("bad time", "task,worker,label,time\n1,a,fine,soon\n", "line 2, column 'time'", "ISO 8601"),
    ("item with two contents", "id,text,worker,label\n1,a,x,fine\n1,b,y,fine\n", "line 3", "another content on line 2"),
    ("bad check", "id,text,gold,check\n1,a,fine,maybe\n", "line 2, column 'check'", "gold, honeypot, reference"),
    ("check without gold", "id,text,gold,check\n1,a,,honeypot\n", "line 2, column 'gold'", "is empty"),
    ("bad priority", "id,text,priority\n1,a,11\n", "line 2, column 'priority'", "0 to 9"),
    ("NUL byte", "id,text\n1,a\x00b\n", "line 2", "NUL"),
    ("Latin-1", "id,text\n1,caf\u00e9\n".encode("latin-1"), "line 2", "offset 13"),
    ("empty file", "", "the file", "is empty"),
    ("only a header", "id,text\n", "the file", "no rows"),
    ("column without a name", "id,,text\n1,2,3\n", "line 1", "has no name"),
    ("two columns of one name", "id,text,text\n1,2,3\n", "line 1", "two columns"),
    ("compressed", gzip.compress(b"id,text\n"), "the file", "gzip"),
    ("invalid JSON line", '{"id": 1, "text": "a"}\n{"id": 2, "text": }\n', "line 2", "not valid JSON"),
    ("JSON without text", '{"id": 1, "text": "a"}\n{"id": 2}\n', "line 2, column 'text'", "is missing"),
    ("JSON text that is a list", '{"id": 1, "text": ["a"]}\n', "line 1, column 'text'", "a list, not text"),
    ("JSON line that is a list", '{"id": 1, "text": "a"}\n[1]\n', "line 2", "not an object"),
    ("NaN", '{"id": 1, "text": "a", "x": NaN}\n', "line 1", "NaN"),
    ("NUL escape", '{"id": 1, "text": "a\\u0000"}\n', "line 1", "u0000"),
    ("half a character", '{"id": 1, "text": "a\\ud800"}\n', "line 1", "half of a character"),
    ("broken JSON list", '[{"id": 1, "text": "a"},\n{"id": 2 "text": "b"}]', "line 2", "not valid JSON"),
    ("JSON list that never ends", '[{"id": 1, "text": "a"}\n', "line 2", "comma or ]"),
    ("half a Parquet file", b"PAR1" + b"\x00" * 100, "the file", "Parquet"),
]


@pytest.mark.parametrize(("content", "place", "reason"), [bad[1:] for bad in BAD_FILES], ids=[b[0] for b in BAD_FILES])
def test_a_bad_file_is_refused_with_line_and_reason_and_changes_nothing(
    desk: Desk, content: str | bytes, place: str, reason: str
) -> None:
    before = desk.state()

    with pytest.raises(Invalid) as refused:
        desk.load(desk.file(content))

    found = refused.value.problems[0]
    assert (found.where, reason in found.message) == (place, True), found
    assert place in refused.value.message
    assert desk.state() == before


def test_a_bad_line_late_in_the_file_takes_the_chunks_before_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_file, "CHUNK", 3)
    monkeypatch.setattr(imports, "REMOVE_CHUNK", 2)
    good = "".join(f"{n},w{n},fine\n" for n in range(10))
    before = desk.state()

    with pytest.raises(Invalid, match="line 12"):
        desk.load(desk.file(f"task,worker,label\n{good}11,w1,angry\n"))

    assert desk.state() == before


def test_up_to_twenty_problems_are_listed(desk: Desk) -> None:
    lines = "".join(f"{n},\n" for n in range(100))

    with pytest.raises(Invalid) as refused:
        desk.load(desk.file(f"id,text\n{lines}"))

    assert len(refused.value.problems) == 20
    assert "19 more problems" in refused.value.message


def test_an_id_that_the_project_has_is_refused(desk: Desk) -> None:
    desk.load(desk.file("id,text\n1,a\n"))
    before = desk.state()

    with pytest.raises(Invalid, match="line 3: item '1' is in the project already"):
        desk.load(desk.file("id,text\n2,b\n1,a\n", "more.csv"))

    assert desk.state() == before


def test_a_duplicate_in_a_later_chunk_names_the_first_line_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_file, "CHUNK", 2)

    with pytest.raises(Invalid, match="line 6: item '2' is on line 3 already"):
        desk.load(desk.file("id,text\n1,a\n2,b\n3,c\n4,d\n2,e\n"))


def test_a_mapping_that_names_a_missing_column_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match=r"column 'body': \(content\) is missing. There are: id, text"):
        desk.load(desk.file("id,text\n1,a\n"), mapping=Mapping(id="id", content="body"))


def test_text_does_not_go_into_a_project_of_images(desk: Desk) -> None:
    project = desk.database.write(lambda tx: a_project(tx, name="Pictures", media_kind=MediaKind.IMAGE))

    with pytest.raises(Invalid, match="shows image, and the file holds text"):
        replace(desk, project=project).load(desk.file("id,text\n1,a\n"))


def test_whoever_is_no_member_cannot_import(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.load(desk.file("id,text\n1,a\n"), actor=Actor(None, "stranger", is_admin=False))


def test_loading_items_are_invisible_and_what_a_killed_import_left_goes_with_the_next(desk: Desk) -> None:
    def killed(tx: Any) -> None:
        load = imports.begin(
            tx, SYSTEM, desk.project.id, name="x", media_kind=MediaKind.TEXT, with_answers=False, now=NOW
        )
        imports.add_items(tx, load, [_item("1")], now=NOW)

    desk.database.write(killed)
    with desk.database.read() as db:
        assert store.items.find_by_key(db, desk.project.id, "1") is None
        assert imports.dead_batches(db, now=NOW) == []
    desk_later = replace(desk, settings=desk.settings)
    importer = Importer(desk.database, desk.settings, SYSTEM, desk.project.id, clock=lambda: NOW + timedelta(minutes=2))

    path = desk_later.file("id,text\n1,a\n")
    importer.run(Source(path, path.name))

    assert len(desk.rows("SELECT id FROM batch")) == 1
    assert [row["key"] for row in desk.rows("SELECT key FROM item")] == ["1"]


def test_a_batch_that_was_given_up_takes_nothing_more(desk: Desk) -> None:
    load = desk.database.write(
        lambda tx: imports.begin(
            tx, SYSTEM, desk.project.id, name="x", media_kind=MediaKind.TEXT, with_answers=False, now=NOW
        )
    )
    import_file.remove_batch(desk.database, load.batch_id)

    with pytest.raises(Conflict, match="stood still"):
        desk.database.write(lambda tx: imports.add_items(tx, load, [_item("1")], now=NOW))


def _item(key: str) -> Any:
    from karat.formats.items_file import ReadItem  # noqa: PLC0415

    return ReadItem(2, key, '{"text":"a"}', "{}", None, None, 0)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("id\ttext\n1\ta\n2\tb, c\n", "items.tsv"),
        ("id;text\n1;a\n2;b, c\n", "items.csv"),
        ('{"id": 1, "text": "a"}\n\n{"id": 2, "text": "b, c"}\n', "items.jsonl"),
        ('[{"id": 1, "text": "a"}, {"id": 2, "text": "b, c"}]', "items.json"),
        ('id,text\n1,a\n2,"b, c"\n'.encode("utf-8-sig"), "items.csv"),
        ('id,text\n1,a\n2,"b, c"\n'.encode("utf-16"), "items.csv"),
        ('id,text\r\n1,a\r\n2,"b, c"\r\n', "items.csv"),
    ],
    ids=["tsv", "semicolons", "jsonl", "json", "utf-8 with mark", "utf-16", "windows line ends"],
)
def test_the_same_items_come_out_of_every_kind_of_file(desk: Desk, content: str | bytes, name: str) -> None:
    desk.load(desk.file(content, name))

    rows = desk.rows("SELECT key, content FROM item ORDER BY id")
    assert [(row["key"], json.loads(row["content"])["text"]) for row in rows] == [("1", "a"), ("2", "b, c")]


def test_parquet_is_read_like_the_rest(desk: Desk) -> None:
    import duckdb  # noqa: PLC0415

    path = desk.folder / "items.parquet"
    duckdb.execute(f"COPY (SELECT 1 AS id, 'a' AS text, DATE '2026-01-01' AS day) TO '{path}' (FORMAT parquet)")

    desk.load(path)

    (row,) = desk.rows("SELECT key, content, meta FROM item")
    assert (row["key"], json.loads(row["meta"])) == ("1", {"day": "2026-01-01"})


@pytest.mark.parametrize(
    ("name", "n_answers", "n_people", "n_items"), [("rte", 8000, 164, 800), ("dog", 8070, 109, 807)]
)
def test_real_crowds_come_in_whole(  # noqa: PLR0917
    desk: Desk, shared_data: Path, name: str, n_answers: int, n_people: int, n_items: int
) -> None:
    folder = shared_data / "truth" / name
    project = desk.database.write(lambda tx: a_project(tx, name=name, spec=a_spec("0", "1", "2", "3")))

    done = replace(desk, project=project).load(folder / "answers.csv", gold_path=folder / "gold.csv")

    assert (done.counts.n_answers, done.counts.n_annotators, done.counts.n_items) == (n_answers, n_people, n_items)
    assert done.counts.n_gold == n_items
    with desk.database.read() as db:
        ratings = store.ratings.standing(db, project.id, ("0", "1", "2", "3"))
    assert (ratings.n_ratings, ratings.n_annotators, ratings.n_items) == (n_answers, n_people, n_items)


@pytest.mark.parametrize("row", [",b", "x" * 501 + ",b", "2,", "2,  "], ids=["no id", "long id", "no text", "blank"])
def test_the_usual_file_is_checked_like_any_other(desk: Desk, row: str) -> None:
    """A file of ids and texts alone is read in a shorter way, which must see the same."""
    found = []
    for header, end in (("id,text", ""), ("id,text,gold", ",")):
        with pytest.raises(Invalid) as refused:
            desk.load(desk.file(f"{header}\n1,a{end}\n{row}{end}\n3,c{end}\n"))
        found.append(refused.value.problems)

    assert found[0] == found[1]
    assert found[0][0].where.startswith("line 3, column")


def test_a_key_that_another_import_takes_at_the_same_moment_is_a_problem_of_this_file(desk: Desk) -> None:
    load = desk.database.write(
        lambda tx: imports.begin(
            tx, SYSTEM, desk.project.id, name="x", media_kind=MediaKind.TEXT, with_answers=False, now=NOW
        )
    )
    desk.database.write(lambda tx: imports.add_items(tx, load, [_item("2")], now=NOW))

    with pytest.raises(Invalid, match="line 3: item '2' is in the project already"):
        desk.load(desk.file("id,text\n1,a\n2,b\n"))

    assert [row["key"] for row in desk.rows("SELECT key FROM item")] == ["2"]


def test_an_import_that_died_while_it_was_prepared_makes_way_for_the_next(desk: Desk) -> None:
    def died(tx: Any) -> None:
        load = imports.begin(
            tx, SYSTEM, desk.project.id, name="x", media_kind=MediaKind.TEXT, with_answers=False, now=NOW
        )
        _, load = imports.add_items(tx, load, [_item("1"), _item("2")], now=NOW)
        turn = imports.take_turn(tx, load, Shuffle(1, 0), now=NOW)
        assert turn is not None
        for part in imports.parts(tx, load):
            imports.prepare(tx, load, turn, part, now=NOW)

    desk.database.write(died)
    moments = iter(range(0, 10_000, 5))
    importer = Importer(
        desk.database,
        desk.settings,
        SYSTEM,
        desk.project.id,
        clock=lambda: NOW + timedelta(seconds=next(moments)),
    )
    path = desk.file("id,text\n3,a\n")
    importer.run(Source(path, path.name))

    assert [row["key"] for row in desk.rows("SELECT key FROM item")] == ["3"]
    assert len(desk.rows("SELECT item_id FROM queue_item")) == 1


def test_a_batch_of_many_parts_is_queued_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PREPARE_CHUNK", 7)
    lines = "".join(f"{number},text {number},{'toxic' if number % 10 == 0 else ''}\n" for number in range(50))

    desk.load(desk.file(f"id,text,gold\n{lines}"))

    assert len(desk.rows("SELECT item_id FROM queue_item")) == 45
    assert len({row["position"] for row in desk.rows("SELECT position FROM queue_item")}) == 45
    assert [row["place"] for row in desk.rows("SELECT place FROM gold_label ORDER BY place")] == list(range(5))
