"""Items with everything that is known about them, for lists, item pages and review."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import Dispute, GoldKind, GoldLabel, ItemState
from karat.store.batches import IS_PUBLISHED
from karat.store.clock import from_micros
from karat.store.connection import Reader, Row
from karat.store.consensus import ItemConsensus


@dataclass(frozen=True)
class Decision:
    """A reviewer's decision."""

    label: str | None
    note: str
    by: str
    at: datetime


@dataclass(frozen=True)
class GivenAnswer:
    """A standing answer with its author's identity: never sent to an annotator, nor shown in review."""

    annotator_id: int
    label: str | None
    reason: str
    duration_ms: int


@dataclass(frozen=True)
class KnownItem:
    """An item with all that is known about it."""

    id: ItemId
    key: str
    content: dict[str, Any]
    meta: dict[str, Any]
    batch: str
    state: ItemState
    dispute: Dispute | None
    is_measured: bool
    gold: GoldLabel | None
    consensus: ItemConsensus | None
    decision: Decision | None
    answers: tuple[GivenAnswer, ...]
    skip_reasons: tuple[str, ...]


@dataclass(frozen=True)
class ItemFilter:
    """Which items to list; what is None does not restrict."""

    state: ItemState | None = None
    dispute: Dispute | None = None
    text: str | None = None
    """Part of the key, or of the text or description of the content, whatever its case."""
    gold: bool | None = None
    label: str | None = None
    """Class of the consensus."""
    given: tuple[str, ...] = ()
    """Classes that have all been given to the item, each by somebody's standing answer. Check items are left aside."""


def page(db: Reader, project_id: ProjectId, wanted: ItemFilter, *, after: ItemId, limit: int) -> list[KnownItem]:
    """The next items in order of their ids.

    Walks an index of what is rare: gold labels, a class of the consensus, a dispute, a state (or each of the states);
    so a page costs the same in a project of a million items. Only a text and given classes are looked for in one item
    after the other.
    """
    is_walked_by_state = wanted.state is None and wanted.dispute is None and wanted.label is None and not wanted.gold
    states = list(ItemState) if is_walked_by_state else [wanted.state]
    found = [item_id for state in states for item_id in _ids(db, project_id, wanted, state, after=after, limit=limit)]
    return known(db, sorted(found)[:limit])


def _ids(
    db: Reader, project_id: ProjectId, wanted: ItemFilter, state: ItemState | None, *, after: ItemId, limit: int
) -> list[ItemId]:
    """The next items of one state, or of any."""
    source, place = _source(wanted)
    conditions = [f"{place} > :after", *_conditions(db, wanted, state)]
    rows = db.rows(
        f"SELECT i.id FROM {source} AND {' AND '.join(conditions)} ORDER BY {place} LIMIT :limit",
        project_id=project_id,
        after=after,
        limit=limit,
        state=state and state.value,
        dispute=wanted.dispute and wanted.dispute.value,
        label=wanted.label,
        text=f"%{_escape_like(wanted.text or '')}%",
        **{f"given_{place}": label for place, label in enumerate(wanted.given)},
    )
    return [ItemId(row["id"]) for row in rows]


def _source(wanted: ItemFilter) -> tuple[str, str]:
    """Which table to walk, and by which column. CROSS JOIN has SQLite take the tables in this order."""
    if wanted.gold:
        return "gold_label g CROSS JOIN item i WHERE g.project_id = :project_id AND i.id = g.item_id", "g.item_id"
    if wanted.label is not None:
        of_class = "c.project_id = :project_id AND c.label = :label"
        return f"consensus c CROSS JOIN item i WHERE {of_class} AND i.id = c.item_id", "c.item_id"
    return "item i WHERE i.project_id = :project_id", "i.id"


_IS_NO_CHECK = "NOT EXISTS (SELECT 1 FROM gold_label g WHERE g.item_id = i.id AND g.kind <> 'reference')"


def _conditions(db: Reader, wanted: ItemFilter, state: ItemState | None) -> list[str]:
    conditions = [IS_PUBLISHED]
    if state is not None:
        # The plus keeps SQLite from walking all disputed items by their state: only the dispute is rare.
        is_walked = wanted.dispute is None or db.is_postgres
        conditions.append("i.state = :state" if is_walked else "+i.state = :state")
    if wanted.dispute is not None:
        conditions.append("i.dispute = :dispute")
    if wanted.gold is False:
        conditions.append("NOT EXISTS (SELECT 1 FROM gold_label g WHERE g.item_id = i.id)")
    if wanted.gold and wanted.label is not None:
        conditions.append("EXISTS (SELECT 1 FROM consensus c WHERE c.item_id = i.id AND c.label = :label)")
    if wanted.given:
        conditions.append(_IS_NO_CHECK)
    conditions += [
        "EXISTS (SELECT 1 FROM annotation a WHERE a.item_id = i.id AND a.superseded_by IS NULL"
        f" AND a.label = :given_{place})"
        for place in range(len(wanted.given))
    ]
    if wanted.text:
        conditions.append(_says_text(db))
    return conditions


