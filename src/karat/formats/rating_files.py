"""Files of ratings, from anywhere, as `Ratings`: the input of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from karat.domain.errors import Invalid, Problem
from karat.formats.label_studio import choice_rows, controls_by_use, is_label_studio
from karat.formats.problems import ProblemList, refusal
from karat.formats.rating_columns import RatingColumns, rating_columns
from karat.formats.rating_gold import gold_of_column, gold_of_file
from karat.formats.rating_sources import Files, encoding_remarks, names_of, paths_of, sniffed_as
from karat.formats.rating_tables import (
    MAX_FIELD_BYTES,
    as_utf8,
    first_rows,
    refuse_with_lines,
    relation_of,
    table_engine,
)
from karat.formats.sniff import FileKind
from karat.formats.table import read_rows
from karat.quality.errors import UnreadableRatings
from karat.quality.ratings import Name, Ratings


@dataclass(frozen=True)
class ReadRatings:
    """What was read, and how it was understood."""

    ratings: Ratings
    gold: Mapping[Name, Name]
    """Gold labels by item; empty when there are none."""
    columns: RatingColumns
    files: tuple[str, ...]
    n_rows: int
    remarks: tuple[str, ...] = field(default=())
    """What was left out, and what was decided about it."""


def read_ratings(
    sources: Sequence[str], *, columns: RatingColumns, gold: Path | None = None, encoding: str | None = None
) -> ReadRatings:
    """Ratings from files, patterns such as "answers-*.csv", or "-" for standard input.

    CSV, TSV, JSONL, JSON, Parquet and Label Studio's JSON export, also compressed with gzip, bzip2 or xz. Several
    files are read as one and must have the same columns. Rows without a label are left out and counted.

    Parameters
    ----------
    columns : RatingColumns
        Those that were chosen; the others are recognised by their usual names.
    gold : path, optional
        A table with the item's name and its gold label.
    encoding : str, optional
        Of text files; else by their mark, or UTF-8, or Windows-1252 where the text looks like it.

    Raises
    ------
    Invalid
        When a file cannot be read; with line and reason.
    """
    with ExitStack() as stack:
        sniffed = [(path, sniffed_as(path, encoding)) for path in stack.enter_context(paths_of(sources))]
        files = [stack.enter_context(as_utf8(path, found)) for path, found in sniffed]
        rows = first_rows(*files[0])
        if files[0][1].kind in (FileKind.JSON, FileKind.JSONL) and is_label_studio(rows):
            return _label_studio(files, columns, gold)
        chosen = rating_columns(rows, columns, names_of(files)[0])
        engine = stack.enter_context(table_engine())
        read = _read_tables(engine, files, chosen, gold, must_have_time=columns.time is not None)
        remarks = [] if encoding else encoding_remarks(sniffed)
        return replace(read, remarks=(*remarks, *read.remarks))


def _read_tables(
    connection: Any, files: Files, columns: RatingColumns, gold: Path | None, *, must_have_time: bool
) -> ReadRatings:
    names = names_of(files)
    relation = relation_of(connection, files, columns.named(), columns.wide)
    n_rows, n_unlabeled, n_broken = relation.query("source", _COUNTS).fetchall()[0]
    if n_broken:
        refuse_with_lines(files, columns.named())
        raise refusal(names[0], "the rows", f"{n_broken:,} rows name no item or no annotator.")
    if n_rows == n_unlabeled:
        raise refusal(names[0], f"column {columns.label!r}", f"is empty in all {n_rows:,} rows.")
    labeled = relation.query("source", f"SELECT * FROM source WHERE {_IS_LABELED}") if n_unlabeled else relation
    ratings, remarks = _ratings(labeled, columns, names[0], must_have_time=must_have_time)
    if ratings.time is None:
        columns = replace(columns, time=None)
    ratings = _in_seconds(ratings)
    n_replaced = n_rows - n_unlabeled - ratings.n_ratings
    remarks = [*_left_out(n_unlabeled, "cell" if columns.wide else "row"), *_replaced(n_replaced, columns), *remarks]
    known: Mapping[Name, Name] = {}
    if gold is not None:
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        known, said = gold_of_file(connection, gold, columns, types, ratings.items)
        remarks += said
    elif columns.gold:
        known = gold_of_column(relation, names[0], columns.gold)
    return ReadRatings(ratings, known, columns, names, n_rows, tuple(remarks))


_YEAR_5000 = 1e11
_IS_LABELED = "label IS NOT NULL AND trim(CAST(label AS VARCHAR)) <> ''"
_COUNTS = f"""
SELECT count(*), count(*) FILTER (NOT ({_IS_LABELED})),
       count(*) FILTER (item IS NULL OR CAST(item AS VARCHAR) = ''
                        OR annotator IS NULL OR CAST(annotator AS VARCHAR) = '')
