"""Files of ratings, from anywhere, as `Ratings`: the input of a report."""

from __future__ import annotations

import glob
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from karat.domain.errors import Invalid, Problem
from karat.formats.label_studio import choice_rows, is_label_studio, most_used_control
from karat.formats.problems import ProblemList, refusal
from karat.formats.rating_columns import RatingColumns, rating_columns
from karat.formats.rating_tables import (
    MAX_FIELD_BYTES,
    as_utf8,
    first_rows,
    refuse_with_lines,
    relation_of,
    table_engine,
)
from karat.formats.sniff import FileKind, Sniffed, sniff
from karat.formats.table import read_rows
from karat.quality.errors import UnreadableRatings
from karat.quality.ratings import Name, Ratings

STANDARD_INPUT = "-"
Files = Sequence[tuple[Path, Sniffed]]


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


def read_ratings(sources: Sequence[str], *, columns: RatingColumns, gold: Path | None = None) -> ReadRatings:
    """Ratings from files, patterns such as "answers-*.csv", or "-" for standard input.

    CSV, TSV, JSONL, JSON, Parquet and Label Studio's JSON export. Several files are read as one and must have the
    same columns. Rows without a label are left out and counted.

    Parameters
    ----------
    columns : RatingColumns
        Those that were chosen; the others are recognised by their usual names.
    gold : path, optional
        A table with the item's name and its gold label.

    Raises
    ------
    Invalid
        When a file cannot be read; with line and reason.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(as_utf8(path, sniff(path))) for path in stack.enter_context(_paths(sources))]
        rows = first_rows(*files[0])
        if files[0][1].kind in (FileKind.JSON, FileKind.JSONL) and is_label_studio(rows):
            return _with_gold_file(_label_studio(files), gold)
        chosen = rating_columns(rows, columns, _names_of(files)[0])
        return _read_tables(stack.enter_context(table_engine()), files, chosen, gold)


def _read_tables(connection: Any, files: Files, columns: RatingColumns, gold: Path | None) -> ReadRatings:
    names = _names_of(files)
    relation = relation_of(connection, files, columns.named())
    n_rows, n_unlabeled, n_broken = relation.query("source", _COUNTS).fetchall()[0]
    if n_broken:
        refuse_with_lines(files, columns.named())
        raise refusal(names[0], "the rows", f"{n_broken:,} rows name no item or no annotator.")
    if n_rows == n_unlabeled:
        raise refusal(names[0], f"column {columns.label!r}", f"is empty in all {n_rows:,} rows.")
    labeled = relation.query("source", f"SELECT * FROM source WHERE {_IS_LABELED}") if n_unlabeled else relation
    try:
        ratings = Ratings.from_frame(labeled, time="time" if columns.time else None)
    except UnreadableRatings as error:
        raise Invalid(f"{names[0]}: {error}", (Problem(names[0], str(error)),)) from error
    remarks = _remarks(n_unlabeled, n_rows - n_unlabeled - ratings.n_ratings)
    known: Mapping[Name, Name] = {}
    if gold is not None:
        known, unused = _gold_of_file(connection, gold, columns, _types(relation), ratings)
        remarks += _gold_remarks(len(known), unused, gold.name)
    elif columns.gold:
        known = _gold_of_column(relation, names[0], columns.gold)
    return ReadRatings(ratings, known, columns, names, n_rows, tuple(remarks))


_IS_LABELED = "label IS NOT NULL AND CAST(label AS VARCHAR) <> ''"
_COUNTS = f"""
SELECT count(*), count(*) FILTER (NOT ({_IS_LABELED})),
       count(*) FILTER (item IS NULL OR CAST(item AS VARCHAR) = ''
                        OR annotator IS NULL OR CAST(annotator AS VARCHAR) = '')
