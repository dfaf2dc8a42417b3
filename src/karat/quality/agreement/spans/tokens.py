"""Spans as labels of tokens, and the chance-corrected agreement on these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.item_intervals import Influence, alpha_estimate
from karat.quality.agreement.pairs import ItemPairs, item_pairs
from karat.quality.agreement.spans.span import refuse_beyond, spans_of
from karat.quality.errors import SingleClass, TooLittleOverlap, UnreadableRatings
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Tokens = int | Sequence[tuple[int, int]]
"""How a text is cut: its (start, end) offsets in order, without overlap; or its length, for single characters."""


def token_kappa(ratings: Ratings, tokens: Mapping[Any, Tokens], *, level: float = 0.95) -> Estimate:
    """How far annotators give tokens the same label, beyond chance: kappa over the tokens of all texts.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are frozensets or tuples of `Span`. A token has the labels of all spans that share a character
        with it, or none; two annotators agree on a token when the sets of labels are equal.
    tokens : mapping from item to int or sequence of (start, end)
        The tokens of each text that several annotators have, or its length in code points.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Cohen's kappa for two annotators; for more, one minus disagreement over chance disagreement, both summed over
        pairs of annotators and weighted by the tokens they share (Conger's, where all have all texts). 1 perfect,
        0 chance. A t-interval on ln(1 - kappa) over *texts*, since neighbouring tokens are not independent; `n`
        counts the texts with at least two annotators.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two texts have two annotators. For a single text use `token_kappa_of`.
    SingleClass
        When all gave all tokens the same label, such as none.
    UnreadableRatings
        When a text has no tokens, tokens overlap, or a span ends after the text.

    References
    ----------
    Cohen (1960), doi:10.1177/001316446002000104; Conger (1980), doi:10.1037/0033-2909.88.2.322.

    Examples
    --------
    >>> rows = [("t1", "ada", frozenset({(0, 4, "PER")})), ("t1", "bo", frozenset({(0, 3, "PER")})),
    ...         ("t2", "ada", frozenset({(5, 9, "LOC")})), ("t2", "bo", frozenset({(5, 9, "LOC")}))]
    >>> round(token_kappa(Ratings.from_rows(rows), {"t1": 10, "t2": 12}).value, 3)
    0.911
    """
    pairs = _oriented(ratings, item_pairs(ratings))
    if pairs.n_items < 2:
        raise TooLittleOverlap(
            "an interval over texts needs at least 2 texts with two annotators; there is 1. "
            "Use token_kappa_of for the value of one text, or raise the overlap."
        )
    given, n_classes = _token_classes(ratings, pairs, tokens)
    tables = _pair_tables(ratings, pairs, given, n_classes)
    observed, expected = sum(t.observed for t in tables), sum(t.expected for t in tables)
    _refuse_no_variety(expected)
    influence = np.zeros(pairs.n_items)
    for table in tables:
        table.add_influence(influence, pairs, given, observed, expected)
    return alpha_estimate(
        alpha=1 - observed / expected,
        influence=Influence(float(influence.sum()), float(influence @ influence), rounding=1e-24),
        n_items=pairs.n_items,
        expected_disagreement=expected / sum(t.n_tokens for t in tables),
        level=level,
    )


def token_kappa_of(first: Iterable[Any], second: Iterable[Any], tokens: Tokens) -> float:
    """Cohen's kappa over the tokens of one text.

    Raises
    ------
    SingleClass
        When both gave all tokens the same label.

    Examples
    --------
    >>> round(token_kappa_of([(0, 4, "PER")], [(0, 3, "PER")], 10), 3)
    0.783
    """
    vocabulary = _Vocabulary()
    one, other = (vocabulary.codes(answer, tokens, "the text") for answer in (first, second))
    table = _PairTable.of(np.zeros(0, dtype=np.intp), _contingency(one, other, len(vocabulary)))
    _refuse_no_variety(table.expected)
    return 1 - table.observed / table.expected


class _Vocabulary:
    """Numbers for the sets of labels a token can have; 0 is the empty set."""

    def __init__(self) -> None:
        self._code: dict[frozenset[Name], int] = {frozenset(): 0}
        self._sets: list[frozenset[Name]] = [frozenset()]

    def __len__(self) -> int:
        return len(self._sets)

    def codes(self, answer: Iterable[Any], tokens: Tokens, item: Name) -> Codes:
        """The number of each token's set of labels: shape (n_tokens,)."""
        starts, ends = _offsets(tokens, item)
        spans = spans_of(answer)
        refuse_beyond(spans, int(ends[-1]), item)
        found = np.zeros(len(starts), dtype=np.int64)
        for span in spans:
            touched = found[np.searchsorted(ends, span.start, "right") : np.searchsorted(starts, span.end, "left")]
            for before in np.unique(touched).tolist():
                touched[touched == before] = self._number(self._sets[before] | {span.label})
        return found

    def _number(self, labels: frozenset[Name]) -> int:
        if labels not in self._code:
            self._code[labels] = len(self._sets)
            self._sets.append(labels)
        return self._code[labels]


@dataclass(frozen=True, slots=True)
class _PairTable:
    """What two annotators gave the tokens of their shared texts.

    Attributes
    ----------
    rows : int array
        The pairs of ratings, as `ItemPairs` numbers them, that belong to these two.
    counts : float array of shape (n_classes, n_classes)
    observed, expected : float
        Tokens on which they differ, and on which they would by chance.
    """

    rows: npt.NDArray[np.intp]
    counts: Array
    observed: float
    expected: float

    @staticmethod
    def of(rows: npt.NDArray[np.intp], counts: Array) -> _PairTable:
        n = float(counts.sum())
        by_chance = float(counts.sum(axis=1) @ counts.sum(axis=0)) / n
        return _PairTable(rows, counts, n - float(np.trace(counts)), n - by_chance)

    @property
    def n_tokens(self) -> float:
        return float(self.counts.sum())

    def add_influence(
        self, influence: Array, pairs: ItemPairs, given: dict[int, Codes], observed: float, expected: float
    ) -> None:
        """How much each text moves kappa through this table, added to `influence`, shape (n_items,)."""
        n, n_classes = self.n_tokens, len(self.counts)
        by_first, by_second = self.counts.sum(axis=1), self.counts.sum(axis=0)
        apart = 1.0 - np.eye(n_classes)
        chance = 1.0 - (by_second[:, np.newaxis] + by_first) / n + float(by_first @ by_second) / n**2
        slope = -apart / expected + observed / expected**2 * chance
        for row in self.rows.tolist():
            one, other = given[int(pairs.first[row])], given[int(pairs.second[row])]
            influence[pairs.item[row]] += float(slope[one, other].sum())


def _oriented(ratings: Ratings, pairs: ItemPairs) -> ItemPairs:
    """The same pairs, of any two annotators always the same one first: who is row and who column matters to chance."""
    swapped = ratings.annotator[pairs.first] > ratings.annotator[pairs.second]
    first, second = np.where(swapped, pairs.second, pairs.first), np.where(swapped, pairs.first, pairs.second)
    return replace(pairs, first=first, second=second)


def _token_classes(ratings: Ratings, pairs: ItemPairs, tokens: Mapping[Any, Tokens]) -> tuple[dict[int, Codes], int]:
    """Token classes by row of the ratings that have a partner, and how many classes there are."""
    vocabulary, given = _Vocabulary(), {}
    for row in np.unique(np.concatenate([pairs.first, pairs.second])).tolist():
        item = ratings.items[ratings.item[row]]
        if item not in tokens:
            raise UnreadableRatings(f"there are no tokens for item {item!r}. Give those of every shared item.")
        given[row] = vocabulary.codes(ratings.classes[ratings.label[row]], tokens[item], item)
    return given, len(vocabulary)


def _pair_tables(ratings: Ratings, pairs: ItemPairs, given: dict[int, Codes], n_classes: int) -> list[_PairTable]:
    """One table for each two annotators."""
    keys = ratings.annotator[pairs.first].astype(np.int64) * ratings.n_annotators + ratings.annotator[pairs.second]
    tables = []
    for key in np.unique(keys).tolist():
        rows = np.flatnonzero(keys == key)
        counts = np.zeros((n_classes, n_classes))
        for row in rows.tolist():
            counts += _contingency(given[int(pairs.first[row])], given[int(pairs.second[row])], n_classes)
        tables.append(_PairTable.of(rows, counts))
    return tables


def _contingency(one: Codes, other: Codes, n_classes: int) -> Array:
    counts = np.bincount(one * n_classes + other, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes).astype(np.float64)


def _offsets(tokens: Tokens, item: Name) -> tuple[Codes, Codes]:
    if isinstance(tokens, int | np.integer):
        if tokens < 1:
            raise UnreadableRatings(f"item {item!r} has text length {tokens}; an annotated text has characters.")
        return np.arange(tokens), np.arange(1, tokens + 1)
    offsets = np.asarray(tokens, dtype=np.int64)
    if offsets.ndim != 2 or offsets.shape[1] != 2 or not len(offsets):
        raise UnreadableRatings(f"the tokens of item {item!r} must be (start, end) pairs, at least one.")
    starts, ends = offsets.T
    if (starts >= ends).any() or (ends[:-1] > starts[1:]).any():
        raise UnreadableRatings(f"the tokens of item {item!r} are empty, overlap or are out of order.")
    return starts, ends


def _refuse_no_variety(expected: float) -> None:
    if expected <= 0:
        raise SingleClass(
            "kappa compares agreement with chance, and all tokens were given one label (none, where nothing was "
            "marked). Show span F1, or wait for other texts."
        )
