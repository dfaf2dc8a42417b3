"""The bridge to arrays: a project's standing answers as `Ratings`, streamed out of the database."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.domain.ids import ProjectId
from karat.quality.ratings import Ratings
from karat.store.batches import IS_PUBLISHED
from karat.store.connection import Reader

_STANDING = f"""
SELECT a.item_id, a.annotator_id, a.label, a.submitted_at FROM annotation a JOIN item i ON i.id = a.item_id
WHERE a.project_id = :project_id AND a.superseded_by IS NULL AND a.label IS NOT NULL AND {IS_PUBLISHED}
"""
_ONLY_MEASURED = "AND i.is_measured = 1 "


def standing(
    db: Reader,
    project_id: ProjectId,
    classes: Sequence[str],
    *,
    only_measured: bool = False,
) -> Ratings:
    """Every answer that stands: the latest of each person on each item, without "unsure".

    Parameters
    ----------
    classes
        Keys of the spec's classes, in their order. Classes of earlier spec versions follow where answers have them.
    only_measured
        Leave out items that were not drawn for measuring agreement: their overlap may depend on their answers.

    Returns
    -------
    Ratings
        Named by item id and annotator id. May be empty.
    """
    sql = _STANDING + (_ONLY_MEASURED if only_measured else "") + "ORDER BY a.submitted_at, a.id"
    code_of_class = {key: code for code, key in enumerate(classes)}
    chunks = [_columns(rows, code_of_class) for rows in db.stream(sql, project_id=project_id)]
    item_id, annotator_id, label, at = (
        np.concatenate([chunk[column] for chunk in chunks]) if chunks else np.zeros(0, np.int64) for column in range(4)
    )
    items, item = np.unique(item_id, return_inverse=True)
    annotators, annotator = np.unique(annotator_id, return_inverse=True)
    return Ratings(
        item=item.astype(np.int32),
        annotator=annotator.astype(np.int32),
        label=label.astype(np.int32),
        items=tuple(items.tolist()),
        annotators=tuple(annotators.tolist()),
        classes=tuple(code_of_class),
        time=at / 1e6,
    )


def _columns(rows: list[tuple[Any, ...]], code_of_class: dict[str, int]) -> list[npt.NDArray[np.int64]]:
    """One chunk as integer columns; a class met for the first time gets the next code."""
    item_id, annotator_id, label, at = zip(*rows, strict=True)
    codes = (code_of_class.setdefault(key, len(code_of_class)) for key in label)
    n = len(rows)
    return [
        np.fromiter(item_id, np.int64, n),
        np.fromiter(annotator_id, np.int64, n),
        np.fromiter(codes, np.int64, n),
        np.fromiter(at, np.int64, n),
    ]
