"""Pictures into the installation's home, and the items that show them."""

import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from zipfile import BadZipFile

from karat import store
from karat.actions.imports import Load
from karat.formats.images import Limits, NotAPicture, key_of, look_at, open_images
from karat.formats.items_file import ReadItem
from karat.formats.problems import EnoughProblems, ProblemList
from karat.settings import Settings
from karat.store.media import Media
from karat.store.media_files import FileTooLarge

CHUNK = 100
"""Pictures stored in one transaction; decoding them takes longer than storing."""


@dataclass(frozen=True)
class PictureChunk:
    """Some pictures as items with their media."""

    items: list[ReadItem]
    media: list[Media]
    n_done: int


class ImageReader:
    """Reads the pictures of a folder or zip one by one: decoded, copied to the home, and described."""

    def __init__(self, path: Path, file_name: str, load: Load, settings: Settings, problems: ProblemList) -> None:
        self.n_total = 0
        self._load = load
        self._home = settings.home
        self._limits = Limits(max_pixels=settings.max_image_pixels, max_total_bytes=4 * settings.max_upload_bytes)
        self._problems = problems
        self._stack = ExitStack()
        self._source = self._stack.enter_context(open_images(path, file_name))

    def __enter__(self) -> "ImageReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def chunks(self) -> Iterator[PictureChunk]:
        """The pictures in the order of their names; stops when there are too many problems."""
        items: list[ReadItem] = []
        media: list[Media] = []
        try:
            names = self._source.names(self._limits, self._problems)
            self.n_total = len(names)
            for number, name in enumerate(names, start=1):
                one = self._take(name)
                if one is not None:
                    items.append(_item(number, name, one))
                    media.append(one)
                if number % CHUNK == 0 or number == len(names):
                    yield PictureChunk(items, media, number)
                    items, media = [], []
        except EnoughProblems:
            return

    def _take(self, name: str) -> Media | None:
        """The picture in its place in the home; None when there is something wrong with it."""
        limit = self._limits.max_image_bytes
        try:
            with (
                self._source.open(name) as stream,
                store.media_files.staged(self._home, stream, max_bytes=limit) as file,
            ):
                picture = look_at(file.path, self._limits)
                # After a problem nothing will be imported; go on looking, and keep nothing.
                if not self._problems:
                    store.media_files.keep(self._home, file)
        except NotAPicture as bad:
            self._problems.add(name, str(bad))
        except FileTooLarge:
            self._problems.add(name, f"is longer than {limit:,} bytes. Scale the picture down.")
        except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            self._problems.add(name, f"cannot be unpacked: {error}. Pack the images again.")
        else:
            media_id = store.media.media_id(self._load.secret, self._load.batch_id, file.sha256)
            return Media(media_id, file.sha256, picture.kind, file.n_bytes, picture.width, picture.height)
        return None


def _item(number: int, name: str, media: Media) -> ReadItem:
    content = {"media": media.id, "width": media.width, "height": media.height}
    meta = {"file": name, "sha256": media.sha256}
    return ReadItem(
        number,
        key_of(name),
        json.dumps(content),
        json.dumps(meta, ensure_ascii=False),
        gold=None,
        answer=None,
        priority=0,
    )
