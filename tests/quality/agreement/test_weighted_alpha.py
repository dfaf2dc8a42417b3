"""Alpha under Gwet's weights: where it is Krippendorff's own metric, and where it is not."""

from __future__ import annotations

import pytest

from karat.quality.agreement import krippendorff_alpha, weighted_alpha
from karat.quality.agreement.weights import credit_of_distances
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.ratings import Ratings
from tests.quality.agreement.test_chance_corrected import mixed_ratings
from tests.quality.builders import ratings_of


@pytest.mark.parametrize(
    ("weights", "metric"), [("identity", "nominal"), ("quadratic", "interval"), ("ratio", "ratio")]
)
def test_some_weights_are_metrics_of_krippendorff(weights: str, metric: str) -> None:
    ratings = mixed_ratings(seed=13, n_items=60)

    found, expected = weighted_alpha(ratings, weights=weights), krippendorff_alpha(ratings, metric=metric)

    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert found.standard_error == pytest.approx(expected.standard_error)


def test_ordinal_weights_are_not_the_ordinal_metric() -> None:
    ratings = mixed_ratings(seed=14, n_items=60)

    assert weighted_alpha(ratings, weights="ordinal").value != krippendorff_alpha(ratings, metric="ordinal").value


def test_the_scale_of_distances_does_not_matter() -> None:
    ratings = ratings_of("ab", "bc", "cc", "aa", "ca")
    distance = [[0, 1, 4], [1, 0, 2], [4, 2, 0]]
    larger = [[10 * cell for cell in row] for row in distance]

    assert weighted_alpha(ratings, weights=credit_of_distances(distance)) == weighted_alpha(
        ratings, weights=credit_of_distances(larger)
    )


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(NoRatings):
        weighted_alpha(Ratings.from_rows([], classes="ab"), weights="linear")
    with pytest.raises(TooLittleOverlap):
        weighted_alpha(ratings_of("a.", ".b"), weights="linear")
    with pytest.raises(SingleClass):
        weighted_alpha(ratings_of("aa", "aa", classes="ab"), weights="linear")
    with pytest.raises(UnknownMethod):
        weighted_alpha(ratings_of("ab", "aa"), weights="luck")
