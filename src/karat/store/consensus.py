"""The inferred label of every item that has answers, and how it was inferred. Derived; fitted anew by a job."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from karat.domain.ids import ItemId, ProjectId
from karat.store.clock import from_micros, to_micros
from karat.store.codec import dump
from karat.store.connection import Reader, Writer


@dataclass(frozen=True)
class ItemConsensus:
    """The inferred label of one item."""

    item_id: ItemId
    label: str
    certainty: float
    probabilities: dict[str, float]
    """By class key; classes below one in a thousand are left out."""
    n_answers: int


@dataclass(frozen=True)
class ConsensusFit:
    """How the consensus of a project was last fitted."""

    method: str
    fitted_at: datetime
    n_answers: int
    facts: dict[str, Any]
    """seconds; reference_right and reference_graded: accuracy on items with a reference label."""


def fit(db: Reader, project_id: ProjectId) -> ConsensusFit | None:
    """The last fit, or None before the first."""
    row = db.row("SELECT * FROM consensus_fit WHERE project_id = :project_id", project_id=project_id)
    if row is None:
        return None
    return ConsensusFit(row["method"], from_micros(row["fitted_at"]), row["n_answers"], json.loads(row["facts"]))


def digests(db: Reader, project_id: ProjectId) -> dict[ItemId, int]:
    """The digest of every item as stored, to write only what has changed."""
    found: dict[ItemId, int] = {}
    sql = "SELECT item_id, label, certainty, probabilities, n_answers FROM consensus WHERE project_id = :project_id"
    for rows in db.stream(sql, project_id=project_id):
        found.update((ItemId(item_id), hash(tuple(values))) for item_id, *values in rows)
    return found


def digest(item: ItemConsensus) -> int:
    """Stands for all that is stored of an item in 8 bytes: millions of them fit in memory. Only in this process."""
    return hash((item.label, item.certainty, dump(item.probabilities), item.n_answers))


def put(tx: Writer, project_id: ProjectId, items: Iterable[ItemConsensus]) -> None:
    """Store the inferred labels of these items, in place of earlier ones."""
    tx.execute_many(
        "INSERT INTO consensus (item_id, project_id, label, certainty, probabilities, n_answers)"
        " VALUES (:item_id, :project_id, :label, :certainty, :probabilities, :n_answers)"
        " ON CONFLICT (item_id) DO UPDATE SET label = excluded.label, certainty = excluded.certainty,"
        " probabilities = excluded.probabilities, n_answers = excluded.n_answers",
        [
            {
                "item_id": item.item_id,
                "project_id": project_id,
                "label": item.label,
                "certainty": item.certainty,
                "probabilities": dump(item.probabilities),
                "n_answers": item.n_answers,
            }
            for item in items
        ],
    )


def remove(tx: Writer, item_ids: Iterable[ItemId]) -> None:
    """For items whose answers were all revised to unsure: there is no label to infer."""
    tx.execute_many("DELETE FROM consensus WHERE item_id = :id", [{"id": item_id} for item_id in item_ids])


def remove_fit(tx: Writer, project_id: ProjectId) -> None:
    """For a project whose last answer is gone: nothing is inferred in it any more."""
    tx.execute("DELETE FROM consensus_fit WHERE project_id = :project_id", project_id=project_id)


def put_fit(tx: Writer, project_id: ProjectId, last: ConsensusFit) -> None:
    """Store how the consensus was fitted, in place of the fit before."""
    tx.execute(
        "INSERT INTO consensus_fit (project_id, method, fitted_at, n_answers, facts)"
        " VALUES (:project_id, :method, :fitted_at, :n_answers, :facts)"
        " ON CONFLICT (project_id) DO UPDATE SET method = excluded.method, fitted_at = excluded.fitted_at,"
        " n_answers = excluded.n_answers, facts = excluded.facts",
        project_id=project_id,
        method=last.method,
        fitted_at=to_micros(last.fitted_at),
        n_answers=last.n_answers,
        facts=dump(last.facts),
    )
