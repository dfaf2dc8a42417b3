"""Running statistics as rows: derived from facts, rebuilt from them at any time."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from karat.domain.ids import AnnotatorId, ProjectId
from karat.domain.tallies import Sums, without_zeros
from karat.store.clock import to_micros
from karat.store.codec import dump
from karat.store.connection import Reader, Writer

_COUNTS, _AGREEMENT = "counts", "agreement"


def start(tx: Writer, project_id: ProjectId) -> None:
    """Begin a project's statistics: rows that later changes lock."""
    for name in (_COUNTS, _AGREEMENT):
        tx.execute(
            "INSERT INTO project_statistic (project_id, name, value) VALUES (:project_id, :name, '{}')"
            " ON CONFLICT (project_id, name) DO NOTHING",
            project_id=project_id,
            name=name,
        )


def lock(tx: Writer, project_id: ProjectId) -> None:
    """Keep everybody else from counting in this project until the transaction ends."""
    if tx.is_postgres:
        tx.row(
            "SELECT name FROM project_statistic WHERE project_id = :project_id AND name = 'counts' FOR UPDATE",
            project_id=project_id,
        )


def counts(db: Reader, project_id: ProjectId) -> Counter[str]:
    """The project's counts, by the names that `karat.domain.tallies.Sums` gives them."""
    return Counter(_get(db, project_id, _COUNTS))


def agreement(db: Reader, project_id: ProjectId) -> dict[str, Any]:
    """The agreement sums as they were saved; empty when nothing has been counted."""
    return _get(db, project_id, _AGREEMENT)


def set_agreement(tx: Writer, project_id: ProjectId, sums: dict[str, Any]) -> None:
    """Keep the agreement sums."""
    _set(tx, project_id, _AGREEMENT, sums)


def annotator_counts(db: Reader, project_id: ProjectId) -> dict[AnnotatorId, Counter[str]]:
    """The counts of every annotator of the project who has any."""
    rows = db.rows(
        "SELECT s.annotator_id, s.value FROM annotator_statistic s JOIN annotator a ON a.id = s.annotator_id"
        " WHERE a.project_id = :project_id",
        project_id=project_id,
    )
    return {AnnotatorId(row["annotator_id"]): Counter(json.loads(row["value"])) for row in rows}


def answers_of(db: Reader, annotator_id: AnnotatorId) -> int:
    """How many answers of this annotator stand."""
    text = db.value("SELECT value FROM annotator_statistic WHERE annotator_id = :id", id=annotator_id)
    return int(json.loads(text).get("answers", 0)) if text else 0


def add(tx: Writer, project_id: ProjectId, change: Sums) -> None:
    """Add a change to the sums. The caller holds the lock."""
    project = counts(tx, project_id)
    project.update(change.project)
    _set(tx, project_id, _COUNTS, without_zeros(project))
    for annotator_id, delta in sorted(change.annotators.items()):
        _add_annotator(tx, annotator_id, delta)
    tx.execute_many(
        "INSERT INTO daily_statistic (project_id, day, annotator_id, n_answers)"
        " VALUES (:project_id, :day, :annotator_id, :n) ON CONFLICT (project_id, day, annotator_id)"
        " DO UPDATE SET n_answers = daily_statistic.n_answers + excluded.n_answers",
        [
            {"project_id": project_id, "day": day, "annotator_id": annotator_id, "n": n}
            for (day, annotator_id), n in sorted(change.days.items())
            if n
        ],
    )


def replace(tx: Writer, project_id: ProjectId, sums: Sums) -> None:
    """Put freshly computed sums in place of the running ones."""
    _set(tx, project_id, _COUNTS, without_zeros(sums.project))
    tx.execute("DELETE FROM daily_statistic WHERE project_id = :project_id", project_id=project_id)
    tx.execute(
        "DELETE FROM annotator_statistic WHERE annotator_id IN"
        " (SELECT id FROM annotator WHERE project_id = :project_id)",
        project_id=project_id,
    )
    add(tx, project_id, Sums(annotators=sums.annotators, days=sums.days))


@dataclass(frozen=True)
class DayAnswers:
    """How many answers one day brought."""

    day: str
    """ISO date, UTC."""
    n_answers: int


def answers_by_day(db: Reader, project_id: ProjectId, *, days: int) -> list[DayAnswers]:
    """Answers of the latest days on which there were any, oldest first."""
    rows = db.rows(
        "SELECT day, CAST(sum(n_answers) AS bigint) AS n FROM daily_statistic WHERE project_id = :project_id"
        " GROUP BY day HAVING sum(n_answers) > 0 ORDER BY day DESC LIMIT :days",
        project_id=project_id,
        days=days,
    )
    return [DayAnswers(row["day"], row["n"]) for row in reversed(rows)]


def answers_since(db: Reader, project_id: ProjectId, since: datetime) -> int:
    """Answers given through Karat since then, revisions aside; imported ones were given elsewhere."""
    return int(
        db.value(
            "SELECT count(*) AS n FROM annotation"
            " WHERE project_id = :project_id AND submitted_at >= :since AND is_imported = 0 AND supersedes IS NULL",
            project_id=project_id,
            since=to_micros(since),
        )
    )


def daily(db: Reader, project_id: ProjectId) -> Counter[tuple[str, int]]:
    """Answers by day and annotator."""
    rows = db.rows("SELECT * FROM daily_statistic WHERE project_id = :project_id", project_id=project_id)
    return Counter({(row["day"], row["annotator_id"]): row["n_answers"] for row in rows if row["n_answers"]})


def _add_annotator(tx: Writer, annotator_id: int, delta: Counter[str]) -> None:
    text = tx.value("SELECT value FROM annotator_statistic WHERE annotator_id = :id", id=annotator_id)
    total = Counter(json.loads(text)) if text else Counter()
    total.update(delta)
    tx.execute(
        "INSERT INTO annotator_statistic (annotator_id, value) VALUES (:id, :value)"
        " ON CONFLICT (annotator_id) DO UPDATE SET value = excluded.value",
        id=annotator_id,
        value=dump(without_zeros(total)),
    )


def _get(db: Reader, project_id: ProjectId, name: str) -> dict[str, Any]:
    text = db.value(
        "SELECT value FROM project_statistic WHERE project_id = :project_id AND name = :name",
        project_id=project_id,
        name=name,
    )
    return json.loads(text) if text else {}


def _set(tx: Writer, project_id: ProjectId, name: str, value: dict[str, Any]) -> None:
    tx.execute(
        "INSERT INTO project_statistic (project_id, name, value) VALUES (:project_id, :name, :value)"
        " ON CONFLICT (project_id, name) DO UPDATE SET value = excluded.value",
        project_id=project_id,
        name=name,
        value=dump(value),
    )