FROM source
"""


def _types(relation: Any) -> dict[str, str]:
    return dict(zip(relation.columns, map(str, relation.types), strict=True))


def _remarks(n_unlabeled: int, n_replaced: int) -> list[str]:
    remarks = []
    if n_unlabeled:
        remarks.append(f"{_rows(n_unlabeled, 'has no label and was', 'have no label and were')} left out.")
    if n_replaced:
        remarks.append(
            f"{_rows(n_replaced, 'repeats', 'repeat')} an item for the same annotator; the latest answer counts, "
            "earlier ones do not."
        )
    return remarks


def _rows(n: int, one: str, many: str) -> str:
    return f"1 row {one}" if n == 1 else f"{n:,} rows {many}"


def _gold_of_column(relation: Any, file_name: str, column: str) -> dict[Name, Name]:
    found = relation.query(
        "source",
        "SELECT item, min(gold) AS gold, min(gold) <> max(gold) AS differs FROM source "
        "WHERE gold IS NOT NULL AND CAST(gold AS VARCHAR) <> '' GROUP BY item",
    ).fetchall()
    different = [item for item, _, differs in found if differs]
    if different:
        raise refusal(
            file_name,
            f"column {column!r}",
            f"gives {len(different):,} items more than one gold label, such as item {different[0]!r}. Keep one each.",
        )
    return {item: label for item, label, _ in found}


def _gold_of_file(
    connection: Any, path: Path, columns: RatingColumns, types: Mapping[str, str], ratings: Ratings
) -> tuple[dict[Name, Name], int]:
    """Gold labels by item as the ratings name them, and how many are for items that nobody rated."""
    with as_utf8(path, sniff(path)) as file:
        item, label = _gold_columns(list(first_rows(*file)[0].values), columns, path.name)
        table = relation_of(connection, [file], {"item": item, "label": label})
        rows = table.query(
            "gold_rows",
            f"SELECT CAST(item AS VARCHAR), try_cast(item AS {types['item']}), try_cast(label AS {types['label']}) "
            "FROM gold_rows WHERE label IS NOT NULL AND CAST(label AS VARCHAR) <> ''",
        ).fetchall()
    rated = set(ratings.items)
    found: dict[Name, Name] = {}
    for text, item_name, gold_label in rows:
        if gold_label is None:
            raise refusal(path.name, f"item {text!r}", f"has a gold label that is no {types['label']} as the others.")
        if found.setdefault(item_name, gold_label) != gold_label:
            raise refusal(path.name, f"item {text!r}", "has two different gold labels. Keep one.")
    known = {name: gold_label for name, gold_label in found.items() if name in rated}
    return known, len(found) - len(known)


def _gold_columns(present: Sequence[str], columns: RatingColumns, file_name: str) -> tuple[str, str]:
    usual_items = [columns.item, "item", "task", "id", "item_id"]
    item = next((name for name in usual_items if name in present), None)
    others = [name for name in present if name != item]
    usual_labels = [columns.gold, "gold", columns.label, "label", "truth", "gold_label"]
    label = next((name for name in usual_labels if name in others), others[0] if len(others) == 1 else None)
    if item is None or label is None:
        raise refusal(
            file_name,
            "the columns",
            f"must hold the item, under the same name as in the ratings ({columns.item}), and its gold label "
            f"(gold or {columns.label}). There are: {', '.join(present)}.",
        )
    return item, label


def _gold_remarks(n_known: int, n_unused: int, name: str) -> list[str]:
    if n_known == 0:
        return [f"No item of {name} is among those rated: check that both files name their items alike."]
    return [f"{n_unused:,} gold labels of {name} are for items that nobody rated."] if n_unused else []


# --- Label Studio -------------------------------------------------------------------------------------------------


def _label_studio(files: Files) -> ReadRatings:
    names = _names_of(files)
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
    control, others = most_used_control(rows)
    chosen = [row for row in rows if row.control == control]
    has_time = all(row.time for row in chosen)
    ratings = Ratings.from_arrays(
        [row.item for row in chosen],
        [row.annotator for row in chosen],
        [row.label for row in chosen],
        time=[row.time for row in chosen] if has_time else None,
    )
    remarks = _remarks(0, len(chosen) - ratings.n_ratings)
    if others:
        remarks.append(
            f"Of the controls, {control!r} has the most answers and is reported on; not {', '.join(others)}."
        )
    columns = RatingColumns("id", "completed_by", control, "created_at" if has_time else None)
    return ReadRatings(ratings, {}, columns, names, len(chosen), tuple(remarks))


def _with_gold_file(read: ReadRatings, gold: Path | None) -> ReadRatings:
    if gold is None:
        return read
    with table_engine() as connection:
        types = {"item": "VARCHAR", "label": "VARCHAR"}
        known, unused = _gold_of_file(connection, gold, read.columns, types, read.ratings)
    remarks = (*read.remarks, *_gold_remarks(len(known), unused, gold.name))
    return ReadRatings(read.ratings, known, read.columns, read.files, read.n_rows, remarks)


# --- Where the bytes come from ------------------------------------------------------------------------------------


@contextmanager
def _paths(sources: Sequence[str]) -> Iterator[list[Path]]:
    """The files that the sources name; standard input as a temporary one, since it is read more than once."""
    with tempfile.TemporaryDirectory(prefix="karat-") as folder:
        paths: list[Path] = []
        for source in sources:
            paths += [_spooled(Path(folder))] if source == STANDARD_INPUT else _matching(source)
        yield list(dict.fromkeys(paths))


def _spooled(folder: Path) -> Path:
    path = folder / "stdin"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def _matching(source: str) -> list[Path]:
    if Path(source).exists():
        return [Path(source)]
    found = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - a pattern may be absolute
    if not found:
        is_pattern = any(character in source for character in "*?[")
        message = "no file matches the pattern." if is_pattern else "there is no such file."
        raise refusal(source, "the file", message)
    return [Path(name) for name in found]


def _names_of(files: Files) -> tuple[str, ...]:
    return tuple(STANDARD_INPUT if path.name == "stdin" else path.name for path, _ in files)
