"""What Fleiss, Gwet, Brennan and Prediger, and Conger have in common: definition, symmetries, error, coverage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement import brennan_prediger, conger_kappa, fleiss_kappa, gwet_ac2, observed_agreement
from karat.quality.agreement.weights import WEIGHT_SETS, weight_matrix
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate, clopper_pearson
from karat.quality.ratings import Ratings
from tests.quality.agreement.textbook import CLASSES, Table, ratings_of_table, textbook
from tests.quality.builders import ratings_of

FAMILY: dict[str, Callable[..., Estimate]] = {
    "fleiss": fleiss_kappa,
    "ac2": gwet_ac2,
    "brennan_prediger": brennan_prediger,
    "conger": conger_kappa,
}
tables = st.lists(st.lists(st.sampled_from([None, *CLASSES]), min_size=3, max_size=3), min_size=2, max_size=8)
every_coefficient = pytest.mark.parametrize("name", FAMILY)


@pytest.mark.parametrize("name", [*FAMILY, "observed"])
@pytest.mark.parametrize("weights", ["identity", "linear", "bipolar"])
@given(table=tables)
@settings(max_examples=40)
def test_the_value_is_that_of_the_definition(name: str, weights: str, table: Table) -> None:
    measure = FAMILY.get(name, observed_agreement)
    expected = textbook(name, table, weights)

    if expected is None:
        with pytest.raises((SingleClass, TooLittleOverlap, NoRatings)):
            # Raw agreement is content with one item, and Conger with more when nobody else was there.
            refused_below_two(measure, ratings_of_table(table), weights)
    else:
        found = measure(ratings_of_table(table), weights=weights)
        assert found.value == pytest.approx(expected, abs=1e-9)
        assert found.low <= found.value <= found.high <= 1 + 1e-12


def refused_below_two(measure: Callable[..., Estimate], ratings: Ratings, weights: str) -> None:
    if measure(ratings, weights=weights).n < 2:
        raise TooLittleOverlap


@every_coefficient
@given(table=tables, order=st.permutations(range(3)))
@settings(max_examples=25)
def test_names_of_items_and_annotators_do_not_matter(name: str, table: Table, order: Sequence[int]) -> None:
    renamed = [[row[a] for a in order] for row in reversed(table)]

    assert numbers(FAMILY[name], ratings_of_table(table)) == pytest.approx(
        numbers(FAMILY[name], ratings_of_table(renamed)), abs=1e-9
    )


@every_coefficient
@given(table=tables, to=st.permutations(CLASSES))
@settings(max_examples=25)
def test_names_of_classes_do_not_matter_when_all_differ_alike(name: str, table: Table, to: Sequence[int]) -> None:
    renamed = [[None if c is None else to[c] for c in row] for row in table]
    plain = np.eye(4)

    assert numbers(FAMILY[name], ratings_of_table(table), weights=plain) == pytest.approx(
        numbers(FAMILY[name], ratings_of_table(renamed), weights=plain), abs=1e-9
    )


@every_coefficient
def test_identity_weights_given_as_a_matrix_are_no_weights(name: str) -> None:
    ratings = mixed_ratings(seed=1, n_items=40)

    assert numbers(FAMILY[name], ratings, weights=np.eye(4)) == pytest.approx(
        numbers(FAMILY[name], ratings, weights="identity"), abs=1e-12
    )


@pytest.mark.parametrize("weights", WEIGHT_SETS)
@every_coefficient
def test_the_standard_error_is_that_of_the_jackknife(name: str, weights: str) -> None:
    """Within 5 %, leaving out one item at a time, items with a single rating too, which needs no derivatives."""
    ratings = mixed_ratings(seed=2, n_items=150)
    credit = weight_matrix(weights, CLASSES)
    n = ratings.n_items
    without = np.array([FAMILY[name](ratings.select(ratings.item != i), weights=credit).value for i in range(n)])

    jackknife = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())

    assert FAMILY[name](ratings, weights=credit).standard_error == pytest.approx(jackknife, rel=0.05)


@every_coefficient
def test_an_item_with_one_rating_speaks_of_classes_and_not_of_agreement(name: str) -> None:
    shared, more = ["01", "11", "22", "10"], ["3.", "3.", ".3"]

    before = FAMILY[name](ratings_of(*shared, classes="0123"), weights="identity")
    after = FAMILY[name](ratings_of(*shared, *more, classes="0123"), weights="identity")

    assert after.n == before.n == 4
    assert (after.value == before.value) is (name == "brennan_prediger")


@every_coefficient
def test_gwets_variance_is_the_same_without_such_items_and_wider_with_them(name: str) -> None:
    full = mixed_ratings(seed=3, n_items=60, overlaps=(2, 3))
    thin = mixed_ratings(seed=3, n_items=60, overlaps=(1, 1, 2, 3))

    assert error_of(name, full, variance="gwet") == pytest.approx(error_of(name, full, variance="ratio"))
    assert error_of(name, thin, variance="gwet") > 1.1 * error_of(name, thin, variance="ratio")
    with pytest.raises(UnknownMethod, match="'ratio' and 'gwet'"):
        error_of(name, thin, variance="guess")


def error_of(name: str, ratings: Ratings, *, variance: str) -> float:
    error = FAMILY[name](ratings, weights="identity", variance=variance).standard_error
    assert error is not None
    return error


@every_coefficient
def test_full_agreement_has_the_bound_of_clopper_and_pearson(name: str) -> None:
    found = FAMILY[name](ratings_of(*["aaa", "bbb"] * 20), weights="identity")
    chance = 0.5

    assert (found.value, found.high, found.standard_error) == (1, 1, 0)
    assert found.low == pytest.approx((clopper_pearson(40, 40).low - chance) / (1 - chance))


@every_coefficient
def test_intervals_cover_what_is_true_of_more_items(name: str) -> None:
    assert coverage(FAMILY[name], n_samples=250, n_items=80, prevalence=(0.6, 0.25, 0.15)) >= 0.91


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prevalence", "n_items"),
    [((0.5, 0.5), 50), ((0.5, 0.5), 200), ((0.5, 0.25, 0.12, 0.08, 0.05), 50), ((0.95, 0.05), 400)],
)
@every_coefficient
def test_intervals_cover_93_to_97_percent(name: str, prevalence: tuple[float, ...], n_items: int) -> None:
    """Give or take the noise of 2000 samples, one standard error of which is half a percent."""
    found = coverage(FAMILY[name], n_samples=2000, n_items=n_items, prevalence=prevalence)

    assert 0.93 - 0.01 <= found <= 0.97 + 0.01


def coverage(measure: Callable[..., Estimate], *, n_samples: int, n_items: int, prevalence: Sequence[float]) -> float:
    """How often the interval of a sample holds the value of very many items; those it refuses count as misses."""
    truth = measure(guessed_ratings(0, 100_000, prevalence), weights="identity").value
    hits = 0
    for seed in range(1, n_samples + 1):
        try:
            found = measure(guessed_ratings(seed, n_items, prevalence), weights="identity")
        except SingleClass:
            continue
        hits += found.low <= truth <= found.high
    return hits / n_samples


def guessed_ratings(seed: int, n_items: int, prevalence: Sequence[float]) -> Ratings:
    """Right with .85, else a guess by prevalence; one to three of three annotators, so that overlap is uneven."""
    rng = np.random.default_rng(seed)
    overlap = rng.integers(1, 4, size=n_items)
    item = np.repeat(np.arange(n_items), overlap)
    place = np.arange(len(item)) - np.repeat(np.cumsum(overlap) - overlap, overlap)
    annotator = (rng.integers(3, size=n_items)[item] + place) % 3
    truth = rng.choice(len(prevalence), size=n_items, p=prevalence)[item]
    guess = rng.choice(len(prevalence), size=len(item), p=prevalence)
    label = np.where(rng.random(len(item)) < 0.85, truth, guess)
    return Ratings.from_codes(item, annotator, label, n_classes=len(prevalence), repeats="all")


def mixed_ratings(*, seed: int, n_items: int, overlaps: Sequence[int] = (1, 2, 3, 3)) -> Ratings:
    rng = np.random.default_rng(seed)
    rows = []
    for item in range(n_items):
        truth = rng.integers(4)
        for annotator in rng.permutation(3)[: rng.choice(overlaps)]:
            rows.append((item, int(annotator), int(truth if rng.random() < 0.7 else rng.integers(4))))
    return Ratings.from_rows(rows, classes=CLASSES)


def numbers(measure: Callable[..., Estimate], ratings: Ratings, **options: object) -> tuple[float, ...]:
    """Value and ends; nothing where it is refused."""
    try:
        found = measure(ratings, **({"weights": "identity"} | options))
    except (SingleClass, TooLittleOverlap, NoRatings):
        return ()
    return found.value, found.low, found.high
