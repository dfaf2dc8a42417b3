"""Unitizing alpha: printed values, the written-out definition, and leaving out texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.spans import unitizing_alpha, unitizing_disagreement
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnreadableRatings
from karat.quality.intervals import student_quantile
from karat.quality.ratings import Ratings

Text = list[list[tuple[int, int]]]
LENGTH = 20


def separate(cuts: list[int]) -> list[tuple[int, int]]:
    """Units between the first and second of the cuts, the third and fourth ..."""
    ends = sorted(set(cuts))
    return list(zip(ends[::2], ends[1::2], strict=False))


units = st.lists(st.integers(0, LENGTH), max_size=6).map(separate)


def test_krippendorff_2004() -> None:
    """Content Analysis, second edition, p. 254: .7286 for c, 1 for k, .8591 (rounded parts) for both."""
    c = [[(75, 145), (220, 250)], [(70, 150), (205, 225), (250, 270)]]
    k = [(30, 90), (150, 200)]
    answers = [[(*u, "c") for u in mine] + [(*u, "k") for u in k] for mine in c]
    ratings = Ratings.from_rows(("text", a, frozenset(spans)) for a, spans in enumerate(answers))

    found = {label: unitizing_disagreement(ratings, {"text": 300}, label=label) for label in ("c", "k", None)}

    assert (found["c"].observed, found["c"].expected) == pytest.approx((0.0144, 0.0532), abs=5e-5)
    assert found["c"].alpha == pytest.approx(0.7286, abs=1e-4)
    assert found["k"].alpha == 1
    assert found[None].alpha == pytest.approx(0.8591, abs=6e-4)


@settings(deadline=None)
@given(st.lists(units, min_size=2, max_size=3))
def test_one_text_gives_the_written_out_definition(text: Text) -> None:
    observed, expected = by_definition(text)
    if expected <= 0:
        with pytest.raises(SingleClass):
            unitizing_disagreement(ratings_of_units([text]), {0: LENGTH})
        return

    found = unitizing_disagreement(ratings_of_units([text]), {0: LENGTH})

    assert (found.observed, found.expected) == pytest.approx((observed, expected))


@settings(deadline=None)
@given(st.lists(st.lists(units, min_size=2, max_size=2), min_size=2, max_size=3))
def test_several_texts_are_one_continuum_that_goes_round(texts: list[Text]) -> None:
    """Every shift of every unit over every text, one by one."""
    lengths = [end - start for text in texts for one in text for start, end in one]
    n = 2 * LENGTH * len(texts)
    gaps = [gap for text in texts for one in text for gap in round_gaps(one)]
    total = sum(
        sum(2 * shift**2 for shift in range(-u + 1, u)) / 2 * (len(lengths) - 1)
        + u**2 * sum(gap - u + 1 for gap in gaps if gap >= u)
        for u in lengths
    )
    expected = 2 * total / (LENGTH * len(texts)) / (n * (n - 1) - sum(u * (u - 1) for u in lengths))
    observed = sum(by_definition(text)[0] for text in texts) / len(texts) ** 2
    if expected <= 0:
        return

    found = unitizing_disagreement(ratings_of_units(texts), dict.fromkeys(range(len(texts)), LENGTH))

    assert (found.observed, found.expected) == pytest.approx((observed, expected))


def test_units_put_at_random_have_an_alpha_near_0() -> None:
    rng = np.random.default_rng(0)
    texts = [[[random_unit(rng, 200)] for _ in range(2)] for _ in range(800)]

    found = unitizing_alpha(ratings_of_units(texts), dict.fromkeys(range(800), 200))

    assert found.value == pytest.approx(0, abs=0.08)
    assert found.high - found.low < 0.3


def test_the_interval_comes_from_leaving_out_texts() -> None:
    texts = [[noisy_units(t, a) for a in range(3) if (t + a) % 3 or t % 2] for t in range(30)]
    ratings, lengths = ratings_of_units(texts), {t: 60 + t for t in range(30)}
    found = unitizing_alpha(ratings, lengths)
    shared = [t for t in range(30) if len(texts[t]) >= 2]
    without = [unitizing_disagreement(ratings.select(ratings.item != t), lengths).alpha for t in shared]

    n = len(shared)
    jackknife = np.sqrt((n - 1) / n * ((np.array(without) - np.mean(without)) ** 2).sum())

    reach = np.log((1 - found.low) / (1 - found.value)) / student_quantile(0.975, n - 1)
    assert reach * (1 - found.value) == pytest.approx(jackknife, rel=1e-6)
    assert found.n == n


def test_names_and_order_do_not_matter() -> None:
    rows = [(t, "cab"[a], frozenset(noisy_units(t, a))) for t in range(6) for a in range(3)]
    lengths = dict.fromkeys(range(6), 60)

    one, other = (unitizing_alpha(Ratings.from_rows(r), lengths) for r in (rows, rows[::-1]))

    assert (one.value, one.low) == pytest.approx((other.value, other.low))


def test_when_all_agree_the_interval_is_that_of_texts_without_disagreement() -> None:
    found = unitizing_alpha(ratings_of_units([[[(5, 9)], [(5, 9)]]] * 30), dict.fromkeys(range(30), 40))

    assert (found.value, found.high) == (1, 1)
    assert 0.85 < found.low < 0.95


def test_units_of_other_labels_may_overlap_but_not_of_the_same() -> None:
    rows = [("t", a, frozenset({(0, 9, "A"), (5, 12, "B")})) for a in "xy"]

    assert unitizing_disagreement(Ratings.from_rows(rows), {"t": 20}).alpha == 1
    with pytest.raises(UnreadableRatings, match=r"'x' marked 0 to 9 and 5 to 12.*gamma"):
        unitizing_disagreement(
            Ratings.from_rows(("t", a, frozenset({(0, 9, "A"), (5, 12, "A")})) for a in "xy"), {"t": 20}
        )


def test_what_cannot_be_answered_has_a_reason() -> None:
    two = ratings_of_units([[[(0, 5)], [(0, 5)]], [[], []]])

    with pytest.raises(NoRatings):
        unitizing_alpha(Ratings.from_rows([]), {})
    with pytest.raises(TooLittleOverlap, match="unitizing_disagreement"):
        unitizing_alpha(two.select(two.item == 0), {0: 9})
    with pytest.raises(TooLittleOverlap, match="at least two annotators"):
        unitizing_alpha(ratings_of_units([[[(0, 5)]]]), {0: 9})
    with pytest.raises(TooLittleOverlap, match="one text holds all units"):
        unitizing_alpha(two, {0: 9, 1: 9})
    with pytest.raises(SingleClass, match="nobody marked"):
        unitizing_alpha(ratings_of_units([[[], []]] * 2), {0: 9, 1: 9})
    with pytest.raises(SingleClass, match="label 'X'"):
        unitizing_alpha(two, {0: 9, 1: 9}, label="X")
    with pytest.raises(UnreadableRatings, match="no text length for item 1"):
        unitizing_alpha(two, {0: 9})


def by_definition(text: Text) -> tuple[float, float]:
    """Krippendorff (2004), section by section, gaps included."""
    m = len(text)
    sections = [sections_of(one) for one in text]
    observed = sum(
        distance(g, h)
        for i, one in enumerate(sections)
        for j, other in enumerate(sections)
        if i != j
        for g in one
        for h in other
    )
    lengths = [end - start for one in text for start, end in one]
    gaps = [end - start for one in sections for start, end, is_unit in one if not is_unit]
    total = sum(
        (len(lengths) - 1) / 3 * (2 * u**3 - 3 * u**2 + u) + u**2 * sum(g - u + 1 for g in gaps if g >= u)
        for u in lengths
    )
    possible = m * LENGTH * (m * LENGTH - 1) - sum(u * (u - 1) for u in lengths)
    return observed / (m * (m - 1) * LENGTH**2), 2 / LENGTH * total / possible if possible else 0.0


def round_gaps(one: Sequence[tuple[int, int]]) -> list[int]:
    if not one:
        return [LENGTH]
    return [b[0] - a[1] for a, b in pairwise([*one, (one[0][0] + LENGTH, 0)])]


def sections_of(one: Sequence[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    borders = [0, *(place for unit in one for place in unit), LENGTH]
    sections = [(a, b, k % 2 == 1) for k, (a, b) in enumerate(pairwise(borders))]
    return [section for section in sections if section[0] < section[1]]


def distance(g: tuple[int, int, bool], h: tuple[int, int, bool]) -> float:
    if g[2] and h[2] and g[0] < h[1] and h[0] < g[1]:
        return (g[0] - h[0]) ** 2 + (g[1] - h[1]) ** 2
    if g[2] and not h[2] and h[0] <= g[0] and g[1] <= h[1]:
        return (g[1] - g[0]) ** 2
    if h[2] and not g[2] and g[0] <= h[0] and h[1] <= g[1]:
        return (h[1] - h[0]) ** 2
    return 0.0


def noisy_units(text: int, annotator: int) -> list[tuple[int, int]]:
    rng = np.random.default_rng(1000 * text + annotator)
    return [
        (start + int(rng.integers(0, 4)), start + 10 + int(rng.integers(0, 4)))
        for start in (3, 22, 41)
        if rng.random() < 0.8
    ]


def random_unit(rng: np.random.Generator, length: int) -> tuple[int, int]:
    start = int(rng.integers(0, length - 30))
    return start, start + 30


def ratings_of_units(texts: Sequence[Text]) -> Ratings:
    return Ratings.from_rows((t, a, frozenset(u)) for t, answers in enumerate(texts) for a, u in enumerate(answers))
