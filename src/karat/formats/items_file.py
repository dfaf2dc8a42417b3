"""From rows of a table to items, existing answers and gold labels; every cell that does not fit is a problem."""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Lookup
from datetime import UTC, datetime
from itertools import chain
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from karat.domain.items import GoldKind
from karat.domain.specs import Spec
from karat.formats.columns import Mapping
from karat.formats.problems import ProblemList, refusal
from karat.formats.sniff import FileKind
from karat.formats.table import Row, where

MAX_KEY_LENGTH = 500
MAX_NAME_LENGTH = 200
PRIORITIES = range(10)
"""Few, because each claim may look into each."""

_MAX_KNOWN_ANSWERS = 10_000
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class GivenAnswer(NamedTuple):
    """An existing answer: who gave which class, and when, if the file says so."""

    annotator: str
    label: str
    at: datetime | None


class ReadGold(NamedTuple):
    """A gold label; `kind` is None where the file does not say what it is for."""

    label: str
    kind: GoldKind | None


class ReadItem(NamedTuple):
    """One row as an item. `content` and `meta` are JSON objects as text. A tuple, because there are millions."""

    line: int
    key: str
    content: str
    meta: str
    gold: ReadGold | None
    answer: GivenAnswer | None
    priority: int


class Classes:
    """Finds a spec's class by its key, or by its name in any case."""

    def __init__(self, spec: Spec) -> None:
        self._known: dict[str, str] = {}
        for definition in spec.classes:
            for spelling in (definition.name.strip().casefold(), definition.name.strip(), definition.key):
                self._known[spelling] = definition.key
        keys = spec.class_keys()
        self.listed = ", ".join(keys[:12]) + (", …" if len(keys) > 12 else "")

    def find(self, text: str) -> str | None:
        return self._known.get(text) or self._known.get(text.casefold())


class ItemReader:
    """Turns rows into items by a mapping of columns."""

    def __init__(
        self, mapping: Mapping, classes: Classes, *, kind: FileKind, file_name: str, problems: ProblemList
    ) -> None:
        self._mapping = mapping
        self._classes = classes
        self._kind = kind
        self._file_name = file_name
        self._problems = problems
        self._mapped = frozenset(mapping.columns().values())
        self._is_text_only = kind in (FileKind.CSV, FileKind.TSV)
        self._rest: list[tuple[str, str]] = []
        """Columns of a CSV that become meta, with their names as JSON."""
        self._answers: dict[tuple[str, str], GivenAnswer] = {}

    def check_mapping(self, columns: Sequence[str]) -> None:
        """
        Raises
        ------
        Invalid
            When the mapping names a column that the file lacks, or roles that make no sense together.
        """
        for role, name in self._mapping.columns().items():
            if name not in columns:
                raise refusal(
                    self._file_name, f"column {name!r}", f"({role}) is missing. There are: {listed(columns)}."
                )
        chosen = self._mapping
        if bool(chosen.label) != bool(chosen.annotator):
            have, lack = ("label", "annotator") if chosen.label else ("annotator", "label")
            raise refusal(
                self._file_name,
                f"the {have} column",
                f"needs a column with the {lack}: an existing answer is known by both. "
                "For trusted labels, name the column as gold instead.",
            )
        if chosen.check and not chosen.gold:
            raise refusal(self._file_name, f"column {chosen.check!r}", "(check) needs a gold column beside it.")
        if not chosen.content and not chosen.label:
            raise refusal(
                self._file_name,
                "the columns",
                f"say nothing about the content of items. There are: {listed(columns)}.",
            )
        if not chosen.content and not chosen.id:
            raise refusal(self._file_name, "the columns", "name neither the content nor the id of items.")

    def items(self, rows: Iterator[Row]) -> Iterator[ReadItem]:
        """Every row that makes a sound item; the others are problems."""
        is_usual = self._is_text_only and self._mapping.columns().keys() == {"id", "content"}
        return self._usual_items(rows) if is_usual else self._items(rows)

    def _items(self, rows: Iterator[Row]) -> Iterator[ReadItem]:
        for row in rows:
            try:
                yield self._item(row)
            except BadCell as bad:
                place = where(self._kind, row.line)
                self._problems.add(f"{place}, column {bad.column!r}" if bad.column else place, bad.message)

    def _usual_items(self, rows: Iterator[Row]) -> Iterator[ReadItem]:
        """`_items` at half the price, for texts with an id and nothing else that has a role: most files are such."""
        new = tuple.__new__
        first = next(rows, None)
        if first is None:
            return
        names = list(first.values)
        id_place, content_place = names.index(self._mapping.id or ""), names.index(self._mapping.content or "")
        rest = [(f"{encode_basestring(name)}:", place) for place, name in enumerate(names) if name not in self._mapped]
        for row in chain([first], rows):
            line, (_, cells) = row
            key, text = cells[id_place].strip(), cells[content_place]
            if 0 < len(key) <= MAX_KEY_LENGTH and text and not text.isspace():
                content = f'{{"text":{encode_basestring(text)}}}'
                meta = f"{{{','.join([start + encode_basestring(cells[place]) for start, place in rest])}}}"
                yield new(ReadItem, (line, key, content, meta, None, None, 0))
            else:
                yield from self._items(iter([row]))

    def _item(self, row: Row) -> ReadItem:
        line, values = row.line, row.values
        mapping = self._mapping
        key = f"{self._file_name}:{line}" if mapping.id is None else key_of(values, mapping.id)
        text = key if mapping.content is None else _content(values.get(mapping.content), mapping.content)
        return ReadItem(
            line,
            key,
            f'{{"text":{encode_basestring(text)}}}',
            self._meta(values),
            None if mapping.gold is None else gold_of(values, mapping, self._classes),
            None if mapping.label is None else self._answer(values, mapping.label),
            0 if mapping.priority is None else _priority(values.get(mapping.priority), mapping.priority),
        )

    def _answer(self, values: dict[str, Any], column: str) -> GivenAnswer:
        """The row's answer. Who said what recurs all the time, so that it is read once."""
        mapping = self._mapping
        if mapping.time is not None or not self._is_text_only:
            return self._read_answer(values, column)
        pair = values[column], values[mapping.annotator or ""]
        answer = self._answers.get(pair)
        if answer is None:
            if len(self._answers) >= _MAX_KNOWN_ANSWERS:
                self._answers.clear()
            answer = self._answers[pair] = self._read_answer(values, column)
        return answer

    def _read_answer(self, values: dict[str, Any], column: str) -> GivenAnswer:
        mapping = self._mapping
        text = _text(values.get(column))
        if not text:
            raise BadCell(column, "is empty. Leave out rows without an answer.")
        name = _text(values.get(mapping.annotator or ""))
        if not name or len(name) > MAX_NAME_LENGTH:
            raise BadCell(mapping.annotator, f"must name the annotator, in at most {MAX_NAME_LENGTH} characters.")
        at = None if mapping.time is None else _time(values.get(mapping.time), mapping.time)
        return GivenAnswer(name, _class(text, self._classes, column), at)

    def _meta(self, values: dict[str, Any]) -> str:
        if len(values) == len(self._mapped):
            return "{}"
        if not self._is_text_only:
            return _to_json({name: value for name, value in values.items() if name not in self._mapped})
        # Four times as fast as the general encoder, and most files are CSV.
        if not self._rest:
            self._rest = [(name, encode_basestring(name) + ":") for name in values if name not in self._mapped]
        return f"{{{','.join([start + encode_basestring(values[name]) for name, start in self._rest])}}}"


