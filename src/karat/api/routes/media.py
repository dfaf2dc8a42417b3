"""Pictures, by signed address. Outside of /api: a browser fetches them without a token, and may keep them."""

import re
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from karat import queries
from karat.api.context import Here
from karat.api.media_urls import WINDOW, read_media_token
from karat.schemas.base import ErrorShape

router = APIRouter()

_RANGE = re.compile(rb"\s*(?:(\d+)-(\d*)|-\d+)\s*")


class PictureResponse(FileResponse):
    """A file or a part of it. A Range that makes no sense is as good as none, as RFC 9110 has it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sound = [(name, value) for name, value in scope["headers"] if name != b"range" or _is_sound(value)]
        await super().__call__({**scope, "headers": sound}, receive, send)


def _is_sound(ranges: bytes) -> bool:
    """Whether a Range header can be followed: counted in bytes, and no part ends before it begins."""
    unit, _, parts = ranges.partition(b"=")
    if unit != b"bytes":
        return False
    found = [_RANGE.fullmatch(part) for part in parts.split(b",")]
    return all(match and (not match[2] or int(match[1]) <= int(match[2])) for match in found)


@router.get(
    "/media/{token}",
    response_class=PictureResponse,
    responses={403: {"model": ErrorShape, "description": "The address is not valid, or has expired."}},
)
async def get(here: Here, token: Annotated[str, Path(max_length=200)]) -> PictureResponse:
    """A picture, or the part of it that the Range header asks for."""
    media_id = read_media_token(here.secret, token, now=here.now())
    file = await here.read(lambda db: queries.media.file_of(db, here.settings.home, media_id))
    headers = {
        "Cache-Control": f"private, max-age={int(WINDOW.total_seconds())}, immutable",
        # By content, the same on every server: a download that broke off goes on wherever the next request lands.
        "ETag": f'"{file.sha256}"',
        "X-Content-Type-Options": "nosniff",
        # Should a browser ever show it as a page, it is one without rights.
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return PictureResponse(file.path, media_type=file.kind, headers=headers)
