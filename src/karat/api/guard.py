"""What is refused before a route sees it: bodies that are too large, NUL characters, requests forged by other sites.

Pure ASGI: it runs on every request and costs microseconds.
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from karat.api.errors import TooLarge, error_response
from karat.settings import Settings

SESSION_COOKIE = "karat_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE_NAME = SESSION_COOKIE.encode() + b"="
_NUL_MESSAGE = "the address contains the character U+0000, which cannot be stored. Leave it out."


class Guard:
    """Refuses what no route should have to think about."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._max_request = settings.max_request_bytes
        self._max_upload = settings.max_upload_bytes
        self._public_host = urlsplit(settings.public_url).netloc.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            await error_response(422, _NUL_MESSAGE)(scope, receive, send)
            return
        if scope["method"] not in _SAFE:
            headers: dict[bytes, bytes] = dict(scope["headers"])
            if reason := self._forgery(headers):
                await error_response(403, reason)(scope, receive, send)
                return
            limit = self._max_upload if scope["path"].endswith("/uploads") else self._max_request
            declared = headers.get(b"content-length", b"")
            if declared.isdigit() and int(declared) > limit:
                await error_response(413, _too_large(int(declared), limit))(scope, receive, send)
                return
            if not declared or b"transfer-encoding" in headers:
                receive = _counted(receive, limit)
        await self._app(scope, receive, send)

    def _forgery(self, headers: dict[bytes, bytes]) -> str | None:
        """Why this may come from another site on behalf of somebody who is signed in; None when it does not.

        A bearer token is never sent by a browser on its own, so that who brings one is not forged.
        """
        if b"authorization" in headers:
            return None
        if not self._is_same_site(headers):
            return "this request was sent by another website. Karat changes things only from its own pages."
        if _COOKIE_NAME in headers.get(b"cookie", b"") and headers.get(b"x-karat") != b"1":
            return "a change with a sign-in cookie needs the header `X-Karat: 1`. Programs use an API token instead."
        return None

    def _is_same_site(self, headers: dict[bytes, bytes]) -> bool:
        fetch_site = headers.get(b"sec-fetch-site")
        if fetch_site is not None:
            return fetch_site in (b"same-origin", b"none")
        origin = headers.get(b"origin")
        if origin is None:
            return True
        return origin.partition(b"://")[2] in (headers.get(b"host"), self._public_host or None)


def _counted(receive: Receive, limit: int) -> Receive:
    """For a body that does not say how long it is."""
    n_bytes = 0

    async def count() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > limit:
            raise TooLarge(_too_large(n_bytes, limit))
        return message

    return count


def _too_large(n_bytes: int, limit: int) -> str:
    return f"the request has {n_bytes} bytes or more; at most {limit} are accepted here. Send less at once."
