"""Cohen's kappa: of two, of all pairs at once, and its interval."""

from __future__ import annotations

import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from karat.quality.agreement import annotator_pairs, cohen_kappa, cohen_pairs, conger_kappa
from karat.quality.agreement.weights import credit_of_distances
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import clopper_pearson
from karat.quality.ratings import Ratings
from tests.quality.agreement.textbook import CLASSES, cohen, ratings_of_table
from tests.quality.builders import ratings_of

two_columns = st.lists(st.lists(st.sampled_from(CLASSES), min_size=2, max_size=2), min_size=2, max_size=12)


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
@given(table=two_columns)
@settings(max_examples=50)
def test_the_value_is_that_of_the_definition(weights: str, table: list[list[int]]) -> None:
    expected = cohen(table, weights)

    if expected is None:
        with pytest.raises(SingleClass):
            cohen_kappa(ratings_of_table(table), weights=weights)
    else:
        assert cohen_kappa(ratings_of_table(table), weights=weights).value == pytest.approx(expected, abs=1e-9)


@given(table=two_columns)
@settings(max_examples=50)
def test_conger_is_cohen_for_two_annotators_without_gaps(table: list[list[int]]) -> None:
    if cohen(table) is not None:
        assert conger_kappa(ratings_of_table(table)).value == pytest.approx(cohen(table), abs=1e-9)


def test_the_first_of_a_pair_is_the_rows_of_weights_that_are_not_symmetric() -> None:
    credit = credit_of_distances([[0, 1, 4], [1, 0, 6], [2, 2, 0]])
    ratings = ratings_of("01", "12", "22", "00", "20", classes="012")

    forth = cohen_kappa(ratings, pair=(0, 1), weights=credit)
    back = cohen_kappa(ratings, pair=(1, 0), weights=credit.T)

    assert forth == back
    assert forth.value != cohen_kappa(ratings, pair=(1, 0), weights=credit).value


def test_only_items_both_rated_count() -> None:
    full = ratings_of("ab.", "bb.", "aa.", "ba.")
    gaps = ratings_of("aba", "bba", "aab", "bab", "a.a", ".bb")

    assert cohen_kappa(gaps, pair=(0, 1)) == cohen_kappa(full, pair=(0, 1))
    assert cohen_kappa(gaps, pair=(0, 1)).n == 4


def test_full_agreement_has_the_bound_of_clopper_and_pearson() -> None:
    found = cohen_kappa(ratings_of(*["aa", "bb"] * 10))

    assert (found.value, found.high, found.standard_error) == (1, 1, 0)
    assert found.low == pytest.approx((clopper_pearson(20, 20).low - 0.5) / 0.5)


def test_very_many_classes_take_no_table() -> None:
    label = np.repeat(np.arange(50_000), 2)
    item, annotator = np.repeat(np.arange(50_000), 2), np.tile([0, 1], 50_000)

    assert cohen_kappa(Ratings.from_codes(item, annotator, label)).value == 1


def test_who_is_meant_must_be_clear() -> None:
    ratings = ratings_of("aba", "bba")
    with pytest.raises(TooLittleOverlap, match=r"two annotators; there are 3. Name two"):
        cohen_kappa(ratings)
    with pytest.raises(UnknownMethod, match=r"no annotators \[9\]"):
        cohen_kappa(ratings, pair=(0, 9))
    with pytest.raises(UnknownMethod, match="names of two"):
        cohen_kappa(ratings, pair=(0, 0))


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(NoRatings):
        cohen_kappa(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap, match="no items in common"):
        cohen_kappa(ratings_of("a.", ".b"))
    with pytest.raises(TooLittleOverlap, match="at least 2 items"):
        cohen_kappa(ratings_of("ab", "a."))
    with pytest.raises(SingleClass):
        cohen_kappa(ratings_of("aa", "aa"))


