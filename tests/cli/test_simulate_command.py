"""`karat simulate`: a world in, answers and their truth out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result

from karat.cli.main import main


def karat(*words: str, **options: Any) -> Result:
    return CliRunner().invoke(main, list(words), **options)


def found(query: str) -> list[Any]:
    return duckdb.execute(query).fetchall()


def test_answers_can_be_piped_into_a_report() -> None:
    answers = karat("simulate", "copy-ring", "--items", "300", "--seed", "2")

    report = karat("report", "-", input=answers.stdout_bytes)

    assert answers.exit_code == 0, answers.output
    assert answers.stdout.startswith("item,annotator,label,time,")
    assert report.exit_code == 0, report.output
    assert "by 25 annotators, 4 classes" in report.stdout


def test_answers_and_truth_go_into_files(tmp_path: Path) -> None:
    output, truth = tmp_path / "answers.parquet", tmp_path / "truth.parquet"

    result = karat("simulate", "copy-ring", "--items", "300", "--output", str(output), "--truth", str(truth))

    assert result.exit_code == 0, result.output
    n = found(f"SELECT count(*) FROM '{output}'")
    assert n == found(f"SELECT count(*) FROM '{tmp_path}/truth-answers.parquet'")
    joined = f"'{output}' a JOIN '{truth}' t USING (item) WHERE NOT unsure"
    right = f"SELECT avg(CAST(a.label = t.label AS INT)) FROM {joined}"
    assert 0.7 < found(right)[0][0] < 0.95
    assert found(f"SELECT kind, count(*) FROM '{tmp_path}/truth-faults.parquet' WHERE kind = 'ring' GROUP BY 1") == [
        ("ring", 9)
    ]
    assert found(f"SELECT count(*) FROM '{tmp_path}/truth-annotators.parquet' WHERE ring IS NOT NULL") == [(9,)]


def test_the_same_seed_prints_the_same_answers() -> None:
    one, other = (karat("simulate", "clean-easy", "--items", "50", "--seed", "4") for _ in range(2))

    assert one.stdout == other.stdout


def test_the_worlds_are_listed_and_can_be_described() -> None:
    listed, described = karat("simulate", "--list"), karat("simulate", "gold-leak", "--describe")

    assert "everything-at-once" in listed.stdout
    assert described.stdout.startswith("about: ")


def test_an_unknown_world_and_none_are_refused_with_advice() -> None:
    unknown, none = karat("simulate", "gold-leaks"), karat("simulate")

    assert (unknown.exit_code, none.exit_code) == (2, 2)
    assert "Did you mean 'gold-leak'?" in unknown.stderr
    assert "which world?" in none.stderr


def test_a_format_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    result = karat("simulate", "clean-easy", "--items", "50", "--output", str(tmp_path / "answers.xlsx"))

    assert result.exit_code == 2
    assert "must end in .parquet" in result.stderr
