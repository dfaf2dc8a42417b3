"""Reviewers' decisions as rows: appended, the latest counts."""

from datetime import datetime

from karat.domain.ids import AccountId, ItemId, ProjectId
from karat.store.clock import to_micros
from karat.store.connection import Writer


def add(
    tx: Writer,
    project_id: ProjectId,
    item_id: ItemId,
    *,
    label: str | None,
    note: str,
    by: AccountId | None,
    spec_version: int,
    now: datetime,
) -> None:
    """Append a decision; a label of None leaves the item undecided."""
    tx.insert(
        "resolution",
        project_id=project_id,
        item_id=item_id,
        label=label,
        note=note,
        resolved_by=by,
        spec_version=spec_version,
        resolved_at=to_micros(now),
    )
