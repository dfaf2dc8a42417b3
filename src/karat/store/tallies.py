"""The facts of items as they are counted, and what of each has been counted so far."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from karat.domain.ids import BatchId, ItemId, ProjectId
from karat.domain.items import UNDECIDABLE, Dispute, GoldKind, ItemState, Standing, Vote, position
from karat.domain.probes import Purpose
from karat.domain.projects import QualityPolicy
from karat.domain.tallies import CountedAnswer, ItemTally
from karat.store.batches import IN_BATCH, IS_PUBLISHED, in_project
from karat.store.clock import from_micros
from karat.store.codec import dump
from karat.store.connection import Reader, Row, Writer

_CHECKS = (GoldKind.GOLD.value, GoldKind.HONEYPOT.value)


@dataclass
class _Facts:
    item: Row
    answers: list[Row] = field(default_factory=list)
    skips: list[int] = field(default_factory=list)
    resolution: str | None = None

    def tally(self, policy: QualityPolicy) -> ItemTally:
        is_check = self.item["gold_kind"] in _CHECKS
        standing = Standing(
            votes=[Vote(answer["label"]) for answer in self.answers],
            overlap=self.item["overlap"] or 1,
            n_skips=len(self.skips),
            resolution=self.resolution,
        )
        place = position(standing, policy)
        return ItemTally(
            state=ItemState.RESOLVED if is_check else place.state,
            dispute=None if is_check else place.dispute,
            is_check=is_check,
            is_measured=bool(self.item["is_measured"]),
            answers=tuple(_answer(answer, self.item["gold_label"]) for answer in self.answers),
            skips=tuple(sorted(self.skips)),
        )


def from_facts(db: Reader, item_ids: Sequence[ItemId], policy: QualityPolicy) -> dict[ItemId, ItemTally]:
    """What the facts say about these items now."""
    ids = db.ids(item_ids)
    # Sorted by +id, that is after finding them: a table may be read in the order of its ids while it is small, and
    # PostgreSQL would keep to that.
    facts = {
        ItemId(row["id"]): _Facts(row)
        for row in db.rows(
            "SELECT i.id, i.is_measured, q.overlap, g.kind AS gold_kind, g.label AS gold_label"
            " FROM item i LEFT JOIN queue_item q ON q.item_id = i.id LEFT JOIN gold_label g ON g.item_id = i.id"
            f" WHERE {db.among('i.id')}",
            ids=ids,
        )
    }
    for row in db.rows(
        "SELECT a.item_id, a.annotator_id, a.label, a.duration_ms, a.submitted_at, s.purpose,"
        " (SELECT f.label FROM annotation f WHERE f.item_id = a.item_id AND f.annotator_id = a.annotator_id"
        "  AND f.supersedes IS NULL) AS first_label"
        " FROM annotation a JOIN assignment s ON s.item_id = a.item_id AND s.annotator_id = a.annotator_id"
        f" WHERE {db.among('a.item_id')} AND a.superseded_by IS NULL ORDER BY +a.id",
        ids=ids,
    ):
        facts[row["item_id"]].answers.append(row)
    for row in db.rows(
        f"SELECT item_id, annotator_id FROM assignment WHERE {db.among('item_id')} AND state = 2", ids=ids
    ):
        facts[row["item_id"]].skips.append(row["annotator_id"])
    for row in db.rows(f"SELECT item_id, label FROM resolution WHERE {db.among('item_id')} ORDER BY +id", ids=ids):
        facts[row["item_id"]].resolution = row["label"] if row["label"] is not None else UNDECIDABLE
    return {item_id: fact.tally(policy) for item_id, fact in facts.items()}


def counted(db: Reader, item_ids: Sequence[ItemId]) -> dict[ItemId, ItemTally]:
    """What has been counted of these items; one without a row was counted as open when its batch was published."""
    rows = db.rows(
        "SELECT i.id, i.is_measured, g.kind AS gold_kind, t.tally FROM item i"
        " LEFT JOIN item_tally t ON t.item_id = i.id LEFT JOIN gold_label g ON g.item_id = i.id"
        f" WHERE {db.among('i.id')}",
        ids=db.ids(item_ids),
    )
    return {ItemId(row["id"]): _load(row["tally"]) if row["tally"] else _untouched(row) for row in rows}


def save(tx: Writer, tallies: dict[ItemId, ItemTally]) -> None:
    """Remember what has been counted of these items."""
    tx.execute_many(
        "INSERT INTO item_tally (item_id, tally) VALUES (:id, :tally)"
        " ON CONFLICT (item_id) DO UPDATE SET tally = excluded.tally",
        [{"id": item_id, "tally": _dump(tally)} for item_id, tally in sorted(tallies.items())],
    )


def set_states(tx: Writer, tallies: dict[ItemId, ItemTally]) -> None:
    """Put the states and disputes of tallies on their items."""
    tx.execute_many(
        "UPDATE item SET state = :state, dispute = :dispute WHERE id = :id",
        [
            {"id": item_id, "state": tally.state.value, "dispute": tally.dispute and tally.dispute.value}
            for item_id, tally in sorted(tallies.items())
        ],
    )


def touched_items(db: Reader, project_id: ProjectId, *, after: ItemId, limit: int) -> list[ItemId]:
    """Items of the project about which there are answers, skips or decisions, in order of their ids."""
    rows = db.rows(
        f"SELECT id FROM item i WHERE {in_project(db)} AND id > :after AND {IS_PUBLISHED}"
        " AND (EXISTS (SELECT 1 FROM assignment a WHERE a.item_id = i.id)"
        "   OR EXISTS (SELECT 1 FROM resolution r WHERE r.item_id = i.id)"
        "   OR EXISTS (SELECT 1 FROM item_tally t WHERE t.item_id = i.id)) ORDER BY id LIMIT :limit",
        project_id=project_id,
        after=after,
        limit=limit,
    )
    return [ItemId(row["id"]) for row in rows]


def published_counts(db: Reader, project_id: ProjectId) -> tuple[int, int]:
    """How many items the project has for production, and how many check items."""
    row = db.row(
        "SELECT count(*) AS n, count(g.item_id) AS n_checks FROM item i"
        " LEFT JOIN gold_label g ON g.item_id = i.id AND g.kind <> 'reference'"
        f" WHERE {in_project(db)} AND {IS_PUBLISHED}",
        project_id=project_id,
    )
    assert row is not None
    return row["n"] - row["n_checks"], row["n_checks"]


def touched_in_batch(db: Reader, batch_id: BatchId, *, after: ItemId, limit: int) -> list[ItemId]:
    """Items of a batch that came with answers, in order of their ids."""
    rows = db.rows(
        f"SELECT id FROM item i WHERE {IN_BATCH} AND id > :after"
        " AND EXISTS (SELECT 1 FROM assignment a WHERE a.item_id = i.id) ORDER BY id LIMIT :limit",
        batch_id=batch_id,
        after=after,
        limit=limit,
    )
    return [ItemId(row["id"]) for row in rows]


def _untouched(row: Row) -> ItemTally:
    is_check = row["gold_kind"] in _CHECKS
    return ItemTally(
        state=ItemState.RESOLVED if is_check else ItemState.OPEN,
        is_check=is_check,
        is_measured=bool(row["is_measured"]),
    )


def _answer(row: Row, gold_label: str | None) -> CountedAnswer:
    purpose = Purpose(row["purpose"])
    # Of a check only the first answer is graded, or revising until an accuracy moves would tell checks apart.
    # Unsure is always allowed, and never held against anybody: it is not graded.
    is_graded = purpose is not Purpose.PRODUCTION and gold_label is not None and row["first_label"] is not None
    return CountedAnswer(
        annotator=row["annotator_id"],
        label=row["label"],
        duration_ms=row["duration_ms"],
        day=from_micros(row["submitted_at"]).date().isoformat(),
        purpose=purpose,
        is_right=row["first_label"] == gold_label if is_graded else None,
    )


def _dump(tally: ItemTally) -> str:
    return dump(asdict(tally))


def _load(text: str) -> ItemTally:
    raw = json.loads(text)
    return ItemTally(
        state=ItemState(raw["state"]),
        dispute=Dispute(raw["dispute"]) if raw["dispute"] else None,
        is_check=raw["is_check"],
        is_measured=raw["is_measured"],
        answers=tuple(CountedAnswer(**{**answer, "purpose": Purpose(answer["purpose"])}) for answer in raw["answers"]),
        skips=tuple(raw["skips"]),
    )


def group_by_project(rows: Iterable[Row]) -> dict[ProjectId, list[ItemId]]:
    """Item ids of event rows, each once, by project in the order of their ids."""
    groups: dict[ProjectId, dict[ItemId, None]] = defaultdict(dict)
    for row in rows:
        groups[row["project_id"]][row["item_id"]] = None
    return {project_id: list(items) for project_id, items in sorted(groups.items())}
