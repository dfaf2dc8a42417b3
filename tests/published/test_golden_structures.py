"""Golden values of sets, tables of numbers, rankings, spans, segments, boxes and masks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench._golden_structures import METRICS, set_alpha


def test_every_golden_value_of_structured_answers(shared_data: Path) -> None:
    cases = json.loads((shared_data / "agreement" / "golden.json").read_text(encoding="utf-8"))["cases"]
    checked = 0
    for case in cases:
        is_of_sets = case["data"]["kind"] == "units_by_raters_sets"
        for expected in case["expect"]:
            measure = set_alpha if is_of_sets else METRICS.get(expected["metric"])
            if measure is None:
                continue

            found = measure(expected["params"], case["data"])

            assert found == pytest.approx(expected["value"], abs=expected["tol"]), (case["id"], expected)
            checked += 1

    assert checked == 74
