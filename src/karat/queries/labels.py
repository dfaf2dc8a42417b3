"""The labels of a project as rows: what stands now for an export, and what a release is made of."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from karat import store
from karat.domain.ids import ProjectId
from karat.domain.items import GoldKind, ItemState
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.probes import Purpose
from karat.domain.projects import MediaKind, Project
from karat.domain.releases import LabelSource
from karat.formats.labels_file import Column, Table
from karat.queries.consensus import Inference
from karat.store.clock import from_micros
from karat.store.connection import Reader
from karat.store.release_rows import AnswerFacts, ItemFacts

_LABEL_COLUMNS = (
    Column("label", str),
    Column("source", str),
    Column("certainty", float),
    Column("consensus", str),
    Column("n_answers", int),
    Column("spec_version", int),
)
_CONTENT_COLUMNS = {
    MediaKind.TEXT: (Column("id", str), Column("text", str)),
    MediaKind.IMAGE: (Column("id", str), Column("file", str), Column("sha256", str)),
}
ANSWER_COLUMNS = (
    Column("id", str),
    Column("annotator_id", int),
    Column("annotator", str),
    Column("kind", str),
    Column("label", str),
    Column("reason", str),
    Column("at", str),
    Column("duration_ms", int),
    Column("spec_version", int),
    Column("purpose", str),
    Column("probability", float),
    Column("is_imported", bool),
    Column("is_current", bool),
)
_DIGITS = 6


def export_table(project: Project, classes: Sequence[str]) -> Table:
    """What an export holds: the labels and the state of each item."""
    return Table("labels", (*_CONTENT_COLUMNS[project.media_kind], Column("state", str), *_LABEL_COLUMNS), classes)


def release_table(project: Project, classes: Sequence[str]) -> Table:
    """What the labels of a release hold."""
    return Table("labels", (*_CONTENT_COLUMNS[project.media_kind], *_LABEL_COLUMNS), classes)


def export(db: Reader, actor: Actor, project_id: ProjectId) -> tuple[Table, Iterator[tuple[Any, ...]]]:
    """Every item with its label as it stands now, undecided ones with an empty one; honeypots are left out."""
    require(actor, Permission.READ_RELEASES, on=project_id)
    project = store.projects.get(db, project_id)
    classes = store.specs.get(db, project_id, project.spec_version).spec.class_keys()
    return export_table(project, classes), _export_rows(db, project, classes)


def _export_rows(db: Reader, project: Project, classes: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for item in store.release_rows.items(db, project.id):
        if item.gold_kind == GoldKind.HONEYPOT:
            continue
        label, source = decided_label(item, item.consensus)
        stored = json.loads(item.probabilities) if item.probabilities else None
        shares = None if stored is None else tuple(stored.get(key, 0.0) for key in classes)
        certainty = item.certainty if source is LabelSource.CONSENSUS else None
        yield (
            *content_cells(item, project.media_kind),
            item.state,
            label,
            source and source.value,
            certainty,
            item.consensus,
            item.n_answers or 0,
            spec_version_of(item, source),
            shares,
        )


def decided_label(item: ItemFacts, consensus: str | None) -> tuple[str | None, LabelSource | None]:
    """The label of an item and where it comes from: a check's gold beats a reviewer's decision, which beats consensus.

    A reference label decides nothing: it is there to measure how right the consensus is.
    """
    if item.gold_label is not None and item.gold_kind != GoldKind.REFERENCE:
        return item.gold_label, LabelSource.GOLD
    if item.resolution_id is not None:
        return item.resolved_label, None if item.resolved_label is None else LabelSource.RESOLUTION
    if item.state == ItemState.RESOLVED and consensus is not None:
        return consensus, LabelSource.CONSENSUS
    return None, None


def spec_version_of(item: ItemFacts, source: LabelSource | None) -> int | None:
    """The spec version under which the label was decided; the newest of its answers for a consensus."""
    return item.resolved_under if source is LabelSource.RESOLUTION else item.answered_under


def content_cells(item: ItemFacts, media_kind: MediaKind) -> tuple[Any, ...]:
    """Id and content; a picture is known by its file's name and digest."""
    if media_kind is MediaKind.TEXT:
        return item.key, json.loads(item.content)["text"]
    meta = json.loads(item.meta)
    return item.key, meta.get("file"), meta.get("sha256")


class Inferred(NamedTuple):
    """What a fit says of one item."""

    label: str
    certainty: float
    shares: tuple[float, ...]
    """The soft label: a probability for each class of the fit."""
    n_answers: int


class InferredLabels:
    """A fit read in step with the items, which come in the order of their ids as the fit's items do."""

    def __init__(self, inference: Inference | None) -> None:
        self._inference = inference
        self._place = 0
        self._n_answers = [] if inference is None else np.bincount(inference.ratings.item).tolist()

    def of(self, item_id: int) -> Inferred | None:
        """What the fit says of an item; None when it has no answers. Must be asked in ascending order of ids."""
        if self._inference is None:
            return None
        items, fitted = self._inference.ratings.items, self._inference.consensus
        while self._place < len(items) and items[self._place] < item_id:  # type: ignore[operator]
            self._place += 1
        place = self._place
        if place == len(items) or items[place] != item_id:
            return None
        shares = tuple(fitted.probabilities[place].round(_DIGITS).tolist())
        certainty = round(float(fitted.certainty[place]), _DIGITS)
        return Inferred(str(fitted.labels[place]), certainty, shares, self._n_answers[place])


def answer_cells(answer: AnswerFacts) -> tuple[Any, ...]:
    """A row of the answers file; see `ANSWER_COLUMNS`."""
    kind = "skip" if answer.is_skip else "unsure" if answer.label is None else "answer"
    return (
        answer.key,
        answer.annotator_id,
        answer.annotator,
        kind,
        answer.label,
        answer.reason,
        from_micros(answer.at).isoformat(),
        answer.duration_ms,
        answer.spec_version,
        Purpose(answer.purpose).name.lower(),
        answer.probability,
        bool(answer.is_imported),
        bool(answer.is_current),
    )
