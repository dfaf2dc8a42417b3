"""Pictures, by signed address. Outside of /api: a browser fetches them without a token, and may keep them."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse

from karat import queries
from karat.api.context import Here
from karat.api.media_urls import WINDOW, read_media_token
from karat.schemas.base import ErrorShape

router = APIRouter()


@router.get(
    "/media/{token}",
    response_class=FileResponse,
    responses={403: {"model": ErrorShape, "description": "The address is not valid, or has expired."}},
)
async def get(here: Here, token: Annotated[str, Path(max_length=200)]) -> FileResponse:
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
    return FileResponse(file.path, media_type=file.kind, headers=headers)
