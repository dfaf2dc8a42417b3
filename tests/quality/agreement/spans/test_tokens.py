"""Kappa over tokens: against Cohen's and Conger's definitions token by token, and the jackknife."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.spans import token_kappa, token_kappa_of
from karat.quality.errors import SingleClass, TooLittleOverlap, UnreadableRatings
from karat.quality.intervals import student_quantile
from karat.quality.ratings import Ratings

span_lists = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 4), st.sampled_from("AB")).map(
        lambda s: (s[0], min(12, s[0] + s[1]), s[2])
    ),
    max_size=3,
)


@settings(deadline=None)
@given(span_lists, span_lists)
def test_one_text_gives_cohens_kappa_of_its_characters(one: list[Any], other: list[Any]) -> None:
    given = [[labels_at(spans, place, place + 1) for place in range(12)] for spans in (one, other)]
    chance = sum(given[0].count(labels) * given[1].count(labels) for labels in set(given[0])) / 144
    if chance == 1:
        with pytest.raises(SingleClass):
            token_kappa_of(one, other, 12)
        return

    observed = np.mean([a == b for a, b in zip(*given, strict=True)])

    assert token_kappa_of(one, other, 12) == pytest.approx((observed - chance) / (1 - chance))


def test_a_token_has_the_labels_of_all_spans_that_touch_it() -> None:
    tokens = [(0, 3), (4, 9), (10, 12)]

    assert token_kappa_of([(0, 6, "A"), (5, 11, "B")], [(0, 9, "A"), (4, 12, "B")], tokens) == pytest.approx(1)
    assert token_kappa_of([(3, 4, "A"), (10, 12, "A")], [(10, 11, "A")], tokens) == pytest.approx(1)


def test_several_annotators_of_all_texts_give_congers_kappa() -> None:
    texts = [[noisy_spans(t, a) for a in range(3)] for t in range(6)]
    given = {a: [labels_at(answers[a], place, place + 1) for answers in texts for place in range(40)] for a in range(3)}
    observed, chance = [], []
    for a, b in combinations(range(3), 2):
        shares = [Counter(given[one]) for one in (a, b)]
        observed.append(np.mean([x == y for x, y in zip(given[a], given[b], strict=True)]))
        chance.append(sum(shares[0][labels] * shares[1][labels] for labels in shares[0]) / 240**2)

    found = token_kappa(ratings_of_spans(texts), dict.fromkeys(range(6), 40))

    assert found.value == pytest.approx(1 - (1 - np.mean(observed)) / (1 - np.mean(chance)))
    assert found.n == 6


def test_the_standard_error_is_that_of_leaving_out_texts() -> None:
    texts = [[noisy_spans(t, a) for a in range(3) if (t + a) % 4] for t in range(80)]
    ratings = ratings_of_spans(texts)
    lengths = dict.fromkeys(range(80), 40)
    found = token_kappa(ratings, lengths)
    without = np.array([token_kappa(ratings.select(ratings.item != t), lengths).value for t in range(80)])

    jackknife = np.sqrt(79 / 80 * ((without - without.mean()) ** 2).sum())

    reach = np.log((1 - found.low) / (1 - found.value)) / student_quantile(0.975, 79)
    assert reach * (1 - found.value) == pytest.approx(jackknife, rel=0.05)


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [(t, "cab"[a], frozenset(noisy_spans(t, a))) for t in range(8) for a in range(3)]
    lengths = dict.fromkeys(range(8), 40)

    one, other = (token_kappa(Ratings.from_rows(r), lengths) for r in (rows, rows[::-1]))

    assert (one.value, one.low) == pytest.approx((other.value, other.low))


def test_what_cannot_be_answered_has_a_reason() -> None:
    texts = ratings_of_spans([[[(0, 5, "A")], [(0, 5, "A")]]] * 2)

    with pytest.raises(TooLittleOverlap, match="token_kappa_of"):
        token_kappa(texts.select(texts.item == 0), {0: 9})
    with pytest.raises(SingleClass):
        token_kappa(ratings_of_spans([[[], []]] * 2), {0: 9, 1: 9})
    with pytest.raises(UnreadableRatings, match="no tokens for item 1"):
        token_kappa(texts, {0: 9})
    with pytest.raises(UnreadableRatings, match="ends after its text"):
        token_kappa(texts, {0: 9, 1: 4})
    for tokens in ([(0, 3), (2, 5)], [(3, 3), (4, 9)], [], 0):
        with pytest.raises(UnreadableRatings):
            token_kappa(texts, {0: 9, 1: tokens})


def noisy_spans(text: int, annotator: int) -> list[tuple[int, int, str]]:
    rng = np.random.default_rng(100 * text + annotator)
    truth = np.random.default_rng(text)
    spans = []
    for start in (2, 14, 26):
        label, length = str(truth.choice(list("AB"))), int(truth.integers(3, 9))
        if rng.random() < 0.85:
            spans.append((start + int(rng.integers(0, 2)), start + length + int(rng.integers(0, 2)), label))
    return spans


def labels_at(spans: list[tuple[int, int, str]], start: int, end: int) -> frozenset[str]:
    return frozenset(label for first, last, label in spans if first < end and start < last)


def ratings_of_spans(texts: list[list[list[tuple[int, int, str]]]]) -> Ratings:
    return Ratings.from_rows(
        (t, a, frozenset(spans)) for t, answers in enumerate(texts) for a, spans in enumerate(answers)
    )
