"""Addresses of pictures: the same within a window, refused once they end or are touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from karat.api.media_urls import WINDOW, media_token, read_media_token
from karat.domain.errors import NotAllowed
from karat.domain.ids import MediaId

SECRET = b"secret"
NOW = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
PICTURE = MediaId("picture")


def test_an_address_is_good_for_its_picture() -> None:
    assert read_media_token(SECRET, media_token(SECRET, PICTURE, now=NOW), now=NOW) == PICTURE


def test_addresses_of_one_window_are_the_same_so_that_browsers_find_them_in_their_cache() -> None:
    assert media_token(SECRET, PICTURE, now=NOW) == media_token(
        SECRET, PICTURE, now=NOW + WINDOW - timedelta(seconds=1)
    )
    assert media_token(SECRET, PICTURE, now=NOW) != media_token(SECRET, PICTURE, now=NOW + WINDOW)


def test_an_address_lives_for_at_least_one_window_and_at_most_two() -> None:
    token = media_token(SECRET, PICTURE, now=NOW + WINDOW - timedelta(seconds=1))

    assert read_media_token(SECRET, token, now=NOW + 2 * WINDOW - timedelta(seconds=2)) == PICTURE
    with pytest.raises(NotAllowed, match="expired on 2026-11-21 at 12:00 UTC"):
        read_media_token(SECRET, token, now=NOW + 2 * WINDOW)


@pytest.mark.parametrize("token", ["", "picture", "picture.ff.x", "a.b.c.d", "..", "p\u00efcture.zz.\u00ef"])
def test_what_is_no_address_of_ours_is_refused(token: str) -> None:
    with pytest.raises(NotAllowed, match="not valid"):
        read_media_token(SECRET, token, now=NOW)


def test_an_address_is_bound_to_picture_end_and_installation() -> None:
    media_id, ends, signature = media_token(SECRET, PICTURE, now=NOW).split(".")
    later = f"{int(ends, 16) + 3600:x}"

    for forged in (f"other.{ends}.{signature}", f"{media_id}.{later}.{signature}"):
        with pytest.raises(NotAllowed):
            read_media_token(SECRET, forged, now=NOW)
    with pytest.raises(NotAllowed):
        read_media_token(b"another", f"{media_id}.{ends}.{signature}", now=NOW)
