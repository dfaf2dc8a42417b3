"""The file behind a picture. Whoever has its signed address may see it, so no actor is asked for."""

from dataclasses import dataclass
from pathlib import Path

from karat import store
from karat.domain.errors import NotFound
from karat.domain.ids import MediaId
from karat.store.connection import Reader


@dataclass(frozen=True)
class MediaFile:
    """Where a picture is, and what it is."""

    path: Path
    kind: str
    sha256: str


def file_of(db: Reader, home: Path, media_id: MediaId) -> MediaFile:
    """
    Raises
    ------
    NotFound
        When there is no such picture, or its file has been lost.
    """
    media = store.media.get(db, media_id)
    path = store.media_files.path_of(home, media.sha256)
    if not path.is_file():
        raise NotFound("the file of this picture is missing from the installation's folder. Tell the administrator.")
    return MediaFile(path, media.kind, media.sha256)
