"""Everything that happened to one item, oldest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from karat.domain.assignments import AssignmentState
from karat.domain.ids import ItemId
from karat.store.clock import from_micros
from karat.store.connection import Reader, Row

HappeningKind = Literal["imported", "gold_set", "claimed", "submitted", "revised", "skipped", "expired", "resolved"]


@dataclass(frozen=True)
class Happening:
    """One thing that happened to an item."""

    at: datetime
    kind: HappeningKind
    by: str | None = None
    label: str | None = None
    is_unsure: bool = False
    reason: str = ""
    spec_version: int | None = None
    duration_ms: int | None = None
    is_current: bool = True


_ORDER = get_args(HappeningKind)
"""Of what happened in the same instant."""


def history(db: Reader, item_id: ItemId) -> list[Happening]:
    """From import to the latest decision."""
    happenings = [
        *_origin(db, item_id),
        *_assignments(db, item_id),
        *_annotations(db, item_id),
        *_decisions(db, item_id),
    ]
    return sorted(happenings, key=lambda happening: (happening.at, _ORDER.index(happening.kind)))


def _origin(db: Reader, item_id: ItemId) -> list[Happening]:
    row = db.row(
        "SELECT i.created_at, b.name, g.set_at, g.kind, g.label, g.provenance FROM item i JOIN batch b"
        " ON b.id = i.batch_id LEFT JOIN gold_label g ON g.item_id = i.id WHERE i.id = :id",
        id=item_id,
    )
    assert row is not None
    found = [Happening(from_micros(row["created_at"]), "imported", reason=row["name"])]
    if row["set_at"] is not None:
        reason = f"{row['kind']}: {row['provenance']}" if row["provenance"] else row["kind"]
        found.append(Happening(from_micros(row["set_at"]), "gold_set", label=row["label"], reason=reason))
    return found


_ENDINGS: dict[int, HappeningKind] = {AssignmentState.SKIPPED: "skipped", AssignmentState.EXPIRED: "expired"}


def _assignments(db: Reader, item_id: ItemId) -> list[Happening]:
    rows = db.rows(
        "SELECT s.*, c.name FROM assignment s JOIN annotator a ON a.id = s.annotator_id"
        " JOIN account c ON c.id = a.account_id WHERE s.item_id = :id",
        id=item_id,
    )
    found = []
    for row in rows:
        found.append(Happening(from_micros(row["claimed_at"]), "claimed", by=row["name"]))
        ending = _ENDINGS.get(row["state"])
        if ending:
            at = from_micros(row["closed_at"] or row["expires_at"])
            found.append(Happening(at, ending, by=row["name"], reason=row["reason"] or ""))
    return found


def _annotations(db: Reader, item_id: ItemId) -> list[Happening]:
    rows = db.rows(
        "SELECT n.*, c.name FROM annotation n JOIN annotator a ON a.id = n.annotator_id"
        " JOIN account c ON c.id = a.account_id WHERE n.item_id = :id",
        id=item_id,
    )
    return [_annotation(row) for row in rows]


def _annotation(row: Row) -> Happening:
    return Happening(
        at=from_micros(row["submitted_at"]),
        kind="submitted" if row["supersedes"] is None else "revised",
        by=row["name"],
        label=row["label"],
        is_unsure=row["label"] is None,
        reason=row["reason"],
        spec_version=row["spec_version"],
        duration_ms=row["duration_ms"],
        is_current=row["superseded_by"] is None,
    )


def _decisions(db: Reader, item_id: ItemId) -> list[Happening]:
    rows = db.rows(
        "SELECT r.*, a.name FROM resolution r LEFT JOIN account a ON a.id = r.resolved_by"
        " WHERE r.item_id = :id ORDER BY r.id",
        id=item_id,
    )
    return [
        Happening(
            at=from_micros(row["resolved_at"]),
            kind="resolved",
            by=row["name"] or "Karat",
            label=row["label"],
            reason=row["note"],
            spec_version=row["spec_version"],
            is_current=row is rows[-1],
        )
        for row in rows
    ]
