"""Inferred labels into a file: one row an item, with certainty, evidence and the soft label."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from karat.domain.errors import Invalid, Problem
from karat.formats.rating_tables import literal, quoted, table_engine
from karat.quality.consensus import Consensus
from karat.quality.ratings import Ratings

_FORMATS = {".parquet": "parquet", ".csv": "csv", ".tsv": "csv, delimiter '\\t'", ".jsonl": "json", ".json": "json"}
MOST_COLUMNS = 100
"""With more classes than this, only those with a probability worth naming are written, as a map."""

_LEAST_NAMED = 1e-4


def write_soft_labels(path: Path, ratings: Ratings, found: Consensus) -> int:
    """Write item, label, certainty, n_answers, effective_votes, and the probability of each class as `p_<class>`.

    The kind of file follows from its name. It is complete or not there: a present file is replaced at the end.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    Invalid
        When the name ends in nothing that can be written.
    """
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        message = f"the name must end in {', '.join(_FORMATS)}."
        raise Invalid(f"{path.name}: {message}", (Problem(path.name, message),))
    with table_engine() as connection, tempfile.TemporaryDirectory(dir=path.parent or ".", prefix=".karat-") as folder:
        unfinished = Path(folder) / path.name
        rows = _columns(ratings, found)  # noqa: F841 - DuckDB finds it by its name
        connection.execute(f"COPY (SELECT {_selected(found)} FROM rows) TO {literal(str(unfinished))} (FORMAT {kind})")
        unfinished.replace(path)
    return len(found.items)


def _columns(ratings: Ratings, found: Consensus) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "item": _names(found.items),
        "label": _names(found.labels),
        "certainty": np.asarray(found.certainty),
        "n_answers": np.bincount(ratings.item, minlength=len(found.items)),
        "effective_votes": np.asarray(found.effective_votes),
    }
    if len(found.classes) <= MOST_COLUMNS:
        for place, name in enumerate(found.classes):
            columns[f"p_{name}"] = np.ascontiguousarray(found.probabilities[:, place])
        return columns
    columns["probabilities"] = _named_probabilities(found)
    return columns


def _selected(found: Consensus) -> str:
    if len(found.classes) <= MOST_COLUMNS:
        return "*"
    return f"* REPLACE (map_from_entries({quoted('probabilities')}) AS {quoted('probabilities')})"


def _names(names: Any) -> Any:
    """Names as an array of their own type; numpy would turn a mix of numbers and texts into texts silently."""
    if all(isinstance(name, int) and not isinstance(name, bool) for name in names):
        return np.array(names, dtype=np.int64)
    return np.array([name if isinstance(name, str) else str(name) for name in names], dtype=object)


def _named_probabilities(found: Consensus) -> Any:
    rows = np.empty(len(found.items), dtype=object)
    for place, shares in enumerate(found.probabilities):
        named = np.flatnonzero(shares >= _LEAST_NAMED)
        rows[place] = [{"key": str(found.classes[code]), "value": float(shares[code])} for code in named.tolist()]
    return rows
