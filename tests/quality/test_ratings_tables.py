"""Ratings from tables of other libraries: the same codes and names, whatever holds the columns."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import UnreadableRatings
from karat.quality.ratings import Ratings
from karat.quality.ratings.factorise import factorise_integers

COLUMNS = {
    "item": ["b", "b", "a", "c", "a"],
    "annotator": [7, 3, 7, 3, 3],
    "label": ["x", "y", "x", "x", "x"],
}


def duckdb_relation(columns: dict[str, list[Any]]) -> Any:
    """A relation of a database of its own, as somebody in a notebook would have it."""
    frame = pd.DataFrame(columns)  # noqa: F841 - DuckDB finds it by its name
    return duckdb.sql("SELECT * FROM frame")


TABLES = {
    "pandas": pd.DataFrame,
    "pandas objects": lambda columns: pd.DataFrame(columns, dtype=object),
    "pandas categories": lambda columns: pd.DataFrame(columns).astype("category"),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "pyarrow in pieces": lambda columns: pa.concat_tables([pa.table(columns).slice(0, 2), pa.table(columns).slice(2)]),
    "duckdb": duckdb_relation,
    "arrays": lambda columns: {name: np.array(values) for name, values in columns.items()},
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_table_gives_the_same_ratings(kind: str) -> None:
    ratings = Ratings.from_frame(TABLES[kind](COLUMNS))

    assert (ratings.items, ratings.annotators, ratings.classes) == (("b", "a", "c"), (7, 3), ("x", "y"))
    assert ratings.item.tolist() == [0, 0, 1, 2, 1]
    assert ratings.annotator.tolist() == [0, 1, 0, 1, 1]
    assert ratings.label.tolist() == [0, 1, 0, 0, 0]


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind != "arrays"])
@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_label_is_refused_with_its_row_in_every_kind_of_table(kind: str, missing: str | None) -> None:
    columns = {**COLUMNS, "label": ["x", "y", missing, "x", missing]}

    with pytest.raises(UnreadableRatings, match="row 3 has no label"):
        Ratings.from_frame(TABLES[kind](columns))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_set_of_classes_in_a_table_is_refused(kind: str) -> None:
    with pytest.raises(UnreadableRatings, match="a label is not a plain name"):
        Ratings.from_frame(TABLES[kind]({**COLUMNS, "label": [["x"]] * 5}))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "duckdb"])
def test_an_absent_column_is_refused_with_those_there_are(kind: str) -> None:
    with pytest.raises(UnreadableRatings, match=r"no column 'worker'; there are \['item', 'annotator', 'label'\]"):
        Ratings.from_frame(TABLES[kind](COLUMNS), annotator="worker")


@pytest.mark.parametrize(
    "time",
    [
        "TIMESTAMP '1970-01-01 01:00:00'",
        "TIMESTAMPTZ '1970-01-01 02:00:00+01:00'",
        "'1970-01-01T01:00:00Z'",
        "'1970-01-01T02:00:00+01:00'",
        "3600",
        "'3600.0'",
    ],
)
def test_a_time_in_a_relation_becomes_seconds(time: str) -> None:
    relation = duckdb.sql(f"SELECT 1 AS item, 1 AS annotator, 1 AS label, {time} AS at_time")

    ratings = Ratings.from_frame(relation, time="at_time")

    assert ratings.time is not None
    assert ratings.time.tolist() == [3600.0]


def test_a_time_in_a_relation_that_cannot_be_read_is_refused_with_its_row() -> None:
    relation = duckdb.sql("SELECT i AS item, 1 AS annotator, 1 AS label, ['1', 'soon'][i] AS t FROM range(1, 3) r(i)")

    with pytest.raises(UnreadableRatings, match="row 2 has no time that can be read"):
        Ratings.from_frame(relation, time="t")


def test_a_relation_keeps_the_order_of_its_rows() -> None:
    relation: Any = duckdb.sql(
        "SELECT 'i' || (r * 7919 % 997) AS item, 'a' || r % 13 AS annotator, 'c' || r % 3 AS label "
        "FROM range(20000) t(r)"
    )
    arrays = relation.fetchnumpy()

    coded, plain = Ratings.from_frame(relation), Ratings.from_arrays(*arrays.values())

    assert (coded.items, coded.annotators) == (plain.items, plain.annotators)
    assert np.array_equal(coded.item, plain.item)
    assert np.array_equal(coded.label, plain.label)


def test_codes_need_no_names() -> None:
    ratings = Ratings.from_codes(np.array([4, 4, 0]), np.array([0, 1, 1]), np.array([2, 0, 0]), n_classes=5)

    assert (ratings.n_items, ratings.n_annotators, ratings.n_classes) == (5, 2, 5)
    assert ratings.items[4] == 4


def test_a_later_code_of_the_same_annotator_replaces_the_earlier() -> None:
    ratings = Ratings.from_codes([0, 1, 0], [0, 0, 0], [1, 0, 0])

    assert ratings.item.tolist() == [1, 0]
    assert ratings.label.tolist() == [0, 0]


def test_a_label_beyond_the_declared_classes_is_refused() -> None:
    with pytest.raises(UnreadableRatings, match="label codes run from 0 to 2; there are 2 names"):
        Ratings.from_codes([0, 1], [0, 0], [0, 2], n_classes=2)


@given(st.lists(st.integers(-5, 5) | st.integers(-(2**62), 2**62), max_size=30))
def test_integers_are_numbered_as_they_appear(values: list[int]) -> None:
    codes, names = factorise_integers(np.array(values, dtype=np.int64))

    assert names == list(dict.fromkeys(values))
    assert [names[code] for code in codes.tolist()] == values
