"""Serves the built interface from the package. It routes by hash, so that there is one page and its assets."""

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from karat.api.errors import error_response

_NOT_BUILT = (
    "the interface has not been built into this copy of Karat. From a checkout, run `./dev serve`; the API works "
    "without it."
)
_ONE_YEAR = "public, max-age=31536000, immutable"
_COMPRESSED = (("br", ".br"), ("gzip", ".gz"))
"""Content codings with the ending of the copies that the build has made, the smaller one first."""


class _BuiltFiles(StaticFiles):
    """Sends the compressed copy of a file where there is one, so that no request costs a compression.

    File names under assets/ carry a hash of the content: they may be kept forever, everything else is asked for.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._names = frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    async def get_response(self, path: str, scope: Scope) -> Response:
        name = "index.html" if path == os.curdir else path
        coding, ending = self._best_copy(name, Headers(scope=scope).get("accept-encoding", ""))
        response = await super().get_response(name + ending, scope)
        if coding:
            response.headers["Content-Encoding"] = coding
        is_hashed = name.startswith("assets/") and response.status_code < 400
        response.headers["Cache-Control"] = _ONE_YEAR if is_hashed else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def _best_copy(self, name: str, accepted: str) -> tuple[str, str]:
        """Coding and ending of what to send; both empty for the file itself."""
        codings = _acceptable(accepted)
        for coding, ending in _COMPRESSED:
            if coding in codings and name + ending in self._names:
                return coding, ending
        return "", ""


def _acceptable(accepted: str) -> set[str]:
    """The codings that a client takes. One with weight 0 is refused.

    >>> sorted(_acceptable("gzip, br;q=0.5, deflate;q=0"))
    ['br', 'gzip']
    """
    codings = set()
    for entry in accepted.lower().split(","):
        coding, _, weight = entry.partition(";")
        if weight.replace(" ", "").rstrip("0.") != "q=":
            codings.add(coding.strip())
    return codings


class Interface:
    """Answers whatever no route answers."""

    def __init__(self, folder: Path) -> None:
        self._files = _BuiltFiles(folder) if (folder / "index.html").is_file() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if scope["type"] != "http" or path.startswith(("/api/", "/media/")):
            message = f"there is nothing at {path}. The API is described at /api/openapi.json."
            await error_response(404, message)(scope, receive, send)
        elif self._files is None:
            await error_response(404, _NOT_BUILT)(scope, receive, send)
        else:
            await self._files(scope, receive, send)
