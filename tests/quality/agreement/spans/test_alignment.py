"""The best alignment: against trying all alignments."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.spans.alignment import Costs, Marks, best_alignment, category_disorder

Rows = list[tuple[int, int, int]]

rows = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8), st.integers(0, 2)).map(lambda r: (r[0], r[0] + r[1], r[2])),
    max_size=3,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(rows, min_size=2, max_size=3), st.sampled_from([1.0, 3.0]))
def test_no_alignment_has_less_disorder(texts: list[Rows], position: float) -> None:
    if not any(texts):
        return
    marks, costs = [Marks.of(one) for one in texts], Costs(position=position)

    least = min(disorder(groups, texts, position) for groups in alignments([len(one) for one in texts]))

    found = best_alignment(marks, costs)
    assert found.disorder == pytest.approx(least, abs=1e-5)
    assert found.disorder == pytest.approx(disorder(found.groups.tolist(), texts, position))


def test_each_span_is_in_one_group() -> None:
    texts = [[(0, 5, 0), (10, 15, 1)], [(1, 5, 0)], [(0, 6, 0), (11, 15, 1), (30, 40, 2)]]

    found = best_alignment([Marks.of(one) for one in texts], Costs())

    assert sorted(found.groups[found.groups[:, 2] >= 0, 2].tolist()) == [0, 1, 2]
    assert found.groups.tolist().count([0, 0, 0]) == 1
    assert [-1, -1, 2] in found.groups.tolist()


def test_of_equal_alignments_the_one_with_fewer_groups_is_taken() -> None:
    """At a distance that costs exactly as much as two empty places, the spans are aligned."""
    texts = [[(0, 10, 0)], [(10, 20, 0)]]

    assert len(best_alignment([Marks.of(one) for one in texts], Costs(position=2.0)).groups) == 1
    assert len(best_alignment([Marks.of(one) for one in texts], Costs(position=2.1)).groups) == 2


def test_labels_of_aligned_spans_are_compared() -> None:
    marks = [Marks.of([(0, 10, 0), (20, 30, 1)]), Marks.of([(0, 10, 0), (20, 30, 2)]), Marks.of([(0, 10, 0)])]

    found = best_alignment(marks, Costs())

    # Three pairs of weight 1/2 agree, one of weight 1 does not; two of its places are beside an empty one.
    assert category_disorder(marks, found, Costs(), unaligned=False) == pytest.approx(1 / 2.5)
    assert category_disorder(marks, found, Costs(), unaligned=True) == pytest.approx(3 / 4.5)


def alignments(n_spans: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """All ways to put each span into one group."""
    spans = [(annotator, number) for annotator, n in enumerate(n_spans) for number in range(n)]

    def place(left: list[tuple[int, int]]) -> Iterator[list[tuple[int, ...]]]:
        if not left:
            yield []
            return
        first = left[0]
        others = [[-1, *(n for a, n in left if a == annotator)] for annotator in range(first[0] + 1, len(n_spans))]
        for partners in product(*others):
            group = (*[-1] * first[0], first[1], *partners)
            rest = [span for span in left if group[span[0]] != span[1]]
            for groups in place(rest):
                yield [group, *groups]

    return place(spans)


def disorder(groups: list[tuple[int, ...]], texts: list[Rows], position: float) -> float:
    n = len(texts)
    total = 0.0
    for group in groups:
        for one, other in combinations(range(n), 2):
            if group[one] < 0 or group[other] < 0:
                total += 1
            else:
                a, b = texts[one][group[one]], texts[other][group[other]]
                apart = (abs(a[0] - b[0]) + abs(a[1] - b[1])) / (a[1] - a[0] + b[1] - b[0])
                total += position * apart**2 + (a[2] != b[2])
    return total / (n * (n - 1) / 2) / (sum(len(one) for one in texts) / n)
