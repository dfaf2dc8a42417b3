"""The one question, and which coefficient answers it."""

from __future__ import annotations

import pytest

from karat.quality.agreement import agreement, krippendorff_alpha, observed_agreement
from karat.quality.errors import UnknownMethod
from tests.quality.builders import ratings_of

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


def test_what_does_not_exist_or_fit_is_refused() -> None:
    with pytest.raises(UnknownMethod, match="'kappa'"):
        agreement(RATINGS, coefficient="kappa")
    with pytest.raises(UnknownMethod, match="does not apply"):
        agreement(RATINGS, coefficient="observed", metric="ordinal")
