"""Serves the built interface from the package. It routes by hash, so that there is one page and its assets."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from karat.api.errors import error_response

_NOT_BUILT = (
    "the interface has not been built into this copy of Karat. From a checkout, run `./dev serve`; the API works "
    "without it."
)
_ONE_YEAR = "public, max-age=31536000, immutable"


class _HashedFiles(StaticFiles):
    """File names under assets/ carry a hash of the content: they may be kept forever, everything else is asked for."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_hashed = path.startswith("assets/") and response.status_code < 400
        response.headers["Cache-Control"] = _ONE_YEAR if is_hashed else "no-cache"
        return response


class Interface:
    """Answers whatever no route answers."""

    def __init__(self, folder: Path) -> None:
        self._files = _HashedFiles(directory=folder, html=True) if (folder / "index.html").is_file() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if scope["type"] != "http" or path.startswith(("/api/", "/media/")):
            message = f"there is nothing at {path}. The API is described at /api/openapi.json."
            await error_response(404, message)(scope, receive, send)
        elif self._files is None:
            await error_response(404, _NOT_BUILT)(scope, receive, send)
        else:
            await self._files(scope, receive, send)
