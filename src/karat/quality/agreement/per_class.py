"""Agreement on one class against all others: which classes people tell apart, and which they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.coefficients import coefficient_named
from karat.quality.agreement.grouped import Grouped
from karat.quality.agreement.item_agreement import refuse_too_few
from karat.quality.agreement.item_intervals import ROUNDING, Influence, alpha_estimate
from karat.quality.agreement.patterns import Patterns
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownClass
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """How far annotators agree on whether an item is of one class.

    Attributes
    ----------
    name : hashable
        The class.
    agreement : Estimate
        Of the ratings collapsed to "this class" and "another". Its `n` counts items with at least two ratings.
    n_given : int
        How often the class was given, on these items. Below 20 the estimate is too rough to show.
    weight : float
        Share of all disagreement by chance that involves the class: alpha is the mean of the classes' alphas with
        these weights. Over all classes they sum to 1.
    """

    name: Name
    agreement: Estimate
    n_given: int
    weight: float


def alpha_per_class(ratings: Ratings, *, level: float = 0.95) -> tuple[ClassAgreement, ...]:
    """Krippendorff's nominal alpha of each class against all others.

    Parameters
    ----------
    ratings : Ratings
        An item with a single rating counts for nothing.
    level : float
        Coverage of each interval.

    Returns
    -------
    tuple of ClassAgreement
        In the order of `ratings.classes`. A class nobody gave to an item with two ratings is left out: chance and
        annotators agree that nothing is of it. The mean of the alphas by their `weight` is alpha.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two ratings.
    SingleClass
        When these items were given one class only.

    References
    ----------
    Krippendorff (2004), Content Analysis, 2nd edition, section 11.5; the weights follow from his D_o and D_e, which are
    sums over classes.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"),
    ...                              (3, "ada", "x"), (3, "bo", "x"), (4, "ada", "z"), (4, "bo", "y")])
    >>> [(found.name, round(found.agreement.value, 2)) for found in alpha_per_class(ratings)]
    [('x', 1.0), ('y', 0.53), ('z', 0.0)]
    """
    sums = _Collapsed.of(ratings)
    n, given = sums.n_ratings, sums.given
    expected = 2 * given * (n - given)
    if not expected.any():
        raise SingleClass(
            f"alpha compares agreement with chance, and all ratings of the {sums.n_items} shared items are of one "
            "class. Show raw agreement, or wait for ratings of other classes."
        )
    return tuple(
        ClassAgreement(
            name=ratings.classes[code],
            agreement=_alpha_of_class(sums, code, float(expected[code]), level),
            n_given=int(given[code]),
            weight=float(expected[code] / expected.sum()),
        )
        for code in np.flatnonzero(expected).tolist()
    )


def agreement_per_class(
    ratings: Ratings, *, coefficient: str = "alpha", level: float = 0.95
) -> tuple[ClassAgreement, ...]:
    """Any coefficient of each class against all others.

    Parameters
    ----------
    coefficient : str
        As in `karat.quality.agreement.agreement`. "alpha" takes one pass for all classes, others one for each.

    Returns
    -------
    tuple of ClassAgreement
        In the order of `ratings.classes`, for the classes given on the items with two ratings for which the
        coefficient is defined. The weights are those of `alpha_per_class`.

    Raises
    ------
    As the coefficient does, when it is defined for no class.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"),
    ...                              (3, "ada", "x"), (3, "bo", "x"), (4, "ada", "z"), (4, "bo", "y")])
    >>> [round(found.agreement.value, 2) for found in agreement_per_class(ratings, coefficient="fleiss")]
    [1.0, 0.47, -0.14]
    """
    by_alpha = alpha_per_class(ratings, level=level)
    if coefficient == "alpha":
        return by_alpha
    measure = coefficient_named(coefficient, "nominal")
    found = []
    problem: SingleClass | TooLittleOverlap | None = None
    for one in by_alpha:
        try:
            found.append(
                replace(one, agreement=measure(against_rest(ratings, one.name), metric="nominal", level=level))
            )
        except (SingleClass, TooLittleOverlap) as reason:
            problem = reason
    if problem is not None and not found:
        raise problem
    return tuple(found)


def against_rest(ratings: Ratings, name: Name) -> Ratings:
    """The same ratings with two classes: False for all others, True for the one that is named.

    Raises
    ------
    UnknownClass
        When it is not among the classes.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "y"), (2, "ada", "z")])
    >>> against_rest(ratings, "y").label.tolist()
    [0, 1, 0]
    """
    if name not in ratings.classes:
        raise UnknownClass(f"there is no class {name!r}; there are {list(ratings.classes)!r}.")
    label = (ratings.label == ratings.classes.index(name)).astype(np.int32)
    return replace(ratings, label=label, classes=(False, True))


@dataclass(frozen=True, slots=True)
class _Collapsed:
    """Shared items by pattern of labels, class by class.

    Attributes
    ----------
    counts : scipy CSC array of shape (n_patterns, n_classes)
    sizes, n_alike : float arrays of shape (n_patterns,)
        Ratings of an item, and number of items, with the pattern.
    given : float array of shape (n_classes,)
    """

    counts: Any
    sizes: Array
    n_alike: Array
    given: Array

    @staticmethod
    def of(ratings: Ratings) -> _Collapsed:
        if ratings.n_ratings == 0:
            raise NoRatings("agreement needs ratings; there are none.")
        counts, sizes, n_alike = Patterns.of(Grouped.of(ratings), ratings.n_classes).shared()
        refuse_too_few(int(n_alike.sum()), "alpha", 2)
        given = np.asarray(counts.T @ n_alike.astype(np.float64))
        return _Collapsed(counts.tocsc(), sizes.astype(np.float64), n_alike.astype(np.float64), given)

    @property
    def n_ratings(self) -> float:
        return float(self.n_alike @ self.sizes)

    @property
    def n_items(self) -> int:
        return int(self.n_alike.sum())


def _alpha_of_class(sums: _Collapsed, code: int, expected: float, level: float) -> Estimate:
    """Alpha of one class; patterns without it share one form, so that only those with it are looked at."""
    begin, end = sums.counts.indptr[code], sums.counts.indptr[code + 1]
    rows, given = sums.counts.indices[begin:end], sums.counts.data[begin:end]
    sizes, n_alike = sums.sizes[rows], sums.n_alike[rows]
    n, total = sums.n_ratings, float(sums.given[code])
    within = 2 * given * (sizes - given) / (sizes - 1)
    ratio = (n - 1) * float(n_alike @ within) / expected
    # Slopes of alpha: with an item's disagreement, with ratings of the class, and with ratings of any class.
    own = -(n - 1) / expected
    of_class = 2 * ratio * ((n - total) - total) / expected
    of_any = 2 * ratio * total / expected - ratio / (n - 1)

    def squares(parts: Callable[[float], float]) -> float:
        """Over all items, of the sum of their parts; `parts` is the identity or the absolute value."""
        of_rows = parts(own) * within + parts(of_class) * given + parts(of_any) * sizes
        others = float(sums.n_alike @ sums.sizes**2 - n_alike @ sizes**2)
        return float(n_alike @ of_rows**2) + of_any**2 * others

    return alpha_estimate(
        alpha=1 - ratio,
        influence=Influence(
            total=own * float(n_alike @ within) + of_class * total + of_any * n,
            squares=squares(float),
            rounding=squares(abs) * ROUNDING,
        ),
        n_items=sums.n_items,
        expected_disagreement=expected / (n * (n - 1)),
        level=level,
    )
