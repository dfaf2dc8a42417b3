"""How PostgreSQL plans the path of an annotation: the same whatever it knows about the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from karat import actions
from karat.domain.annotations import Answer
from karat.domain.people import Actor
from karat.domain.projects import Project
from karat.store.connection import Writer
from karat.store.pipeline import Pipeline
from karat.store.postgres import PostgresDatabase
from tests.builders import NOW, a_policy, a_project, an_annotator, catch_up, checks, items

GROWING = {
    "annotation",
    "assignment",
    "consensus",
    "event",
    "gold_label",
    "item",
    "item_tally",
    "queue_item",
    "resolution",
}
_WAYS_OF_AN_ANNOTATOR = {"ix_assignment_closed", "ix_assignment_expiring"}


def test_an_annotation_walks_indexes_even_when_its_tables_were_empty_at_the_last_analysis(
    postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All indexes of a small table cost alike, so that a plan made by then may use any; and it is kept."""
    project, person = postgres.write(_scene)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    asked = _note_what_is_asked(monkeypatch)

    for _ in range(4):
        _annotate(postgres, project, person)
    catch_up(postgres)
    monkeypatch.undo()

    scans = [(sql, scan) for sql, parameters in asked.items() for scan in _scans(postgres, sql, parameters, of=GROWING)]
    assert {scan["Relation Name"] for _, scan in scans} >= {"annotation", "assignment", "event", "item", "queue_item"}
    for sql, scan in scans:
        assert "Index Cond" in scan, (sql, scan)
        assert scan["Index Name"] not in _WAYS_OF_AN_ANNOTATOR, (sql, scan)


def _scene(tx: Writer) -> tuple[Project, Actor]:
    project = a_project(tx, a_policy(overlap=2, gold_share=0.5))
    items(tx, project, 1_000)
    checks(tx, project, 5)
    return project, an_annotator(tx, project)


def _annotate(database: PostgresDatabase, project: Project, person: Actor) -> None:
    stream = database.write(lambda tx: actions.assignments.claim(tx, person, project.id, hold=1, now=NOW))
    answer = Answer("toxic", "", 1500)
    database.write(
        lambda tx: actions.annotations.submit_and_go_on(tx, person, stream.claims[0].id, answer, hold=0, now=NOW)
    )


def _note_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    asked: dict[str, dict[str, Any]] = {}
    send = Pipeline.send

    def noted(self: Pipeline, sql: str, parameters: dict[str, Any]) -> None:
        asked[sql] = parameters
        send(self, sql, parameters)

    monkeypatch.setattr(Pipeline, "send", noted)
    return asked


def _scans(
    database: PostgresDatabase, sql: str, parameters: dict[str, Any], *, of: set[str]
) -> Iterator[dict[str, Any]]:
    """The nodes of the statement's plan that read one of these tables."""
    plan = database.write(lambda tx: tx.value(f"EXPLAIN (FORMAT JSON) {sql}", **parameters))
    nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node["Node Type"].endswith("Scan") and node.get("Relation Name") in of:
            yield node
