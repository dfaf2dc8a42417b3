"""Gold labels as rows. The checks of one kind have places from 0 without gaps, so that one can be drawn by number.

Those at the places before `check_supply.n` are drawn. Behind them, without a gap too, are those of a batch that is
being published: at most one at a time has any.
"""

from collections.abc import Iterable
from datetime import datetime

from karat.domain.ids import BatchId, ItemId, ProjectId
from karat.domain.items import GoldKind, GoldLabel
from karat.store.batches import IS_PUBLISHED
from karat.store.clock import to_micros
from karat.store.connection import Reader, Writer

_CHECKS = (GoldKind.GOLD, GoldKind.HONEYPOT)


def put(tx: Writer, project_id: ProjectId, item_id: ItemId, gold: GoldLabel, *, now: datetime) -> None:
    """Give a published item its gold label, or another one; as a check it gets the last place of its kind."""
    _lock(tx, project_id)
    before = tx.row("SELECT kind, place FROM gold_label WHERE item_id = :item_id", item_id=item_id)
    if before is not None and before["kind"] == gold.kind.value:
        place = before["place"]
    else:
        if before is not None and before["place"] is not None:
            _fill_gap(tx, project_id, GoldKind(before["kind"]), before["place"])
        place = _take_place(tx, project_id, gold.kind) if gold.kind in _CHECKS else None
    tx.execute(
        "INSERT INTO gold_label (item_id, project_id, kind, label, provenance, place, set_at)"
        " VALUES (:item_id, :project_id, :kind, :label, :provenance, :place, :now)"
        " ON CONFLICT (item_id) DO UPDATE SET kind = excluded.kind, label = excluded.label,"
        " provenance = excluded.provenance, place = excluded.place, set_at = excluded.set_at",
        item_id=item_id,
        project_id=project_id,
        kind=gold.kind.value,
        label=gold.label,
        provenance=gold.provenance,
        place=place,
        now=to_micros(now),
    )


def add_many(tx: Writer, project_id: ProjectId, labels: Iterable[tuple[ItemId, GoldLabel]], *, now: datetime) -> None:
    """Gold labels of items that are being loaded: without a place, hence never drawn, until `open_places`."""
    at = to_micros(now)
    tx.insert_many(
        "gold_label",
        ("item_id", "project_id", "kind", "label", "provenance", "set_at"),
        ((item_id, project_id, gold.kind.value, gold.label, gold.provenance, at) for item_id, gold in labels),
    )


def place_part(tx: Writer, project_id: ProjectId, batch_id: BatchId, part: range) -> None:
    """Give the checks among some items of a batch their places, behind those that are drawn."""
    _lock(tx, project_id)
    for kind in _CHECKS:
        tx.execute(
            "WITH new AS (SELECT g.item_id, ROW_NUMBER() OVER (ORDER BY g.item_id) AS number"
            "  FROM gold_label g JOIN item i ON i.id = g.item_id"
            "  WHERE g.item_id >= :first AND g.item_id < :end AND i.batch_id = :batch_id AND g.kind = :kind)"
            " UPDATE gold_label SET place = :last + new.number FROM new WHERE new.item_id = gold_label.item_id",
            first=part.start,
            end=part.stop,
            batch_id=batch_id,
            kind=kind.value,
            last=_last_place(tx, project_id, kind),
        )


def open_places(tx: Writer, project_id: ProjectId) -> None:
    """Have all checks drawn that have a place: part of publishing a batch."""
    _lock(tx, project_id)
    for kind in _CHECKS:
        _set_supply(tx, project_id, kind, _last_place(tx, project_id, kind) + 1)


def all_labels(db: Reader, project_id: ProjectId) -> dict[ItemId, GoldLabel]:
    """The gold labels of every published item."""
    rows = db.rows(
        "SELECT g.item_id, g.kind, g.label, g.provenance FROM gold_label g JOIN item i ON i.id = g.item_id"
        f" WHERE g.project_id = :project_id AND {IS_PUBLISHED} ORDER BY g.item_id",
        project_id=project_id,
    )
    return {ItemId(row["item_id"]): GoldLabel(GoldKind(row["kind"]), row["label"], row["provenance"]) for row in rows}


def n_gold(db: Reader, project_id: ProjectId) -> int:
    """How many gold items the project has, to be served as checks."""
    return _supply(db, project_id, GoldKind.GOLD)


def _lock(tx: Writer, project_id: ProjectId) -> None:
    """One at a time per project, so that no place is given twice. SQLite has one writer anyway."""
    if tx.is_postgres:
        # The statistics row and the project row are locked by others; this lock is for places alone.
        tx.execute("SELECT pg_advisory_xact_lock(hashtext('karat gold places'), CAST(:id AS int))", id=project_id)


def _supply(db: Reader, project_id: ProjectId, kind: GoldKind) -> int:
    sql = "SELECT n FROM check_supply WHERE project_id = :project_id AND kind = :kind"
    return int(db.value(sql, project_id=project_id, kind=kind.value) or 0)


def _set_supply(tx: Writer, project_id: ProjectId, kind: GoldKind, n: int) -> None:
    tx.execute(
        "INSERT INTO check_supply (project_id, kind, n) VALUES (:project_id, :kind, :n)"
        " ON CONFLICT (project_id, kind) DO UPDATE SET n = excluded.n",
        project_id=project_id,
        kind=kind.value,
        n=n,
    )


def _last_place(db: Reader, project_id: ProjectId, kind: GoldKind) -> int:
    """The highest place, drawn or not; -1 when there is none."""
    last = db.value(
        "SELECT MAX(place) FROM gold_label WHERE project_id = :project_id AND kind = :kind",
        project_id=project_id,
        kind=kind.value,
    )
    return -1 if last is None else int(last)


def _take_place(tx: Writer, project_id: ProjectId, kind: GoldKind) -> int:
    """The first place that is not drawn yet; the check of a batch that is being published leaves it for the last."""
    place = _supply(tx, project_id, kind)
    _move(tx, project_id, kind, place, _last_place(tx, project_id, kind) + 1)
    _set_supply(tx, project_id, kind, place + 1)
    return place


def _fill_gap(tx: Writer, project_id: ProjectId, kind: GoldKind, place: int) -> None:
    """The last check that is drawn moves to the place that becomes free, and the last of all to its place."""
    tx.execute(
        "UPDATE gold_label SET place = NULL WHERE project_id = :project_id AND kind = :kind AND place = :place",
        project_id=project_id,
        kind=kind.value,
        place=place,
    )
    end = _supply(tx, project_id, kind) - 1
    _move(tx, project_id, kind, end, place)
    _set_supply(tx, project_id, kind, end)
    _move(tx, project_id, kind, _last_place(tx, project_id, kind), end, behind=end)


def _move(
    tx: Writer, project_id: ProjectId, kind: GoldKind, from_place: int, to_place: int, *, behind: int = -1
) -> None:
    """Give the check at one place another, if there is one, and if the place lies behind `behind`."""
    tx.execute(
        "UPDATE gold_label SET place = :to_place WHERE project_id = :project_id AND kind = :kind"
        " AND place = :from_place AND place > :behind",
        project_id=project_id,
        kind=kind.value,
        from_place=from_place,
        to_place=to_place,
        behind=behind,
    )
