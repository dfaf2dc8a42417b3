"""Where an uploaded file goes, for whoever may import."""

from pathlib import Path

from karat import store
from karat.domain.ids import ProjectId, UploadId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Reader


def place(db: Reader, actor: Actor, project_id: ProjectId, upload_id: UploadId, *, home: Path) -> Path:
    """The path of a file that is about to arrive.

    Raises
    ------
    NotAllowed, NotFound
        Before a single byte of it is read.
    """
    require(actor, Permission.IMPORT, on=project_id)
    store.projects.get(db, project_id)
    return store.uploads.path_of(home, upload_id)
