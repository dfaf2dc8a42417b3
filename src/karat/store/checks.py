"""Check items: gold items and honeypots, drawn for one annotator. They are in no queue and have no overlap."""

from karat.domain.ids import AnnotatorId, ItemId, ProjectId
from karat.domain.items import GoldKind
from karat.store.connection import Reader


def number(db: Reader, project_id: ProjectId, kind: GoldKind) -> int:
    """How many checks of this kind the project has; their places run from 0 without gaps."""
    last = db.value(
        "SELECT MAX(place) FROM gold_label WHERE project_id = :project_id AND kind = :kind",
        project_id=project_id,
        kind=kind.value,
    )
    return 0 if last is None else int(last) + 1


def first_new(
    db: Reader,
    annotator_id: AnnotatorId,
    project_id: ProjectId,
    kind: GoldKind,
    *,
    start: int,
    n_checks: int,
    max_probes: int,
) -> ItemId | None:
    """The first check this person never had, from place `start` forward and around; None after `max_probes`."""
    end = min(start + max_probes, n_checks)
    around = min(max_probes - (end - start), start)
    for low, high in ((start, end), (0, around)):
        item_id = db.value(
            _FIRST_NEW, annotator_id=annotator_id, project_id=project_id, kind=kind.value, low=low, high=high
        )
        if item_id is not None:
            return ItemId(item_id)
    return None


_FIRST_NEW = """
SELECT g.item_id FROM gold_label g
WHERE g.project_id = :project_id AND g.kind = :kind AND g.place >= :low AND g.place < :high
  AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.item_id = g.item_id AND a.annotator_id = :annotator_id)
ORDER BY g.place LIMIT 1
"""
