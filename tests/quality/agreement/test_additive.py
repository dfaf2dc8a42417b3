"""Coefficients from sums over items: equal to those that look at the items."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from karat.quality.agreement import (
    brennan_prediger,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    observed_agreement,
    randolph_kappa,
    weighted_alpha,
)
from karat.quality.agreement.additive import ADDITIVE, additive
from karat.quality.errors import UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings
from tests.quality.builders import uneven_ratings

MEASURES: list[tuple[str, str, Callable[[Ratings], Estimate]]] = [
    *[
        ("alpha", m, lambda r, m=m: krippendorff_alpha(r, metric=m))
        for m in ("nominal", "ordinal", "interval", "ratio")
    ],
    ("observed", "nominal", observed_agreement),
    ("observed", "linear", lambda r: observed_agreement(r, weights="linear")),
    ("fleiss", "nominal", fleiss_kappa),
    ("fleiss", "quadratic", lambda r: fleiss_kappa(r, weights="quadratic")),
    ("ac1", "nominal", gwet_ac1),
    ("ac2", "ordinal", lambda r: gwet_ac2(r, weights="ordinal")),
    ("brennan_prediger", "nominal", brennan_prediger),
    ("brennan_prediger", "linear", lambda r: brennan_prediger(r, weights="linear")),
    ("randolph", "nominal", randolph_kappa),
    ("weighted_alpha", "linear", lambda r: weighted_alpha(r, weights="linear")),
    ("weighted_alpha", "identity", krippendorff_alpha),
]


def test_every_additive_coefficient_is_compared() -> None:
    assert {name for name, _, _ in MEASURES} == set(ADDITIVE)


@pytest.mark.parametrize(("name", "metric", "measured"), MEASURES)
def test_the_sums_give_the_coefficient(name: str, metric: str, measured: Callable[[Ratings], Estimate]) -> None:
    ratings = uneven_ratings(seed=3)
    measure = additive(name, ratings.classes, metric=metric)

    found = measure.value(measure.rows(ratings.class_counts().astype(float)).sum(axis=0)[np.newaxis])

    assert found[0] == pytest.approx(measured(ratings).value, abs=1e-12)


@pytest.mark.parametrize(("name", "metric", "measured"), MEASURES)
def test_both_parts_are_shares(name: str, metric: str, measured: Callable[[Ratings], Estimate]) -> None:
    ratings = uneven_ratings(seed=4)
    measure = additive(name, ratings.classes, metric=metric)

    observed, chance = measure.parts(measure.rows(ratings.class_counts().astype(float)).sum(axis=0)[np.newaxis])

    assert 0 <= observed[0] <= 1
    assert 0 < chance[0] <= 1


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_a_single_class_leaves_alpha_undefined(metric: str) -> None:
    measure = additive("alpha", (1, 2, 3), metric=metric)
    rows = measure.rows(Ratings.from_rows([(1, 1, 2), (1, 2, 2)], classes=(1, 2, 3)).class_counts().astype(float))

    assert np.isnan(measure.value(rows.toarray()))


def test_what_is_no_sum_over_items_is_refused() -> None:
    with pytest.raises(UnknownMethod, match="'cohen' is not"):
        additive("cohen", (1, 2))
    with pytest.raises(UnknownMethod, match="weighted_alpha"):
        additive("alpha", (1, 2), metric=[[1, 0], [0, 1]])
    with pytest.raises(UnknownMethod, match="501 classes"):
        additive("alpha", range(501), metric="ordinal")
    with pytest.raises(UnknownMethod, match="'euclid'"):
        additive("alpha", (1, 2), metric="euclid")
