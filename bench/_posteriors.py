"""Truth inference as other tools are called: a frame of answers in, a frame of probabilities out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.consensus import consensus
from karat.quality.ratings import Ratings

METHODS = {
    "MV": "majority",
    "Wawa": "wawa",
    "OneCoin": "one_coin",
    "DS": "dawid_skene",
    "DS-ML": "dawid_skene_ml",
    "MACE": "mace",
    "GLAD": "glad",
    "auto": "auto",
}
"""Names in comparisons, and Karat's."""


def posteriors(frame: Any, method: str) -> Any:
    """Probabilities of the classes of each task.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns task, worker, label. Every row counts, repeated ones too, as in other tools.
    method : str
        One of `METHODS`.

    Returns
    -------
    pandas.DataFrame
        Index task, one column for each class.
    """
    import pandas as pd  # noqa: PLC0415 (only the caller of this function has it)

    ratings = Ratings.from_frame(frame, item="task", annotator="worker", repeats="all")
    result = consensus(ratings, method=METHODS[method])
    return pd.DataFrame(
        result.probabilities, index=pd.Index(result.items, name="task"), columns=list(result.classes), copy=False
    )


def posteriors_from_codes(
    task: npt.NDArray[np.int32],
    worker: npt.NDArray[np.int32],
    label: npt.NDArray[np.int32],
    n_classes: int,
    method: str,
) -> npt.NDArray[np.float64]:
    """The same from codes, without a name being made; (n_tasks, n_classes)."""
    ratings = Ratings.from_codes(task, worker, label, n_classes=n_classes, repeats="all")
    return consensus(ratings, method=METHODS[method]).probabilities
