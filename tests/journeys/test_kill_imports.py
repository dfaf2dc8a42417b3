"""`kill -9` in the middle of an import or a release: it is all there, or nothing of it is."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from karat import store
from karat.domain.accounts import token_hash
from karat.domain.people import Actor, Role
from karat.domain.projects import Project
from karat.store.connection import Writer
from tests import builders as build
from tests.processes import Installation, wait_until

N_ITEMS = 8_000
N_ANSWERS_EACH = 3
LEASES = timedelta(seconds=61)
"""After this time of silence, jobs and batches are taken for dead."""


@dataclass
class Desk:
    """A project, its lead and an annotator, over HTTP."""

    installation: Installation
    project: Project
    file: Path

    @contextmanager
    def client(self, who: str = "lea") -> Iterator[httpx.Client]:
        address = self.installation.addresses()[0]
        headers, cookies = {"X-Karat": "1"}, {"karat_session": f"session-of-{who}"}
        base = f"{address}/api/projects/{self.project.id}/"
        with httpx.Client(base_url=base, headers=headers, cookies=cookies, timeout=30, trust_env=False) as opened:
            yield opened

    def import_from_command_line(self) -> str:
        """Import the file and wait; what the command says."""
        process = self.installation.run("import", str(self.file), "--project", self.project.name)
        assert process.popen.wait(60) == 0, process.log.read_text()
        return process.log.read_text()

    def wait_until_loading(self) -> None:
        """Until a part of the file is in the database."""

        def has_begun() -> bool:
            with database.read() as db:
                assert not (errors := [row["error"] for row in db.rows("SELECT error FROM job") if row["error"]]), (
                    errors
                )
            return self._count(database, "item") > 0

        with self.installation.database() as database:
            wait_until(has_begun, "the first items are stored", pause=0.002)

    def assert_nothing_is_visible(self) -> None:
        """No item, person or number of the unfinished import, whoever looks."""
        with self.client() as lead, self.client("ada") as annotator:
            assert lead.get("items").json()["items"] == []
            assert lead.get("overview").json()["progress"]["n_items"] == 0
            assert {member["name"] for member in lead.get("members").json()["members"]} == {"Lea", "Ada"}
            assert annotator.post("work/next", json={"hold": 4}).json()["assignments"] == []

    def wait_until_swept(self) -> None:
        """Until nothing of the import is left in any table."""
        tables = ("item", "annotation", "assignment", "gold_label", "queue_item", "batch")
        with self.installation.database() as database:
            for table in tables:
                wait_until(lambda table=table: self._count(database, table) == 0, f"no {table} is left")  # type: ignore[misc]
            with database.read() as db:
                assert db.value("SELECT COUNT(*) FROM annotator") == 2

    def assert_all_is_there(self) -> None:
        self.wait_until_counted()
        with self.installation.database() as database:
            assert self._count(database, "item") == N_ITEMS
            assert self._count(database, "annotation") == N_ITEMS * N_ANSWERS_EACH
            assert self._count(database, "batch") == 1
        with self.client() as lead:
            overview = lead.get("overview").json()
            assert overview["progress"]["n_items"] == N_ITEMS

    def wait_until_counted(self) -> None:
        with self.client() as lead:
            wait_until(lambda: bool(lead.get("overview").json()["is_up_to_date"]), "all is counted", pause=0.1)

    def _count(self, database: store.database.Database, table: str) -> int:
        with database.read() as db:
            return int(db.value(f"SELECT COUNT(*) FROM {table}"))


@pytest.fixture
def desk(installation: Installation, tmp_path: Path) -> Desk:
    policy = build.a_policy(overlap=N_ANSWERS_EACH, gate_gold_answers=0)
    file = tmp_path / "answers.csv"
    file.write_text("".join(_lines()), encoding="utf-8")
    with installation.database() as database:
        project = database.write(lambda tx: build.a_project(tx, policy))
        for name, role in (("lea", Role.LEAD), ("ada", Role.ANNOTATOR)):
            actor = database.write(lambda tx, name=name, role=role: build.a_member(tx, project, name, role))  # type: ignore[misc]
            database.write(lambda tx, name=name, actor=actor: _sign_in(tx, actor, f"session-of-{name}"))  # type: ignore[misc]
    return Desk(installation, project, file)


def _lines() -> Iterator[str]:
    yield "id,text,annotator,label\n"
    for number in range(N_ITEMS):
        for person in range(N_ANSWERS_EACH):
            label = "toxic" if (number + person) % 7 < 3 else "fine"
            yield f"item-{number},this is comment {number},person-{person},{label}\n"


def _sign_in(tx: Writer, actor: Actor, session: str) -> None:
    assert actor.account_id is not None
    now = datetime.now(UTC)
    store.sign_in.add_session(tx, token_hash(session), actor.account_id, expires_at=now + timedelta(days=1), now=now)


def test_an_import_from_the_command_line_that_is_killed_leaves_nothing(desk: Desk) -> None:
    loading = desk.installation.run("import", str(desk.file), "--project", desk.project.name)
    desk.wait_until_loading()
    loading.kill()

    desk.installation.start()
    desk.assert_nothing_is_visible()
    desk.installation.let_time_pass(LEASES)
    desk.wait_until_swept()

    assert f"{N_ITEMS:,} items" in desk.import_from_command_line()
    desk.assert_all_is_there()


def test_an_import_by_a_job_that_is_killed_is_begun_anew_and_stored_once(desk: Desk) -> None:
    installation = desk.installation
    installation.start()
    with desk.client() as lead:
        upload = lead.post("uploads?name=answers.csv", content=desk.file.read_bytes()).json()
        job_id = lead.post("imports", json={"upload_id": upload["upload_id"]}).json()["id"]
        desk.wait_until_loading()
        installation.kill(installation.that_works)

    installation.start()
    desk.assert_nothing_is_visible()
    installation.let_time_pass(LEASES)
    with desk.client() as lead:
        wait_until(lambda: lead.get(f"jobs/{job_id}").json()["state"] in ("done", "failed"), "the job has ended")
        job = lead.get(f"jobs/{job_id}").json()

    assert (job["state"], job["error"]) == ("done", None)
    desk.assert_all_is_there()


def test_a_release_that_is_killed_while_it_is_built_is_built_after_the_restart(desk: Desk) -> None:
    installation = desk.installation
    desk.import_from_command_line()
    installation.start()
    desk.wait_until_counted()
    building = installation.settings.home / "releases" / "building"
    with desk.client() as lead:
        assert lead.post("releases", json={"leave_out_undecided": True}).status_code == 202
        wait_until(lambda: any(building.glob("*/*")), "the first file is begun", pause=0.001)
        installation.kill(installation.that_works)

    installation.start()
    with desk.client() as lead:
        assert lead.get("releases/1").json()["state"] == "building"
        assert lead.get("releases/1/download").status_code in (404, 409)
        installation.let_time_pass(LEASES)
        wait_until(lambda: lead.get("releases/1").json()["state"] != "building", "the release is built", pause=0.1)
        release = lead.get("releases/1").json()
        archive = zipfile.ZipFile(io.BytesIO(lead.get("releases/1/download").content))

    assert release["state"] == "published"
    assert release["n_answers"] == N_ITEMS * N_ANSWERS_EACH
    digests = {file["name"]: file["sha256"] for file in json.loads(archive.read("manifest.json"))["files"]}
    for name in set(archive.namelist()) - {"manifest.json"}:
        assert sha256(archive.read(name)).hexdigest() == digests[name]
    assert list(building.iterdir()) == [], "what the killed attempt had written is still there"