@pytest.mark.parametrize("table_of_pairs", [True, False])
@pytest.mark.parametrize("weights", ["identity", "linear"])
def test_all_pairs_are_as_one_by_one(weights: str, table_of_pairs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether pairs are found by a table or by search, and however small the blocks are."""
    if not table_of_pairs:
        monkeypatch.setattr(annotator_pairs, "_TABLE", 0)
        monkeypatch.setattr(annotator_pairs, "_BLOCK", 7)
    ratings = crowd(seed=4, n_items=60, n_annotators=8)

    found = cohen_pairs(ratings, weights=weights)

    each = zip(found.first, found.second, found.kappa, found.standard_error, found.n_shared, strict=True)
    for first, second, kappa, error, n_shared in each:
        pair = (ratings.annotators[first], ratings.annotators[second])
        one = cohen_kappa(ratings, pair=pair, weights=weights)
        assert (kappa, error, n_shared) == pytest.approx((one.value, one.standard_error, one.n))
    assert len(found.kappa) + found.n_undefined <= 28
    assert (found.first < found.second).all()
    assert len(found.kappa) >= 20


def test_pairs_that_gave_one_class_are_counted_and_left_out() -> None:
    found = cohen_pairs(ratings_of("aab", "aab", "aaa"))

    assert (found.first.tolist(), found.second.tolist()) == ([0, 1], [2, 2])
    assert found.n_undefined == 1


def test_a_repeated_rating_is_no_meeting_with_oneself() -> None:
    rows = [(i, who, "xy"[(i + (who == "bo") * (i == 2)) % 2]) for i in range(4) for who in ("ada", "ada", "bo")]

    found = cohen_pairs(Ratings.from_rows(rows, repeats="all"))

    assert (found.first.tolist(), found.second.tolist()) == ([0], [1])


def test_pairs_are_refused_when_nobody_meets_or_all_give_one_class() -> None:
    with pytest.raises(NoRatings):
        cohen_pairs(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap, match="the most two have is 0"):
        cohen_pairs(ratings_of("a.", ".b"))
    with pytest.raises(TooLittleOverlap, match=r"5 items in common; the most two have is 2"):
        cohen_pairs(ratings_of("ab", "bb"), least_shared=5)
    with pytest.raises(SingleClass):
        cohen_pairs(ratings_of("aaa", "aaa"))


def test_all_pairs_of_100_annotators_are_25_times_as_fast_as_a_loop_over_scikit_learn() -> None:
    """CPU time; the loop is timed on some of the pairs, with the shared items already found for it."""
    ratings = crowd(seed=5, n_items=4000, n_annotators=100, overlap=5)
    tables = labels_of_pairs(ratings, n_pairs=60)

    ours = cpu_seconds(lambda: cohen_pairs(ratings))
    theirs = cpu_seconds(lambda: [cohen_kappa_score(*table) for table in tables]) / len(tables) * (100 * 99 / 2)

    assert theirs / ours >= 25


@pytest.mark.parametrize(("n_samples", "least"), [(300, 0.91), pytest.param(3000, 0.925, marks=pytest.mark.slow)])
def test_intervals_cover_what_is_true_of_more_items(n_samples: int, least: float) -> None:
    def sample(seed: int, n_items: int) -> Ratings:
        rng = np.random.default_rng(seed)
        truth = rng.choice(3, size=n_items, p=[0.6, 0.3, 0.1])
        label = [np.where(rng.random(n_items) < skill, truth, rng.integers(3, size=n_items)) for skill in (0.9, 0.7)]
        item, annotator = np.tile(np.arange(n_items), 2), np.repeat([0, 1], n_items)
        return Ratings.from_codes(item, annotator, np.concatenate(label))

    truth = cohen_kappa(sample(0, 200_000)).value

    hits = [(e := cohen_kappa(sample(seed, 60))).low <= truth <= e.high for seed in range(1, n_samples + 1)]

    assert least <= np.mean(hits) <= 0.98


def crowd(*, seed: int, n_items: int, n_annotators: int, overlap: int = 4) -> Ratings:
    rng = np.random.default_rng(seed)
    annotator = np.array([rng.permutation(n_annotators)[:overlap] for _ in range(n_items)])
    truth = rng.integers(4, size=(n_items, 1))
    label = np.where(rng.random(annotator.shape) < 0.7, truth, rng.integers(4, size=annotator.shape))
    item = np.repeat(np.arange(n_items), overlap)
    order = rng.permutation(len(item))
    return Ratings.from_codes(item[order], annotator.ravel()[order], label.ravel()[order], n_classes=4)


def labels_of_pairs(ratings: Ratings, *, n_pairs: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """What pairs gave to the items they share, several at least."""
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for first, second in combinations(range(ratings.n_annotators), 2):
        given = [dict(zip(ratings.item[own], ratings.label[own], strict=True)) for own in owned(ratings, first, second)]
        shared = sorted(given[0].keys() & given[1].keys())
        if len(shared) >= 4:
            found.append((np.array([given[0][i] for i in shared]), np.array([given[1][i] for i in shared])))
        if len(found) == n_pairs:
            break
    return found


def owned(ratings: Ratings, *annotators: int) -> list[np.ndarray]:
    return [ratings.annotator == code for code in annotators]


def cpu_seconds(work: object) -> float:
    """Best of three."""
    assert callable(work)
    seconds = []
    for _ in range(3):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)
