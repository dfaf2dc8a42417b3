"""Labels in a hierarchy: partial credit, coarse answers, backing off, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.consensus.taxonomy import Descent, _Tree, _Walks, taxonomy
from karat.quality.errors import NoRatings, QualityError, UnknownClass
from karat.quality.ratings import Ratings

PARENTS = {
    "animal": None, "vehicle": None,
    "dog": "animal", "cat": "animal", "car": "vehicle", "van": "vehicle",
    "poodle": "dog", "boxer": "dog",
}  # fmt: skip
LEAVES = ["poodle", "boxer", "cat", "car", "van"]


def leaf_world(seed: int, skill: list[float]) -> tuple[Ratings, list[str]]:
    """Annotators walk down: right with their skill at every level, and stop early now and then."""
    rng = np.random.default_rng(seed)
    truth = [LEAVES[code] for code in rng.integers(5, size=200)]
    children: dict[str | None, list[str]] = {}
    for name, above in PARENTS.items():
        children.setdefault(above, []).append(name)
    rows = []
    for item, leaf in enumerate(truth):
        path: list[str] = [leaf]
        while PARENTS[path[0]] is not None:
            path.insert(0, PARENTS[path[0]])  # type: ignore[arg-type]
        for who, share in enumerate(skill):
            node: str | None = None
            is_on = True
            while node not in LEAVES and not (node is not None and rng.random() < 0.15):
                ways = children[node]
                right = next((way for way in ways if is_on and way in path), None)
                if right is None or rng.random() >= share:
                    wrong = [way for way in ways if way != right]
                    node, is_on = wrong[rng.integers(len(wrong))], False
                else:
                    node = right
            rows.append((item, who, node))
    return Ratings.from_rows(rows), truth


def test_planted_leaves_and_skills_are_found() -> None:
    ratings, truth = leaf_world(0, [0.95, 0.9, 0.8, 0.7])

    found = taxonomy(ratings, PARENTS)

    assert np.mean(np.array(found.leaves) == np.array(truth)) > 0.85
    skills = [found.annotators[who].value for who in range(4)]
    assert skills == sorted(skills, reverse=True)


def test_labels_are_as_certain_as_they_say_and_no_finer() -> None:
    ratings, truth = leaf_world(1, [0.8, 0.75, 0.7])

    found = taxonomy(ratings, PARENTS, certainty=0.9)

    assert found.certainty.min() >= 0.9
    is_right = [label is None or label in above(leaf) for label, leaf in zip(found.labels, truth, strict=True)]
    assert np.mean(is_right) > 0.88
    assert {"animal", "vehicle"} & set(found.labels)
    assert set(LEAVES) & set(found.labels)


def test_a_coarse_answer_speaks_for_all_below() -> None:
    rows = [(item, who, item) for item in LEAVES for who in ("ada", "bo", "cy")]
    rows += [("new", "ada", "animal"), ("new", "bo", "dog"), ("new", "cy", "dog")]

    found = taxonomy(Ratings.from_rows(rows), PARENTS)

    nodes = {name: column for column, name in enumerate(found.nodes)}
    new = found.probabilities[-1]
    assert found.by_item()["new"] == "dog"
    assert new[nodes["poodle"]] == pytest.approx(new[nodes["boxer"]], abs=1e-6)
    assert new[nodes["animal"]] >= new[nodes["dog"]] > 0.9


def test_a_sibling_costs_less_than_another_branch() -> None:
    rows = [(item, who, item) for item in LEAVES for who in ("ada", "bo", "near", "far")]
    near = {"poodle": "boxer", "boxer": "poodle", "cat": "dog", "car": "van", "van": "car"}
    far = {"poodle": "car", "boxer": "van", "cat": "car", "car": "cat", "van": "poodle"}
    for extra in range(6):
        for leaf in LEAVES:
            key = f"{leaf}-{extra}"
            rows += [(key, "ada", leaf), (key, "bo", leaf), (key, "near", near[leaf]), (key, "far", far[leaf])]

    found = taxonomy(Ratings.from_rows(rows), PARENTS).annotators

    assert found["ada"].value > found["near"].value > found["far"].value + 0.2


def test_the_bound_never_falls() -> None:
    ratings, _ = leaf_world(2, [0.9, 0.8, 0.6])
    walks = _Walks.of(ratings, _Tree.of(ratings, PARENTS), {0: "animal", 1: "van"})
    posterior = walks.start(Descent())

    bounds = []
    for _ in range(40):
        posterior, bound = walks.improved(posterior, Descent())
        bounds.append(bound)

    assert np.diff(bounds).min() > -1e-9


def test_the_scores_are_those_of_the_walks_one_by_one() -> None:
    """Against the definition: every answer, every leaf, step by step."""
    rows = [("a", "ada", "poodle"), ("a", "bo", "animal"), ("a", "cy", "van")]
    ratings = Ratings.from_rows(rows)
    tree = _Tree.of(ratings, PARENTS)
    walks = _Walks.of(ratings, tree, None)
    right = np.linspace(-0.1, -0.9, len(walks.annotator))
    wrong = np.linspace(-2.0, -1.0, len(walks.annotator))

    scores = walks._scores(right, wrong)[0]

    skill = {}
    for step in range(len(walks.node)):
        skill[int(walks.annotator[walks.skill[step]]), int(tree.depth[walks.node[step]])] = int(walks.skill[step])
    for column, leaf in enumerate(tree.leaves):
        name, expected = tree.names[leaf], 0.0
        for annotator, (_, _, answer) in enumerate(rows):
            is_on = True
            for node in tree.path(tree.code[answer]):
                ways = int(tree.n_children[tree.parent[node]])
                which = skill[annotator, int(tree.depth[node])]
                if is_on and tree.names[node] in above(str(name)):
                    expected += right[which] if ways > 1 else 0.0
                elif is_on:
                    expected += wrong[which] - np.log(ways - 1)
                    is_on = False
                else:
                    expected -= np.log(ways)
        assert scores[column] == pytest.approx(expected)


def test_gold_is_held_at_its_own_level() -> None:
    rows = [("a", "ada", "cat"), ("a", "bo", "cat"), ("b", "ada", "cat")]

    found = taxonomy(Ratings.from_rows(rows), PARENTS, gold={"a": "vehicle", "b": "boxer"})

    assert found.by_item()["b"] == "boxer"
    assert found.probabilities[0, found.nodes.index("vehicle")] == pytest.approx(1)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("pqr"), st.sampled_from(sorted(PARENTS))), min_size=1, max_size=8
    )
)
def test_any_answers_give_probabilities(rows: list[tuple[int, str, str]]) -> None:
    found = taxonomy(Ratings.from_rows(rows), PARENTS)

    assert np.isfinite(found.probabilities).all()
    top = [found.nodes.index(name) for name in ("animal", "vehicle")]
    assert found.probabilities[:, top].sum(axis=1) == pytest.approx(np.ones(len(found.items)))


def test_a_flat_hierarchy_and_a_single_chain_are_no_obstacle() -> None:
    flat = taxonomy(Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y")]), {"x": None, "y": None})
    chain = taxonomy(Ratings.from_rows([(1, "ada", "fine")]), {"fine": "coarse"})

    assert flat.by_item()[1] == "x"
    assert chain.labels == ("fine",)
    assert chain.annotators == {}


def test_what_makes_no_hierarchy_is_refused() -> None:
    ratings = Ratings.from_rows([(1, "ada", "x")])

    with pytest.raises(UnknownClass, match="'x' is not in the hierarchy"):
        taxonomy(ratings, {"y": None})
    with pytest.raises(UnknownClass, match="gold label 'z'"):
        taxonomy(ratings, {"x": None}, gold={1: "z"})
    with pytest.raises(QualityError, match="circle"):
        taxonomy(ratings, {"x": "y", "y": "x"})
    with pytest.raises(QualityError, match="must be above"):
        taxonomy(ratings, {"x": None}, certainty=0.5)
    with pytest.raises(NoRatings):
        taxonomy(Ratings.from_rows([]), {"x": None})


def above(leaf: str) -> set[str]:
    path = {leaf}
    name: str | None = leaf
    while name is not None:
        path.add(name)
        name = PARENTS[name]
    return path
