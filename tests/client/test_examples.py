"""The examples in the client's docstrings run against a real server."""

from __future__ import annotations

import doctest
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from karat import actions
from karat.client import Client
from karat.client import client as client_module
from karat.client import errors as errors_module
from karat.client import work as work_module
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import SYSTEM, Role
from karat.jobs.run import utc_now
from tests.client.conftest import Server
from tests.processes import wait_until

MODULES = (client_module, work_module, errors_module)
EXAMPLES = [
    found for module in MODULES for found in doctest.DocTestFinder(exclude_empty=True).find(module) if found.examples
]
ROWS = "id,text,gold,priority\nc1,You are all idiots,,9\nc2,What a lovely garden,,0\nc3,I hope you lose,toxic,0\n"


@pytest.fixture
def names(server: Server, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the examples take for granted: a lead's client, and a project "Comments" of two items and a gold one."""
    account_id = server.account("lead")
    project_id = _comments(server, account_id)
    (tmp_path / "more.csv").write_text("id,text\nc4,Thanks a lot\nc5,Get lost\n", encoding="utf-8")
    (tmp_path / "comments.csv").write_text(ROWS, encoding="utf-8")
    token = server.token(account_id)
    with Client(server.url, token) as client:
        client.import_file(tmp_path / "comments.csv", project_id)
        _wait_until_counted(client, project_id)
        yield {"client": client, "url": server.url, "token": token, "folder": tmp_path}
        for card in client.projects():
            _give_back_the_name(server, card["id"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name.removeprefix("karat.client."))
def test_examples_do_what_they_say(example: doctest.DocTest, names: dict[str, Any]) -> None:
    example.globs.update(names)
    said: list[str] = []

    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append, clear_globs=False)

    assert result.failed == 0, "".join(said)


def _comments(server: Server, account_id: AccountId) -> int:
    with Client(server.url, server.token(server.account("admin", is_admin=True))) as admin:
        policy = {"gold_share": 0.0, "honeypot_share": 0.0}
        made = admin.create_project("Comments", "Is this comment toxic?", ["Toxic", "Fine"], policy=policy)
    server.database.write(
        lambda tx: actions.members.add(tx, SYSTEM, ProjectId(made["id"]), account_id, Role.LEAD, now=utc_now())
    )
    return made["id"]


def _wait_until_counted(client: Client, project_id: int) -> None:
    wait_until(lambda: client.overview(project_id)["is_up_to_date"], "the imported items are counted")


def _give_back_the_name(server: Server, project_id: int) -> None:
    name = f"done {secrets.token_hex(6)}"
    server.database.write(
        lambda tx: actions.projects.change(tx, SYSTEM, ProjectId(project_id), name=name, now=utc_now())
    )
