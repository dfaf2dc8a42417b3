"""Headers of every response: what a browser may do with it. Pure ASGI."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Attributes may style (the interface places bars and boxes so); style sheets and scripts are files of our own.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_DOCS_PATH = "/api/docs"
# Only where an installation turns the API's documentation on: it is a page of the framework, from a public CDN.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' https://cdn.jsdelivr.net; style-src https://cdn.jsdelivr.net; "
    "img-src 'self' data: https://fastapi.tiangolo.com; connect-src 'self'; frame-ancestors 'none'"
)
_COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_PAGE = [(b"content-security-policy", _POLICY.encode()), *_COMMON]
_ANSWER = [*_PAGE, (b"cache-control", b"no-store")]
_DOCS = [(b"content-security-policy", _DOCS_POLICY.encode()), *_COMMON]


class SecurityHeaders:
    """Adds them. What the API answers is not cached anywhere unless the route says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        extra = _ANSWER if path.startswith("/api/") else _PAGE
        if path == _DOCS_PATH:
            extra = _DOCS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                names = {name for name, _ in headers}
                headers.extend(header for header in extra if header[0] not in names)
            await send(message)

        await self._app(scope, receive, send_with_headers)
