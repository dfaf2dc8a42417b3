"""Releases on the real store: labels, their sources, every answer, and files that never change."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
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
from karat.jobs.run import LEASE, JobRun
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.connection import Writer
from karat.store.database import Database
from tests import builders as build
from tests.api.visitors import Clock
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
    clock: Clock = field(default_factory=Clock)

    def follow(self) -> None:
        while follow(self.database, now=self.clock.now):
            pass

    def run_one_job(self) -> bool:
        return Worker(self.database, self.settings, clock=lambda: self.clock.now)._run_one_job()

    def catch_up(self) -> None:
        self.follow()
        while self.run_one_job():
            pass

    def load(self, content: str, name: str = "answers.csv") -> None:
        self.import_only(content, name)
        self.catch_up()

    def import_only(self, content: str, name: str) -> None:
        path = self.folder / name
        path.write_text(content)
        rng = random.Random(1)
        Importer(self.database, self.settings, SYSTEM, self.project.id, clock=lambda: NOW, rng=rng).run(
            Source(path, name)
        )

    def release(self, *, leave_out: bool = False) -> Release:
        number = self.ask(leave_out=leave_out)
        self.catch_up()
        return self.found(number)

    def ask(self, *, leave_out: bool = False) -> int:
        return self.database.write(
            lambda tx: releases.request(
                tx, SYSTEM, self.project.id, note="first", leave_out_undecided=leave_out, now=NOW
            )
        ).number

    def found(self, number: int) -> Release:
        with self.database.read() as db:
            return queries.releases.get(db, SYSTEM, self.project.id, number)

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
    desk.load("task,text,gold,check\n8,look,toxic,gold\n7,trap,fine,honeypot\n", "gold.csv")

    release = desk.release(leave_out=True)

    labels = {row["id"]: (row["label"], row["source"]) for row in desk.rows("labels.jsonl")}
    assert labels == {
        "1": ("toxic", "consensus"),
        "2": ("fine", "consensus"),
        "3": ("toxic", "resolution"),
        "8": ("toxic", "gold"),
    }
    assert release.manifest["left_out"] == {"undecidable": 1}


def test_a_reference_label_decides_nothing_and_measures_the_consensus(desk: Desk) -> None:
    answers = "5,so what,ada,toxic,fine\n5,so what,bo,toxic,fine\n6,lovely,ada,fine,fine\n6,lovely,bo,fine,fine\n"
    desk.load(f"task,text,worker,label,gold\n{answers}", "with-reference.csv")
    desk.load("task,text,gold,check\n9,hm,fine,reference\n", "reference.csv")

    release = desk.release(leave_out=True)

    labels = {row["id"]: (row["label"], row["source"]) for row in desk.rows("labels.jsonl")}
    assert (labels["5"], labels["6"]) == (("toxic", "consensus"), ("fine", "consensus"))
    assert "9" not in labels
    assert (release.manifest["consensus_on_reference"]["value"], release.manifest["consensus_on_reference"]["n"]) == (
        0.5,
        2,
    )


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


def test_answers_are_counted_as_on_the_overview_and_the_rest_of_their_file_apart(desk: Desk) -> None:
    def work(tx: Writer) -> None:
        cy, dee = build.annotators(tx, desk.project, 2)
        item_id = build.items(tx, desk.project, 1)[0]
        build.a_skip(tx, desk.project, dee, item_id, "blurred")
        build.revise(tx, cy, build.an_answer(tx, desk.project, cy, item_id, "toxic"), "fine")

    desk.database.write(work)
    desk.catch_up()

    release = desk.release(leave_out=True)

    assert release.manifest["n_answers"] == 8
    assert release.manifest["rows_of_answers"] == {"standing": 8, "revised": 1, "skips": 1}
    assert len(desk.rows("answers.jsonl")) == 10
    with desk.database.read() as db:
        assert store.statistics.counts(db, desk.project.id)["answers"] == 8


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

    arguments = {"release": desk.found(1).id, "by": None}
    build_release(JobRun(desk.database, desk.settings, JobId(0), desk.project.id, arguments))

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


def test_a_release_asked_for_right_after_an_import_is_judged_when_all_of_it_is_counted(desk: Desk) -> None:
    """The one thread that runs jobs has the release first, and the counting behind it."""
    desk.import_only("task,text,worker,label\n5,a,ada,toxic\n5,a,bo,toxic\n6,b,ada,fine\n6,b,bo,fine\n", "more.csv")
    number = desk.ask(leave_out=True)
    desk.follow()

    assert [desk.run_one_job(), desk.found(number).state] == [True, ReleaseState.BUILDING]
    desk.catch_up()
    assert desk.found(number).state is ReleaseState.BUILDING
    desk.clock.turn(seconds=1)
    desk.catch_up()

    assert desk.found(number).state is ReleaseState.PUBLISHED
    assert {row["id"] for row in desk.rows("labels.jsonl")} == {"1", "2", "5", "6"}


def test_a_release_whose_every_attempt_ended_with_the_process_is_refused_with_the_reason(desk: Desk) -> None:
    number = desk.ask(leave_out=True)
    for _ in range(3):  # Leased by a worker that was killed.
        lease_ends = desk.clock.now + LEASE
        leased = desk.database.write(lambda tx: store.jobs.lease(tx, now=desk.clock.now, until=lease_ends))  # noqa: B023
        assert leased is not None
        desk.clock.turn(seconds=LEASE.total_seconds())

    desk.run_one_job()
    release = desk.found(number)
    again = desk.release(leave_out=True)

    assert release.state is ReleaseState.REFUSED
    assert "each of its 3 attempts ended with the worker's process" in (release.error or "")
    assert (again.number, again.state) == (number, ReleaseState.PUBLISHED)
    assert _refusals(desk) == [release.error]


def _refusals(desk: Desk) -> list[Any]:
    """Why releases were refused, by the audit trail."""
    with desk.database.read() as db:
        rows = db.rows("SELECT facts FROM event WHERE kind = 'release_refused' ORDER BY id")
    return [json.loads(row["facts"]).get("error") for row in rows]


def test_waiting_for_the_count_takes_none_of_the_attempts_of_a_release(desk: Desk) -> None:
    desk.import_only("task,text,worker,label\n5,a,ada,toxic\n5,a,bo,toxic\n", "more.csv")
    number = desk.ask(leave_out=True)
    desk.follow()
    with desk.database.read() as db:
        counting = db.value("SELECT id FROM job WHERE name = 'recount_batch' AND state = 0")
    far = NOW + timedelta(days=1)
    desk.database.write(lambda tx: store.jobs.try_again(tx, counting, "elsewhere", at=far, now=NOW))

    for _ in range(5):
        desk.run_one_job()
        desk.clock.turn(seconds=1)
    assert desk.found(number).state is ReleaseState.BUILDING
    desk.clock.turn(days=1)
    for _ in range(4):
        desk.catch_up()
        desk.clock.turn(seconds=2)

    assert desk.found(number).state is ReleaseState.PUBLISHED
