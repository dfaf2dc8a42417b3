"""What goes into a release or an export, streamed: items with what decides their label, and every answer.

Rows come as plain tuples of a named kind, because there may be hundreds of millions.
"""

from collections.abc import Iterator
from typing import NamedTuple

from karat.domain.ids import ProjectId
from karat.store.batches import IS_PUBLISHED, in_project
from karat.store.connection import Reader


class ItemFacts(NamedTuple):
    """An item with everything its label can come from."""

    item_id: int
    key: str
    content: str
    """JSON, as is `meta`."""
    meta: str
    state: str
    gold_kind: str | None
    gold_label: str | None
    resolution_id: int | None
    resolved_label: str | None
    """None with a `resolution_id`: a reviewer left the item undecided on purpose."""
    resolved_under: int | None
    """Spec version of the resolution."""
    consensus: str | None
    certainty: float | None
    probabilities: str | None
    """The stored consensus: for exports. Releases infer anew."""
    n_answers: int | None
    answered_under: int | None
    """The newest spec version among the standing answers."""


_ITEMS = """
SELECT i.id, i.key, i.content, i.meta, i.state, g.kind, g.label, r.id, r.label, r.spec_version,
       c.label, c.certainty, c.probabilities, c.n_answers,
       (SELECT MAX(a.spec_version) FROM annotation a WHERE a.item_id = i.id AND a.superseded_by IS NULL)
FROM item i
LEFT JOIN gold_label g ON g.item_id = i.id
LEFT JOIN resolution r ON r.id = (SELECT MAX(id) FROM resolution latest WHERE latest.item_id = i.id)
LEFT JOIN consensus c ON c.item_id = i.id
WHERE {in_project} AND {is_published}
ORDER BY i.id
"""


def items(db: Reader, project_id: ProjectId) -> Iterator[ItemFacts]:
    """Every item but those being loaded, in the order they came."""
    sql = _ITEMS.format(in_project=in_project(db), is_published=IS_PUBLISHED)
    for rows in db.stream(sql, project_id=project_id, chunk=2_000):
        yield from map(ItemFacts._make, rows)


class AnswerFacts(NamedTuple):
    """Something an annotator said of an item: an answer, "unsure", or a skip."""

    key: str
    annotator_id: int
    annotator: str
    label: str | None
    reason: str
    at: int
    """Microseconds since 1970."""
    duration_ms: int | None
    spec_version: int
    purpose: int
    probability: float
    is_imported: int
    is_current: int
    is_skip: int


_ANSWERS = f"""
SELECT i.key, a.annotator_id, p.name, a.label, a.reason, a.submitted_at, a.duration_ms, a.spec_version,
       s.purpose, s.probability, a.is_imported, CASE WHEN a.superseded_by IS NULL THEN 1 ELSE 0 END, 0
FROM annotation a
JOIN item i ON i.id = a.item_id
JOIN annotator n ON n.id = a.annotator_id
JOIN account p ON p.id = n.account_id
JOIN assignment s ON s.item_id = a.item_id AND s.annotator_id = a.annotator_id
WHERE a.project_id = :project_id AND {IS_PUBLISHED}
ORDER BY a.id
"""
_SKIPS = """
SELECT i.key, s.annotator_id, p.name, NULL, COALESCE(s.reason, ''), COALESCE(s.closed_at, s.claimed_at), NULL,
       s.spec_version, s.purpose, s.probability, 0, 1, 1
FROM assignment s
JOIN item i ON i.id = s.item_id
JOIN annotator n ON n.id = s.annotator_id
JOIN account p ON p.id = n.account_id
WHERE s.project_id = :project_id AND s.state = 2
ORDER BY s.closed_at, s.item_id, s.annotator_id
"""


def answers(db: Reader, project_id: ProjectId) -> Iterator[AnswerFacts]:
    """Every answer in the order they came, superseded ones included; then every skip."""
    for sql in (_ANSWERS, _SKIPS):
        for rows in db.stream(sql, project_id=project_id, chunk=2_000):
            yield from map(AnswerFacts._make, rows)
