"""One HTTP connection to a server: sends, tries again where that is safe, and turns failures into errors."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from karat.client.errors import ServerFault, Unreachable, error_of

_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds before each new attempt."""
_LONGEST_WAIT = 60.0
"""A server that asks for a longer pause is not waited for."""
_TIMEOUT = httpx.Timeout(60, connect=10)
_BUSY = (429, 503)


class Connection:
    """Sends requests as the holder of a token, or of the cookies of a sign-in."""

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"X-Karat": "1", "User-Agent": "karat-client"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self.url = url.rstrip("/")
        self._sleep = sleep
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT, transport=transport)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._json("GET", path, is_repeatable=True, params=_given(query))

    def put(self, path: str, body: Any) -> Any:
        return self._json("PUT", path, is_repeatable=True, json=body)

    def patch(self, path: str, body: Any) -> Any:
        return self._json("PATCH", path, is_repeatable=True, json=body)

    def delete(self, path: str) -> None:
        self._send("DELETE", path, is_repeatable=True)

    def post(self, path: str, body: Any = None, *, is_repeatable: bool = False) -> Any:
        """Post JSON. `is_repeatable` says that the server does a repeated request only once."""
        return self._json("POST", path, is_repeatable=is_repeatable, json=body)

    def upload(self, path: str, content: Any, **query: Any) -> Any:
        """Post a body that is read while it is sent. It cannot be read twice, so it is sent once."""
        with self._reaching(path):
            return _answer(self._http.post(path, content=content, params=_given(query), timeout=None))

    @contextmanager
    def download(self, path: str, **query: Any) -> Iterator[Iterator[bytes]]:
        """The body of an answer in blocks, never whole in memory."""
        with self._reaching(path), self._http.stream("GET", path, params=_given(query)) as response:
            if response.is_error:
                response.read()
                raise _failure(response)
            yield response.iter_bytes()

    def _json(self, method: str, path: str, **request: Any) -> Any:
        return _answer(self._send(method, path, **request))

    def _send(self, method: str, path: str, *, is_repeatable: bool, **request: Any) -> httpx.Response:
        for pause in (*_PAUSES, None):
            try:
                response = self._http.request(method, path, **request)
            except httpx.TransportError as error:
                # What was never sent may always be sent again.
                if pause is None or not (is_repeatable or isinstance(error, httpx.ConnectError)):
                    raise self._unreachable(path, error) from error
                self._sleep(pause)
                continue
            wait = _asked_pause(response, pause)
            if pause is None or wait is None:
                if response.is_error:
                    raise _failure(response)
                return response
            self._sleep(wait)
        raise AssertionError("unreachable")

    @contextmanager
    def _reaching(self, path: str) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            raise self._unreachable(path, error) from error

    def _unreachable(self, path: str, error: httpx.TransportError) -> Unreachable:
        if isinstance(error, httpx.ConnectError):
            return Unreachable(
                f"nothing answers at {self.url}: {error}. Is the server running (`karat serve`), and is this the "
                "address that it printed?"
            )
        what = str(error) or type(error).__name__
        return Unreachable(f"{self.url}{path} did not answer: {what}. Nobody knows whether it was done; look first.")


def _asked_pause(response: httpx.Response, pause: float | None) -> float | None:
    """How long a busy server wants to be left alone; None when there is no use in asking again."""
    if response.status_code not in _BUSY:
        return None
    asked = response.headers.get("retry-after", "")
    seconds = float(asked) if asked.isdigit() else pause
    return seconds if seconds is not None and seconds <= _LONGEST_WAIT else None


def _answer(response: httpx.Response) -> Any:
    if response.is_error:
        raise _failure(response)
    if response.status_code == httpx.codes.NO_CONTENT:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise ServerFault(f"{response.request.url} does not answer in JSON. Is that the address of Karat?") from error


def _failure(response: httpx.Response) -> Exception:
    try:
        body = response.json()
    except ValueError:
        body = None
    return error_of(response.status_code, body)


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}
