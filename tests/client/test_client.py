"""What a program can do through the client, against a real server."""

from __future__ import annotations

import secrets
import zipfile
from pathlib import Path

import pytest

from karat.client import Client, Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Unreachable
from karat.client.shapes import Project
from karat.domain.people import Role
from tests.client.conftest import Server
from tests.processes import wait_until

NO_CHECKS = {"gold_share": 0.0, "honeypot_share": 0.0, "measured_share": 0.0}
"""Every item is production, and nothing is drawn for measuring: one answer settles it."""


@pytest.fixture
def project(client: Client, table: Path) -> Project:
    """Two ordinary items and a gold one."""
    made = a_project(client)
    client.import_file(table, made["id"])
    return made


def a_project(client: Client) -> Project:
    name = f"Comments {secrets.token_hex(4)}"
    return client.create_project(name, "Is it toxic?", ["Toxic", "Fine"], policy=NO_CHECKS)


def test_a_project_is_found_by_its_name_and_by_its_number(client: Client, project: Project) -> None:
    assert client.project(project["name"]) == client.project(project["id"])
    assert client.spec(project["name"])["spec"]["question"] == "Is it toxic?"


def test_an_unknown_name_lists_the_projects_there_are(client: Client, project: Project) -> None:
    with pytest.raises(NotFound, match="no project named 'Komments'.*" + project["name"]):
        client.project("Komments")


def test_a_spec_is_published_as_the_next_version(client: Client, project: Project) -> None:
    spec = client.spec(project["id"])["spec"]
    spec["classes"].append({"name": "Spam"})

    published = client.publish_spec(project["id"], spec, "Spam is its own class.")

    assert published["number"] == 2
    assert [one["key"] for one in client.spec(project["id"])["spec"]["classes"]] == ["toxic", "fine", "spam"]


def test_a_file_is_imported_and_its_progress_told(client: Client, table: Path) -> None:
    made, told = a_project(client), []

    result = client.import_file(table, made["id"], name="first", progress=lambda *step: told.append(step))

    assert (result["n_items"], result["n_gold"], result["batch"]) == (3, 1, "first")
    assert told


