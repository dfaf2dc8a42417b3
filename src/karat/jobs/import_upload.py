"""Imports a file that was uploaded; its result is what the person at the screen reads."""

from dataclasses import asdict, replace
from typing import Any

from karat import store
from karat.domain.ids import AccountId, UploadId
from karat.domain.people import SYSTEM
from karat.formats.columns import Mapping
from karat.jobs.import_file import Importer, Source
from karat.jobs.run import JobRun


def import_upload(run: JobRun) -> dict[str, Any]:
    """May be tried again: what an attempt that was killed left behind is removed first."""
    assert run.project_id is not None
    upload_id = UploadId(run.arguments["upload"])
    with run.database.read() as db:
        upload = store.uploads.get(db, run.project_id, upload_id)
    path = store.uploads.path_of(run.settings.home, upload_id)
    # Whoever asked was allowed to when asking; the job acts for the installation, in that person's name.
    by = run.arguments["by"]
    actor = replace(SYSTEM, account_id=None if by is None else AccountId(by))
    mapping = Mapping(**run.arguments["mapping"]) if run.arguments["mapping"] else None
    importer = Importer(run.database, run.settings, actor, run.project_id, progress=run.progress, clock=run.now)
    imported = importer.run(Source(path, upload.file_name, mapping), name=run.arguments["name"])
    run.database.write(lambda tx: store.uploads.remove(tx, upload_id))
    path.unlink(missing_ok=True)
    return {"batch": imported.name, "batch_id": imported.batch_id, **asdict(imported.counts)}
