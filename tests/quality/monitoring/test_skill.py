"""Skill: verdicts keep their probability, and luck with easy items does not count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.belief import Belief
from karat.quality.monitoring.difficulty import fit_difficulty
from karat.quality.monitoring.running import run
from karat.quality.monitoring.skill import AdjustedSkillWatch, Graded, Skill, SkillWatch, skills
from tests.quality.monitoring.changes import assert_twins_agree, changes


def test_of_those_told_to_miss_the_bar_few_reach_it() -> None:
    rng = np.random.default_rng(0)
    accuracy = rng.beta(18, 3, 4000)

    found = skills(rng.binomial(40, accuracy), np.full(4000, 40), bar=0.85)

    missed = np.array([skill.verdict == "missed" for skill in found])
    reached = np.array([skill.verdict == "reached" for skill in found])
    assert (accuracy[missed] >= 0.85).mean() <= 0.05
    assert (accuracy[reached] < 0.85).mean() <= 0.05
    assert missed.sum() > 100


def test_little_evidence_leaves_the_verdict_open() -> None:
    assert run(SkillWatch(Belief(18, 2), bar=0.85), [Graded(False), Graded(True)]).verdict == "open"


def test_hard_items_are_not_held_against_a_person() -> None:
    """Two people of one ability: one met the hard half of the gold, one the easy half."""
    rng = np.random.default_rng(1)
    ability, difficulty = rng.normal(2.0, 0.5, 60), np.repeat([-1.5, 1.5], 50)
    person, item = np.repeat(np.arange(60), 50), np.tile(np.arange(100), 30)
    is_right = rng.random(3000) < 1 / (1 + np.exp(difficulty[item] - ability[person]))
    fitted = fit_difficulty(person, item, is_right)
    watch = AdjustedSkillWatch(fitted.team_ability, fitted.team_spread, tuple(fitted.difficulty), bar=0.8)
    hard = [Graded(place % 5 < 3, 1.5) for place in range(100)]  # 60 % of hard ones ...
    easy = [Graded(place % 33 < 32, -1.5) for place in range(99)]  # ... is what 97 % of easy ones are

    of_hard, of_easy = run(watch, hard), run(watch, easy)

    assert of_hard.accuracy.value == pytest.approx(of_easy.accuracy.value, abs=0.05)
    assert of_hard.accuracy.low <= of_easy.accuracy.value <= of_hard.accuracy.high


def test_adjusted_accuracies_lie_in_their_interval() -> None:
    rng, held = np.random.default_rng(2), []
    usual = np.linspace(-1, 1, 9)
    watch = AdjustedSkillWatch(2.0, 0.7, tuple(usual.tolist()), bar=0.85)
    for ability in rng.normal(2.0, 0.7, 300):
        met = rng.choice(usual, 40)
        is_right = rng.random(40) < 1 / (1 + np.exp(met - ability))
        found = run(watch, [Graded(bool(right), float(b)) for right, b in zip(is_right, met, strict=True)])
        held.append(found.accuracy.low <= (1 / (1 + np.exp(usual - ability))).mean() <= found.accuracy.high)

    assert np.mean(held) == pytest.approx(0.95, abs=0.035)


def test_skill_without_a_golden_set_is_refused() -> None:
    with pytest.raises(QualityError, match="0 difficulties"):
        AdjustedSkillWatch(2.0, 0.7, (), bar=0.8)


SEEN = st.builds(Graded, st.booleans(), st.floats(-2, 2))


def same(one: Skill, other: Skill) -> bool:
    return one.verdict == other.verdict and np.allclose(one.chance_at_bar, other.chance_at_bar)


@given(changes(SEEN))
def test_the_running_form_equals_the_batch_after_any_change(happened: list[tuple[str, int, Graded]]) -> None:
    assert_twins_agree(SkillWatch(Belief(18, 2), bar=0.85), happened)
    assert_twins_agree(AdjustedSkillWatch(2.0, 0.7, (-1.0, 1.0), bar=0.85), happened, same=same)
