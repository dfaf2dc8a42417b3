"""Which items to ask about next: those whose label is most open, given all that is known of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


def entropies(probabilities: npt.ArrayLike) -> Array:
    """How open each item's label is, in nats: 0 where it is certain, ln(n_classes) where nothing is known; (n_items,).

    Examples
    --------
    >>> entropies([[0.5, 0.5], [1.0, 0.0]]).round(3).tolist()
    [0.693, 0.0]
    """
    p = np.asarray(probabilities, dtype=np.float64)
    logs = np.log(np.where(p > 0, p, 1.0))
    return np.asarray(np.maximum(-(p * logs).sum(axis=1), 0.0))


def next_items(probabilities: npt.ArrayLike, n: int, *, may_be_asked: npt.ArrayLike | None = None) -> Integers:
    """Positions of the `n` items whose next answer promises most, the most open first.

    By the entropy of what model and answers say together (`fused`). A disagreement term beside it gained nothing, and
    the expected fall of the error ranked no better where it was measured; it is also blind where one answer could not
    turn the label but two could.

    Parameters
    ----------
    probabilities : float array of shape (n_items, n_classes)
    n : int
        Fewer come back when fewer may be asked.
    may_be_asked : bool array of shape (n_items,), optional
        False for items that are resolved, claimed, or out of answers to ask for.

    Raises
    ------
    QualityError
        When `n` is negative.

    Examples
    --------
    >>> next_items([[0.5, 0.5], [1.0, 0.0], [0.7, 0.3]], 2).tolist()
    [0, 2]
    """
    if n < 0:
        raise QualityError(f"one can ask about 0 items or more; got {n}.")
    open_ = entropies(probabilities)
    allowed = np.ones(len(open_), dtype=bool) if may_be_asked is None else np.asarray(may_be_asked, dtype=bool)
    candidates = np.flatnonzero(allowed)
    ranked = candidates[np.argsort(-open_[candidates], kind="stable")]  # of equally open ones, the earlier item
    return np.asarray(ranked[:n])
