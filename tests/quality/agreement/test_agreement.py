"""The one question, and which coefficient answers it."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.agreement import COEFFICIENTS, agreement, bootstrap, krippendorff_alpha, observed_agreement
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of, uneven_ratings

UNIFORM = ["brennan_prediger", "bennett", "randolph"]
RATINGS = ratings_of("12", "11", "22", "33", "31")


def test_the_default_is_nominal_alpha() -> None:
    assert agreement(RATINGS) == krippendorff_alpha(RATINGS, metric="nominal")


def test_the_metric_goes_to_alpha() -> None:
    assert agreement(RATINGS, metric="ordinal") == krippendorff_alpha(RATINGS, metric="ordinal")


def test_raw_agreement_is_asked_for_by_name() -> None:
    assert agreement(RATINGS, coefficient="observed") == observed_agreement(RATINGS)


def test_the_level_goes_to_the_interval() -> None:
    assert agreement(RATINGS, level=0.5).low > agreement(RATINGS).low
    assert agreement(RATINGS, level=0.5).level == 0.5


def test_the_interval_speaks_for_the_process_where_annotators_are_few() -> None:
    ratings = uneven_ratings(seed=2)

    found = agreement(ratings)

    assert (found.over, agreement(RATINGS).over) == ("annotators", "items")
    assert found == agreement(ratings, over="annotators")
    assert agreement(ratings, over="items") == krippendorff_alpha(ratings)


def test_coefficients_of_pairs_of_annotators_speak_for_these_annotators() -> None:
    ratings = uneven_ratings(seed=2)

    assert agreement(ratings, coefficient="light").over == "items"
    with pytest.raises(UnknownMethod, match="exists for alpha"):
        agreement(ratings, coefficient="conger", over="annotators")


def test_numbers_with_many_values_have_intervals_too() -> None:
    """Ratings on a slider: nearly every number differs."""
    rng = np.random.default_rng(1)
    truth = np.repeat(rng.normal(size=5000), 2)
    item, annotator = np.arange(10_000) // 2, rng.permuted(np.tile(np.arange(5), (5000, 1)), axis=1)[:, :2].ravel()
    ratings = Ratings.from_arrays(item, annotator, np.round(truth + 0.3 * rng.normal(size=10_000), 9))

    assert agreement(ratings, metric="interval").over == "annotators"
    assert agreement(ratings, metric="ordinal").over == "items"
    assert 0 < bootstrap(ratings, metric="interval").low < agreement(ratings, metric="interval").value


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_every_coefficient_answers_with_its_interval(coefficient: str) -> None:
    for metric in COEFFICIENTS[coefficient].metrics:
        found = agreement(RATINGS, coefficient=coefficient, metric=metric)

        assert found.low < found.value < found.high <= 1
        assert found.n == 5


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_perfect_agreement_is_one(coefficient: str) -> None:
    found = agreement(ratings_of("11", "22", "33", "11"), coefficient=coefficient)

    assert found.value == found.high == 1
    assert found.low < 0.9


def test_the_weights_of_others_go_by_their_name() -> None:
    assert agreement(RATINGS, coefficient="ac2") == agreement(RATINGS, coefficient="ac1")
    assert agreement(RATINGS, coefficient="ac2", metric="interval") == agreement(
        RATINGS, coefficient="ac2", metric="quadratic"
    )


def test_what_does_not_exist_or_fit_is_refused() -> None:
    with pytest.raises(UnknownMethod, match=r"'kappa'; there are alpha, .*, light"):
        agreement(RATINGS, coefficient="kappa")
    with pytest.raises(UnknownMethod, match=r"'euclid'; there are nominal, .*, bipolar"):
        agreement(RATINGS, metric="euclid")
    with pytest.raises(UnknownMethod, match=r"does not apply to 'alpha', .* goes with weighted_alpha, observed"):
        agreement(RATINGS, metric="linear")


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_what_cannot_be_measured_is_refused_with_the_reason(coefficient: str) -> None:
    def ask(*words: str) -> Estimate:
        return agreement(ratings_of(*words, classes="ab"), coefficient=coefficient)

    with pytest.raises((NoRatings, TooLittleOverlap)):
        ask()
    with pytest.raises(TooLittleOverlap):  # one annotator
        ask("a", "b", "a")
    with pytest.raises(TooLittleOverlap):  # nobody meets
        ask("a.", ".b", "a.")
    if coefficient != "observed":
        with pytest.raises(TooLittleOverlap, match=r"2 items|items in common"):
            ask("ab", "a.")


@pytest.mark.parametrize("coefficient", set(COEFFICIENTS) - {"observed", "ac1", "ac2", *UNIFORM})
def test_one_class_leaves_nothing_beyond_chance(coefficient: str) -> None:
    with pytest.raises(SingleClass):
        agreement(ratings_of("aa", "aa", "aa", classes="ab"), coefficient=coefficient)


@pytest.mark.parametrize("coefficient", ["ac1", "ac2", *UNIFORM])
def test_one_class_is_full_agreement_where_others_could_have_been_given(coefficient: str) -> None:
    declared = agreement(ratings_of("aa", "aa", "aa", classes="ab"), coefficient=coefficient)

    assert declared.value == 1
    with pytest.raises(SingleClass, match="Declare"):
        agreement(ratings_of("aa", "aa", "aa"), coefficient=coefficient)
