"""Gamma: what it is 1 for, near 0 for, and how long it may take."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from karat.quality.agreement.spans import GammaSettings, Span, gamma, gamma_agreement
from karat.quality.errors import (
    QualityError,
    SingleClass,
    TimeLimit,
    TooLittleOverlap,
    UnknownMethod,
    UnreadableRatings,
)
from karat.quality.ratings import Ratings

HERE = GammaSettings(time_limit_seconds=None, n_samples=10)
ALEX = [(2, 9, "1"), (11, 17, "2"), (24, 30, "5"), (32, 36, "6"), (36, 44, "6"), (44, 60, "7")]
PAUL = [(2, 9, "1"), (11, 17, "3"), (19, 25, "5"), (32, 44, "6")]
SUZAN = [(2, 9, "1"), (11, 17, "4"), (21, 27, "5"), (32, 36, "6"), (36, 40, "6"), (40, 44, "6")]


def test_observed_disorder_of_alex_paul_and_suzan() -> None:
    """pygamma-agreement 0.5.9 gives .96062 with alpha 3, and gammas of .408 to .437 over eight seeds."""
    found = gamma({"alex": ALEX, "paul": PAUL, "suzan": SUZAN}, replace(HERE, position_weight=3.0, n_samples=60))

    assert found.observed_disorder == pytest.approx(0.96062, abs=1e-5)
    assert found.n_groups == 6
    assert 0.38 < found.value < 0.46
    assert found.category_value == pytest.approx(0.372, abs=0.03)
    assert 0 < found.standard_error < 0.02


def test_a_worker_finds_the_same_as_this_process() -> None:
    answers = {"alex": ALEX, "paul": PAUL}

    assert gamma(answers, replace(HERE, time_limit_seconds=60)) == gamma(answers, HERE)


def test_the_seed_decides_the_draws() -> None:
    answers = {"alex": ALEX, "paul": PAUL}

    assert gamma(answers, replace(HERE, seed=1)) == gamma(answers, replace(HERE, seed=1))
    assert gamma(answers, replace(HERE, seed=1)).value != gamma(answers, replace(HERE, seed=2)).value


def test_the_same_spans_give_1() -> None:
    found = gamma({"alex": ALEX, "paul": ALEX}, HERE)

    assert (found.value, found.category_value, found.observed_disorder) == (1, 1, 0)


def test_names_and_order_of_annotators_do_not_matter_to_what_is_observed() -> None:
    one = gamma({"alex": ALEX, "paul": PAUL, "suzan": SUZAN}, HERE)
    other = gamma({"z": SUZAN[::-1], "y": PAUL, "x": [Span(*span) for span in ALEX]}, HERE)

    assert other.observed_disorder == pytest.approx(one.observed_disorder)


def test_unaligned_spans_need_not_count_for_labels() -> None:
    answers = {"alex": ALEX, "paul": PAUL, "suzan": SUZAN}

    with_them = gamma(answers, HERE).category_value
    without = gamma(answers, replace(HERE, category_counts_unaligned=False)).category_value

    assert with_them is not None
    assert without is not None
    assert without > with_them


def test_a_search_that_takes_too_long_is_ended() -> None:
    begun = time.monotonic()

    with pytest.raises(TimeLimit, match=r"0\.05 seconds, with up to 3 annotators"):
        gamma({"alex": ALEX, "paul": PAUL, "suzan": SUZAN}, GammaSettings(time_limit_seconds=0.05))

    assert time.monotonic() - begun < 5


def test_a_worker_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karat.quality.agreement.spans.gamma_measure.WORKER", "karat.no_such_worker")

    with pytest.raises(QualityError, match="no_such_worker"):
        gamma({"alex": ALEX, "paul": PAUL})


def test_several_texts_give_an_interval_over_texts() -> None:
    rows = [(t, a, frozenset(noisy(t, a) if t < 12 else [])) for t in range(13) for a in range(2)]

    found = gamma_agreement(Ratings.from_rows(rows), HERE)

    assert 0.2 < found.low < found.value < found.high < 1
    assert found.n == 13


def test_random_spans_have_a_gamma_near_0() -> None:
    rng = np.random.default_rng(0)
    rows = [(t, a, frozenset(anywhere(rng))) for t in range(25) for a in range(2)]

    assert gamma_agreement(Ratings.from_rows(rows), HERE).value == pytest.approx(0, abs=0.15)


def test_what_cannot_be_answered_has_a_reason() -> None:
    with pytest.raises(TooLittleOverlap, match="at least 2 annotators"):
        gamma({"alex": ALEX})
    with pytest.raises(SingleClass, match="nobody marked"):
        gamma({"alex": [], "paul": []})
    with pytest.raises(SingleClass, match="all alike"):
        gamma({"alex": [(0, 5)], "paul": [(0, 5)]}, HERE)
    with pytest.raises(UnreadableRatings):
        gamma({"alex": ["PER"], "paul": []})
    with pytest.raises(UnknownMethod, match="2 samples"):
        GammaSettings(n_samples=1)
    with pytest.raises(TooLittleOverlap, match="Use gamma for"):
        gamma_agreement(Ratings.from_rows([("t", a, frozenset(ALEX)) for a in "xy"]), HERE)


def noisy(text: int, annotator: int) -> list[tuple[int, int, str]]:
    rng = np.random.default_rng(100 * text + annotator)
    labels = np.random.default_rng(text).choice(list("AB"), 5)
    return [
        (start + int(rng.integers(0, 3)), start + 7 + int(rng.integers(0, 3)), str(label))
        for start, label in zip(range(3, 60, 12), labels, strict=True)
        if rng.random() < 0.85
    ]


def anywhere(rng: np.random.Generator) -> list[tuple[int, int, str]]:
    starts = np.sort(rng.choice(20, 5, replace=False)) * 10
    return [
        (int(s) + int(rng.integers(0, 4)), int(s) + 5 + int(rng.integers(0, 4)), str(rng.choice(list("AB"))))
        for s in starts
    ]
