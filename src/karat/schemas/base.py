"""What all shapes have in common."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A shape on the wire: unknown fields are refused, so that a typing mistake never passes silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class ProblemShape(Shape):
    """One thing wrong with a request."""

    where: str
    message: str


class ErrorShape(Shape):
    """The one shape of every error response."""

    code: str
    """not_found, not_allowed, conflict, invalid, not_signed_in, too_many_requests, too_large, unavailable,
    or error, which is a fault of Karat and comes with a reference for the administrator."""
    message: str
    problems: list[ProblemShape] = []


class EstimateShape(Shape):
    """A measured number with its interval and evidence, or the reason why there is none yet."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    needed: int | None = None
    """How much evidence would suffice, where there is too little."""
    reason: str | None = None
    """Why there is no value."""
