"""Every expectation of the golden file, asked the way outside comparisons ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.entry_points import golden

GOLDEN = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "agreement" / "golden.json"

NOT_OFFERED: dict[str, str] = {}
"""Metrics Karat answers with NotImplementedError, and why. Empty: everything in the file is offered."""

SE_TOLERANCE = 0.05
"""Different valid estimators of a standard error differ by a few percent at these sizes."""


def expectations() -> list[Any]:
    """One parameter set for each expected value, named by its case and metric."""
    if not GOLDEN.is_file():
        reason = "needs the shared golden values, ../shared/data/agreement beside the repository, which are not here"
        return [pytest.param({}, {}, marks=pytest.mark.skip(reason=reason), id="absent")]
    cases = json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]
    return [
        pytest.param(case["data"], expected, id=f"{case['id']}-{expected['metric']}-{number}")
        for case in cases
        for number, expected in enumerate(case["expect"])
    ]


@pytest.mark.parametrize(("data", "expected"), expectations())
def test_the_golden_value_is_met(data: dict[str, Any], expected: dict[str, Any]) -> None:
    if expected["metric"] in NOT_OFFERED:
        with pytest.raises(NotImplementedError):
            golden(expected["metric"], expected["params"], data)
        return

    found = golden(expected["metric"], expected["params"], data)

    answer = found if isinstance(found, dict) else {"value": found}
    assert answer["value"] == pytest.approx(expected["value"], abs=expected["tol"])
    if "se" in expected:
        assert answer["se"] == pytest.approx(expected["se"], rel=SE_TOLERANCE)
    if "ci95" in expected:
        width = expected["ci95"][1] - expected["ci95"][0]
        assert answer["ci95"] == pytest.approx(expected["ci95"], abs=SE_TOLERANCE * width / 2)


def test_what_is_not_offered_says_so() -> None:
    with pytest.raises(NotImplementedError, match="telepathy"):
        golden("telepathy", {}, {"kind": "units_by_raters", "matrix": [[1, 1]]})
