"""Digamma and log-gamma against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

from karat.quality.consensus.special import digamma, digamma_and_log_gamma_sum, log_gamma_sum

POINTS = np.concatenate([np.logspace(-3, 7, 20_000), np.linspace(0.2, 30.0, 1000)])


def test_values_are_those_of_scipy() -> None:
    values, total = digamma_and_log_gamma_sum(POINTS)

    assert values == pytest.approx(scipy.special.psi(POINTS), rel=1e-10, abs=1e-10)
    assert total == pytest.approx(scipy.special.gammaln(POINTS).sum(), rel=1e-13)
    assert log_gamma_sum(POINTS) == pytest.approx(total, rel=1e-14)
    assert np.array_equal(digamma(POINTS), values)


def test_any_shape_will_do() -> None:
    table = np.array([[0.5, 1.5, 2.5], [3.5, 4.5, 5.5]])

    assert digamma(table) == pytest.approx(scipy.special.psi(table))
    assert digamma(table[:, ::2]) == pytest.approx(scipy.special.psi(table[:, ::2]))
