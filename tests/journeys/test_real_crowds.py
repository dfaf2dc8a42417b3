"""What people have answered elsewhere comes in whole by the command line, and is judged as it was published."""

from __future__ import annotations

import csv
import json
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from karat import queries, store
from karat.cli.main import main
from karat.domain.ids import ProjectId
from karat.domain.people import SYSTEM
from karat.jobs.follow_events import follow
from karat.jobs.run import utc_now
from karat.queries.overview import Overview
from karat.settings import Settings
from karat.store.database import open_database


@dataclass(frozen=True)
class Crowd:
    """A published data set, and what is known of it."""

    name: str
    classes: tuple[str, ...]
    n_items: int
    n_answers: int
    n_people: int
    accuracy: tuple[float, float]
    """Of the Dawid-Skene family on the reference labels, as published for this data set."""


RTE = Crowd("rte", ("0", "1"), 800, 8_000, 164, (0.9275, 0.929))
DOG = Crowd("dog", ("0", "1", "2", "3"), 807, 8_070, 109, (0.837, 0.84))


@dataclass(frozen=True)
class Desk:
    """A shell in a folder of its own, on one of the two databases."""

    settings: Settings
    folder: Path

    def karat(self, *words: str) -> str:
        environment = {
            "KARAT_HOME": str(self.settings.home),
            "KARAT_DATABASE_URL": self.settings.database_url,
            "KARAT_SYNCHRONOUS": "normal",
        }
        result = CliRunner().invoke(main, words, env=environment)
        assert result.exit_code == 0, result.output
        return result.stdout

    def overview(self) -> Overview:
        database = open_database(self.settings)
        try:
            while follow(database, now=utc_now()):
                pass  # The export itself is an event, too.
            with database.read() as db:
                return queries.overview.overview(db, SYSTEM, ProjectId(1), now=utc_now())
        finally:
            database.close()

    def stored(self) -> tuple[int, int]:
        """Standing answers, and how many people gave them."""
        database = open_database(self.settings)
        try:
            with database.read() as db:
                ratings = store.ratings.standing(db, ProjectId(1), ())
        finally:
            database.close()
        return ratings.n_ratings, ratings.n_annotators


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield Desk(Settings(home=tmp_path / "home", database_url=url), tmp_path)
    root.handlers, root.level = handlers, level


@pytest.mark.parametrize("crowd", [RTE, DOG], ids=lambda crowd: crowd.name)
def test_a_published_crowd_comes_in_whole_and_is_judged_as_published(
    desk: Desk, shared_data: Path, crowd: Crowd
) -> None:
    data = shared_data / "truth" / crowd.name

    said = _import(desk, data, crowd)
    desk.karat("export", "--project", crowd.name, "--format", "csv", "--output", str(desk.folder / "labels.csv"))

    assert f"{crowd.n_items:,} items, {crowd.n_answers:,} answers of {crowd.n_people:,} people" in said
    assert desk.stored() == (crowd.n_answers, crowd.n_people)
    _assert_overview_is_right(desk.overview(), crowd)
    assert _accuracy(desk.folder / "labels.csv", data / "gold.csv") == pytest.approx(_middle(crowd), abs=_width(crowd))
    _assert_release_is_whole(desk, data, crowd)


def _assert_release_is_whole(desk: Desk, data: Path, crowd: Crowd) -> None:
    download = desk.folder / "release.zip"
    made = desk.karat("release", "create", "--project", crowd.name, "--leave-out-undecided")
    desk.karat("release", "download", "--project", crowd.name, "--number", "1", "--output", str(download))
    assert f"release 1 of '{crowd.name}' is published" in made
    with zipfile.ZipFile(download) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        answers = [json.loads(line) for line in archive.read("answers.jsonl").splitlines()]
        labels = [json.loads(line) for line in archive.read("labels.jsonl").splitlines()]
    assert (manifest["n_answers"], manifest["n_annotators"]) == (crowd.n_answers, crowd.n_people)
    given = {(row["task"], row["worker"], row["label"]) for row in _rows(data / "answers.csv")}
    assert {(answer["id"], answer["annotator"], answer["label"]) for answer in answers} == given
    assert manifest["consensus_on_reference"]["value"] == pytest.approx(_middle(crowd), abs=_width(crowd))
    _assert_labels_are_the_crowds(labels, data / "gold.csv", crowd)


def _assert_labels_are_the_crowds(labels: list[dict[str, Any]], gold: Path, crowd: Crowd) -> None:
    """Reference labels have decided nothing; what people agreed on is right at least as often as everything is."""
    truth = {row["task"]: row["label"] for row in _rows(gold)}
    n_right = sum(row["label"] == truth[row["id"]] for row in labels)
    assert {row["source"] for row in labels} == {"consensus"}
    assert len(labels) > crowd.n_items / 2
    assert crowd.accuracy[0] <= n_right / len(labels) < 1


def _import(desk: Desk, data: Path, crowd: Crowd) -> str:
    """The commands of the guide, word for word; nobody asks a finished crowd for gold answers."""
    classes = [word for name in crowd.classes for word in ("--class", name)]
    desk.karat("project", "create", "--name", crowd.name, "--question", "Which one is it?", *classes,
               "--overlap", "10", "--gate-gold-answers", "0")  # fmt: skip
    return desk.karat("import", str(data / "answers.csv"), "--project", crowd.name, "--id", "task",
                      "--annotator", "worker", "--label", "label", "--gold-file", str(data / "gold.csv"))  # fmt: skip


def _assert_overview_is_right(overview: Overview, crowd: Crowd) -> None:
    counts = overview.counts
    assert (counts["items"], counts["answers"], counts["unsure"]) == (crowd.n_items, crowd.n_answers, 0)
    assert counts["state:open"] + counts["state:disputed"] + counts["state:resolved"] == crowd.n_items
    assert sum(person.n_answers for person in overview.people) == crowd.n_answers
    assert len(overview.people) == crowd.n_people
    assert overview.alpha.n == crowd.n_items
    assert overview.is_up_to_date
    estimate = overview.consensus_accuracy.estimate
    assert estimate is not None
    assert estimate.n == crowd.n_items
    assert estimate.value == pytest.approx(_middle(crowd), abs=_width(crowd))


def _accuracy(labels: Path, gold: Path) -> float:
    """Share of items whose inferred label is the reference label."""
    truth = {row["task"]: row["label"] for row in _rows(gold)}
    rows = _rows(labels)
    return sum(row["consensus"] == truth[row["id"]] for row in rows) / len(rows)


def _middle(crowd: Crowd) -> float:
    return sum(crowd.accuracy) / 2


def _width(crowd: Crowd) -> float:
    """Half of the published range, and half a unit of its last digit."""
    return (crowd.accuracy[1] - crowd.accuracy[0]) / 2 + 5e-4


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
