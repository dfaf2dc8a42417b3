"""An upload becomes items by a job: all of it, or nothing, and the job says which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from karat.domain.projects import MediaKind
from karat.jobs import import_file
from karat.jobs.handlers import HANDLERS
from karat.jobs.run import JobRun
from tests.api.deliveries import ANSWERS, Delivery, a_delivery, a_parquet, a_picture, a_zip
from tests.api.visitors import Api


@pytest.fixture
def door(api: Api) -> Delivery:
    return a_delivery(api)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'id,text\n1,a\n2,"b, c"\n', "items.csv"),
        (b"id\ttext\n1\ta\n2\tb, c\n", "items.tsv"),
        (b'{"id": 1, "text": "a"}\n{"id": 2, "text": "b, c"}\n', "items.jsonl"),
        (b'[{"id": 1, "text": "a"}, {"id": 2, "text": "b, c"}]', "items.json"),
        (b"", "items.parquet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_of_table_comes_in_as_it_is_recognised(
    door: Delivery, content: bytes, name: str, tmp_path: Path
) -> None:
    job = door.load(content or a_parquet(tmp_path), name)

    assert (job["state"], job["error"], job["problems"]) == ("done", None, [])
    assert (job["result"]["n_items"], job["result"]["batch"]) == (2, name)
    items = door.items()
    assert {(item["key"], item["content"]["text"]) for item in items} == {("1", "a"), ("2", "b, c")}
    assert {item["state"] for item in items} == {"open"}


def test_a_job_waits_until_a_worker_takes_it_and_tells_how_far_it_is(
    door: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_file, "CHUNK", 2)
    upload_id = door.upload(b"id,text\n1,a\n2,b\n3,c\n").json()["upload_id"]
    asked = door.ask_for_import(upload_id, name="first").json()
    seen: list[dict[str, Any]] = []
    run_import, progress = HANDLERS["import_upload"], JobRun.progress

    def noticed(run: JobRun, n_done: int, n_total: int | None) -> None:
        run._reported_at = None  # every step, not one a second
        progress(run, n_done, n_total)
        seen.append(door.job(asked["id"]))

    monkeypatch.setattr(JobRun, "progress", noticed)
    door.api.work()

    assert run_import is HANDLERS["import_upload"]
    assert (asked["name"], asked["state"], asked["n_done"]) == ("import_upload", "waiting", 0)
    assert [(job["state"], job["n_done"], job["n_total"]) for job in seen] == [("running", 2, 3), ("running", 3, 3)]
    done = door.job(asked["id"])
    assert (done["state"], done["result"]["n_items"], done["result"]["batch"]) == ("done", 3, "first")


def test_columns_are_taken_as_the_mapping_says(door: Delivery) -> None:
    mapping = {"id": "number", "content": "title", "gold": "right", "check": "kind", "priority": "rank"}
    content = b"number,title,text,right,kind,rank\n7,seen,unseen,toxic,honeypot,\n8,also seen,x,,,9\n"

    job = door.load(content, mapping=mapping)

    assert (job["result"]["n_gold"], job["result"]["n_checks"]) == (1, 1)
    items = {item["key"]: item for item in door.items()}
    assert items["7"]["content"]["text"] == "seen"
    assert items["7"]["gold"]["kind"] == "honeypot"
    detail = door.engineer.get(f"{door.at}/items/{items['8']['id']}").json()
    assert detail["meta"] == {"text": "x"}


def test_existing_answers_come_in_with_their_people(door: Delivery) -> None:
    job = door.load(ANSWERS, "answers.csv")

    counts = {name: job["result"][name] for name in ("n_items", "n_answers", "n_annotators")}
    assert counts == {"n_items": 3, "n_answers": 6, "n_annotators": 2}
    assert {item["key"]: item["state"] for item in door.items()} == {"1": "resolved", "2": "resolved", "3": "disputed"}


def test_a_zip_of_pictures_comes_in_and_its_pictures_can_be_seen(api: Api) -> None:
    door = a_delivery(api, media_kind=MediaKind.IMAGE)
    picture = a_picture("blue")

    job = door.load(a_zip(tom__png=picture, kit__jpg=a_picture(kind="JPEG")), "cats.zip")

    assert (job["state"], job["result"]["n_items"]) == ("done", 2)
    (tom,) = [item for item in door.items() if item["key"] == "tom"]
    assert (tom["content"]["width"], tom["content"]["height"]) == (40, 30)
    seen = api.visitor().get(tom["content"]["image_url"])
    assert (seen.status_code, seen.content) == (200, picture)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"id,text\n1,a\n2\n", "line 3"),
        (b"id,text\n1,a\n1,b\n", "line 3"),
        (b'id,text\n1,"a\n', "line 2"),
        (b"id,text,gold\n1,a,angry\n", "line 2, column 'gold'"),
        (b"id,text\n1,a\n2,caf\xe9\n", "line 3"),
    ],
    ids=["cells", "twins", "quote", "class", "encoding"],
)
def test_a_broken_file_fails_its_job_with_the_place_and_brings_nothing(
    door: Delivery, content: bytes, place: str
) -> None:
    job = door.load(content)

    assert (job["state"], job["result"]) == ("failed", None)
    assert job["problems"][0]["where"] == place
    assert place in job["error"]
    assert door.items() == []


def test_a_zip_with_a_broken_picture_brings_nothing(api: Api) -> None:
    door = a_delivery(api, media_kind=MediaKind.IMAGE)

    job = door.load(a_zip(a__png=a_picture(), b__png=b"no picture"), "cats.zip")

    assert (job["state"], job["problems"][0]["where"]) == ("failed", "b.png")
    assert door.items() == []


def test_an_upload_can_be_tried_again_with_another_mapping_until_it_is_imported(door: Delivery) -> None:
    upload_id = door.upload(b"id,text,gold\n1,a,angry\n").json()["upload_id"]
    first = door.ask_for_import(upload_id).json()["id"]
    door.api.work()
    second = door.ask_for_import(upload_id, mapping={"id": "id", "content": "text"}).json()["id"]
    door.api.work()

    third = door.ask_for_import(upload_id)

    assert [door.job(first)["state"], door.job(second)["state"], third.status_code] == ["failed", "done", 404]
    assert door.files("uploads") == []


def test_asking_twice_imports_once_and_the_second_job_says_that_the_file_is_gone(door: Delivery) -> None:
    upload_id = door.upload(b"id,text\n1,a\n").json()["upload_id"]
    jobs = [door.ask_for_import(upload_id).json()["id"] for _ in range(2)]

    door.api.work()

    assert [door.job(job)["state"] for job in jobs] == ["done", "failed"]
    assert "Upload it again" in door.job(jobs[1])["error"]
    assert len(door.items()) == 1


def test_an_upload_of_another_project_is_not_found(api: Api, door: Delivery) -> None:
    elsewhere = a_delivery(api, name="Elsewhere")
    upload_id = elsewhere.upload(b"id,text\n1,a\n").json()["upload_id"]

    answer = door.ask_for_import(upload_id)

    assert answer.status_code == 404
    assert "Upload it again" in answer.json()["message"]


@pytest.mark.parametrize("upload_id", ["", "../../karat.db", "nothing-of-this-name"])
def test_an_upload_that_does_not_exist_is_not_found(door: Delivery, upload_id: str) -> None:
    assert door.ask_for_import(upload_id).status_code == 404


def test_a_job_of_another_project_is_not_found(api: Api, door: Delivery) -> None:
    elsewhere = a_delivery(api, name="Elsewhere")
    job_id = elsewhere.ask_for_import(elsewhere.upload(b"id,text\n1,a\n").json()["upload_id"]).json()["id"]

    assert door.engineer.get(f"{door.at}/jobs/{job_id}").status_code == 404


def test_text_does_not_go_into_a_project_of_images(api: Api) -> None:
    door = a_delivery(api, media_kind=MediaKind.IMAGE)

    job = door.load(b"id,text\n1,a\n")

    assert job["state"] == "failed"
    assert "shows image, and the file holds text" in job["error"]


def test_what_was_imported_is_in_the_trail_with_whoever_asked_for_it(api: Api, door: Delivery) -> None:
    door.load(b"id,text\n1,a\n")

    admin = api.signed_in(api.account("root@example.org", is_admin=True).id)
    published = [
        event for event in admin.get(f"{door.at}/events").json()["events"] if event["kind"] == "batch_published"
    ]
    assert [event["by"] for event in published] == [f"Engineer{door.project.id}"]
