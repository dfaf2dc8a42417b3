"""The classes that a file uses, for a project that is made for it."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from karat.domain.errors import Invalid, Problem
from karat.domain.specs import MAX_CLASSES
from karat.formats.columns import Mapping, mapping_of, recognise
from karat.formats.gold_file import gold_mapping
from karat.formats.problems import ProblemList
from karat.formats.sniff import FileKind, sniff
from karat.formats.table import Row, read_rows
from karat.settings import Settings

_SAMPLE = 200


def is_images(file: Path) -> bool:
    return sniff(file, file.name).kind is FileKind.IMAGES


def found_classes(file: Path, gold_file: Path | None, mapping: Mapping | None, settings: Settings) -> tuple[str, ...]:
    """Every distinct label in the label and gold columns: numbers by size, words in alphabetical order.

    Raises
    ------
    Invalid
        When the files have no such column, or more labels than a question can have classes.
    """
    found: set[str] = set()
    if not is_images(file):
        rows = _rows(file, settings)
        sample = list(islice(rows, _SAMPLE))
        mapping = mapping or mapping_of(recognise(sample))
        _collect(found, file, (mapping.label, mapping.gold), chain(sample, rows))
    if gold_file is not None:
        rows = _rows(gold_file, settings)
        first = next(rows, None)
        if first is not None:
            columns = gold_mapping(mapping or Mapping(), list(first.values), gold_file.name)
            _collect(found, gold_file, (columns.gold,), chain([first], rows))
    if not found:
        message = "name no classes: there is no column with labels. Give the classes with --class or --spec."
        raise Invalid(f"{file.name}: the columns {message}", (Problem(file.name, message),))
    return tuple(sorted(found, key=_by_size))


def _rows(file: Path, settings: Settings) -> Iterator[Row]:
    # What is wrong with a row is for the import to say; here only the labels matter.
    nothing = ProblemList(limit=10**9)
    return read_rows(file, sniff(file), problems=nothing, max_field_bytes=settings.max_field_bytes, file_name=file.name)


def _collect(found: set[str], file: Path, columns: tuple[str | None, ...], rows: Iterator[Row]) -> None:
    for row in rows:
        for column in columns:
            value = row.values.get(column) if column else None
            if value is not None and str(value).strip():
                found.add(str(value).strip())
        if len(found) > MAX_CLASSES:
            message = f"have more than {MAX_CLASSES} different labels. Is the right column mapped to --label?"
            raise Invalid(f"{file.name}: the columns {message}", (Problem(file.name, message),))


def _by_size(label: str) -> tuple[int, float, str]:
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)
