"""Releases on the real store: labels, their sources, every answer, and files that never change."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from karat import actions, queries, store
from karat.actions import imports, releases
from karat.domain.ids import JobId
from karat.domain.people import SYSTEM
from karat.domain.projects import Project
from karat.domain.releases import Release, ReleaseState
from karat.jobs.build_release import build_release
from karat.jobs.follow_events import follow
from karat.jobs.import_file import Importer, Source
from karat.jobs.recount_batch import recount_batch
from karat.jobs.run import JobRun
from karat.settings import Settings
from karat.store.database import Database
from tests.builders import NOW, a_policy, a_project

ITEMS = """task,text,worker,label
1,you idiot,ada,toxic
1,you idiot,bo,toxic
2,thank you,ada,fine
2,thank you,bo,fine
3,=HYPERLINK(1),ada,toxic
3,=HYPERLINK(1),bo,fine
4,well,ada,fine
"""


@dataclass(frozen=True)
class Desk:
    """A project with answers, and a worker's hands."""

    database: Database
    project: Project
    settings: Settings
    folder: Path

    def run(self, handler: Any, **arguments: Any) -> Any:
        return handler(JobRun(self.database, self.settings, JobId(0), self.project.id, arguments))

    def catch_up(self) -> None:
        while follow(self.database, now=NOW):
            pass
        with self.database.read() as db:
            batches = [row["id"] for row in db.rows("SELECT id FROM batch WHERE state = 'published'")]
        for batch in batches:
            self.run(recount_batch, batch=batch)

    def load(self, content: str, name: str = "answers.csv") -> None:
        path = self.folder / name
        path.write_text(content)
        rng = random.Random(1)
        Importer(self.database, self.settings, SYSTEM, self.project.id, clock=lambda: NOW, rng=rng).run(
            Source(path, name)
        )
        self.catch_up()

    def release(self, *, leave_out: bool = False) -> Release:
        asked = self.database.write(
            lambda tx: releases.request(
                tx, SYSTEM, self.project.id, note="first", leave_out_undecided=leave_out, now=NOW
            )
        )
        self.catch_up()
        self.run(build_release, number=asked.number, by=None)
        with self.database.read() as db:
            return queries.releases.get(db, SYSTEM, self.project.id, asked.number)

    def file(self, name: str, number: int = 1) -> Path:
        return store.release_files.folder_of(self.settings.home, self.project.id, number) / name

    def rows(self, name: str, number: int = 1) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file(name, number).read_text().splitlines()]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    policy = a_policy(overlap=2, gate_gold_answers=0, gate_measured_items=2)
    project = database.write(lambda tx: a_project(tx, policy))
    made = Desk(database, project, Settings(home=tmp_path / "home"), tmp_path)
    made.load(ITEMS)
    return made


def resolve(desk: Desk, key: str, label: str | None) -> None:
    def decide(tx: Any) -> None:
        item = store.items.find_by_key(tx, desk.project.id, key)
        assert item is not None
        actions.reviews.resolve(tx, SYSTEM, desk.project.id, item.id, label=label, note="looked at it", now=NOW)

    desk.database.write(decide)
    desk.catch_up()


def test_a_release_with_undecided_items_is_refused_with_advice(desk: Desk) -> None:
    release = desk.release()

    assert release.state is ReleaseState.REFUSED
    (failed,) = [check for check in release.gate.checks if not check.passed]
    assert failed.name == "decided"
    assert "1 need answers, 1 a reviewer" in failed.figure
    assert not desk.file("manifest.json").exists()


def test_undecided_items_may_be_left_out_by_choice_and_are_counted(desk: Desk) -> None:
    release = desk.release(leave_out=True)

    assert release.state is ReleaseState.PUBLISHED
    assert [row["id"] for row in desk.rows("labels.jsonl")] == ["1", "2"]
    assert release.manifest["n_left_out"] == 2
    assert release.manifest["left_out"] == {"undecided": 2}


def test_each_label_names_its_source_and_gold_beats_a_reviewer_who_beats_consensus(desk: Desk) -> None:
    resolve(desk, "3", "toxic")
    resolve(desk, "4", None)
    desk.load("task,text,gold,check\n9,hm,fine,reference\n8,look,toxic,gold\n7,trap,fine,honeypot\n", "gold.csv")

    release = desk.release(leave_out=True)

    labels = {row["id"]: (row["label"], row["source"]) for row in desk.rows("labels.jsonl")}
    assert labels == {
        "1": ("toxic", "consensus"),
        "2": ("fine", "consensus"),
        "3": ("toxic", "resolution"),
        "8": ("toxic", "gold"),
        "9": ("fine", "gold"),
    }
    assert release.manifest["left_out"] == {"undecidable": 1}


