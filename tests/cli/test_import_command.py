"""`karat import`."""

from __future__ import annotations

import json

import pytest

from karat.cli.progress import ProgressLine
from tests.cli.conftest import CommandLine

GOOD = "id,text,gold\na,one,toxic\nb,two,\n"


def shown(karat: CommandLine, name: str = "Toxicity") -> dict[str, object]:
    """The project after everything was counted."""
    karat.done("admin", "rebuild-statistics")
    found: dict[str, object] = json.loads(karat.done("project", "show", name, "--json"))
    return found


def test_a_table_is_imported_and_counted(toxicity: CommandLine) -> None:
    said = toxicity.done("import", toxicity.file(GOOD), "--project", "Toxicity")

    assert "imported 2 items, 1 gold labels (1 of them check items) into 'Toxicity' as 'items.csv'" in said
    assert (shown(toxicity)["items"], shown(toxicity)["check_items"]) == (1, 1)


def test_columns_are_what_one_says_they_are(toxicity: CommandLine) -> None:
    file = toxicity.file("key,body,who,said,when,gold\nk1,hello,ada,Toxic,2026-01-01T10:00:00Z,fine\n")

    said = toxicity.done("import", file, "--project", "1", "--id", "key", "--content", "body", "--annotator", "who",
                         "--label", "said", "--time", "when", "--batch", "old answers")  # fmt: skip

    assert "1 items, 1 answers of 1 people into 'Toxicity' as 'old answers'" in said


def test_gold_of_items_that_are_not_there_is_mentioned(toxicity: CommandLine) -> None:
    gold = toxicity.file("id,gold\nb,fine\nz,fine\n", "gold.csv")

    result = toxicity("import", toxicity.file("id,text\na,one\nb,two\n"), "--project", "1", "--gold-file", gold)

    assert "1 gold labels are for items that this file does not have" in result.stderr
    assert result.exit_code == 0


BAD = {
    "an empty file": ("", ["is empty"]),
    "only a header": ("id,text\n", ["has no rows under its header"]),
    "a duplicate id": ("id,text\na,one\nb,two\na,three\n", ["line 4", "'a'", "line 2"]),
    "an unknown class": ("id,text,gold\na,one,lukewarm\n", ["line 2", "lukewarm", "toxic, fine"]),
    "two problems": ("id,text,gold\na,one,x\nb,two,y\n", ["2 problems", "line 2", "line 3"]),
    "a row that is too long": ("id,text\na,one\nb,two,three\n", ["line 3"]),
    "no content": ("number\n1\n2\n", ["content"]),
}


@pytest.mark.parametrize(("content", "answers"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_line_and_reason_and_nothing_is_imported(
    toxicity: CommandLine, content: str, answers: list[str]
) -> None:
    said = toxicity.fails("import", toxicity.file(content), "--project", "Toxicity")

    assert "items.csv" in said
    assert all(answer in said for answer in answers), said
    assert shown(toxicity)["items"] == 0
    toxicity.done("import", toxicity.file("id,text\na,one\n"), "--project", "Toxicity")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--project", "Other"], "there is no project named 'Other'"),
        (["--project", "1", "--content", "body"], "column 'body': (content) is missing. There are: id, text, gold"),
        (["--project", "1", "--id", "id", "--content", "text", "--label", "gold"], "needs a column with the annotator"),
        (["--project", "1", "--question", "?"], "--question is for a new project: add --create"),
        (["--project", "1", "--overlap", "3"], "--overlap is for a new project: add --create"),
    ],
)
def test_what_cannot_be_meant_is_explained(toxicity: CommandLine, words: list[str], answer: str) -> None:
    assert answer in toxicity.fails("import", toxicity.file(GOOD), *words)


def test_a_project_can_be_made_for_the_file_with_the_classes_found_in_it(karat: CommandLine) -> None:
    answers = karat.file("task,worker,label\n1,ada,10\n1,bo,9\n2,ada,9\n", "answers.csv")
    words = ("import", answers, "--project", "crowd", "--create", "--question", "How many?", "--overlap", "2",
             "--id", "task", "--annotator", "worker", "--label", "label")  # fmt: skip

    said = karat.done(*words)

    assert "2 items, 3 answers of 2 people into 'crowd'" in said
    found = json.loads(karat.done("project", "show", "crowd", "--json"))
    assert [one["key"] for one in found["classes"]] == ["9", "10"]
    assert found["policy"]["overlap"] == 2


def test_a_file_without_labels_cannot_say_what_the_classes_are(karat: CommandLine) -> None:
    file = karat.file("id,text\na,one\n")

    said = karat.fails("import", file, "--project", "p", "--create", "--question", "?")

    assert "name no classes" in said
    assert "--class" in said


def test_progress_is_told_as_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter([0.0, 1.0, 5.0, 6.0, 10.0])

    with ProgressLine("rows", clock=lambda: next(seconds)) as progress:
        for n_done in (1_000, 5_000, 6_000, 10_000):
            progress(n_done, 20_000)

    assert capsys.readouterr().err.splitlines() == [
        "5,000 of 20,000 rows (25%), 1,000 a second, 15 s remaining",
        "10,000 of 20,000 rows (50%), 1,000 a second, 10 s remaining",
    ]
