"""The labels as they stand now, as one file. An export is a look at work in progress; a dataset is a release."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from karat import actions, queries
from karat.api import routing
from karat.api.context import Here, Reader
from karat.api.identity import Who
from karat.api.routing import ProjectPath
from karat.domain.ids import ProjectId
from karat.domain.people import Actor
from karat.formats.labels_file import write_table

router = routing.router()

Format = Literal["jsonl", "csv", "parquet"]
MIME_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@router.get("/projects/{project_id}/export", response_class=FileResponse)
async def export(here: Here, who: Who, project_id: ProjectPath, format: Format = "jsonl") -> FileResponse:
    """One row an item: content, state, label and its source, certainty, soft label."""
    now, home = here.now(), here.settings.home
    name, folder = await here.read(lambda db: _write(db, who, project_id, format, home))
    try:
        await here.write(
            lambda tx: actions.releases.note_export(tx, who, project_id, file_format=format, number=None, now=now)
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        folder / f"labels.{format}",
        media_type=MIME_TYPES[format],
        filename=f"{_slug(name) or f'project-{project_id}'}-labels.{format}",
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )


def _slug(name: str) -> str:
    """A project's name as part of a file's name; empty when nothing of it can be.

    >>> _slug("Bank messages / 2026"), _slug("数字")
    ('bank-messages-2026', '')
    """
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64]


def _write(db: Reader, who: Actor, project_id: ProjectId, file_format: str, home: Path) -> tuple[str, Path]:
    """The project's name, and a folder with the file. Written first, so that a slow reader holds no snapshot."""
    name = queries.projects.get(db, who, project_id).name
    table, rows = queries.labels.export(db, who, project_id)
    (home / "exports").mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=home / "exports"))
    try:
        write_table(folder, table, rows, [file_format])
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return name, folder
