"""Annotators as a load: each asks for an item and answers it, over a connection kept open, as fast as it can."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from karat.domain.ids import ProjectId

LABELS = ("toxic", "fine")


@dataclass
class Work:
    """What a crowd did."""

    n_annotations: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds from each request to its answer."""


class Connection:
    """The least of an HTTP client: it shares two processors with the server it measures."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: str, port: int) -> None:
        self._reader, self._writer = reader, writer
        self._head = (
            f"Host: 127.0.0.1:{port}\r\nCookie: karat_session={session}\r\nX-Karat: 1\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    @classmethod
    async def open(cls, port: int, session: str) -> Connection:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(reader, writer, session, port)

    async def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        content = json.dumps(body)
        self._writer.write(f"POST {path} HTTP/1.1\r\n{self._head}{len(content)}\r\n\r\n{content}".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        answer: dict[str, object] = json.loads(await self._reader.readexactly(length))
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"POST {path} was refused: {answer}")
        return answer

    def close(self) -> None:
        self._writer.close()


@dataclass(frozen=True)
class Crowd:
    """People signed in to one project."""

    port: int
    project_id: ProjectId
    sessions: Sequence[str]
    prefetches: bool
    """Whether the next item comes with the receipt, as in the interface; else it is asked for on its own."""

    async def work(self, *, n_annotations: int, seconds: float) -> Work:
        """Annotate until so many annotations are made, so much time is over, or nothing is left."""
        work = Work()
        until = time.monotonic() + seconds
        await asyncio.gather(*(self._annotate(session, work, n_annotations, until) for session in self.sessions))
        return work

    async def _annotate(self, session: str, work: Work, n_annotations: int, until: float) -> None:
        connection = await Connection.open(self.port, session)
        held: list[dict[str, str]] = []
        n_started = 0
        while work.n_annotations + len(self.sessions) <= n_annotations and time.monotonic() < until:
            held = held or await self._next(connection, work)
            if not held:
                break
            began = time.monotonic()
            answer = {"label": LABELS[n_started % 2], "duration_ms": 1500, "hold": 1 if self.prefetches else 0}
            receipt = await connection.post(f"/api/work/{held[0]['id']}/submit", answer)
            work.waits.append(time.monotonic() - began)
            work.n_annotations += 1
            n_started += 1
            held = receipt["stream"]["assignments"]  # type: ignore[index]
        connection.close()

    async def _next(self, connection: Connection, work: Work) -> list[dict[str, str]]:
        began = time.monotonic()
        stream = await connection.post(f"/api/projects/{self.project_id}/work/next", {"hold": 1})
        work.waits.append(time.monotonic() - began)
        return stream["assignments"]  # type: ignore[return-value]
