"""Known items as shapes on the wire, for those who may see everything about them."""

from collections.abc import Callable

from karat.queries.items import Detail, KnownItem
from karat.queries.overview import Measured
from karat.queries.review import BlindItem
from karat.schemas.base import EstimateShape
from karat.schemas.items import (
    BlindAnswer,
    ConsensusShape,
    GoldShape,
    HistoryEntry,
    ItemContent,
    ItemDetail,
    ItemRow,
    ResolutionShape,
    ReviewItem,
)

MediaUrl = Callable[[str], str]
"""The signed address of a medium."""


def content(item: KnownItem, media_url: MediaUrl) -> ItemContent:
    """What an annotator would see of the item."""
    media = item.content.get("media")
    return ItemContent(
        text=item.content.get("text"),
        image_url=None if media is None else media_url(media),
        width=item.content.get("width"),
        height=item.content.get("height"),
    )


def item_row(item: KnownItem, media_url: MediaUrl) -> ItemRow:
    """The item in a list."""
    return ItemRow(
        id=item.id,
        key=item.key,
        content=content(item, media_url),
        state=item.state.value,
        n_answers=len(item.answers),
        n_unsure=sum(answer.label is None for answer in item.answers),
        n_skips=len(item.skip_reasons),
        is_measured=item.is_measured,
        gold=_gold(item),
        consensus=consensus(item),
        resolution=None if item.decision is None else ResolutionShape.model_validate(item.decision),
    )


def _gold(item: KnownItem) -> GoldShape | None:
    if item.gold is None:
        return None
    return GoldShape(kind=item.gold.kind.value, label=item.gold.label, provenance=item.gold.provenance)


def consensus(item: KnownItem) -> ConsensusShape | None:
    """The inferred label, once there is one."""
    if item.consensus is None:
        return None
    return ConsensusShape(
        label=item.consensus.label,
        certainty=item.consensus.certainty,
        probabilities=item.consensus.probabilities,
        n_answers=item.consensus.n_answers,
    )


def item_detail(detail: Detail, media_url: MediaUrl) -> ItemDetail:
    """The item with its history; names who did what, so it is for those who may know."""
    return ItemDetail(
        item=item_row(detail.item, media_url),
        meta=detail.item.meta,
        batch=detail.item.batch,
        why=detail.why.text,
        why_code=detail.why.code,
        why_values=dict(detail.why.values),
        history=[
            HistoryEntry(
                at=happening.at,
                kind=happening.kind,
                by=happening.by,
                label=happening.label,
                unsure=happening.is_unsure,
                reason=happening.reason,
                spec_version=happening.spec_version,
                duration_ms=happening.duration_ms,
                is_current=happening.is_current,
            )
            for happening in detail.history
        ],
    )


def review_item(blind: BlindItem, media_url: MediaUrl) -> ReviewItem:
    """The item for a reviewer: answers by letter, never by author."""
    return ReviewItem(
        id=blind.item.id,
        key=blind.item.key,
        content=content(blind.item, media_url),
        why=blind.dispute.value,
        answers=[
            BlindAnswer(
                letter=letter(place),
                label=answer.label,
                unsure=answer.label is None,
                reason=answer.reason,
                duration_ms=answer.duration_ms,
            )
            for place, answer in enumerate(blind.answers)
        ],
        n_skips=len(blind.item.skip_reasons),
        skip_reasons=list(blind.item.skip_reasons),
        suggestion=consensus(blind.item),
    )


def letter(place: int) -> str:
    """A, B, … Z, AA, AB, …

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    head, last = divmod(place, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + last)


def estimate(measured: Measured) -> EstimateShape:
    """A number with its evidence, or why there is none."""
    found = measured.estimate
    value, low, high = (None, None, None) if found is None else (found.value, found.low, found.high)
    return EstimateShape(
        value=value,
        low=low,
        high=high,
        n=measured.n,
        needed=measured.needed,
        reason=measured.reason,
    )
