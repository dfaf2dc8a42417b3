"""Gold labels as rows. The checks of one kind have places from 0 without gaps, so that one can be drawn by number."""

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
            _fill_gap(tx, project_id, before["kind"], before["place"])
        place = _next_place(tx, project_id, gold.kind) if gold.kind in _CHECKS else None
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
    """Gold labels of items that are being loaded: without a place, hence never drawn, until `place_batch`."""
    at = to_micros(now)
    tx.insert_many(
        "gold_label",
        ("item_id", "project_id", "kind", "label", "provenance", "set_at"),
        ((item_id, project_id, gold.kind.value, gold.label, gold.provenance, at) for item_id, gold in labels),
    )


def place_batch(tx: Writer, project_id: ProjectId, batch_id: BatchId) -> None:
    """Give the checks of a batch their places: part of publishing it."""
    _lock(tx, project_id)
    for kind in _CHECKS:
        tx.execute(
            "WITH new AS (SELECT g.item_id, ROW_NUMBER() OVER (ORDER BY g.item_id) - 1 AS number"
            "  FROM gold_label g JOIN item i ON i.id = g.item_id"
            "  WHERE i.batch_id = :batch_id AND g.kind = :kind AND g.place IS NULL)"
            " UPDATE gold_label SET place = :first + (SELECT number FROM new WHERE new.item_id = gold_label.item_id)"
            " WHERE item_id IN (SELECT item_id FROM new)",
            batch_id=batch_id,
            kind=kind.value,
            first=_next_place(tx, project_id, kind),
        )


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
    sql = "SELECT count(*) AS n FROM gold_label WHERE project_id = :project_id AND kind = 'gold' AND place IS NOT NULL"
    return int(db.value(sql, project_id=project_id))


def _lock(tx: Writer, project_id: ProjectId) -> None:
    """One at a time per project, so that no place is given twice. SQLite has one writer anyway."""
    if tx.is_postgres:
        # The statistics row and the project row are locked by others; this lock is for places alone.
        tx.execute("SELECT pg_advisory_xact_lock(hashtext('karat gold places'), CAST(:id AS int))", id=project_id)


def _next_place(db: Reader, project_id: ProjectId, kind: GoldKind) -> int:
    last = db.value(
        "SELECT MAX(place) FROM gold_label WHERE project_id = :project_id AND kind = :kind",
        project_id=project_id,
        kind=kind.value,
    )
    return 0 if last is None else int(last) + 1


def _fill_gap(tx: Writer, project_id: ProjectId, kind: str, place: int) -> None:
    """The last check of the kind moves to the place that becomes free."""
    tx.execute(
        "UPDATE gold_label SET place = :place WHERE project_id = :project_id AND kind = :kind AND place ="
        " (SELECT MAX(place) FROM gold_label WHERE project_id = :project_id AND kind = :kind)",
        project_id=project_id,
        kind=kind,
        place=place,
    )
