"""Agreement against printed values: a few written here with their source, and every case of the golden file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypedDict

import pytest

from karat.quality.agreement import agreement
from karat.quality.ratings import Ratings

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C and D: four observers, twelve units.
KRIPPENDORFF_2011: list[list[int | None]] = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, None, 3, None],
]


class Question(TypedDict, total=False):
    """Arguments of `agreement`."""

    metric: str
    coefficient: str


METRIC_OF_WEIGHTS = {"identity": "nominal", "quadratic": "interval", "ratio": "ratio"}


@pytest.mark.parametrize(
    ("metric", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_krippendorff_2011(metric: str, printed: float) -> None:
    assert agreement(ratings_of_matrix(KRIPPENDORFF_2011), metric=metric).value == pytest.approx(printed, abs=5e-4)


def test_alpha_of_krippendorff_2004_page_227() -> None:
    words = ["aa", "ab", *["bb"] * 4, "bc", *["cc"] * 5]

    assert agreement(ratings_of_matrix([list(word) for word in words])).value == pytest.approx(0.734, abs=5e-4)


def test_raw_agreement_and_alpha_of_cohen_1960_page_45() -> None:
    ratings = ratings_of_contingency([[88, 14, 18], [10, 40, 10], [2, 6, 12]])

    assert agreement(ratings, coefficient="observed").value == pytest.approx(0.7)
    assert agreement(ratings).value == pytest.approx(0.488, abs=5e-4)


def test_every_golden_value_of_alpha_and_raw_agreement(shared_data: Path) -> None:
    cases = json.loads((shared_data / "agreement" / "golden.json").read_text(encoding="utf-8"))["cases"]
    checked = 0
    for case in cases:
        for expected in case["expect"]:
            question = question_of(expected)
            if question is None or case["data"]["kind"] not in BUILDERS:
                continue
            found = agreement(BUILDERS[case["data"]["kind"]](case["data"]), **question)
            assert found.value == pytest.approx(expected["value"], abs=expected["tol"]), case["id"]
            assert found.low <= found.value <= found.high
            checked += 1

    assert checked >= 60


def question_of(expected: dict[str, Any]) -> Question | None:
    """The arguments of `agreement` that ask for this golden value; None where it is of another family."""
    parameters = expected["params"]
    weights = METRIC_OF_WEIGHTS.get(parameters.get("weights", "identity"))
    if expected["metric"] == "percent_agreement" and weights == "nominal":
        return Question(coefficient="observed")
    if expected["metric"] == "krippendorff_alpha" and "distance" not in parameters:
        metric = parameters.get("level", weights)
        return None if metric is None else Question(metric=metric)
    return None


def ratings_of_matrix(matrix: list[list[Any]]) -> Ratings:
    """Rows are items, columns annotators, None is a missing rating."""
    return Ratings.from_rows((i, a, c) for i, row in enumerate(matrix) for a, c in enumerate(row) if c is not None)


def ratings_of_contingency(table: list[list[int]]) -> Ratings:
    """Cell (r, c) counts the items the first annotator gave class r and the second class c."""
    return ratings_of_matrix([[r, c] for r, row in enumerate(table) for c, n in enumerate(row) for _ in range(n)])


def ratings_of_counts(matrix: list[list[int]]) -> Ratings:
    """Rows are items, columns classes, entries how many annotators gave the class."""
    return ratings_of_matrix([[c for c, n in enumerate(row) for _ in range(n)] for row in matrix])


BUILDERS = {
    "units_by_raters": lambda data: ratings_of_matrix(data["matrix"]),
    "contingency": lambda data: ratings_of_contingency(data["table"]),
    "item_class_counts": lambda data: ratings_of_counts(data["matrix"]),
}