FROM source
"""


def _ratings(
    relation: Any, columns: RatingColumns, file_name: str, *, must_have_time: bool
) -> tuple[Ratings, list[str]]:
    """Ratings with their times. Where nobody asked for times that cannot be read, without, and a remark."""
    try:
        return Ratings.from_frame(relation, time="time" if columns.time else None), []
    except UnreadableRatings as error:
        if columns.time is None or must_have_time:
            raise Invalid(f"{file_name}: {error}", (Problem(file_name, str(error)),)) from error
        ratings = Ratings.from_frame(relation)
        return ratings, [f"Column {columns.time!r} looks like the time, but {_first_sentence(error)}. It was not used."]


def _in_seconds(ratings: Ratings) -> Ratings:
    """Times that were counted in milli-, micro- or nanoseconds, as seconds: as seconds they would be millennia away."""
    while ratings.time is not None and ratings.n_ratings and float(ratings.time.min()) > _YEAR_5000:
        ratings = replace(ratings, time=ratings.time / 1000)
    return ratings


def _first_sentence(error: Exception) -> str:
    return str(error).partition(". ")[0].rstrip(".")


def _left_out(n: int, what: str) -> list[str]:
    if not n:
        return []
    return [f"1 {what} has no label and was left out." if n == 1 else f"{n:,} {what}s have no label and were left out."]


def _replaced(n: int, columns: RatingColumns) -> list[str]:
    if not n:
        return []
    rows = "1 row repeats" if n == 1 else f"{n:,} rows repeat"
    which = "the latest answer counts, earlier ones do" if columns.time else "the last row counts, those before it do"
    return [f"{rows} an item for the same annotator; {which} not."]


# --- Label Studio -------------------------------------------------------------------------------------------------


def _label_studio(files: Files, columns: RatingColumns, gold: Path | None) -> ReadRatings:
    """The answers of one control: the one named as the label, else that with the most answers."""
    names = names_of(files)
    problems = ProblemList()
    rows = [
        choice
        for path, sniffed in files
        for choice in choice_rows(read_rows(path, sniffed, problems=problems, max_field_bytes=MAX_FIELD_BYTES))
    ]
    problems.refuse(names[0])
    if not rows:
        raise refusal(
            names[0],
            "the annotations",
            "hold no choice, rating, number or taxonomy. Spans and regions of Label Studio are not reported on yet.",
        )
    controls = controls_by_use(rows)
    control = columns.label or controls[0]
    if control not in controls:
        raise refusal(names[0], "--label", f"there is no control {control!r}. There are: {', '.join(controls)}.")
    chosen = [row for row in rows if row.control == control]
    has_time = all(row.time for row in chosen)
    ratings = Ratings.from_arrays(
        [row.item for row in chosen],
        [row.annotator for row in chosen],
        [row.label for row in chosen],
        time=[row.time for row in chosen] if has_time else None,
    )
    read_columns = RatingColumns("id", "completed_by", control, "created_at" if has_time else None)
    remarks = _replaced(len(chosen) - ratings.n_ratings, read_columns)
    others = [name for name in controls if name != control]
    if others:
        remarks.append(f"This is about the control {control!r}; others are {', '.join(others)} (--label NAME).")
    known: Mapping[Name, Name] = {}
    if gold is not None:
        types = {"item": "VARCHAR", "label": "VARCHAR"}
        with table_engine() as connection:
            known, said = gold_of_file(connection, gold, read_columns, types, ratings.items)
        remarks += said
    return ReadRatings(ratings, known, read_columns, names, len(chosen), tuple(remarks))
