"""The gate, one sentence a test."""

from __future__ import annotations

from typing import Any

from karat.domain.projects import QualityPolicy
from karat.domain.releases import Check, Figure, GateFacts, gate_as_json, gate_from_json, judge

POLICY = QualityPolicy(gate_measured_items=20, gate_gold_answers=20, gate_gold_accuracy=0.8)


def facts(**changes: Any) -> GateFacts:
    """Evidence that passes, but for what the test changes."""
    good: dict[str, Any] = {
        "n_items": 100,
        "n_open": 0,
        "n_disputed": 0,
        "leave_out_undecided": False,
        "n_measured": 20,
        "agreement": Figure(0.9, 0.8, 0.95, 20),
        "n_gold_items": 10,
        "gold_accuracy": Figure(0.9, 0.8, 0.95, 40),
    }
    return GateFacts(**(good | changes))


def check(name: str, policy: QualityPolicy = POLICY, **changes: Any) -> Check:
    return next(check for check in judge(facts(**changes), policy).checks if check.name == name)


def test_a_project_with_decided_items_known_agreement_and_good_gold_passes() -> None:
    assert judge(facts(), POLICY).passed


def test_a_passed_check_gives_no_advice() -> None:
    assert {check.advice for check in judge(facts(), POLICY).checks} == {""}


def test_a_release_needs_an_item() -> None:
    assert not check("items", n_items=0).passed


def test_a_release_from_which_every_item_is_left_out_is_none() -> None:
    assert not check("items", n_open=100, leave_out_undecided=True).passed


def test_a_release_needs_a_decision_whether_or_not_undecided_items_are_left_out() -> None:
    failed = check("items", n_open=60, n_disputed=40)

    assert not failed.passed
    assert failed.figure == "0 of 100 items have a decision"


def test_an_open_item_fails_the_gate() -> None:
    failed = check("decided", n_open=1)

    assert not failed.passed
    assert "1 undecided: 1 need answers, 0 a reviewer" in failed.figure
    assert "leave undecided items out" in failed.advice


def test_a_disputed_item_fails_the_gate() -> None:
    assert not check("decided", n_disputed=1).passed


def test_undecided_items_may_be_left_out_by_choice_and_the_check_says_how_many() -> None:
    left_out = check("decided", n_open=3, n_disputed=2, leave_out_undecided=True)

    assert left_out.passed
    assert "5 undecided items will be left out" in left_out.figure


def test_agreement_must_be_known_on_enough_measured_items() -> None:
    failed = check("agreement", n_measured=19)

    assert not failed.passed
    assert failed.advice.startswith("1 more measured items need a second answer")


def test_the_agreement_check_names_agreement_with_its_interval() -> None:
    assert "90.0% (95% interval 80.0% to 95.0%)" in check("agreement").figure


def test_low_agreement_does_not_fail_the_gate_only_unknown_agreement_does() -> None:
    assert check("agreement", agreement=Figure(0.2, 0.1, 0.3, 20)).passed


def test_gold_accuracy_below_the_bar_fails_with_enough_answers() -> None:
    failed = check("gold_accuracy", gold_accuracy=Figure(0.79, 0.7, 0.86, 100))

    assert not failed.passed
    assert "most often missed" in failed.advice


def test_gold_accuracy_at_the_bar_passes() -> None:
    assert check("gold_accuracy", gold_accuracy=Figure(0.8, 0.7, 0.86, 100)).passed


def test_too_few_graded_gold_answers_fail_however_good_they_are() -> None:
    failed = check("gold_accuracy", gold_accuracy=Figure(1.0, 0.83, 1.0, 19))

    assert not failed.passed
    assert failed.advice.startswith("1 more graded gold answers")


def test_without_any_gold_item_the_check_fails_and_says_so() -> None:
    failed = check("gold_accuracy", n_gold_items=0, gold_accuracy=None)

    assert not failed.passed
    assert "There are no gold items" in failed.advice


def test_a_policy_that_asks_for_no_gold_answers_is_content_without() -> None:
    policy = QualityPolicy(gate_gold_answers=0)

    assert check("gold_accuracy", policy, n_gold_items=0, gold_accuracy=None).passed


def test_a_policy_that_asks_for_no_gold_answers_still_refuses_bad_ones() -> None:
    policy = QualityPolicy(gate_gold_answers=0, gate_gold_accuracy=0.8)

    assert not check("gold_accuracy", policy, gold_accuracy=Figure(0.5, 0.2, 0.8, 6)).passed


def test_every_sentence_of_a_check_can_be_said_from_its_code_and_values() -> None:
    undecided, graded = check("decided", n_open=2, n_disputed=1), check("gold_accuracy")

    assert (undecided.figure_code, undecided.advice_code) == ("undecided", "finish")
    assert undecided.values == {"n": 3, "n_open": 2, "n_disputed": 1}
    assert (graded.figure_code, graded.advice_code) == ("graded", "")
    assert graded.values == {
        "n": 40,
        "n_needed": 20,
        "n_missing": 0,
        "target": 0.8,
        "value": 0.9,
        "low": 0.8,
        "high": 0.95,
    }


def test_a_gate_that_was_kept_before_there_were_codes_is_still_read() -> None:
    older = {"checks": [{"name": "items", "title": "t", "passed": True, "figure": "f", "target": "g", "advice": ""}]}

    assert gate_from_json(older).checks[0].figure_code == ""


def test_a_gate_is_kept_with_its_release_as_it_was() -> None:
    gate = judge(facts(n_open=1), POLICY)

    assert gate_from_json(gate_as_json(gate)) == gate
    assert gate.failed() == ["decided"]
