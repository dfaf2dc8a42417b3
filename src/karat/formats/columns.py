"""What the columns of a table are: recognised by name first, by content where the name says nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from karat.formats.table import Row


class ColumnRole(StrEnum):
    """What a column can be to an import."""

    ID = "id"
    CONTENT = "content"
    LABEL = "label"
    """An existing answer, together with ANNOTATOR."""
    ANNOTATOR = "annotator"
    GOLD = "gold"
    CHECK = "check"
    """Says what a gold label is for: gold, honeypot or reference."""
    PRIORITY = "priority"
    TIME = "time"
    """When an existing answer was given."""
    META = "meta"
    """Kept with the item, without a meaning of its own."""


@dataclass(frozen=True)
class Mapping:
    """Which column has which role; None is no column. All others are kept as meta."""

    id: str | None = None
    content: str | None = None
    label: str | None = None
    annotator: str | None = None
    gold: str | None = None
    check: str | None = None
    priority: str | None = None
    time: str | None = None

    def columns(self) -> dict[str, str]:
        """The mapped columns: name by role."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)}
        return {role: name for role, name in chosen.items() if name}


@dataclass(frozen=True)
class Column:
    """A column as found."""

    name: str
    role: ColumnRole
    examples: tuple[str, ...]


# In order of preference within a role. Compared without case, spaces and underscores.
_NAMES: dict[ColumnRole, tuple[str, ...]] = {
    ColumnRole.ID: ("id", "key", "itemid", "item", "taskid", "task", "uid", "uuid", "exampleid", "documentid", "docid",
                    "question", "questionid", "recordid", "unitid", "index", "idx"),
    ColumnRole.CONTENT: ("text", "content", "sentence", "document", "body", "message", "comment", "review", "tweet",
                         "prompt", "utterance", "input", "title", "description", "premise"),
    ColumnRole.ANNOTATOR: ("annotator", "annotatorid", "worker", "workerid", "rater", "raterid", "coder", "labeler",
                           "labeller", "performer", "judge", "user", "userid", "annotatedby", "completedby"),
    ColumnRole.LABEL: ("label", "answer", "response", "class", "category", "annotation", "judgment", "judgement",
                       "rating", "choice", "value"),
    ColumnRole.GOLD: ("gold", "goldlabel", "truth", "groundtruth", "truelabel", "trueclass", "correct", "expected",
                      "target", "reference"),
    ColumnRole.CHECK: ("check", "checkkind", "goldkind", "honeypot", "ishoneypot", "attentioncheck", "istrap"),
    ColumnRole.PRIORITY: ("priority", "prio"),
    ColumnRole.TIME: ("time", "timestamp", "submittedat", "answeredat", "annotatedat", "createdat", "date"),
}  # fmt: skip
# ticket_id, "Ticket ID", ticketId; but not "paid".
_ENDS_IN_ID = re.compile(r"[\W_]id$|[a-z]I[dD]$|[\W_]ID$", re.ASCII)
_MAX_EXAMPLES = 3
_EXAMPLE_LENGTH = 80


def recognise(rows: Sequence[Row]) -> list[Column]:
    """What the columns of these first rows look like; each role goes to one column at most.

    A label column without an annotator column is kept as meta: it may be anybody's, and taking it for gold would
    turn every item into a check.
    """
    names = list(dict.fromkeys(name for row in rows for name in row.values))
    roles = _by_name(names)
    if ColumnRole.ID not in roles.values():
        found = _named_like_an_id([name for name in names if name not in roles], rows, set(roles.values()))
        if found is not None:
            roles[found] = ColumnRole.ID
    if ColumnRole.CONTENT not in roles.values() and ColumnRole.ANNOTATOR not in roles.values():
        longest = _longest_text([name for name in names if name not in roles], rows)
        if longest is not None:
            roles[longest] = ColumnRole.CONTENT
    return [Column(name, roles.get(name, ColumnRole.META), _examples(name, rows)) for name in names]


def mapping_of(columns: Sequence[Column]) -> Mapping:
    """The mapping that follows from what was recognised.

    >>> mapping_of([Column("task", ColumnRole.ID, ()), Column("note", ColumnRole.META, ())]).id
    'task'
    """
    return Mapping(**{column.role.value: column.name for column in columns if column.role is not ColumnRole.META})


def _by_name(names: Sequence[str]) -> dict[str, ColumnRole]:
    found: dict[str, ColumnRole] = {}
    for role, known in _NAMES.items():
        candidates = [name for name in names if name not in found and _plain(name) in known]
        if candidates:
            found[min(candidates, key=lambda name: known.index(_plain(name)))] = role
    roles = set(found.values())
    if not {ColumnRole.LABEL, ColumnRole.ANNOTATOR} <= roles:
        unpaired = {ColumnRole.LABEL, ColumnRole.ANNOTATOR, ColumnRole.TIME}
        found = {name: role for name, role in found.items() if role not in unpaired}
    if ColumnRole.GOLD not in roles:
        found = {name: role for name, role in found.items() if role is not ColumnRole.CHECK}
    return found


def _named_like_an_id(names: Sequence[str], rows: Sequence[Row], roles: set[ColumnRole]) -> str | None:
    """The first column called "… id" with another value in every row.

    Where rows are answers an item comes in several of them: then the only such column is taken, repeated or not.
    A column of people ("user_id") never is: nobody has only one item.
    """
    people = _NAMES[ColumnRole.ANNOTATOR]
    candidates = [name for name in names if _ENDS_IN_ID.search(name.strip()) and _plain(name) not in people]
    if ColumnRole.ANNOTATOR in roles:
        return candidates[0] if len(candidates) == 1 else None
    return next((name for name in candidates if _differs_everywhere(name, rows)), None)


def _differs_everywhere(name: str, rows: Sequence[Row]) -> bool:
    values = [str(value).strip() for row in rows if (value := row.values.get(name)) is not None]
    return "" not in values and len(values) == len(rows) == len(set(values))


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _longest_text(names: Sequence[str], rows: Sequence[Row]) -> str | None:
    """The column with the longest texts on average, as long as they look like text at all."""
    lengths = {}
    for name in names:
        texts = [value for row in rows if isinstance(value := row.values.get(name), str) and not _is_number(value)]
        if texts and len(texts) * 2 > len(rows):
            lengths[name] = sum(map(len, texts)) / len(texts)
    return max(lengths, key=lambda name: lengths[name], default=None)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _examples(name: str, rows: Sequence[Row]) -> tuple[str, ...]:
    found: list[str] = []
    for row in rows:
        text = _shortened(row.values.get(name))
        if text and text not in found:
            found.append(text)
        if len(found) == _MAX_EXAMPLES:
            break
    return tuple(found)


def _shortened(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _EXAMPLE_LENGTH else text[: _EXAMPLE_LENGTH - 1] + "…"