def test_a_mapping_says_which_column_is_what(client: Client, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\nk1,some text\n", encoding="utf-8")
    made = a_project(client)

    client.import_file(tmp_path / "odd.csv", made["id"], {"id": "a", "content": "b"})

    assert [(item["key"], item["content"]["text"]) for item in client.items(made["id"])] == [("k1", "some text")]


def test_a_file_with_errors_imports_nothing_and_names_every_problem(client: Client, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,text,gold\na,one,toxic\na,two,lukewarm\nb,,fine\n", encoding="utf-8")
    made = a_project(client)

    with pytest.raises(Invalid) as caught:
        client.import_file(tmp_path / "bad.csv", made["id"])

    assert len(caught.value.problems) >= 2
    assert all(problem.where and problem.message for problem in caught.value.problems)
    assert list(client.items(made["id"])) == []


def test_items_come_page_after_page(client: Client, tmp_path: Path) -> None:
    rows = "".join(f"k{number},text {number}\n" for number in range(450))
    (tmp_path / "many.csv").write_text("id,text\n" + rows, encoding="utf-8")
    made = a_project(client)
    client.import_file(tmp_path / "many.csv", made["id"])

    keys = [item["key"] for item in client.items(made["id"])]

    assert keys == [f"k{number}" for number in range(450)]


def test_an_annotator_works_from_a_script(server: Server, client: Client, project: Project) -> None:
    with server.member(project["id"], Role.ANNOTATOR) as annotator:
        work = annotator.work(project["id"])
        first, second = work.next(hold=2)

        work.submit(first, "toxic", seconds=3)
        work.submit(first["id"], "fine")
        work.skip(second, "not my language")
        recent = work.recent()

    assert {(answer["assignment_id"], answer["label"], answer["skipped"]) for answer in recent} == {
        (first["id"], "fine", False),
        (second["id"], None, True),
    }
    assert client.items(project["id"])


def test_an_answer_can_be_unsure_and_a_reviewer_decides(server: Server, client: Client, project: Project) -> None:
    with server.member(project["id"], Role.ANNOTATOR) as annotator:
        work = annotator.work(project["id"])
        work.submit(work.next()[0], unsure="sarcasm?")
    while not (queue := client.review_queue(project["id"], why="unsure"))["items"]:
        pass

    detail = client.resolve(project["id"], queue["items"][0]["id"], "fine", note="not an attack")

    assert detail["item"]["resolution"] is not None
    assert detail["item"]["resolution"]["label"] == "fine"
    assert client.item(project["id"], detail["item"]["id"])["item"]["state"] == "resolved"


def test_an_item_gets_its_trusted_label(client: Client, project: Project) -> None:
    item = next(client.items(project["id"], gold=False))

    detail = client.set_gold(project["id"], item["id"], "fine", provenance="agreed by all")

    assert detail["item"]["gold"] == {"kind": "gold", "label": "fine", "provenance": "agreed by all"}


def test_invitations_are_made_listed_and_withdrawn(client: Client, project: Project) -> None:
    link = client.invite(project["id"], "reviewer", email="bo@example.org")
    [invitation] = client.invitations(project["id"])

    client.withdraw_invitation(project["id"], invitation["id"])

    assert "/#/invitation/" in link
    assert client.invitations(project["id"]) == []


def test_the_trail_tells_what_happened(client: Client, project: Project) -> None:
    assert {"project_created", "batch_published"} <= {event["kind"] for event in client.events(project["id"])}


def test_errors_are_those_of_the_domain(server: Server, client: Client, project: Project) -> None:
    with pytest.raises(Conflict, match="already"):
        client.create_project(project["name"], "Again?", ["a", "b"])
    with pytest.raises(Invalid) as caught:
        client.create_project("One class", "?", ["only"])
    assert [problem.where for problem in caught.value.problems] == ["classes"]
    with server.member(project["id"], Role.ANNOTATOR) as annotator, pytest.raises(NotAllowed, match="may not"):
        annotator.overview(project["id"])


def test_a_wrong_token_is_not_signed_in(server: Server) -> None:
    with Client(server.url, "karat_wrong") as stranger, pytest.raises(NotSignedIn):
        stranger.me()


def test_an_address_where_nobody_listens_says_what_to_check() -> None:
    with (
        Client("http://127.0.0.1:9", "karat_x") as lonely,
        pytest.raises(Unreachable, match=r"nothing answers at http://127.0.0.1:9.*karat serve"),
    ):
        lonely.projects()


def test_labels_are_exported_to_a_file(client: Client, project: Project, tmp_path: Path) -> None:
    told: list[int] = []

    path = client.export(project["id"], tmp_path / "labels.csv", "csv", progress=lambda n, _: told.append(n))

    assert path.read_text(encoding="utf-8").count("\n") == 1 + len(list(client.items(project["id"])))
    assert told[-1] == path.stat().st_size
    assert list(tmp_path.glob("*.part")) == []


def test_a_release_is_made_listed_and_downloaded(client: Client, tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("id,text,annotator,label\n1,one,ada,toxic\n", encoding="utf-8")
    policy = NO_CHECKS | {"gate_gold_answers": 0, "gate_measured_items": 0}
    made = client.create_project(f"Done {secrets.token_hex(4)}", "?", ["Toxic", "Fine"], policy=policy)
    client.import_file(tmp_path / "answers.csv", made["id"])
    wait_until(lambda: client.overview(made["id"])["progress"]["n_resolved"] == 1, "the answer is counted")

    release = client.make_release(made["id"], note="first")
    zipped = client.download(made["id"], release["number"], tmp_path / "release.zip", "csv")

    assert (release["state"], release["n_items"], release["note"]) == ("published", 1, "first")
    assert [one["number"] for one in client.releases(made["id"])["releases"]] == [1]
    assert client.release(made["id"], 1) == release
    with zipfile.ZipFile(zipped) as archive:
        assert {"labels.csv", "answers.csv", "manifest.json", "spec.json"} <= set(archive.namelist())


def test_a_download_that_is_refused_leaves_no_file(client: Client, project: Project, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        client.download(project["id"], 9, tmp_path / "release.zip")

    assert list(tmp_path.glob("release*")) == []
