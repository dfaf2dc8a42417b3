"""Everything an annotator's client may know about its work. Law: nothing here tells a check item from production.

Not in content, order, identifiers, sizes or time. A field is added only if it is the same for both kinds by
construction.
"""

from datetime import datetime

from pydantic import Field

from karat.schemas.base import Shape
from karat.schemas.specs import SpecShape


class WorkItem(Shape):
    """What the annotator sees. Exactly one of `text` and `image_url` is set, by the project's kind of media."""

    text: str | None = None
    image_url: str | None = None
    """Signed and expiring."""
    width: int | None = None
    height: int | None = None


class WorkAssignment(Shape):
    """One claimed item."""

    id: str
    item: WorkItem
    expires_at: datetime


class WorkStream(Shape):
    """The annotator's claims, the current one first. Empty when nothing is left to do right now."""

    assignments: list[WorkAssignment]
    spec_version: int


class NextRequest(Shape):
    """Ask for work. Live claims are returned again and renewed, and topped up to `hold`."""

    hold: int = Field(default=4, ge=1, le=10)


class SubmitRequest(Shape):
    """An answer: a class, or unsure with a reason."""

    label: str | None = Field(default=None, max_length=64)
    unsure: bool = False
    reason: str = Field(default="", max_length=2_000)
    """Why unsure; required with `unsure`."""
    duration_ms: int = Field(default=0, ge=0, le=86_400_000)
    """Active time on this item, as the client measured it."""
    hold: int = Field(default=4, ge=0, le=10)
    """Top the claims up to this many in the same round trip; 0 for none."""


class SkipRequest(Shape):
    """Decline an item."""

    reason: str = Field(min_length=1, max_length=2_000)
    hold: int = Field(default=4, ge=0, le=10)


class SubmitReceipt(Shape):
    """The answer is stored. `stream` holds the annotator's claims after it."""

    assignment_id: str
    stream: WorkStream


class RecentAnswer(Shape):
    """One of the annotator's own latest answers, open to revision."""

    assignment_id: str
    item: WorkItem
    label: str | None
    unsure: bool
    skipped: bool
    reason: str
    submitted_at: datetime


class RecentAnswers(Shape):
    answers: list[RecentAnswer]


class WorkDesk(Shape):
    """What the Work screen needs before the first item."""

    project_id: int
    project_name: str
    media_kind: str
    note: str
    spec_version: int
    spec: SpecShape
    n_answered: int
    """Answers this person has given in this project."""
