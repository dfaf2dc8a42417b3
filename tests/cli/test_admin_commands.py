"""`karat admin`."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import CommandLine

ADA = ("--email", "ada@example.org")


@pytest.fixture
def ada(toxicity: CommandLine) -> CommandLine:
    toxicity.done("admin", "create-account", *ADA, "--name", "Ada", "--admin")
    return toxicity


def test_an_account_comes_with_a_link_that_signs_in(karat: CommandLine) -> None:
    said = karat.done("admin", "create-account", *ADA, "--name", "Ada")

    assert re.search(r"^http://127.0.0.1:8100/#/enter/[\w-]{20,}$", said, re.MULTILINE)


def test_links_lead_to_the_address_that_people_use(ada: CommandLine) -> None:
    ada.settings["KARAT_PUBLIC_URL"] = "https://karat.example.org/"

    assert ada.done("admin", "sign-in-link", *ADA, "--reusable").startswith("https://karat.example.org/#/enter/")
    invitation = ada.done("admin", "invite", "--project", "Toxicity", "--role", "annotator")
    assert invitation.startswith("https://karat.example.org/#/invitation/")


def test_an_account_can_have_a_password(karat: CommandLine) -> None:
    said = karat.done("admin", "create-account", *ADA, "--name", "Ada", "--password", stdin="a long password\n" * 2)

    assert "/#/enter/" not in said


def test_a_token_is_printed_alone(ada: CommandLine) -> None:
    assert re.fullmatch(r"karat_[\w-]{40,}\n", ada.done("admin", "create-token", *ADA, "--name", "pipeline"))


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["create-account", *ADA, "--name", "Ada again"], "there is an account for ada@example.org already"),
        (["create-account", "--email", "nobody", "--name", "x"], "'nobody' is not an e-mail address"),
        (["sign-in-link", "--email", "bo@example.org"], "there is no account for bo@example.org"),
        (["create-token", "--email", "bo@example.org", "--name", "x"], "there is no account for bo@example.org"),
        (["invite", "--project", "Toxicity", "--role", "boss"], "'boss' is not one of"),
        (["invite", "--project", "Other", "--role", "lead"], "there is no project named 'Other'"),
        (["rebuild-statistics", "--project", "Other"], "there is no project named 'Other'"),
    ],
)
def test_what_cannot_be_done_is_explained(ada: CommandLine, words: list[str], answer: str) -> None:
    assert answer in ada.fails("admin", *words)


def test_statistics_are_rebuilt_for_each_project(ada: CommandLine) -> None:
    ada.done("import", ada.file("id,text\na,one\n"), "--project", "Toxicity")

    assert ada.done("admin", "rebuild-statistics") == "rebuilt the statistics of 'Toxicity'\n"
    assert "1 items: 1 open" in ada.done("project", "show", "Toxicity")
