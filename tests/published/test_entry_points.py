"""The entry points for comparisons from outside give the library's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bench.entry_points import AGREEMENT, agreement
from karat.quality.agreement import cohen_kappa, cohen_pairs, krippendorff_alpha
from karat.quality.ratings import Ratings


def codes(n_items: int, n_annotators: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Everybody rates every item, so that every measure applies."""
    rng = np.random.default_rng(1)
    item, annotator = np.indices((n_items, n_annotators)).reshape(2, -1).astype(np.int32)
    truth = rng.integers(4, size=n_items)[item]
    label = np.where(rng.random(len(item)) < 0.7, truth, rng.integers(4, size=len(item))).astype(np.int32)
    return item, annotator, label


@pytest.mark.parametrize("metric", AGREEMENT)
def test_every_metric_is_one_finite_number(metric: str) -> None:
    found = agreement(*codes(50, 2), metric)

    assert isinstance(found, float)
    assert -1 <= found <= 1


def test_they_are_the_librarys_numbers() -> None:
    item, annotator, label = codes(40, 3)
    ratings = Ratings.from_arrays(item, annotator, label, classes=range(4))

    assert agreement(item, annotator, label, "alpha_nominal") == krippendorff_alpha(ratings).value
    assert agreement(item, annotator, label, "alpha_ratio") == krippendorff_alpha(ratings, metric="ratio").value
    assert agreement(item, annotator, label, "alpha_se") == krippendorff_alpha(ratings).standard_error
    assert agreement(item, annotator, label, "cohen_pairs") == pytest.approx(cohen_pairs(ratings).kappa.mean())
    assert agreement(*codes(40, 2), "cohen") == pytest.approx(cohen_kappa(Ratings.from_arrays(*codes(40, 2))).value)


def test_what_is_not_offered_says_so() -> None:
    with pytest.raises(NotImplementedError, match="there is no 'karma'"):
        agreement(*codes(2, 2), "karma")
