"""Partial credit: what each set means, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.agreement.weights import WEIGHT_SETS, Credit, credit_of_distances, weight_matrix
from karat.quality.errors import NotNumeric, UnknownMethod


@pytest.mark.parametrize("name", WEIGHT_SETS)
def test_every_set_is_symmetric_with_full_credit_for_equal_classes_and_none_for_some(name: str) -> None:
    found = weight_matrix(name, [1, 2, 3, 5])

    assert np.array_equal(found, found.T)
    assert np.array_equal(np.diag(found), np.ones(4))
    assert found.min() == pytest.approx(0)


def test_the_sets_follow_their_formulas() -> None:
    assert weight_matrix("linear", [0, 1, 4])[0].tolist() == [1, 0.75, 0]
    assert weight_matrix("quadratic", [0, 1, 4])[0].tolist() == [1, 1 - 1 / 16, 0]
    assert weight_matrix("radical", [0, 1, 4])[0].tolist() == [1, 0.5, 0]
    assert weight_matrix("ordinal", [0, 1, 40])[0].tolist() == pytest.approx([1, 2 / 3, 0])
    assert weight_matrix("ratio", [1, 3])[0].tolist() == [1, 0]
    assert weight_matrix("ratio", [0, 1, 3])[1].tolist() == pytest.approx([0, 1, 0.75])
    assert weight_matrix("circular", [0, 1, 2, 3])[0].tolist() == pytest.approx([1, 0.5, 0, 0.5])
    assert weight_matrix("bipolar", [0, 1, 2])[0].tolist() == pytest.approx([1, 2 / 3, 0])


def test_numbers_written_as_text_are_numbers_and_names_are_equally_spaced() -> None:
    assert weight_matrix("linear", ["0", "1", "4"]).tolist() == weight_matrix("linear", [0, 1, 4]).tolist()
    assert weight_matrix("linear", ["bad", "fair", "good"])[0].tolist() == [1, 0.5, 0]


def test_the_metrics_of_alpha_are_understood() -> None:
    assert np.array_equal(weight_matrix("nominal", "abc"), np.eye(3))
    assert np.array_equal(weight_matrix("interval", [1, 2, 9]), weight_matrix("quadratic", [1, 2, 9]))


def test_any_matrix_will_do_when_it_fits() -> None:
    given = [[1.0, 0.3], [0.2, 1.0]]

    assert weight_matrix(given, "ab").tolist() == given
    with pytest.raises(UnknownMethod, match="shape"):
        weight_matrix(given, "abc")
    with pytest.raises(UnknownMethod, match="at most 1"):
        weight_matrix([[1, 2], [2, 1]], "ab")
    with pytest.raises(UnknownMethod, match="finite"):
        weight_matrix([[1.0, np.nan], [0.0, 1.0]], "ab")


def test_distances_become_credit() -> None:
    assert credit_of_distances([[0, 1, 4], [1, 0, 6], [2, 2, 0]])[1].tolist() == pytest.approx([5 / 6, 1, 0])
    for impossible in ([[0.0, 0.0], [0.0, 0.0]], [[0.0, -1.0], [1.0, 0.0]], [[0.0, np.inf], [1.0, 0.0]]):
        with pytest.raises(UnknownMethod, match="numbers from 0 up"):
            credit_of_distances(impossible)


def test_what_does_not_exist_or_is_no_number_is_refused() -> None:
    with pytest.raises(UnknownMethod, match=r"'cubic'; there are identity, .*, bipolar"):
        weight_matrix("cubic", "ab")
    with pytest.raises(NotNumeric, match="from 0 up"):
        weight_matrix("ratio", "ab")
    with pytest.raises(NotNumeric, match="from 0 up"):
        weight_matrix("ratio", [-1, 1])


def test_one_class_agrees_with_itself() -> None:
    assert weight_matrix("circular", "a").tolist() == [[1.0]]


def test_identity_takes_no_room_however_many_classes() -> None:
    credit = Credit.of("identity", range(1_000_000))

    assert credit.matrix is None
    assert credit.total == 1_000_000