def _says_text(db: Reader) -> str:
    """That the key or the content has the text, whatever its case. Both sides are folded by the same function."""
    parts = "CAST(i.content AS json) ->> '{}'" if db.is_postgres else "json_extract(i.content, '$.{}')"
    places = ("i.key", parts.format("text"), parts.format("alt"))
    fold = _fold(db)
    pattern = fold.format("CAST(:text AS text)")
    likes = " OR ".join(rf"{fold.format(f'({place})')} LIKE {pattern} ESCAPE '\'" for place in places)
    return f"({likes})"


_POSTGRES_WITH_UNICODE = 170_000


def _fold(db: Reader) -> str:
    """SQL that folds the case of a text. PostgreSQL knows all letters whatever its locale from version 17 on."""
    if not db.is_postgres:
        return "fold({})"
    version = int(db.value("SELECT current_setting('server_version_num')"))
    return 'lower({} COLLATE "pg_c_utf8")' if version >= _POSTGRES_WITH_UNICODE else "lower({})"


def known(db: Reader, item_ids: Sequence[ItemId]) -> list[KnownItem]:
    """These items with all that is known about them, in order of their ids."""
    ids = db.ids(item_ids)
    rows = db.rows(
        "SELECT i.*, b.name AS batch_name, g.kind AS gold_kind, g.label AS gold_label, g.provenance,"
        " c.label AS consensus_label, c.certainty, c.probabilities, c.n_answers"
        " FROM item i JOIN batch b ON b.id = i.batch_id LEFT JOIN gold_label g ON g.item_id = i.id"
        f" LEFT JOIN consensus c ON c.item_id = i.id WHERE {db.among('i.id')} ORDER BY i.id",
        ids=ids,
    )
    answers, skips, decisions = _answers(db, ids), _skips(db, ids), _decisions(db, ids)
    return [_known(row, answers, skips, decisions) for row in rows]


def _answers(db: Reader, ids: Any) -> dict[int, list[GivenAnswer]]:
    answers: dict[int, list[GivenAnswer]] = defaultdict(list)
    for row in db.rows(
        f"SELECT * FROM annotation WHERE {db.among('item_id')} AND superseded_by IS NULL ORDER BY id", ids=ids
    ):
        answers[row["item_id"]].append(
            GivenAnswer(row["annotator_id"], row["label"], row["reason"], row["duration_ms"])
        )
    return answers


def _skips(db: Reader, ids: Any) -> dict[int, list[str]]:
    skips: dict[int, list[str]] = defaultdict(list)
    sql = f"SELECT item_id, reason FROM assignment WHERE {db.among('item_id')} AND state = 2 ORDER BY closed_at"
    for row in db.rows(sql, ids=ids):
        skips[row["item_id"]].append(row["reason"] or "")
    return skips


def _decisions(db: Reader, ids: Any) -> dict[int, Decision]:
    rows = db.rows(
        "SELECT r.*, a.name FROM resolution r LEFT JOIN account a ON a.id = r.resolved_by"
        f" WHERE {db.among('r.item_id')} ORDER BY r.id",
        ids=ids,
    )
    return {
        row["item_id"]: Decision(row["label"], row["note"], row["name"] or "Karat", from_micros(row["resolved_at"]))
        for row in rows
    }


def _known(
    row: Row,
    answers: dict[int, list[GivenAnswer]],
    skips: dict[int, list[str]],
    decisions: dict[int, Decision],
) -> KnownItem:
    item_id = ItemId(row["id"])
    return KnownItem(
        id=item_id,
        key=row["key"],
        content=json.loads(row["content"]),
        meta=json.loads(row["meta"]),
        batch=row["batch_name"],
        state=ItemState(row["state"]),
        dispute=Dispute(row["dispute"]) if row["dispute"] else None,
        is_measured=bool(row["is_measured"]),
        gold=GoldLabel(GoldKind(row["gold_kind"]), row["gold_label"], row["provenance"]) if row["gold_kind"] else None,
        consensus=_consensus(row),
        decision=decisions.get(item_id),
        answers=tuple(answers[item_id]),
        skip_reasons=tuple(skips[item_id]),
    )


def _consensus(row: Row) -> ItemConsensus | None:
    if row["consensus_label"] is None:
        return None
    return ItemConsensus(
        item_id=ItemId(row["id"]),
        label=row["consensus_label"],
        certainty=row["certainty"],
        probabilities=json.loads(row["probabilities"]),
        n_answers=row["n_answers"],
    )


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
