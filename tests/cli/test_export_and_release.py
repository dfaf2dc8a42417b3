"""`karat export` and `karat release`."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import CommandLine

ANSWERS = "id,text,who,said\n1,one,ada,toxic\n1,one,bo,toxic\n2,two,ada,fine\n2,two,bo,fine\n3,three,ada,fine\n"


@pytest.fixture
def labeled(karat: CommandLine) -> CommandLine:
    """Two items that are decided, and one that needs another answer; a gate that asks for nothing else."""
    karat.done("project", "create", "--name", "p", "--question", "?", "--class", "Toxic", "--class", "Fine",
               "--overlap", "2", "--gate-gold-answers", "0", "--gate-measured-items", "0")  # fmt: skip
    karat.done("import", karat.file(ANSWERS), "--project", "p", "--id", "id", "--content", "text",
               "--annotator", "who", "--label", "said")  # fmt: skip
    return karat


def test_labels_are_written_to_standard_output(labeled: CommandLine) -> None:
    rows = [json.loads(line) for line in labeled.done("export", "--project", "p").splitlines()]

    assert [(row["id"], row["state"], row["label"]) for row in rows] == [
        ("1", "resolved", "toxic"),
        ("2", "resolved", "fine"),
        ("3", "open", None),
    ]


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_labels_are_written_to_a_file(labeled: CommandLine, tmp_path: Path, file_format: str) -> None:
    output = tmp_path / f"labels.{file_format}"
    output.write_text("an older one", encoding="utf-8")

    labeled.done("export", "--project", "p", "--format", file_format, "--output", str(output))

    with duckdb.connect() as tables:
        assert len(tables.execute(f"SELECT * FROM '{output}'").fetchall()) == 3
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".karat-")] == []


def test_csv_is_for_spreadsheets(labeled: CommandLine) -> None:
    rows = list(csv.DictReader(io.StringIO(labeled.done("export", "--project", "p", "--format", "csv"))))

    assert rows[0]["label"] == "toxic"
    assert {"p_toxic", "p_fine"} <= rows[0].keys()


def test_parquet_does_not_go_to_a_terminal(labeled: CommandLine) -> None:
    assert "name a file with --output" in labeled.fails("export", "--project", "p", "--format", "parquet")


def test_a_release_that_the_gate_refuses_says_what_to_do_and_ends_with_1(labeled: CommandLine) -> None:
    result = labeled("release", "create", "--project", "p")

    assert result.exit_code == 1
    assert "[ ] Every item is decided or left out: 1 undecided" in result.stdout
    assert "    Finish labeling and the review queue, or choose to leave undecided items out." in result.stdout
    assert "the attempt at release 1 of 'p' is refused" in result.stdout


def test_a_release_is_published_listed_and_downloaded(labeled: CommandLine, tmp_path: Path) -> None:
    labeled("release", "create", "--project", "p")
    made = labeled.done("release", "create", "--project", "p", "--note", "for training", "--leave-out-undecided")

    labeled.done("release", "download", "--project", "p", "--format", "csv", "--output", str(tmp_path / "x.zip"))

    assert "[x] Every item is decided or left out: 1 undecided items will be left out, by choice" in made
    assert "release 1 of 'p' is published: 2 items, 1 left out, 5 answers of 2 people" in made
    rows = json.loads(labeled.done("release", "list", "--project", "p", "--json"))
    assert [(row["number"], row["state"], row["items"], row["note"]) for row in rows] == [
        (1, "published", 2, "for training"),
        (1, "refused", 0, ""),
    ]
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert sorted(archive.namelist()) == [
            "annotators.csv", "answers.csv", "labels.csv", "manifest.json", "spec.json",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["create", "--project", "q"], "there is no project named 'q'"),
        (["list", "--project", "q"], "there is no project named 'q'"),
        (["download", "--project", "p", "--output", "x.zip"], "'p' has no published release"),
        (["download", "--project", "p", "--output", "x.zip", "--number", "7"], "has no release 7"),
        (
            ["download", "--project", "p", "--output", "x.zip", "--number", "1"],
            "release 1 is refused, so it has no files",
        ),
    ],
)
def test_what_cannot_be_released_or_taken_is_explained(labeled: CommandLine, words: list[str], answer: str) -> None:
    labeled("release", "create", "--project", "p")

    assert answer in labeled.fails("release", *words)
