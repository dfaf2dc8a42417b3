"""A project's labels, answers and annotators as rows of a dataset, streamed out of one snapshot."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from karat.domain.assignments import AssignmentState
from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import ItemState
from karat.domain.probes import Purpose
from karat.store.clock import from_micros
from karat.store.connection import Reader


@dataclass(frozen=True, slots=True)
class DatasetItem:
    """An item with what was decided about it by people."""

    id: ItemId
    key: str
    content: dict[str, Any]
    meta: dict[str, Any]
    state: ItemState
    gold_kind: str | None
    gold_label: str | None
    is_decided_by_person: bool
    decision: str | None
    """The reviewer's label; None with `is_decided_by_person` is "no label is right"."""
    n_answers: int
    n_unsure: int
    image_sha256: str | None


_ITEMS = """
SELECT i.id, i.key, i.content, i.meta, i.state, g.kind, g.label, d.id, d.label,
       COALESCE(n.answers, 0), COALESCE(n.unsure, 0)
FROM item i
LEFT JOIN gold_label g ON g.item_id = i.id
LEFT JOIN resolution d ON d.id = (SELECT MAX(r.id) FROM resolution r WHERE r.item_id = i.id)
LEFT JOIN (
    SELECT item_id, COUNT(*) AS answers, SUM(CASE WHEN label IS NULL THEN 1 ELSE 0 END) AS unsure
    FROM annotation WHERE project_id = :project_id AND superseded_by IS NULL GROUP BY item_id
) n ON n.item_id = i.id
WHERE i.project_id = :project_id AND i.state <> 'loading'
ORDER BY i.id
"""


def items(db: Reader, project_id: ProjectId) -> Iterator[DatasetItem]:
    """Every published item, in the order in which they came."""
    digests = _media_digests(db, project_id)
    for rows in db.stream(_ITEMS, project_id=project_id):
        for item_id, key, content, meta, state, kind, gold, decision_id, decision, n_answers, n_unsure in rows:
            shown = json.loads(content)
            yield DatasetItem(
                id=ItemId(item_id),
                key=key,
                content=shown,
                meta=json.loads(meta),
                state=ItemState(state),
                gold_kind=kind,
                gold_label=gold,
                is_decided_by_person=decision_id is not None,
                decision=decision,
                n_answers=n_answers,
                n_unsure=int(n_unsure),
                image_sha256=digests.get(shown.get("media")),
            )


def _media_digests(db: Reader, project_id: ProjectId) -> dict[str | None, str]:
    digests: dict[str | None, str] = {}
    for rows in db.stream("SELECT id, sha256 FROM media WHERE project_id = :project_id", project_id=project_id):
        digests.update(rows)
    return digests


_ANSWERS = """
SELECT i.key, n.annotator_id, c.name, n.label, n.reason, n.duration_ms, n.submitted_at, n.spec_version, s.purpose,
       n.is_imported, n.superseded_by
FROM annotation n
JOIN item i ON i.id = n.item_id
JOIN assignment s ON s.item_id = n.item_id AND s.annotator_id = n.annotator_id
JOIN annotator a ON a.id = n.annotator_id
JOIN account c ON c.id = a.account_id
WHERE n.project_id = :project_id AND i.state <> 'loading'
ORDER BY n.id
"""
_SKIPS = """
SELECT i.key, s.annotator_id, c.name, s.reason, s.closed_at, s.spec_version, s.purpose
FROM assignment s
JOIN item i ON i.id = s.item_id
JOIN annotator a ON a.id = s.annotator_id
JOIN account c ON c.id = a.account_id
WHERE s.project_id = :project_id AND s.state = :skipped
ORDER BY s.closed_at, s.item_id, s.annotator_id
"""


def answers(db: Reader, project_id: ProjectId) -> Iterator[dict[str, Any]]:
    """Every answer ever given, superseded ones too, and then every skip."""
    for rows in db.stream(_ANSWERS, project_id=project_id):
        for key, annotator_id, name, label, reason, duration, at, spec, purpose, is_imported, superseded in rows:
            yield {
                "item": key,
                "annotator_id": annotator_id,
                "annotator": name,
                "kind": "answer" if label is not None else "unsure",
                "label": label,
                "reason": reason,
                "seconds": None if is_imported else round(duration / 1000, 3),
                "at": from_micros(at).isoformat(),
                "spec_version": spec,
                "purpose": Purpose(purpose).name.lower(),
                "is_imported": bool(is_imported),
                "is_current": superseded is None,
            }
    for rows in db.stream(_SKIPS, project_id=project_id, skipped=int(AssignmentState.SKIPPED)):
        for key, annotator_id, name, reason, at, spec, purpose in rows:
            yield {
                "item": key,
                "annotator_id": annotator_id,
                "annotator": name,
                "kind": "skip",
                "label": None,
                "reason": reason or "",
                "seconds": None,
                "at": from_micros(at).isoformat(),
                "spec_version": spec,
                "purpose": Purpose(purpose).name.lower(),
                "is_imported": False,
                "is_current": True,
            }
