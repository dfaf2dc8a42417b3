"""Files on their way in. The body of the request is the file itself, written to disk as it arrives."""

import re
from pathlib import Path
from typing import Annotated

import anyio
from fastapi import Query, Request
from starlette.requests import ClientDisconnect

from karat import actions, queries
from karat.api import routing
from karat.api.context import Context, Here
from karat.api.identity import Who
from karat.api.routing import ProjectPath
from karat.domain.errors import Invalid
from karat.formats.images import Limits
from karat.formats.preview import Preview, preview
from karat.schemas.imports import ColumnShape, UploadPreview

router = routing.router()

_MOST_UNPACKED = 16
"""Pictures may unpack to so many times the size an upload may have."""


@router.post(
    "/projects/{project_id}/uploads",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload(
    here: Here,
    who: Who,
    project_id: ProjectPath,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=300)],
) -> UploadPreview:
    """Send a file and see what Karat takes it for. Nothing is imported yet."""
    upload_id, file_name, now = actions.uploads.new_id(), plain_name(name), here.now()
    home = here.settings.home
    path = await here.read(lambda db: queries.uploads.place(db, who, project_id, upload_id, home=home))
    try:
        n_bytes = await _receive(request, path)
        found = await anyio.to_thread.run_sync(_look, path, file_name, here)
        await here.write(
            lambda tx: actions.uploads.keep(
                tx, who, project_id, upload_id, file_name=file_name, n_bytes=n_bytes, now=now
            )
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return _shape(upload_id, file_name, n_bytes, found)


def plain_name(name: str) -> str:
    """A file's name without folders, whichever system it comes from. It is shown, and never used as a path.

    >>> plain_name("C:\\\\data\\\\items.csv"), plain_name("../../etc/passwd"), plain_name("..")
    ('items.csv', 'passwd', 'upload')
    """
    last = re.split(r"[/\\]", name)[-1].strip()
    return last if last.strip(".") else "upload"


async def _receive(request: Request, path: Path) -> int:
    """Write the body to a file; its length.

    Raises
    ------
    Invalid
        When there is nothing in it, or the sender hangs up before its end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    n_bytes = 0
    try:
        async with await anyio.open_file(path, "wb") as file:
            async for block in request.stream():
                await file.write(block)
                n_bytes += len(block)
    except ClientDisconnect:
        raise Invalid("the connection ended before the file had arrived whole. Send it again.") from None
    if n_bytes == 0:
        raise Invalid("the file is empty. Send the file itself as the body of the request.")
    return n_bytes


def _look(path: Path, file_name: str, here: Context) -> Preview:
    settings = here.settings
    limits = Limits(settings.max_image_pixels, _MOST_UNPACKED * settings.max_upload_bytes)
    return preview(path, file_name, max_field_bytes=settings.max_field_bytes, limits=limits)


def _shape(upload_id: str, file_name: str, n_bytes: int, found: Preview) -> UploadPreview:
    return UploadPreview(
        upload_id=upload_id,
        file_name=file_name,
        format=found.kind.value,
        n_bytes=n_bytes,
        n_rows=found.n_rows,
        columns=[
            ColumnShape(name=column.name, role=column.role.value, examples=list(column.examples))
            for column in found.columns
        ],
        rows=found.rows,
        problems=found.problems,
    )
