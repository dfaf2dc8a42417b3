"""`karat report`: a file in, a report, a page and labels out; nothing is kept and no server needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from karat.cli.main import main

ROWS = [(f"item-{n}", who, "xyz"[n % 3] if (n + k) % 7 else "x") for n in range(60) for k, who in enumerate("abc")]
CSV = "task,worker,label\n" + "".join(f"{','.join(row)}\n" for row in ROWS)


def found(query: str) -> list[Any]:
    return duckdb.execute(query).fetchall()


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_the_report_is_printed(answers: Path) -> None:
    result = CliRunner().invoke(main, ["report", str(answers)])

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("How good")
    assert "180 answers to 60 items by 3 annotators, 3 classes" in result.stdout


def test_page_json_and_labels_are_written(answers: Path, tmp_path: Path) -> None:
    page, labels = tmp_path / "report.html", tmp_path / "labels.parquet"

    result = CliRunner().invoke(
        main, ["report", str(answers), "--json", "--html", str(page), "--labels", str(labels)], catch_exceptions=False
    )

    assert json.loads(result.stdout)["shape"]["n_items"] == 60
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    table: Any = duckdb.sql(f"SELECT * FROM '{labels}' ORDER BY item")
    columns, rows = table.columns, table.fetchall()
    assert columns == ["item", "label", "certainty", "n_answers", "effective_votes", "p_x", "p_y", "p_z"]
    assert len(rows) == 60
    assert all(sum(row[5:]) == pytest.approx(1) and max(row[5:]) == pytest.approx(row[2]) for row in rows)


@pytest.mark.parametrize("name", ["labels.csv", "labels.tsv", "labels.jsonl"])
def test_labels_come_in_the_format_of_their_name(answers: Path, tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(main, ["report", str(answers), "--labels", str(tmp_path / name)])

    assert result.exit_code == 0, result.output
    assert found(f"SELECT count(DISTINCT item) FROM '{tmp_path / name}'") == [(60,)]
    assert "wrote 60 labels" in result.stderr


def test_classes_are_ordered_merged_and_set_aside_as_asked(tmp_path: Path) -> None:
    grades = ["poor", "fair", "Fair", "fair", "good", "?"]
    rows = [f"{n},p{k},{grades[(n + k * (n % 2)) % 6]}" for n in range(60) for k in range(3)]
    path = tmp_path / "grades.csv"
    path.write_text("\n".join(["task,worker,label", *rows]), encoding="utf-8")
    options = ["--merge-spellings", "--classes", "poor,fair,good", "--ordinal", "--unsure", "?", "--json"]

    result = CliRunner().invoke(main, ["report", str(path), *options], catch_exceptions=False)

    found = json.loads(result.stdout)
    assert [name for name, _ in found["shape"]["class_counts"]] == ["poor", "fair", "good"]
    assert found["unsure"]["n"] == 20
    assert found["agreement"]["alpha_by_order"]["estimate"]["n"] > 0
    assert found["cautions"] == []


def test_a_table_with_a_column_for_each_annotator_is_reported_on(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("item,ada,bo\n" + "".join(f"i{n},x,{'xy'[n % 2]}\n" for n in range(40)), encoding="utf-8")

    result = CliRunner().invoke(main, ["report", str(path), "--annotator", "ada", "--annotator", "bo"])

    assert "80 answers to 40 items by 2 annotators, 2 classes" in result.stdout, result.output


def test_standard_input_is_read() -> None:
    result = CliRunner().invoke(main, ["report", "-"], input=CSV)

    assert result.exit_code == 0, result.output
    assert "180 answers" in result.stdout


def test_gold_is_graded_and_kept(answers: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("task,label\nitem-0,z\nitem-1,y\n", encoding="utf-8")
    labels = tmp_path / "labels.csv"

    result = CliRunner().invoke(main, ["report", str(answers), "--gold", str(gold), "--labels", str(labels)])

    assert "on 2 gold items" in result.stdout
    assert found(f"SELECT label FROM '{labels}' WHERE item = 'item-0'") == [("z",)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--method", "magic"], "there is no method 'magic'"),
        (["--item", "where"], "there is no column 'where' (--item)"),
        (["--labels", "labels.xls"], "the name must end in"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message(answers: Path, arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["report", str(answers), *arguments])

    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("\n", encoding="utf-8")

    result = CliRunner().invoke(main, ["report", str(empty)])

    assert result.exit_code == 2
    assert "is empty. There is nothing to read in it." in result.stderr


def test_a_broken_file_gets_the_line_and_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("task,worker,label\na,ada,x\nb,bo\n", encoding="utf-8")

    result = CliRunner().invoke(main, ["report", str(broken)])

    assert result.exit_code == 2
    assert "broken.csv, line 3: has 2 cells, the header has 3" in result.stderr
