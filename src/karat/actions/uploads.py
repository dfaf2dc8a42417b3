"""Files that people send, to look at and then to import."""

import secrets
from datetime import datetime

from karat import store
from karat.domain.ids import ProjectId, UploadId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Writer
from karat.store.uploads import Upload


def new_id() -> UploadId:
    """A name that nobody can guess."""
    return UploadId(secrets.token_urlsafe(16))


def keep(
    tx: Writer, actor: Actor, project_id: ProjectId, upload_id: UploadId, *, file_name: str, n_bytes: int, now: datetime
) -> None:
    """Remember a file that has arrived whole. It is forgotten once it is imported, or after a week."""
    require(actor, Permission.IMPORT, on=project_id)
    store.uploads.add(tx, Upload(upload_id, project_id, file_name, n_bytes, now), by=actor.account_id)


def forget_expired(tx: Writer, *, now: datetime) -> int:
    """Forget files that nobody has imported for a week; how many there were. Their bytes are removed afterwards."""
    expired = store.uploads.expired(tx, now=now)
    for upload_id in expired:
        store.uploads.remove(tx, upload_id)
    return len(expired)
