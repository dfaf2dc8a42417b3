"""Spec versions as rows. They never change, so each is read once a process."""

from datetime import datetime
from functools import lru_cache

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId, ProjectId
from karat.domain.specs import Spec, SpecVersion
from karat.store.clock import from_micros, to_micros
from karat.store.codec import dump_spec, load_spec
from karat.store.connection import Reader, Row, Writer

parse = lru_cache(maxsize=256)(load_spec)
"""By its text: one spec is parsed once, however many annotations are checked against it."""


def add(
    tx: Writer, project_id: ProjectId, number: int, spec: Spec, *, note: str, by: AccountId | None, now: datetime
) -> None:
    tx.insert(
        "spec_version",
        returning="number",
        project_id=project_id,
        number=number,
        spec=dump_spec(spec),
        note=note,
        created_by=by,
        created_at=to_micros(now),
    )


def get(db: Reader, project_id: ProjectId, number: int) -> SpecVersion:
    """
    Raises
    ------
    NotFound
        When the project has no such version.
    """
    row = db.row(
        "SELECT * FROM spec_version WHERE project_id = :project_id AND number = :number",
        project_id=project_id,
        number=number,
    )
    if row is None:
        raise NotFound(f"project {project_id} has no spec version {number}. Its history lists the versions.")
    return _version(row)


def history(db: Reader, project_id: ProjectId) -> list[SpecVersion]:
    """Every version, newest first."""
    rows = db.rows(
        "SELECT * FROM spec_version WHERE project_id = :project_id ORDER BY number DESC", project_id=project_id
    )
    return [_version(row) for row in rows]


def gold_classes(db: Reader, project_id: ProjectId) -> frozenset[str]:
    """The classes that the project's gold labels use."""
    rows = db.rows("SELECT DISTINCT label FROM gold_label WHERE project_id = :project_id", project_id=project_id)
    return frozenset(row["label"] for row in rows)


def _version(row: Row) -> SpecVersion:
    return SpecVersion(
        project_id=ProjectId(row["project_id"]),
        number=row["number"],
        spec=parse(row["spec"]),
        note=row["note"],
        created_at=from_micros(row["created_at"]),
    )
