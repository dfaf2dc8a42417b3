"""Sets of labels: planted truth, pooled skill, forms of input, gold, refusals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from karat.quality.consensus.multi_label import Marking, _Answers, _beliefs, multi_label
from karat.quality.errors import NoRatings, UnreadableRatings
from karat.quality.ratings import Name, Ratings

SENSITIVITY = [0.95, 0.85, 0.7, 0.5]
SPECIFICITY = [0.98, 0.95, 0.97, 0.8]


def marked_world(seed: int, *, n_items: int = 150, n_labels: int = 8) -> tuple[Ratings, npt.NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    applies = rng.random((n_items, n_labels)) < np.linspace(0.1, 0.5, n_labels)
    rows = []
    for item in range(n_items):
        for who, (hit, correct) in enumerate(zip(SENSITIVITY, SPECIFICITY, strict=True)):
            given = np.where(applies[item], rng.random(n_labels) < hit, rng.random(n_labels) >= correct)
            rows.append((item, who, frozenset(np.flatnonzero(given).tolist())))
    return Ratings.from_rows(rows), applies


def test_planted_sets_and_skills_are_found() -> None:
    ratings, applies = marked_world(0)

    found = multi_label(ratings, labels=range(8))

    inferred = np.array([[label in one for label in range(8)] for one in found.sets])
    voted = _Answers.of(ratings, None, None, range(8), None).start() > 0.5
    assert np.mean(inferred == applies) > 0.96
    assert np.mean(inferred == applies) > np.mean(voted == applies) + 0.02
    for who in range(4):
        skill = found.annotators[who]
        assert skill.sensitivity is not None
        assert skill.specificity is not None
        assert skill.sensitivity.value == pytest.approx(SENSITIVITY[who], abs=0.07)
        assert skill.specificity.value == pytest.approx(SPECIFICITY[who], abs=0.05)


def test_the_bound_never_falls() -> None:
    ratings, applies = marked_world(1, n_items=60)
    gold = {item: np.flatnonzero(applies[item]).tolist() for item in range(5)}
    answers = _Answers.of(ratings, None, None, None, gold)
    state = answers.start()

    bounds = []
    for _ in range(40):
        beliefs = _beliefs(answers, state, Marking())
        state, log_likelihood = answers.applied(beliefs)
        bounds.append(log_likelihood - beliefs.divergence)

    assert np.diff(bounds).min() > -1e-9


def test_sets_may_come_as_text_tuples_or_frozensets() -> None:
    rows = [("a", "ada", "rude, loud"), ("a", "bo", "loud,rude"), ("b", "ada", "loud"), ("b", "bo", "loud")]
    as_sets = [(i, w, frozenset(part.strip() for part in s.split(","))) for i, w, s in rows]
    as_tuples = [(i, w, tuple(sorted(s))) for i, w, s in as_sets]

    found = [
        multi_label(Ratings.from_rows(rows), separator=","),
        multi_label(Ratings.from_rows(as_sets)),
        multi_label(Ratings.from_rows(as_tuples)),
    ]

    assert [one.sets for one in found] == [found[0].sets] * 3
    assert found[0].by_item() == {"a": {"rude", "loud"}, "b": {"loud"}}
    assert found[0].labels == ("loud", "rude")


def test_the_empty_set_is_an_answer_and_abstention_is_none() -> None:
    rows: list[tuple[Name, Name, Name]] = [(item, who, frozenset("x")) for item in range(10) for who in ("ada", "bo")]
    empty: list[tuple[Name, Name, Name]] = [("new", "ada", frozenset()), ("new", "bo", frozenset())]

    denied = multi_label(Ratings.from_rows(rows + empty))
    silent = multi_label(
        Ratings.from_rows([*rows, ("new", "ada", "unsure"), ("new", "bo", "unsure")]), abstention="unsure"
    )

    assert denied.by_item()["new"] == frozenset()
    assert silent.labels == ("x",)
    assert silent.by_item()["new"] == {"x"}  # the label's frequency is all that is known


def test_gold_is_held() -> None:
    ratings, _ = marked_world(2, n_items=40)

    found = multi_label(ratings, gold={0: [], 1: ["extra", 3]})

    assert found.by_item()[0] == frozenset()
    assert found.by_item()[1] == {"extra", 3}
    assert found.certainty[:2].tolist() == [1, 1]


def test_order_and_names_of_annotators_do_not_matter() -> None:
    ratings, _ = marked_world(3, n_items=30)
    order = np.random.default_rng(0).permutation(ratings.n_ratings)
    shuffled = Ratings.from_rows(
        [(ratings.items[ratings.item[r]], f"person {ratings.annotators[ratings.annotator[r]]}",
          ratings.classes[ratings.label[r]]) for r in order]
    )  # fmt: skip

    one, other = multi_label(ratings), multi_label(shuffled)

    assert one.by_item() == other.by_item()


def test_one_answer_is_no_obstacle_and_none_is_refused() -> None:
    assert multi_label(Ratings.from_rows([(1, "ada", frozenset("x"))])).sets == (frozenset("x"),)
    with pytest.raises(NoRatings):
        multi_label(Ratings.from_rows([]))
    with pytest.raises(NoRatings, match="none of the 1"):
        multi_label(Ratings.from_rows([(1, "ada", "unsure")]), abstention="unsure")
    with pytest.raises(UnreadableRatings, match="'y' is not among"):
        multi_label(Ratings.from_rows([(1, "ada", frozenset("y"))]), labels=["x"])
