"""Names for the arrays that the simulation passes around."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]

DAY_SECONDS = 86_400.0
START_SECONDS = 1_767_225_600.0
"""Every simulation begins on Thursday, 1 January 2026, 00:00 UTC."""


def offsets_of(counts: Ints) -> Ints:
    """Where each group begins, when groups of these sizes stand one after the other.

    >>> offsets_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2]
    """
    return np.cumsum(counts) - counts


def running_count(chosen: Bools, first: Ints, group: Ints) -> Ints:
    """How many were chosen before each row within its group; groups stand one after the other.

    >>> running_count(np.array([True, True, False, True]), np.array([0, 2]), np.array([0, 0, 1, 1])).tolist()
    [0, 1, 0, 0]
    """
    before = np.cumsum(chosen, dtype=np.int32)
    before -= chosen
    starts = np.append(before, 0)[first]
    found: Ints = before - starts[group]
    return found
