"""A file is sent, recognised and shown; what is refused leaves nothing behind."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from karat.domain.projects import MediaKind
from tests.api.deliveries import Delivery, a_delivery, a_parquet, a_picture, a_zip
from tests.api.visitors import Api

TWO_ITEMS = [("1", "a"), ("2", "b, c")]


@pytest.fixture
def door(api: Api) -> Delivery:
    return a_delivery(api)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b'id,text\n1,a\n2,"b, c"\n', "items.csv", "csv"),
        (b"id\ttext\n1\ta\n2\tb, c\n", "items.tsv", "tsv"),
        (b'{"id": 1, "text": "a"}\n{"id": 2, "text": "b, c"}\n', "items.jsonl", "jsonl"),
        (b'[{"id": 1, "text": "a"}, {"id": 2, "text": "b, c"}]', "items.json", "json"),
    ],
)
def test_a_table_is_recognised_and_its_first_rows_are_shown(
    door: Delivery, content: bytes, name: str, kind: str
) -> None:
    answer = door.upload(content, name)

    seen = answer.json()
    assert answer.status_code == 200
    assert (seen["format"], seen["file_name"], seen["n_bytes"], seen["n_rows"]) == (kind, name, len(content), 2)
    assert [(column["name"], column["role"]) for column in seen["columns"]] == [("id", "id"), ("text", "content")]
    assert [(str(row["id"]), row["text"]) for row in seen["rows"]] == TWO_ITEMS
    assert seen["problems"] == []


def test_parquet_is_recognised_with_dates_as_text(door: Delivery, tmp_path: Path) -> None:
    seen = door.upload(a_parquet(tmp_path), "items.parquet").json()

    assert (seen["format"], seen["n_rows"]) == ("parquet", 2)
    assert seen["rows"] == [{"id": 1, "text": "a", "day": "2026-01-01"}, {"id": 2, "text": "b, c", "day": None}]
    assert seen["columns"][2] == {"name": "day", "role": "meta", "examples": ["2026-01-01"]}


def test_pictures_are_shown_small(api: Api) -> None:
    door = a_delivery(api, media_kind=MediaKind.IMAGE)

    seen = door.upload(a_zip(tom__png=a_picture(size=(400, 300)), kit__jpg=a_picture("blue", kind="JPEG")), "cats.zip")

    found = seen.json()
    assert (found["format"], found["n_rows"], found["problems"]) == ("images", 2, [])
    assert [(row["id"], row["width"], row["height"]) for row in found["rows"]] == [("kit", 40, 30), ("tom", 400, 300)]
    head, _, data = found["rows"][1]["thumbnail"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (96, 72)


def test_existing_answers_are_recognised_with_their_people(door: Delivery) -> None:
    seen = door.upload(b"task,worker,label\n1,ada,toxic\n").json()

    assert [column["role"] for column in seen["columns"]] == ["id", "annotator", "label"]


def test_what_is_wrong_in_a_file_is_named_with_its_place_before_anything_is_imported(door: Delivery) -> None:
    answer = door.upload(b"id,text\n1,a\n2\n3,c\n")

    assert answer.status_code == 200
    assert answer.json()["problems"] == [
        "line 3: has 1 cell, the header has 2. Put cells that contain the delimiter into quotes, or complete the line."
    ]
    assert [row["id"] for row in answer.json()["rows"]] == ["1", "3"]


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b'id,text\n1,"a\n', "a.csv", "never closed"),
        (b"id,text\n1,caf\xe9\n", "a.csv", "not UTF-8"),
        (b'[{"id": 1, "text": "a"}', "a.json", "comma or ]"),
        (b"PAR1" + b"\0" * 50, "a.parquet", "Parquet"),
        (b"id,text\n", "a.csv", "no rows"),
        (a_zip(a__png=b"no picture"), "a.zip", "a.png: is not a picture"),
        (a_zip(readme__txt=b""), "a.zip", "is not a picture"),
        (a_zip(**{"../a__png": a_picture()}), "a.zip", "leads out of the archive"),
    ],
)
def test_what_ends_the_reading_is_a_problem_of_the_preview(
    door: Delivery, content: bytes, name: str, reason: str
) -> None:
    answer = door.upload(content, name)

    problems = answer.json()["problems"]
    assert answer.status_code == 200, answer.text
    assert any(reason in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04 broken", "cannot be read as zip"),
        (b"\x89PNG\r\n", "Put the images into a zip"),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "Office document"),
    ],
)
def test_what_karat_does_not_read_is_refused_and_not_kept(door: Delivery, content: bytes, reason: str) -> None:
    answer = door.upload(content, "a.bin")

    assert answer.status_code == 422
    assert reason in answer.json()["message"]
    assert door.files("uploads") == []


@pytest.mark.parametrize("says_its_length", [True, False])
def test_a_file_that_is_too_large_is_refused_and_not_kept(api: Api, says_its_length: bool) -> None:
    narrow = Api(api.database, replace(api.settings, max_upload_bytes=1_000), api.clock)
    door = a_delivery(narrow)

    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"id,text\n" + b"x" * 92

    answer = door.upload(b"x" * 1_100 if says_its_length else blocks())

    narrow.close()
    assert answer.status_code == 413
    assert "at most 1000 are accepted" in answer.json()["message"]
    assert door.files("uploads") == []


def test_a_sender_who_hangs_up_leaves_nothing_behind(door: Delivery) -> None:
    messages = iter([{"type": "http.request", "body": b"id,text\n1,", "more_body": True}, {"type": "http.disconnect"}])
    sent: list[dict[str, Any]] = []
    cookie = "; ".join(f"{name}={value}" for name, value in door.engineer.cookies.items())
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{door.at}/uploads",
        "query_string": b"name=items.csv",
        "headers": [(b"cookie", cookie.encode()), (b"x-karat", b"1"), (b"content-length", b"500")],
        "client": ("192.0.2.1", 4711),
        "server": ("karat.test", 80),
        "scheme": "http",
        "http_version": "1.1",
    }

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    door.api.runner.run(door.api.app(scope, receive, send))

    assert sent[0]["status"] == 422
    assert door.files("uploads") == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\items.csv", "items.csv"),
        ("..", "upload"),
        ("a/", "upload"),
        ("<img src=x>.csv", "<img src=x>.csv"),
    ],
)
def test_a_name_that_is_a_path_is_only_shown_never_used(door: Delivery, name: str, shown: str) -> None:
    answer = door.upload(b"id,text\n1,a\n", name)

    assert answer.json()["file_name"] == shown
    home = door.api.settings.home
    assert door.files("uploads") == [home / "uploads" / answer.json()["upload_id"]]


def test_a_name_is_needed(door: Delivery) -> None:
    answer = door.engineer.post(f"{door.at}/uploads", content=b"id,text\n")

    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (422, "name")


def test_who_may_not_import_is_refused_before_a_byte_is_read(api: Api, door: Delivery) -> None:
    stranger = replace(door, engineer=a_delivery(api, name="Elsewhere").engineer)

    answer = stranger.upload(b"id,text\n1,a\n")

    assert answer.status_code == 404
    assert not (api.settings.home / "uploads").exists()


def test_a_long_text_is_cut_in_the_preview(door: Delivery) -> None:
    seen = door.upload(b"id,text\n1," + b"x" * 5_000 + b"\n").json()

    assert len(seen["rows"][0]["text"]) == 301