def test_soft_labels_come_with_each_label_and_sum_to_one(desk: Desk) -> None:
    desk.release(leave_out=True)

    for row in desk.rows("labels.jsonl"):
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert row["certainty"] == pytest.approx(row["probabilities"][row["label"]], abs=1e-5)
        assert row["n_answers"] == 2


def test_every_answer_is_in_the_release_with_its_person(desk: Desk) -> None:
    desk.release(leave_out=True)

    answers = desk.rows("answers.jsonl")
    assert [(row["id"], row["annotator"], row["label"]) for row in answers[:2]] == [
        ("1", "ada", "toxic"),
        ("1", "bo", "toxic"),
    ]
    assert len(answers) == 7
    assert {row["is_imported"] for row in answers} == {True}


def test_the_three_formats_hold_the_same(desk: Desk) -> None:
    resolve(desk, "3", "toxic")
    desk.release(leave_out=True)

    labels = desk.rows("labels.jsonl")
    with desk.file("labels.csv").open(newline="") as file:
        sheet = list(csv.DictReader(file))
    parquet = duckdb.execute(f"SELECT * FROM '{desk.file('labels.parquet')}'").fetchall()
    assert [row["label"] for row in sheet] == [row["label"] for row in labels]
    assert [row["p_toxic"] for row in sheet] == [str(row["probabilities"]["toxic"]) for row in labels]
    assert [row[:3] for row in parquet] == [(row["id"], row["text"], row["label"]) for row in labels]


def test_a_cell_that_a_spreadsheet_would_execute_is_escaped_in_csv_only(desk: Desk) -> None:
    resolve(desk, "3", "toxic")
    release = desk.release(leave_out=True)

    with desk.file("labels.csv").open(newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert "'=HYPERLINK(1)" in texts
    assert "=HYPERLINK(1)" in [row["text"] for row in desk.rows("labels.jsonl")]
    assert release.manifest["csv_cells_escaped"] == {"labels": 1}


def test_the_manifest_names_every_file_with_its_digest(desk: Desk) -> None:
    desk.release(leave_out=True)

    manifest = json.loads(desk.file("manifest.json").read_text())
    named = {file["name"]: file["sha256"] for file in manifest["files"]}
    expected = {
        f"{table}.{end}" for table in ("labels", "answers", "annotators") for end in ("jsonl", "csv", "parquet")
    }
    assert set(named) == expected | {"spec.json"}
    assert all(store.release_files.digest(desk.file(name)) == digest for name, digest in named.items())
    assert manifest["method"]["name"]


def test_a_published_release_does_not_change_when_the_project_does(desk: Desk) -> None:
    desk.release(leave_out=True)
    before = {path.name: path.read_bytes() for path in desk.file("").iterdir()}

    resolve(desk, "1", "fine")
    second = desk.release(leave_out=True)

    assert {path.name: path.read_bytes() for path in desk.file("").iterdir()} == before
    assert second.number == 2
    assert {row["id"]: row["label"] for row in desk.rows("labels.jsonl", 2)}["1"] == "fine"


def test_a_job_that_runs_twice_builds_once(desk: Desk) -> None:
    desk.release(leave_out=True)
    before = desk.file("manifest.json").read_bytes()

    desk.run(build_release, number=1, by=None)

    assert desk.file("manifest.json").read_bytes() == before


def test_files_of_a_release_cannot_be_written_by_accident(desk: Desk) -> None:
    desk.release(leave_out=True)

    assert desk.file("labels.jsonl").stat().st_mode & 0o222 == 0


def test_answers_of_a_batch_that_is_loading_are_in_no_release(desk: Desk) -> None:
    from karat.domain.projects import MediaKind  # noqa: PLC0415
    from karat.formats.items_file import GivenAnswer, ReadItem  # noqa: PLC0415

    item = ReadItem(2, "99", '{"text":"x"}', "{}", None, GivenAnswer("ada", "fine", None), 0)

    def leave_loading(tx: Any) -> None:
        load = imports.begin(
            tx, SYSTEM, desk.project.id, name="x", media_kind=MediaKind.TEXT, with_answers=True, now=NOW
        )
        imports.add_items(tx, load, [item], now=NOW)

    desk.database.write(leave_loading)
    desk.release(leave_out=True)

    assert "99" not in {row["id"] for row in desk.rows("answers.jsonl")}
