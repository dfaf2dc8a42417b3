"""The audit trail on the wire."""

from datetime import datetime
from typing import Any

from karat.schemas.base import Shape


class EventShape(Shape):
    id: int
    at: datetime
    kind: str
    by: str
    facts: dict[str, Any]


class EventPage(Shape):
    events: list[EventShape]
    next_cursor: str | None = None
