"""Ratings: what is read, what is refused, and what a repeated answer means."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from karat.quality.errors import UnknownClass, UnreadableRatings
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of

ROWS = [("a", "ada", "x"), ("a", "bo", "y"), ("b", "ada", "x")]


def triples(ratings: Ratings) -> list[tuple[Any, Any, Any]]:
    codes = zip(ratings.item, ratings.annotator, ratings.label, strict=True)
    return [(ratings.items[i], ratings.annotators[a], ratings.classes[c]) for i, a, c in codes]


def test_rows_come_back_as_they_went_in() -> None:
    assert triples(Ratings.from_rows(ROWS)) == ROWS


def test_items_and_annotators_are_numbered_as_they_appear() -> None:
    from_text = Ratings.from_rows([("z", "bo", "x"), ("a", "ada", "x")])
    from_numbers = Ratings.from_arrays(np.array([9, 3, 9]), np.array([2, 2, 1]), np.array([0, 1, 0]))

    assert (from_text.items, from_text.annotators) == (("z", "a"), ("bo", "ada"))
    assert (from_numbers.items, from_numbers.annotators) == ((9, 3), (2, 1))


def test_classes_are_ordered_by_value_when_all_are_numbers() -> None:
    numbers = Ratings.from_rows([(n, "ada", label) for n, label in enumerate(["10", "9", "-1.5"])])
    names = Ratings.from_rows([(n, "ada", label) for n, label in enumerate(["10", "9", "nan"])])

    assert numbers.classes == ("-1.5", "9", "10")
    assert names.classes == ("10", "9", "nan")


def test_declared_classes_keep_their_order_and_may_be_unused() -> None:
    ratings = Ratings.from_rows(ROWS, classes=["y", "unsure", "x"])

    assert ratings.classes == ("y", "unsure", "x")
    assert triples(ratings) == ROWS


def test_a_class_that_is_not_declared_is_refused_with_its_row() -> None:
    with pytest.raises(UnknownClass, match="row 2 has the class 'y'"):
        Ratings.from_rows(ROWS, classes=["x", "z"])


def test_a_repeated_row_counts_once() -> None:
    assert triples(Ratings.from_rows([*ROWS, ROWS[0]])) == [ROWS[1], ROWS[2], ROWS[0]]


def test_a_later_answer_of_the_same_annotator_replaces_the_earlier() -> None:
    revised = Ratings.from_rows([*ROWS, ("a", "ada", "y")])

    assert triples(revised) == [("a", "bo", "y"), ("b", "ada", "x"), ("a", "ada", "y")]


def test_time_decides_which_answer_is_later() -> None:
    columns = {"item": ["a", "a"], "annotator": ["ada", "ada"], "label": ["new", "old"], "time": [20.0, 10.0]}

    ratings = Ratings.from_frame(columns, time="time")

    assert triples(ratings) == [("a", "ada", "new")]
    assert ratings.time is not None
    assert ratings.time.tolist() == [20.0]


def test_replicates_can_be_kept() -> None:
    assert Ratings.from_rows([*ROWS, ROWS[0]], repeats="all").n_ratings == 4


@pytest.mark.parametrize(
    "time",
    [
        [0, 3600],
        ["1970-01-01T00:00:00Z", "1970-01-01T02:00:00+01:00"],
        np.array(["1970-01-01T00:00", "1970-01-01T01:00"], dtype="datetime64[m]"),
        [datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 1, tzinfo=UTC)],
    ],
)
def test_times_of_any_kind_become_seconds(time: Any) -> None:
    ratings = Ratings.from_arrays(["a", "b"], ["ada", "ada"], ["x", "x"], time=time)

    assert ratings.time is not None
    assert ratings.time.tolist() == [0.0, 3600.0]


@pytest.mark.parametrize("time", [["yesterday"], [None], [np.datetime64("NaT")]])
def test_a_time_that_cannot_be_ordered_is_refused(time: Any) -> None:
    with pytest.raises(UnreadableRatings, match="row 1 has"):
        Ratings.from_arrays(["a"], ["ada"], ["x"], time=time)


@pytest.mark.parametrize("missing", [None, "", float("nan"), np.ma.masked])
def test_a_missing_value_is_refused_with_its_row(missing: Any) -> None:
    label: Any = ["x", missing]
    if missing is np.ma.masked:
        label = np.ma.array(["x", "under the mask"], mask=[False, True])

    with pytest.raises(UnreadableRatings, match="row 2 has no label"):
        Ratings.from_arrays(["a", "b"], ["ada", "ada"], label)


def test_a_set_of_classes_is_refused() -> None:
    with pytest.raises(UnreadableRatings, match="not a plain name"):
        Ratings.from_arrays(["a"], ["ada"], [["x", "y"]])


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(UnreadableRatings, match=r"equally long; they have \[1, 2\] rows"):
        Ratings.from_arrays(["a", "b"], ["ada", "bo"], ["x"])


def test_a_row_that_is_no_triple_is_refused() -> None:
    with pytest.raises(UnreadableRatings, match="row 2 has 2 fields"):
        Ratings.from_rows([ROWS[0], ("a", "bo")])  # type: ignore[list-item]


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    with duckdb.connect() as db:
        arrow_like = db.execute("SELECT 'a' AS task, 7 AS worker, 'x' AS answer").fetchnumpy()

    ratings = Ratings.from_frame(arrow_like, item="task", annotator="worker", label="answer")

    assert triples(ratings) == [("a", 7, "x")]


def test_a_table_without_the_column_is_refused_with_those_it_has() -> None:
    with pytest.raises(UnreadableRatings, match=r"no column 'item'; there are \['task'\]"):
        Ratings.from_frame({"task": ["a"]})


def test_a_csv_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text('\ufefftask,note,annotator,label\na,"two\nlines",ada,x\n\na,,bo,y\n', encoding="utf-8")

    assert triples(Ratings.from_csv(file, item="task")) == ROWS[:2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("item,annotator,label\na,ada,x\na,bo\n", "line 3 has 2 fields; the header has 3"),
        ('item,annotator,label\n"a\na",ada,x\na,bo,\n', "line 4 has no label"),
        ("item,worker,label\na,ada,x\n", "no column 'annotator'; it has"),
        ("", "no column 'item'"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_refused_with_the_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UnreadableRatings, match=message):
        Ratings.from_csv(file)


def test_a_csv_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes("item,annotator,label\na,Zoë,x\n".encode("latin-1"))

    with pytest.raises(UnreadableRatings, match="UTF-8"):
        Ratings.from_csv(file)


def test_class_counts_count() -> None:
    assert ratings_of("xxy", "y..").class_counts().toarray().tolist() == [[2, 1], [0, 1]]


def test_selecting_forgets_what_is_left_without_ratings_but_keeps_classes() -> None:
    ratings = Ratings.from_rows(ROWS)

    chosen = ratings.select(ratings.label == 1)

    assert triples(chosen) == [ROWS[1]]
    assert (chosen.items, chosen.annotators, chosen.classes) == (("a",), ("bo",), ("x", "y"))


def test_ordering_by_item_keeps_the_order_within_items() -> None:
    ratings = Ratings.from_rows([("a", "ada", "x"), ("b", "ada", "x"), ("a", "bo", "y")])

    assert triples(ratings.by_item()) == [("a", "ada", "x"), ("a", "bo", "y"), ("b", "ada", "x")]


def test_ratings_cannot_be_changed_and_leave_the_callers_arrays_alone() -> None:
    codes = np.zeros(2, dtype=np.int32)
    ratings = Ratings(codes, codes.copy(), codes.copy(), ("a",), ("ada",), ("x",))

    with pytest.raises(ValueError, match="read-only"):
        ratings.item[0] = 1
    codes[0] = 0


def test_codes_without_a_name_are_refused() -> None:
    code = np.array([1], dtype=np.int32)

    with pytest.raises(UnreadableRatings, match="item codes run from 1 to 1; there are 1 names"):
        Ratings(code, code, code, ("a",), ("ada", "bo"), ("x", "y"))


def test_no_ratings_are_ratings_too() -> None:
    nothing = Ratings.from_rows([])

    assert (nothing.n_ratings, nothing.n_items, nothing.class_counts().shape) == (0, 0, (0, 0))
