"""Where disagreement comes from: planted causes are found with their shares, and nothing is invented."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.errors import QualityError, TooLittleOverlap
from karat.quality.monitoring.decomposition import FIXABLE, Cause, Decomposition, Probes, decompose
from karat.quality.ratings import Ratings
from tests.quality.monitoring.planted import N_ITEMS, Plan, Project


def judged(n_projects: int, *, seed: int, n_truth: int) -> tuple[float, float, float]:
    """Mean share error, coverage of the 90 % intervals, and how often what was planted to fix was seen."""
    rng = np.random.default_rng(seed)
    errors, covered, seen = [], [], []
    for number in range(n_projects):
        plan = Plan.at_random(rng)
        project = Project(plan, seed + number)
        truth, found = project.true_shares(n_truth), project.found()
        for cause in Cause:
            share = found.shares[cause]
            assert share.value is not None
            errors.append(abs(share.value - truth[cause]))
            covered.append(share.low <= truth[cause] <= share.high)
        if sum(truth[cause] for cause in FIXABLE) * found.disagreement.value > 0.05:
            seen.append(found.is_nothing_to_fix is False)
    return float(np.mean(errors)), float(np.mean(covered)), float(np.mean(seen))


def nothing_recognised(n_projects: int, *, seed: int) -> float:
    rng = np.random.default_rng(seed)
    plans = [Plan.without_anything_to_fix(rng) for _ in range(n_projects)]
    return float(np.mean([Project(plan, seed + n).found().is_nothing_to_fix for n, plan in enumerate(plans)]))


def test_shares_of_planted_causes_are_found() -> None:
    error, coverage, seen = judged(12, seed=0, n_truth=30_000)

    assert error <= 0.05
    assert coverage >= 0.8
    assert seen >= 0.9


def test_where_there_is_nothing_to_fix_nothing_is_prescribed() -> None:
    assert nothing_recognised(15, seed=0) >= 0.9


@pytest.mark.slow
def test_over_five_hundred_scenarios_the_mean_error_is_at_most_five_points() -> None:
    error, coverage, seen = judged(500, seed=1000, n_truth=60_000)

    assert error <= 0.05
    assert coverage >= 0.85
    assert seen >= 0.95


@pytest.mark.slow
def test_nothing_to_fix_is_recognised_in_nine_of_ten() -> None:
    assert nothing_recognised(200, seed=5000) >= 0.9


@pytest.mark.parametrize(
    ("plan", "cause"),
    [
        (Plan(ambiguous_share=0.25, slip=0.01), Cause.AMBIGUITY),
        (Plan(camp_rules=4, slip=0.01), Cause.CAMPS),
        (Plan(bias=0.12, slip=0.01), Cause.BIAS),
        (Plan(drift=0.12, slip=0.01), Cause.DRIFT),
        (Plan(slip=0.07), Cause.SLIPS),
    ],
)
def test_three_worlds_with_the_same_agreement_have_different_causes(plan: Plan, cause: Cause) -> None:
    found = Project(plan, 1).found()

    assert max(Cause, key=lambda one: found.shares[one].value or 0.0) is cause


def shares_add_up(found: Decomposition) -> bool:
    return sum(share.value or 0.0 for share in found.shares.values()) == pytest.approx(1.0)


def test_shares_add_up_and_lie_in_their_intervals() -> None:
    found = Project(Plan(ambiguous_share=0.1, camp_rules=2, bias=0.05, drift=0.05, slip=0.02), 3).found()

    assert shares_add_up(found)
    for share in found.shares.values():
        assert share.value is not None
        assert 0 <= share.low <= share.value <= share.high <= 1


def overlap(plan: Plan, seed: int = 0) -> tuple[Project, Ratings]:
    project = Project(plan, seed)
    item = np.repeat(np.arange(N_ITEMS), 2)
    who = np.argsort(project.rng.random((N_ITEMS, 40)), axis=1)[:, :2].ravel()
    label = project.answers(who, item, project.rng.random(len(item)))
    return project, Ratings.from_codes(item, who, label, n_classes=4)


def test_without_probes_there_are_bounds_that_hold_and_what_would_settle_it() -> None:
    plan = Plan(ambiguous_share=0.15, camp_rules=2, bias=0.05, slip=0.02)
    project, ratings = overlap(plan)
    truth = project.true_shares(40_000)

    found = decompose(ratings, Probes(), rule_of_item=project.rule)

    assert found.fixable is None
    assert found.is_nothing_to_fix is None
    assert set(found.needed) == {"repeats", "late repeats", "honeypots"}
    assert min(found.needed.values()) >= 60
    for cause in Cause:
        share = found.shares[cause]
        assert share.low - 0.03 <= truth[cause] <= share.high + 0.03
        assert (share.value is None) == (cause is not Cause.CAMPS)


def test_without_rules_camps_cannot_be_told_from_bias() -> None:
    project, ratings = overlap(Plan(camp_rules=3, slip=0.02))
    again = np.random.default_rng(0)
    who, item = again.integers(40, size=500), again.integers(N_ITEMS, size=500)
    time = again.random(500)
    repeats = project.answers(who, item, time) != project.answers(who, item, time)

    found = decompose(ratings, Probes(repeats=repeats, late_repeats=repeats, honeypots=again.random(500) < 0.02))

    assert found.shares[Cause.CAMPS].value is None
    assert found.shares[Cause.BIAS].value is None
    assert found.shares[Cause.CAMPS].high > 0.7
    assert found.shares[Cause.AMBIGUITY].value is not None


def test_the_repeats_that_are_said_to_be_needed_make_the_share_certain_enough() -> None:
    project = Project(Plan(ambiguous_share=0.15, bias=0.05, slip=0.02), 0)
    first = project.found(n_repeats=300, n_honeypots=300)

    n_repeats = 300 + max(first.needed["repeats"], first.needed["late repeats"])
    second = project.found(n_repeats=n_repeats, n_honeypots=300 + first.needed["honeypots"])

    for cause in (Cause.AMBIGUITY, Cause.SLIPS):
        before, after = first.shares[cause], second.shares[cause]
        assert (after.high - after.low) / 2 <= 0.065  # thirty blocks know a width to a seventh
        assert after.high - after.low < before.high - before.low


def test_renaming_annotators_and_items_changes_nothing() -> None:
    project, ratings = overlap(Plan(camp_rules=2, bias=0.05, slip=0.02))
    order = np.random.default_rng(0).permutation(40)
    renamed = Ratings.from_codes(ratings.item, order[ratings.annotator], ratings.label, n_classes=4)
    probes = Probes(*(np.random.default_rng(1).random((3, 400)) < 0.1))

    there = decompose(renamed, probes, rule_of_item=project.rule)

    here = decompose(ratings, probes, rule_of_item=project.rule)
    for cause in Cause:
        assert there.shares[cause].value == pytest.approx(here.shares[cause].value)
        assert there.shares[cause].high == pytest.approx(here.shares[cause].high)


def test_what_cannot_be_explained_is_refused_with_the_reason() -> None:
    few = Ratings.from_rows([(item, who, item % 2) for item in range(50) for who in "ab"])
    agreed = Ratings.from_rows([(item, who, item % 2) for item in range(300) for who in "ab"])

    with pytest.raises(TooLittleOverlap, match="need 200 pairs"):
        decompose(few, Probes())
    with pytest.raises(QualityError, match="nobody disagrees"):
        decompose(agreed, Probes())
    with pytest.raises(QualityError, match="there are 300 items"):
        decompose(agreed, Probes(), rule_of_item=[1, 2])
