"""Files of ratings: what is recognised, what is left out and said, what is refused with its line."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from karat.domain.errors import Invalid
from karat.formats.rating_columns import RatingColumns
from karat.formats.rating_files import ReadRatings, read_ratings

ROWS = [("a", "ada", "x"), ("a", "bo", "y"), ("b", "ada", "x")]
OBJECTS = [dict(zip(("task", "worker", "label"), row, strict=True)) for row in ROWS]
CSV = "task,worker,label\n" + "".join(f"{','.join(row)}\n" for row in ROWS)


def read(*sources: Path | str, gold: Path | None = None, **chosen: str | tuple[str, ...]) -> ReadRatings:
    return read_ratings([str(source) for source in sources], columns=RatingColumns(**chosen), gold=gold)  # type: ignore[arg-type]


def triples(read: ReadRatings) -> list[tuple[Any, Any, Any]]:
    ratings = read.ratings
    codes = zip(ratings.item, ratings.annotator, ratings.label, strict=True)
    return [(ratings.items[i], ratings.annotators[a], ratings.classes[c]) for i, a, c in codes]


def a_file(folder: Path, text: str, name: str = "answers.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("answers.csv", CSV),
        ("answers.txt", CSV.replace(",", ";")),
        ("answers.tsv", CSV.replace(",", "\t")),
        ("quoted.csv", '"task","worker","label"\n"a","ada","x"\n"a","bo","y"\n"b","ada","x"\n'),
        ("answers.jsonl", "".join(json.dumps(row) + "\n" for row in OBJECTS)),
        ("answers.json", json.dumps(OBJECTS)),
    ],
)
def test_every_kind_of_text_file_is_read_and_its_columns_recognised(tmp_path: Path, name: str, text: str) -> None:
    found = read(a_file(tmp_path, text, name))

    assert triples(found) == ROWS
    assert found.columns == RatingColumns("task", "worker", "label")
    assert (found.n_rows, found.remarks) == (3, ())


def test_parquet_keeps_the_types_of_its_names(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    duckdb.sql(f"COPY (SELECT 7 AS item, 'ada' AS annotator, 3 AS label) TO '{path}'")

    assert triples(read(path)) == [(7, "ada", 3)]


def test_a_file_in_another_encoding_with_a_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(CSV.replace("ada", "Zoë"), encoding="utf-16")

    assert "Zoë" in read(path).ratings.annotators


def test_a_file_as_windows_writes_it_is_read_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(CSV.replace("ada", "Zoë").replace(",", ";").replace("\n", "\r\n").encode("cp1252"))

    found = read(path)

    assert "Zoë" in found.ratings.annotators
    assert "answers.csv is not UTF-8 and was read as Windows-1252" in found.remarks[0]


def test_a_damaged_utf8_text_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(CSV.replace("ada", "Zoë").encode() + b"c,Zo\xeb,x\n")

    with pytest.raises(Invalid, match="line 5: is not UTF-8"):
        read(path)


def test_the_encoding_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(CSV.replace("ada", "あだ").encode("shift_jis"))

    found = read_ratings([str(path)], columns=RatingColumns(), encoding="shift_jis")

    assert "あだ" in found.ratings.annotators
    with pytest.raises(Invalid, match="there is no encoding 'klingon'"):
        read_ratings([str(path)], columns=RatingColumns(), encoding="klingon")
    with pytest.raises(Invalid, match="is not ascii"):
        read_ratings([str(path)], columns=RatingColumns(), encoding="ascii")


@pytest.mark.parametrize(("suffix", "packed"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_compressed_files_are_unpacked(tmp_path: Path, suffix: str, packed: Any) -> None:
    path = tmp_path / f"answers.csv{suffix}"
    path.write_bytes(packed(CSV.encode()))

    found = read(path)

    assert triples(found) == ROWS
    assert found.files == ("answers.csv",)
    path.write_bytes(packed(CSV.encode())[:-12])
    with pytest.raises(Invalid, match="cannot be unpacked"):
        read(path)


def test_a_column_for_each_annotator_is_read_as_answers(tmp_path: Path) -> None:
    path = a_file(tmp_path, "item,text,ada,bo,gold\na,long,x,y,x\nb,longer,x,,\n")

    found = read(path, wide=("ada", "bo"))

    assert triples(found) == [("a", "ada", "x"), ("a", "bo", "y"), ("b", "ada", "x")]
    assert found.remarks == ("1 cell has no label and was left out.",)
    assert found.gold == {"a": "x"}
    assert found.columns.described() == {"item": "item", "gold": "gold", "annotators": "ada, bo"}


def test_a_table_with_a_column_for_each_annotator_is_refused_with_the_way_to_read_it(tmp_path: Path) -> None:
    path = a_file(tmp_path, "item,ada,bo\na,x,y\n")

    with pytest.raises(Invalid, match="If each annotator has a column, name them all"):
        read(path)
    with pytest.raises(Invalid, match="there is no column 'cy'"):
        read(path, wide=("ada", "cy"))


def test_columns_are_recognised_by_what_is_left(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Item ID,Annotator Name,Sentiment\na,ada,x\na,bo,y\n")

    assert read(path).columns == RatingColumns("Item ID", "Annotator Name", "Sentiment")


def test_times_nobody_asked_for_may_be_unreadable(tmp_path: Path) -> None:
    path = a_file(tmp_path, "task,worker,label,created_at\na,ada,x,1.3.2024\na,bo,y,2.3.2024\n")

    found = read(path)

    assert found.ratings.time is None
    assert found.columns.time is None
    assert found.remarks == (
        "Column 'created_at' looks like the time, but row 1 has no time that can be read. It was not used.",
    )
    with pytest.raises(Invalid, match="no time that can be read"):
        read(path, time="created_at")


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_times_in_any_unit_since_1970_are_seconds(tmp_path: Path, unit: int) -> None:
    path = a_file(tmp_path, f"task,worker,label,time\na,ada,x,{1_700_000_000 * unit}\na,bo,y,{1_700_000_060 * unit}\n")

    time = read(path).ratings.time

    assert time is not None
    assert time.tolist() == pytest.approx([1_700_000_000, 1_700_000_060])


def test_gold_may_call_its_columns_otherwise(tmp_path: Path) -> None:
    gold = a_file(tmp_path, "Task ID,Answer\na,x\n", "gold.csv")

    assert read(a_file(tmp_path, CSV), gold=gold).gold == {"a": "x"}


def test_blank_labels_are_no_labels(tmp_path: Path) -> None:
    assert read(a_file(tmp_path, CSV + "b,bo, \n")).ratings.classes == ("x", "y")


def test_several_files_and_a_pattern_are_read_as_one(tmp_path: Path) -> None:
    a_file(tmp_path, CSV, "part-1.csv")
    a_file(tmp_path, "task,worker,label\nc,cy,y\n", "part-2.csv")

    assert triples(read(tmp_path / "part-*.csv")) == [*ROWS, ("c", "cy", "y")]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CSV.encode())))

    found = read("-")

    assert triples(found) == ROWS
    assert found.files == ("-",)


def test_columns_of_any_name_are_read_when_they_are_named(tmp_path: Path) -> None:
    path = a_file(tmp_path, "unit,who,what,when\na,ada,x,2026-01-01T00:00:10Z\na,bo,y,2026-01-01T00:00:20Z\n")

    found = read(path, item="unit", annotator="who", label="what", time="when")

    assert triples(found) == [("a", "ada", "x"), ("a", "bo", "y")]
    assert found.ratings.time is not None
    assert found.ratings.time[1] - found.ratings.time[0] == 10


def test_one_named_column_leaves_the_others_recognised(tmp_path: Path) -> None:
    path = a_file(tmp_path, "task,worker,verdict\na,ada,x\n")

    assert read(path, label="verdict").columns == RatingColumns("task", "worker", "verdict")


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    found = read(a_file(tmp_path, CSV + "b,bo,\n"))

    assert triples(found) == ROWS
    assert found.remarks == ("1 row has no label and was left out.",)


def test_repeated_answers_are_said(tmp_path: Path) -> None:
    found = read(a_file(tmp_path, CSV + "b,ada,y\n"))

    assert triples(found)[-1] == ("b", "ada", "y")
    assert "1 row repeats an item for the same annotator" in found.remarks[0]


def test_gold_comes_from_a_file_of_its_own(tmp_path: Path) -> None:
    gold = a_file(tmp_path, "task,label\na,x\nz,y\n", "gold.csv")

    found = read(a_file(tmp_path, CSV), gold=gold)

    assert found.gold == {"a": "x"}
    assert found.remarks == ("1 gold label of gold.csv is for an item that nobody rated.",)


def test_gold_is_matched_to_items_of_another_type(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    duckdb.sql(f"COPY (SELECT 7 AS item, 'ada' AS annotator, 3 AS label) TO '{path}'")
    gold = a_file(tmp_path, "item,gold\n7,3\n", "gold.csv")

    assert read(path, gold=gold).gold == {7: 3}


def test_gold_comes_from_a_column_of_the_answers(tmp_path: Path) -> None:
    path = a_file(tmp_path, "task,worker,label,gold\na,ada,x,x\na,bo,y,x\nb,ada,x,\n")

    assert read(path).gold == {"a": "x"}


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("task,worker,label\na,ada,x\nb,bo\n", "line 3", "has 2 cells, the header has 3"),
        ("task,worker,label\na,ada,x\n,bo,y\n", "line 3", "column 'task' is empty: who is the item?"),
        ('task,worker,label\na,ada,x\nb,"bo,y\n', "line 3", "opened and never closed"),
        ("task,worker,label\n", "the file", "has no rows"),
        ("", "the file", "is empty"),
        ("task,worker,label\na,ada,\n", "column 'label'", "is empty in all 1 rows"),
        ("x,y\n1,2\n", "the columns", "--item COLUMN --annotator COLUMN --label COLUMN"),
    ],
)
def test_a_broken_file_is_refused_with_place_and_reason(tmp_path: Path, text: str, where: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(a_file(tmp_path, text))

    assert refused.value.problems[0].where == where
    assert message in refused.value.problems[0].message


def test_a_fault_far_down_a_long_file_is_found_with_its_line(tmp_path: Path) -> None:
    many = "".join(f"i{n},ada,x\n" for n in range(30_000))

    with pytest.raises(Invalid, match="line 30002: has 1 cell"):
        read(a_file(tmp_path, f"task,worker,label\n{many}oops\n"))


def test_a_wrong_line_of_json_is_refused_with_its_number(tmp_path: Path) -> None:
    path = a_file(tmp_path, '{"item": 1, "annotator": "ada", "label": "x"}\nnot json\n', "answers.jsonl")

    with pytest.raises(Invalid, match="line 2: is not valid JSON"):
        read(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(Invalid, match="no file matches the pattern"):
        read(tmp_path / "*.csv")


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        ("task,label\na,x\na,y\n", "item 'a', *has two different gold labels|item 'a': has two different gold labels"),
        ("when,where,what\n1,2,3\n", "must hold the item"),
    ],
)
def test_gold_that_cannot_be_used_is_refused(tmp_path: Path, gold: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read(a_file(tmp_path, CSV), gold=a_file(tmp_path, gold, "gold.csv"))


def a_label_studio_task(number: int, *answers: tuple[Any, Any], control: str = "intent") -> dict[str, Any]:
    """A task as Label Studio exports it, with (person, choices) for each annotation."""
    annotations = [
        {
            "completed_by": person,
            "created_at": "2026-01-01T00:00:00Z",
            "result": [{"from_name": control, "to_name": "text", "type": "choices", "value": {"choices": choices}}],
        }
        for person, choices in answers
    ]
    return {"id": number, "data": {"text": "hello"}, "annotations": annotations, "predictions": []}


def test_another_control_of_label_studio_can_be_asked_for(tmp_path: Path) -> None:
    tasks = [a_label_studio_task(1, (5, ["x"])), a_label_studio_task(1, (6, ["y"]), control="tone")]
    path = a_file(tmp_path, json.dumps(tasks), "export.json")

    assert triples(read(path, label="tone")) == [("1", "6", "y")]
    with pytest.raises(Invalid, match=r"there is no control 'mood'\. There are: intent, tone"):
        read(path, label="mood")


def test_a_label_studio_export_is_read(tmp_path: Path) -> None:
    tasks = [
        a_label_studio_task(1, (5, ["x"]), ({"id": 6, "email": "bo@example.com"}, ["y", "x"])),
        a_label_studio_task(2, (5, ["x"]), control="intent"),
        a_label_studio_task(2, (5, ["far"]), control="tone"),
    ]
    tasks[1]["annotations"].append({"completed_by": 6, "was_cancelled": True, "result": []})

    found = read(a_file(tmp_path, json.dumps(tasks), "export.json"))

    assert triples(found) == [("1", "5", "x"), ("1", "bo@example.com", "x + y"), ("2", "5", "x")]
    assert found.remarks == ("This is about the control 'intent'; others are tone (--label NAME).",)


def test_a_label_studio_export_without_choices_is_refused(tmp_path: Path) -> None:
    task = a_label_studio_task(1, (5, ["x"]))
    task["annotations"][0]["result"][0]["value"] = {"start": 0, "end": 3, "labels": ["LOC"]}

    with pytest.raises(Invalid, match="hold no choice, rating, number or taxonomy"):
        read(a_file(tmp_path, json.dumps([task]), "export.json"))
