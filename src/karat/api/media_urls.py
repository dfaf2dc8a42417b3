"""Addresses of pictures: signed and expiring, because an <img> brings no token and a leaked link must not last.

An address names an opaque media id and when it ends; nothing in it tells a check item from production.
"""

import base64
import hmac
from datetime import UTC, datetime, timedelta

from karat.domain.errors import NotAllowed
from karat.domain.ids import MediaId

WINDOW = timedelta(hours=6)
"""Addresses made within one window are the same text, so that a browser finds the picture in its cache."""
_SIGNATURE_BYTES = 15
_WHAT_TO_DO = "Load the page again: it brings fresh addresses."


def media_token(secret: bytes, media_id: MediaId, *, now: datetime) -> str:
    """The token of a picture's address, good for one to two windows.

    >>> media_token(b"secret", MediaId("m1"), now=datetime(2026, 1, 1, tzinfo=UTC))
    'm1.695661c0.6yasOPfiMYKDPQF8QMGr'
    """
    seconds = int(WINDOW.total_seconds())
    ends_at = (int(now.timestamp()) // seconds + 2) * seconds
    return f"{media_id}.{ends_at:x}.{_signature(secret, media_id, ends_at)}"


def read_media_token(secret: bytes, token: str, *, now: datetime) -> MediaId:
    """The picture a token stands for.

    Raises
    ------
    NotAllowed
        When the token is not ours, or has expired.
    """
    media_id, _, rest = token.partition(".")
    ends, _, signature = rest.partition(".")
    try:
        ends_at = int(ends, 16)
    except ValueError:
        ends_at = 0
    if not hmac.compare_digest(_signature(secret, MediaId(media_id), ends_at).encode(), signature.encode()):
        raise NotAllowed(f"this address of a picture is not valid. {_WHAT_TO_DO}")
    if now.timestamp() >= ends_at:
        ended = datetime.fromtimestamp(ends_at, UTC)
        raise NotAllowed(f"this address of a picture expired on {ended:%Y-%m-%d at %H:%M} UTC. {_WHAT_TO_DO}")
    return MediaId(media_id)


def _signature(secret: bytes, media_id: MediaId, ends_at: int) -> str:
    digest = hmac.digest(secret, f"media-url:{media_id}:{ends_at:x}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()
