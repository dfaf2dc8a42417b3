"""Media as rows: what a picture is and which file holds it. The files themselves are in `media_files`."""

import base64
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from karat.domain.errors import NotFound
from karat.domain.ids import BatchId, MediaId, ProjectId
from karat.store.connection import Reader, Writer

_COLUMNS = ("id", "project_id", "batch_id", "sha256", "kind", "n_bytes", "width", "height")


@dataclass(frozen=True)
class Media:
    """One picture of one batch. The same picture in two batches has two ids and one file."""

    id: MediaId
    sha256: str
    kind: str
    """MIME type, as found by decoding."""
    n_bytes: int
    width: int
    height: int


def media_id(secret: bytes, batch_id: BatchId, sha256: str) -> MediaId:
    """An opaque name: nobody can tell from it what the picture is, nor whether two are the same.

    >>> media_id(b"secret", BatchId(1), "e3b0c442")
    'aRn_PKwQfQkCU61TGisc-ENL'
    """
    digest = hmac.digest(secret, f"media:{batch_id}:{sha256}".encode(), "sha256")
    return MediaId(base64.urlsafe_b64encode(digest[:18]).decode())


def add_many(tx: Writer, project_id: ProjectId, batch_id: BatchId, media: Iterable[Media]) -> None:
    """The pictures of a batch that is being loaded; one that the batch has already is left as it is."""
    tx.execute_many(
        f"INSERT INTO media ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"
        " ON CONFLICT (id) DO NOTHING",
        [{**vars(one), "project_id": project_id, "batch_id": batch_id} for one in media],
    )


def digests(db: Reader) -> Iterator[str]:
    """The digest of every picture there is, in ascending order, each once."""
    order = 'sha256 COLLATE "C"' if db.is_postgres else "sha256"
    for rows in db.stream(f"SELECT sha256 FROM media GROUP BY sha256 ORDER BY {order}"):
        for (sha256,) in rows:
            yield sha256


def get(db: Reader, media_id: MediaId) -> Media:
    """
    Raises
    ------
    NotFound
        When there is no such picture.
    """
    row = db.row("SELECT * FROM media WHERE id = :id", id=media_id)
    if row is None:
        raise NotFound("this picture does not exist, or no longer. Load the page again.")
    return Media(MediaId(row["id"]), row["sha256"], row["kind"], row["n_bytes"], row["width"], row["height"])
