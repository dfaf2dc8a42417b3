"""A release is asked for, judged, built and taken out, and its bytes never change."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from karat.domain.people import Role
from tests.api.deliveries import ANSWERS, Delivery, a_delivery
from tests.api.visitors import Api
from tests.builders import a_member


@pytest.fixture
def door(api: Api) -> Delivery:
    made = a_delivery(api)
    assert made.load(ANSWERS, "answers.csv")["state"] == "done"
    return made


def ask(door: Delivery, **fields: Any) -> dict[str, Any]:
    answer = door.engineer.post(f"{door.at}/releases", fields)
    assert answer.status_code == 202, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


def poll(door: Delivery, number: int) -> dict[str, Any]:
    found: dict[str, Any] = door.engineer.get(f"{door.at}/releases/{number}").json()
    return found


def build(door: Delivery, **fields: Any) -> dict[str, Any]:
    """Ask, have it built, and look."""
    number = ask(door, **fields)["number"]
    door.api.work()
    return poll(door, number)


def download(door: Delivery, number: int, file_format: str = "jsonl") -> httpx.Response:
    return door.engineer.get(f"{door.at}/releases/{number}/download?format={file_format}")


def test_a_release_is_building_until_a_worker_has_judged_it(door: Delivery) -> None:
    asked = ask(door, note="  first ", leave_out_undecided=True)
    waiting = poll(door, asked["number"])
    door.api.work()
    done = poll(door, asked["number"])

    assert (asked["number"], asked["state"], asked["note"]) == (1, "building", "first")
    assert (waiting["state"], waiting["files"]) == ("building", [])
    assert (done["state"], done["n_items"], done["n_left_out"], done["error"]) == ("published", 2, 1, None)
    assert (done["n_answers"], done["n_annotators"], done["created_by"]) == (6, 2, f"Engineer{door.project.id}")
    assert done["gate"]["passed"]


def test_the_gate_refuses_what_is_undecided_and_says_what_to_do(door: Delivery) -> None:
    refused = build(door)

    (failed,) = [check for check in refused["gate"]["checks"] if not check["passed"]]
    assert (refused["state"], refused["files"], refused["error"]) == ("refused", [], None)
    assert failed["name"] == "decided"
    assert "choose to leave undecided items out" in failed["advice"]


def test_the_sums_lead_from_the_items_of_the_gate_to_those_of_the_release(door: Delivery) -> None:
    door.load(b"task,text,gold,check\n8,look,toxic,gold\n9,look here,toxic,honeypot\n", "gold.csv")

    release = build(door, leave_out_undecided=True)
    older = door.api.database.write(lambda tx: tx.execute("UPDATE release SET manifest = '{}'"))

    sums = release["sums"]
    lead = door.api.database.write(lambda tx: a_member(tx, door.project, "lead", Role.LEAD))
    overview = door.api.signed_in(lead.account_id).get(f"{door.at}/overview").json()["progress"]
    assert sums == {
        "n_production": overview["n_items"],
        "n_undecided": 1,
        "n_undecidable": 0,
        "n_gold": 1,
        "n_revised": 0,
        "n_skips": overview["n_skips"],
    }
    assert release["n_items"] == sums["n_production"] - sums["n_undecided"] + sums["n_gold"]
    assert release["n_answers"] == overview["n_answers"]
    assert (older, poll(door, 1)["sums"]) == (1, None)


def test_a_refused_attempt_takes_no_number_and_stays_in_the_list(door: Delivery) -> None:
    for leaves_out in (False, False, True, True):
        build(door, leave_out_undecided=leaves_out)

    releases = door.engineer.get(f"{door.at}/releases").json()["releases"]
    assert [(release["number"], release["state"]) for release in releases] == [
        (2, "published"),
        (1, "published"),
        (1, "refused"),
        (1, "refused"),
    ]
    assert poll(door, 1)["state"] == "published"
    assert len({release["id"] for release in releases}) == 4


def test_only_one_release_is_built_at_a_time(door: Delivery) -> None:
    ask(door)

    second = door.engineer.post(f"{door.at}/releases", {})

    assert second.status_code == 409
    assert second.json()["message"] == "release 1 is being built. Ask again when it is done."


def test_the_list_shows_the_newest_first_and_how_the_gate_would_judge_now(door: Delivery) -> None:
    build(door)
    build(door, leave_out_undecided=True)

    page = door.engineer.get(f"{door.at}/releases").json()

    assert [(release["number"], release["state"]) for release in page["releases"]] == [
        (1, "published"),
        (1, "refused"),
    ]
    assert (page["gate"]["passed"], page["gate"]["n_undecided"]) == (False, 1)


def test_a_release_right_after_an_import_is_judged_by_all_of_it(api: Api) -> None:
    """Nobody has counted the answers when the release is asked for."""
    door = a_delivery(api)
    upload_id = door.upload(ANSWERS, "answers.csv").json()["upload_id"]
    door.ask_for_import(upload_id)
    number = ask(door, leave_out_undecided=True)["number"]

    for _ in range(3):
        api.work()
        api.clock.turn(seconds=1)

    release = poll(door, number)
    assert (release["state"], release["n_items"], release["n_left_out"]) == ("published", 2, 1)


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_a_download_holds_the_tables_and_the_evidence_and_is_the_same_each_time(
    door: Delivery, file_format: str
) -> None:
    release = build(door, leave_out_undecided=True)

    first = download(door, 1, file_format)
    door.api.clock.turn(days=3)
    again = download(door, 1, file_format)

    assert first.status_code == 200
    assert first.headers["content-type"] == "application/zip"
    archive_name = f"project-{door.project.id}-release-1-{file_format}.zip"
    assert first.headers["content-disposition"] == f'attachment; filename="{archive_name}"'
    assert hashlib.sha256(first.content).digest() == hashlib.sha256(again.content).digest()
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        tables = [f"{name}.{file_format}" for name in ("annotators", "answers", "labels")]
        assert archive.namelist() == [*tables, "manifest.json", "spec.json"]
        assert archive.testzip() is None
        named = {file["name"]: file["sha256"] for file in release["files"]}
        for name in [*tables, "spec.json"]:
            assert hashlib.sha256(archive.read(name)).hexdigest() == named[name]
        assert json.loads(archive.read("manifest.json"))["number"] == 1


def test_a_release_stays_as_it_was_when_the_project_goes_on(door: Delivery) -> None:
    build(door, leave_out_undecided=True)
    before = download(door, 1).content

    door.load(b"task,text,worker,label\n7,new,ada,fine\n7,new,bo,fine\n", "more.csv")
    build(door, leave_out_undecided=True)

    assert download(door, 1).content == before
    assert download(door, 2).content != before


def test_a_release_that_is_being_built_or_was_refused_has_no_files(door: Delivery) -> None:
    ask(door)
    building = download(door, 1)
    door.api.work()
    refused = download(door, 1)

    assert (building.status_code, refused.status_code) == (409, 409)
    assert "release 1 is building" in building.json()["message"]
    assert "release 1 is refused" in refused.json()["message"]


def test_a_release_that_does_not_exist_is_not_found(door: Delivery) -> None:
    assert door.engineer.get(f"{door.at}/releases/9").status_code == 404
    assert download(door, 9).status_code == 404


def test_a_release_that_cannot_be_written_is_refused_with_the_reason(
    door: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("karat.jobs.build_release._write_files", full)
    release = build(door, leave_out_undecided=True)

    assert release["state"] == "refused"
    assert "No space left on device" in release["error"]
    assert list((door.api.settings.home / "releases" / "building").iterdir()) == []


def test_what_was_asked_for_published_and_taken_out_is_in_the_trail(door: Delivery) -> None:
    build(door, leave_out_undecided=True)
    download(door, 1, "csv")

    lead = door.api.database.write(lambda tx: a_member(tx, door.project, "lead", Role.LEAD))
    events = door.api.signed_in(lead.account_id).get(f"{door.at}/events").json()["events"]
    assert [event["kind"] for event in events][:3] == ["data_exported", "release_published", "release_requested"]
    assert events[0]["facts"] == {"format": "csv", "release": 1}


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_annotators_and_reviewers_get_nothing_of_it(door: Delivery, role: Role) -> None:
    build(door, leave_out_undecided=True)
    person = door.api.database.write(lambda tx: a_member(tx, door.project, "bo", role))
    visitor = door.api.signed_in(person.account_id)

    answers = [
        *(visitor.get(f"{door.at}/{path}") for path in ("releases", "releases/1", "export", "jobs/1")),
        visitor.get(f"{door.at}/releases/1/download"),
        visitor.post(f"{door.at}/releases", {}),
        visitor.post(f"{door.at}/imports", {"upload_id": "x"}),
        visitor.post(f"{door.at}/uploads?name=a.csv", content=b"id,text\n1,a\n"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["code"] for answer in answers} == {"not_allowed"}
