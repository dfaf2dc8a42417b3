"""Items, their histories and their review on the wire. Never sent to somebody who may only annotate."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from karat.schemas.base import Shape

StateName = Literal["open", "disputed", "resolved"]
DisputeName = Literal["unsure", "disagreement", "skipped"]
HappeningName = Literal["imported", "claimed", "submitted", "revised", "skipped", "expired", "resolved", "gold_set"]
GoldKindName = Literal["gold", "honeypot", "reference"]


class ItemContent(Shape):
    text: str | None = None
    image_url: str | None = None
    width: int | None = None
    height: int | None = None


class ConsensusShape(Shape):
    """The inferred label with its certainty; `probabilities` is the soft label, by class key."""

    label: str
    certainty: float
    probabilities: dict[str, float]
    n_answers: int


class GoldShape(Shape):
    kind: GoldKindName
    label: str
    provenance: str


class ResolutionShape(Shape):
    label: str | None
    """None: left undecided on purpose, so that releases leave the item out."""
    note: str
    by: str
    at: datetime


class ItemRow(Shape):
    """An item in a list."""

    id: int
    key: str
    content: ItemContent
    state: StateName
    n_answers: int
    n_unsure: int
    n_skips: int
    is_measured: bool
    gold: GoldShape | None = None
    consensus: ConsensusShape | None = None
    resolution: ResolutionShape | None = None


class ItemPage(Shape):
    items: list[ItemRow]
    next_cursor: str | None = None
    """Pass as `cursor` for the next page; absent on the last one."""


class HistoryEntry(Shape):
    """Something that happened to an item, oldest first."""

    at: datetime
    kind: HappeningName
    by: str | None = None
    label: str | None = None
    unsure: bool = False
    reason: str = ""
    spec_version: int | None = None
    duration_ms: int | None = None
    is_current: bool = True
    """False for an answer that a later revision supersedes."""


class ItemDetail(Shape):
    item: ItemRow
    meta: dict[str, Any]
    batch: str
    why: str
    """One sentence: why the item's label is what it is, in English."""
    why_code: str
    """Which sentence it is, for interfaces in other languages: gold, honeypot, decided, decided_undecidable, unlabeled,
    uncounted or consensus."""
    why_values: dict[str, str | float]
    """What it mentions: names as people know them, shares from 0 to 1."""
    history: list[HistoryEntry]


class BlindAnswer(Shape):
    """An answer in review: who gave it is hidden, so that the answer is judged and not the person."""

    letter: str
    label: str | None
    unsure: bool
    reason: str
    duration_ms: int


class ReviewItem(Shape):
    id: int
    key: str
    content: ItemContent
    why: DisputeName
    answers: list[BlindAnswer]
    n_skips: int
    skip_reasons: list[str]
    suggestion: ConsensusShape | None = None


class ReviewQueue(Shape):
    items: list[ReviewItem]
    n_waiting: int
    n_unsure: int
    n_disagreement: int
    n_skipped: int


class NewResolution(Shape):
    """Exactly one of `label` and `undecidable`."""

    label: str | None = Field(default=None, max_length=64)
    undecidable: bool = False
    note: str = Field(default="", max_length=5_000)

    @model_validator(mode="after")
    def _says_one_thing(self) -> "NewResolution":
        if (self.label is None) != self.undecidable:
            raise ValueError('give either "label" or "undecidable": true')
        return self


class NewGold(Shape):
    kind: GoldKindName
    label: str = Field(max_length=64)
    provenance: str = Field(default="", max_length=2_000)