class BadCell(Exception):
    """A cell that does not fit its column's role."""

    def __init__(self, column: str | None, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


def key_of(values: dict[str, Any], column: str) -> str:
    """The item's id."""
    value = values.get(column)
    if isinstance(value, str):
        key = value.strip()
    elif isinstance(value, bool | float | list | dict):
        raise BadCell(column, f"is {_shown(value)}; an id is text or a whole number.")
    else:
        key = _text(value)
    if not key:
        raise BadCell(column, "is empty. Every item needs an id.")
    if len(key) > MAX_KEY_LENGTH:
        raise BadCell(column, f"has {len(key):,} characters; an id has at most {MAX_KEY_LENGTH}.")
    return key


def gold_of(values: dict[str, Any], mapping: Mapping, classes: Classes) -> ReadGold | None:
    """The item's gold label, if it has one."""
    assert mapping.gold is not None
    text = _text(values.get(mapping.gold))
    kind = None if mapping.check is None else _check(values.get(mapping.check), mapping.check)
    if text:
        return ReadGold(_class(text, classes, mapping.gold), kind)
    if kind is not None and kind is not GoldKind.GOLD:
        raise BadCell(mapping.gold, f"is empty, but column {mapping.check!r} says {kind.value}.")
    return None


def _content(value: Any, column: str) -> str:
    if not isinstance(value, str):
        if value is None:
            raise BadCell(column, "is missing. Every item needs something to show.")
        if isinstance(value, bool | list | dict):
            raise BadCell(column, f"is {_shown(value)}, not text.")
        return str(value)
    if not value or value.isspace():
        raise BadCell(column, "is empty. Every item needs something to show.")
    return value


def _class(text: str, classes: Classes, column: str) -> str:
    label = classes.find(text)
    if label is None:
        raise BadCell(column, f"{text[:80]!r} is no class of the spec. It has: {classes.listed}.")
    return label


def _check(value: Any, column: str) -> GoldKind | None:
    text = _text(value).casefold()
    if text not in _CHECK_WORDS:
        raise BadCell(column, f"is {text[:40]!r}. Write gold, honeypot, reference or nothing.")
    return _CHECK_WORDS[text]


def _time(value: Any, column: str) -> datetime | None:
    if value is None or value == "":
        return None
    time = parse_time(value)
    if time is None:
        raise BadCell(column, f"is {str(value)[:40]!r}. Write ISO 8601, such as 2026-03-01T09:30:00Z, or Unix seconds.")
    return time


def _priority(value: Any, column: str) -> int:
    text = _text(value)
    if not text:
        return 0
    if not (text.isdecimal() and int(text) in PRIORITIES):
        raise BadCell(column, f"is {text[:20]!r}; it must be a whole number from 0 to {PRIORITIES[-1]} (first).")
    return int(text)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else str(value)


def parse_time(value: Any) -> datetime | None:
    """A moment from ISO 8601 text (without a zone it is UTC) or Unix seconds; None when it is neither.

    >>> parse_time("2026-03-01T09:30:00Z") == parse_time(1772357400)
    True
    """
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        pass
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_CHECK_WORDS: Lookup[str, GoldKind | None] = {
    "": None,
    **dict.fromkeys(("gold", "false", "0", "no"), GoldKind.GOLD),
    **dict.fromkeys(("honeypot", "true", "1", "yes"), GoldKind.HONEYPOT),
    "reference": GoldKind.REFERENCE,
}
"""What may stand in a check column. Truth values are for columns named like `is_honeypot`."""


def listed(columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:12])
    return shown + (", …" if len(columns) > 12 else "")


def _shown(value: Any) -> str:
    return {bool: "a truth value", float: "a fraction", list: "a list", dict: "an object"}.get(type(value), "a number")
