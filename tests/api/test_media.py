"""Pictures by signed address: whole or in parts, cached, never executed, and refused once the address has ended."""

from __future__ import annotations

import pytest

from karat.api.media_urls import WINDOW
from karat.domain.projects import MediaKind
from tests.api.deliveries import a_delivery, a_picture, a_zip
from tests.api.visitors import Api, Visitor

PICTURE = a_picture("blue", (64, 48))


@pytest.fixture
def address(api: Api) -> str:
    """The signed address of PICTURE, as a screen would get it."""
    door = a_delivery(api, media_kind=MediaKind.IMAGE)
    assert door.load(a_zip(tom__png=PICTURE), "cats.zip")["state"] == "done"
    return str(door.items()[0]["content"]["image_url"])


@pytest.fixture
def browser(api: Api) -> Visitor:
    """Whoever has the address: an image on a page is fetched without a token."""
    return api.visitor()


def test_a_picture_comes_as_it_was_sent(browser: Visitor, address: str) -> None:
    answer = browser.get(address)

    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(PICTURE))


def test_a_browser_may_keep_it_and_nobody_else(browser: Visitor, address: str) -> None:
    headers = browser.get(address).headers

    assert headers["cache-control"] == f"private, max-age={int(WINDOW.total_seconds())}, immutable"
    assert len(headers["etag"]) == 64 + 2


def test_it_is_a_picture_and_nothing_else(browser: Visitor, address: str) -> None:
    headers = browser.get(address).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-9", 0, 10), ("bytes=20-", 20, len(PICTURE)), ("bytes=-5", -5, len(PICTURE))]
)
def test_a_part_can_be_asked_for(browser: Visitor, address: str, asked: str, start: int, end: int) -> None:
    answer = browser.get(address, headers={"Range": asked})

    first = start % len(PICTURE)
    assert (answer.status_code, answer.content) == (206, PICTURE[start:end])
    assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/{len(PICTURE)}"


def test_a_part_behind_the_end_is_refused(browser: Visitor, address: str) -> None:
    answer = browser.get(address, headers={"Range": "bytes=999999-"})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(PICTURE)}"


@pytest.mark.parametrize("nonsense", ["bytes=", "bytes=ten-", "lines=1-2", "bytes=5-3", "bytes=1-2,,"])
def test_a_range_that_makes_no_sense_is_as_good_as_none(browser: Visitor, address: str, nonsense: str) -> None:
    answer = browser.get(address, headers={"Range": nonsense})

    assert (answer.status_code, answer.content) == (200, PICTURE)


def test_the_rest_comes_only_if_the_picture_is_still_the_same(browser: Visitor, address: str) -> None:
    etag = browser.get(address).headers["etag"]

    same = browser.get(address, headers={"Range": "bytes=5-", "If-Range": etag})
    other = browser.get(address, headers={"Range": "bytes=5-", "If-Range": '"another"'})

    assert (same.status_code, same.content) == (206, PICTURE[5:])
    assert (other.status_code, other.content) == (200, PICTURE)


def test_an_address_that_was_touched_is_refused(browser: Visitor, address: str) -> None:
    head, _, signature = address.rpartition(".")
    forged = [f"{head}.{signature[::-1]}", f"{address}x", "/media/x", f"/media/{address.split('.')[1]}"]

    for path in forged:
        answer = browser.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert "Load the page again" in answer.json()["message"]


def test_an_address_ends(api: Api, browser: Visitor, address: str) -> None:
    api.clock.turn(seconds=2 * WINDOW.total_seconds())

    answer = browser.get(address)

    assert answer.status_code == 403
    assert "expired" in answer.json()["message"]


def test_a_picture_whose_file_is_lost_is_not_found(api: Api, browser: Visitor, address: str) -> None:
    for path in (api.settings.home / "media").rglob("*"):
        if path.is_file():
            path.unlink()

    answer = browser.get(address)

    assert answer.status_code == 404
    assert "Tell the administrator" in answer.json()["message"]


def test_nothing_can_be_sent_to_the_address(api: Api, browser: Visitor, address: str) -> None:
    assert browser.post(address, content=b"x").status_code == 405
