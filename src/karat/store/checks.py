"""Check items: gold items and honeypots, drawn for one annotator. They are in no queue and have no overlap."""

from karat.domain.ids import AnnotatorId, ItemId, ProjectId
from karat.domain.items import GoldKind
from karat.domain.routing import MAX_PROBES
from karat.store.connection import Reader


def first_new(
    db: Reader, annotator_id: AnnotatorId, project_id: ProjectId, kind: GoldKind, *, ticket: int
) -> ItemId | None:
    """The first check this person never had, from the place the ticket falls on forward and around.

    None when none is left, or none among `MAX_PROBES` places.
    """
    item_id = db.value(
        f"WITH {FIRST_NEW} SELECT item_id FROM probe",
        annotator_id=annotator_id,
        project_id=project_id,
        kind=kind.value,
        ticket=ticket,
    )
    return None if item_id is None else ItemId(item_id)


# Subqueries as values, not joins nor NOT EXISTS: PostgreSQL would read all checks, and all this person ever did.
_UNKNOWN = """
g.project_id = :project_id AND g.kind = :kind AND (
  SELECT 1 FROM assignment a WHERE a.item_id = g.item_id AND a.annotator_id = :annotator_id
) IS NULL ORDER BY g.place LIMIT 1
"""
_END = f"CASE WHEN start + {MAX_PROBES} < n THEN start + {MAX_PROBES} ELSE n END"
# The place is computed here rather than asked for first, so that it takes no more round trips than production does:
# they would tell checks apart by time. Without checks there is no start, and nothing is found.
FIRST_NEW = f"""
size AS (
  SELECT n, CAST(:ticket AS bigint) % NULLIF(n, 0) AS start
  FROM check_supply WHERE project_id = :project_id AND kind = :kind
), probe AS (
  SELECT item_id FROM (
    SELECT * FROM (
      SELECT g.item_id, 0 AS turn FROM gold_label g
      WHERE g.place >= (SELECT start FROM size) AND g.place < (SELECT {_END} FROM size) AND {_UNKNOWN}
    ) ahead UNION ALL SELECT * FROM (
      SELECT g.item_id, 1 AS turn FROM gold_label g
      WHERE g.place < (SELECT start FROM size) AND g.place < (SELECT start + {MAX_PROBES} - n FROM size) AND {_UNKNOWN}
    ) around
  ) found ORDER BY turn LIMIT 1
)
"""
