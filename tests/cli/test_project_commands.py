"""`karat project`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import CommandLine

TWO = ("--class", "a", "--class", "b")


def test_a_project_is_created_from_a_question_and_classes(toxicity: CommandLine) -> None:
    shown = json.loads(toxicity.done("project", "show", "Toxicity", "--json"))

    assert shown["question"] == "Is it toxic?"
    assert shown["classes"] == [
        {"key": "toxic", "name": "Toxic", "definition": "attacks a person"},
        {"key": "fine", "name": "Fine", "definition": ""},
    ]


def test_every_field_of_the_policy_is_an_option(karat: CommandLine) -> None:
    given = {"overlap": 3, "measured_share": 0.2, "measured_overlap": 3, "gold_share": 0.1, "honeypot_share": 0.0,
             "lease_seconds": 60, "hold": 2, "majority_share": 0.7, "max_skips": 5, "gate_gold_accuracy": 0.9,
             "gate_gold_answers": 0, "gate_measured_items": 0}  # fmt: skip
    options = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]

    karat.done("project", "create", "--name", "p", "--question", "?", *TWO, *options)

    assert json.loads(karat.done("project", "show", "p", "--json"))["policy"] == given


def test_a_spec_can_come_from_a_file(karat: CommandLine) -> None:
    spec = {
        "question": "Which digit?",
        "classes": [{"name": "One"}, {"name": "Seven", "definition": "with a bar"}],
        "rules": [{"id": "R1", "text": "A bar makes a 7."}],
    }
    file = karat.file(json.dumps(spec), "spec.json")

    karat.done("project", "create", "--name", "Digits", "--spec", file, "--images")

    shown = json.loads(karat.done("project", "show", "1", "--json"))
    assert (shown["name"], shown["shows"], shown["question"]) == ("Digits", "image", "Which digit?")
    assert [one["key"] for one in shown["classes"]] == ["one", "seven"]


def test_the_lead_of_a_project_is_an_existing_account(karat: CommandLine) -> None:
    karat.done("admin", "create-account", "--email", "ada@example.org", "--name", "Ada")

    karat.done("project", "create", "--name", "p", "--question", "?", *TWO, "--lead", "Ada@Example.org")
    said = karat.fails("project", "create", "--name", "q", "--question", "?", *TWO, "--lead", "bo@example.org")

    assert "there is no account for bo@example.org" in said
    assert [row["name"] for row in json.loads(karat.done("project", "list", "--json"))] == ["p"]


def test_projects_are_listed_for_people_and_for_programs(toxicity: CommandLine) -> None:
    assert toxicity.done("project", "list").splitlines() == [
        "number  name      shows  items  resolved  disputed",
        "     1  Toxicity  text       0         0         0",
    ]
    [row] = json.loads(toxicity.done("project", "list", "--json"))
    assert row["name"] == "Toxicity"


def test_a_project_is_shown_for_people(toxicity: CommandLine) -> None:
    shown = toxicity.done("project", "show", "Toxicity")

    assert "toxic            Toxic: attacks a person" in shown
    assert "0 items: 0 open" in shown
    assert "overlap              1" in shown


def test_names_of_classes_stand_below_each_other_however_long_their_keys(karat: CommandLine) -> None:
    classes = ("--class", "Unrecognised payment", "--class", "Fee")
    karat.done("project", "create", "--name", "bank", "--question", "?", *classes)

    shown = karat.done("project", "show", "bank")

    assert "  unrecognised_payment Unrecognised payment\n  fee                  Fee\n" in shown


def test_right_after_an_import_a_project_tells_what_waits_to_be_counted(toxicity: CommandLine) -> None:
    toxicity.done("import", toxicity.file("id,text\n1,a\n2,b\n"), "--project", "Toxicity")

    shown = toxicity.done("project", "show", "Toxicity")
    facts = json.loads(toxicity.done("project", "show", "Toxicity", "--json"))

    assert "2 more items are imported and wait to be counted" in shown
    assert "a running server does this, or `karat worker`" in shown
    assert (facts["items"], facts["items_not_counted"], facts["is_counting"]) == (0, 2, True)


def test_once_counted_a_project_tells_of_no_items_that_wait(toxicity: CommandLine) -> None:
    toxicity.done("import", toxicity.file("id,text\n1,a\n2,b\n"), "--project", "Toxicity")
    toxicity("release", "create", "--project", "Toxicity")  # Has everything counted first.

    shown = toxicity.done("project", "show", "Toxicity")

    assert "2 items: 2 open" in shown
    assert "wait to be counted" not in shown


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (["--name", "Toxicity", "--question", "?", *TWO], ["there is a project named 'Toxicity' already"]),
        (["--name", "p"], ["2 problems", "question: is empty", "classes: has 0 entries"]),
        (["--name", "p", "--question", "?", "--class", "a", "--class", "A"], ["'a' occurs more than once"]),
        (["--name", "p", "--question", "?", *TWO, "--overlap", "0"], ["policy.overlap", "must lie between 1 and 50"]),
        (["--name", "p", "--question", "?", *TWO, "--overlap", "two"], ["'two' is not a valid integer"]),
        (["--name", "p", "--spec", "{file}", "--question", "?"], ["--question cannot be given beside --spec"]),
        (["--name", "p", "--spec", "{file}"], ["spec.json", "classes", "Field required"]),
    ],
)
def test_what_cannot_be_created_is_explained(toxicity: CommandLine, words: list[str], answers: list[str]) -> None:
    file = toxicity.file('{"question": "?"}', "spec.json")

    said = toxicity.fails("project", "create", *(word.format(file=file) for word in words))

    assert all(answer in said for answer in answers), said


def test_a_spec_that_is_not_json_is_refused(karat: CommandLine) -> None:
    file = karat.file("{question", "spec.json")

    assert "spec.json is not JSON" in karat.fails("project", "create", "--name", "p", "--spec", file)


def test_an_unknown_project_lists_those_there_are(toxicity: CommandLine) -> None:
    assert "there is no project named 'Toxcity'. There are: 'Toxicity'." in toxicity.fails("project", "show", "Toxcity")
