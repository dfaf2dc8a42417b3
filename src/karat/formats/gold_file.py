"""Gold labels in a file of their own: the item's id and its label. Held in memory, one label an item."""

from collections.abc import Sequence
from pathlib import Path

from karat.formats.columns import Mapping, mapping_of, recognise
from karat.formats.items_file import BadCell, Classes, ReadGold, gold_of, key_of, listed
from karat.formats.problems import ProblemList, refusal
from karat.formats.sniff import sniff
from karat.formats.table import Row, read_rows, where


def read_gold(
    path: Path, classes: Classes, *, mapping: Mapping, problems: ProblemList, max_field_bytes: int
) -> dict[str, ReadGold]:
    """The gold labels by item id. `mapping` is that of the main file, whose column names are tried first."""
    sniffed = sniff(path)
    found: dict[str, ReadGold] = {}
    lines: dict[str, int] = {}
    columns: Mapping | None = None
    for row in read_rows(path, sniffed, problems=problems, max_field_bytes=max_field_bytes):
        columns = columns or gold_mapping(mapping, list(row.values), path.name)
        assert columns.id is not None
        place = f"{path.name}, {where(sniffed.kind, row.line)}"
        try:
            key, gold = key_of(row.values, columns.id), gold_of(row.values, columns, classes)
        except BadCell as bad:
            problems.add(f"{place}, column {bad.column!r}", bad.message)
            continue
        if key in lines:
            problems.add(place, f"item {key!r} has a gold label on line {lines[key]} already. Keep one.")
        elif gold is not None:
            lines[key], found[key] = row.line, gold
    return found


def gold_mapping(mapping: Mapping, columns: Sequence[str], file_name: str) -> Mapping:
    """Which columns hold id and label: as named for the main file, else by their usual names."""
    found = mapping_of(recognise([Row(1, dict.fromkeys(columns, ""))]))
    id_column = next((name for name in (mapping.id, found.id) if name in columns), None)
    others = [name for name in columns if name != id_column]
    usual = [name for name in (mapping.gold, mapping.label, found.gold, "label", "gold") if name in others]
    label = next(iter(usual or others), None) if usual or len(others) == 1 else None
    if id_column is None or label is None:
        raise refusal(
            file_name, "the columns", f"must hold the item's id and its gold label. There are: {listed(columns)}."
        )
    check = next((name for name in (mapping.check, "check") if name in others), None)
    return Mapping(id=id_column, gold=label, check=check)
