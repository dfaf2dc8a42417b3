"""Gold labels for ratings: from a column beside the answers, or from a file of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from karat.formats.columns import mapping_of, recognise
from karat.formats.problems import refusal
from karat.formats.rating_columns import RatingColumns
from karat.formats.rating_sources import paths_of, sniffed_as
from karat.formats.rating_tables import as_utf8, first_rows, relation_of
from karat.formats.table import Row
from karat.quality.ratings import Name


def gold_of_column(relation: Any, file_name: str, column: str) -> dict[Name, Name]:
    """Gold labels by item from the column `gold` of the relation, which the file calls `column`.

    Raises
    ------
    Invalid
        When an item has two different ones.
    """
    found = relation.query(
        "source",
        "SELECT item, min(gold) AS gold, min(gold) <> max(gold) AS differs FROM source "
        "WHERE gold IS NOT NULL AND trim(CAST(gold AS VARCHAR)) <> '' GROUP BY item",
    ).fetchall()
    different = [item for item, _, differs in found if differs]
    if different:
        raise refusal(
            file_name,
            f"column {column!r}",
            f"gives {len(different):,} items more than one gold label, such as item {different[0]!r}. Keep one each.",
        )
    return {item: label for item, label, _ in found}


def gold_of_file(
    connection: Any, path: Path, columns: RatingColumns, types: Mapping[str, str], items: Iterable[Name]
) -> tuple[dict[Name, Name], list[str]]:
    """Gold labels of the rated items by their names, and what to say of the others.

    Parameters
    ----------
    columns : RatingColumns
        Those of the ratings: gold often has the same names.
    types : mapping of part to SQL type
        Those of the ratings, so that item 7 is item "7".

    Raises
    ------
    Invalid
        When the columns are not recognised, an item has two gold labels, or one is not of the type of the others.
    """
    with paths_of([str(path)]) as [plain], as_utf8(plain, sniffed_as(plain, None)) as file:
        item, label = _gold_columns(first_rows(*file), columns, path.name)
        table = relation_of(connection, [file], {"item": item, "label": label})
        rows = table.query(
            "gold_rows",
            f"SELECT CAST(item AS VARCHAR), try_cast(item AS {types['item']}), try_cast(label AS {types['label']}) "
            "FROM gold_rows WHERE label IS NOT NULL AND trim(CAST(label AS VARCHAR)) <> ''",
        ).fetchall()
    rated = set(items)
    found: dict[Name, Name] = {}
    for text, item_name, gold_label in rows:
        if gold_label is None:
            raise refusal(path.name, f"item {text!r}", f"has a gold label that is no {types['label']} as the others.")
        if found.setdefault(item_name, gold_label) != gold_label:
            raise refusal(path.name, f"item {text!r}", "has two different gold labels. Keep one.")
    known = {name: gold_label for name, gold_label in found.items() if name in rated}
    return known, _remarks(len(known), len(found) - len(known), path.name)


def _gold_columns(rows: Sequence[Row], columns: RatingColumns, file_name: str) -> tuple[str, str]:
    present = list(rows[0].values)
    looks = mapping_of(recognise(rows))
    item = next((name for name in (columns.item, "item", "task", "id", "item_id", looks.id) if name in present), None)
    others = [name for name in present if name != item]
    usual = [columns.gold, "gold", columns.label, "label", "truth", "gold_label", looks.gold]
    label = next((name for name in usual if name in others), others[0] if len(others) == 1 else None)
    if item is None or label is None:
        raise refusal(
            file_name,
            "the columns",
            f"must hold the item, under the same name as in the ratings ({columns.item}), and its gold label "
            f"(gold or {columns.label or 'label'}). There are: {', '.join(present)}.",
        )
    return item, label


def _remarks(n_known: int, n_unused: int, name: str) -> list[str]:
    if n_known == 0:
        return [f"No item of {name} is among those rated, so it was not used: do both files name their items alike?"]
    if n_unused:
        return [
            f"{n_unused:,} gold {'label of' if n_unused == 1 else 'labels of'} {name} "
            f"{'is for an item' if n_unused == 1 else 'are for items'} that nobody rated."
        ]
    return []
