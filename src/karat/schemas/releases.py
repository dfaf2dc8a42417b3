"""Releases and their gate on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from karat.schemas.base import Shape


class GateCheck(Shape):
    """One requirement of the gate, with the figure it was judged by."""

    name: str
    title: str
    passed: bool
    figure: str
    target: str
    advice: str
    """What to do when it has not passed; empty when it has."""
    figure_code: str
    """Which sentence `figure` is, for interfaces in other languages; empty in gates of an older Karat."""
    advice_code: str
    """Which sentence `advice` is; empty without any."""
    values: dict[str, float]
    """The numbers in the sentences; shares are 0 to 1."""


class GateShape(Shape):
    passed: bool
    checks: list[GateCheck]
    n_undecided: int


class NewRelease(Shape):
    note: str = Field(default="", max_length=5_000)
    leave_out_undecided: bool = False
    """Mark items that have no decision yet as left out, instead of failing the gate on them."""


class ReleaseFile(Shape):
    name: str
    n_bytes: int
    sha256: str


class ReleaseSums(Shape):
    """How a release's numbers come about from those of the gate and the Overview.

    Items of the release = n_production - n_undecided - n_undecidable + n_gold. Rows of the answers file = n_answers +
    n_revised + n_skips.
    """

    n_production: int
    """Items that the gate and the Overview count: all but gold items and honeypots."""
    n_undecided: int
    """Left out: nobody has decided them yet."""
    n_undecidable: int
    """Left out: a reviewer has decided that no label is right."""
    n_gold: int
    """Gold items: in the release with their gold label, though they are no production work."""
    n_revised: int
    """Answers that their annotator has since replaced."""
    n_skips: int


class ReleaseShape(Shape):
    id: int
    """Of the request for a release, refused or not."""
    number: int
    """Of a published release, for good. A refused attempt has given it back: the next one tries for the same."""
    state: Literal["building", "refused", "published", "withdrawn"]
    note: str
    created_at: datetime
    created_by: str
    gate: GateShape
    spec_version: int
    method: str
    n_items: int
    n_left_out: int
    n_answers: int
    """Standing answers, unsure ones among them, as on the Overview."""
    sums: ReleaseSums | None
    """None for a release without files, or of a Karat that did not keep them."""
    n_annotators: int
    files: list[ReleaseFile]
    error: str | None = None


class Releases(Shape):
    releases: list[ReleaseShape]
    gate: GateShape
    """How the gate would judge a release made now."""
