"""A report from ratings: every section measured, in the order in which one needs another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings
from karat.quality.report.advice import advice
from karat.quality.report.agreement_part import agreement_part
from karat.quality.report.cautions import LabelKind, cautions, label_kind, strange_gold
from karat.quality.report.confusion_pairs import confusion_pairs
from karat.quality.report.contents import NO_SOURCE, Source
from karat.quality.report.data_shape import data_shape
from karat.quality.report.labels import infer, labels_part
from karat.quality.report.limits import limits
from karat.quality.report.people import people
from karat.quality.report.report import Report
from karat.quality.report.summary import summary
from karat.quality.report.unsure_part import set_aside
from karat.quality.report.which_method import why_this_method


def report(
    ratings: Ratings,
    gold: Mapping[Any, Any] | None = None,
    *,
    method: str = "auto",
    unsure: Collection[Any] = (),
    ordered: bool = False,
    source: Source = NO_SOURCE,
    say: Callable[[str], None] = lambda _: None,
    seed: int = 0,
) -> Report:
    """Everything that can be said about labels from the answers, and what cannot.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels. They grade the labels inferred without them, and are held fixed in those given out.
    method : str
        Of consensus; see `karat.quality.consensus.consensus`.
    unsure : collection of classes
        Answers that mean "I cannot decide": they are counted, and set aside before everything else.
    ordered : bool
        Whether the classes have an order, theirs in `ratings.classes`: then near misses count less against agreement.
    source : Source
        Where the ratings came from, for the reader.
    say : function from a text
        Told what is being done, for those who wait.
    seed : int
        For what is drawn at random.

    Raises
    ------
    NoRatings
        When there is no rating, or every one is unsure.
    UnknownClass
        When nobody gave an answer that is to mean unsure.

    Examples
    --------
    >>> rows = [(n, who, "x" if n % 2 else "y") for n in range(60) for who in ("ada", "bo", "cy")]
    >>> found = report(Ratings.from_rows(rows))
    >>> found.shape.n_items, found.agreement.alpha.estimate.value
    (60, 1.0)
    """
    if ratings.n_ratings == 0:
        raise NoRatings("a report needs ratings; there are none.")
    ratings, undecided = set_aside(ratings, unsure)
    known = dict(gold or {})
    say("measuring agreement")
    shape, agreement = data_shape(ratings), agreement_part(ratings, ordered=ordered)
    kind = label_kind(shape)
    is_comparable = kind is LabelKind.CLASSES and 10 * len(strange_gold(known, shape)) < max(len(known), 1)
    say("inferring labels")
    inferred = infer(ratings, known, method=method, seed=seed)
    found = inferred.described
    labels = labels_part(ratings, inferred, known, why=why_this_method(ratings, known, found, seed=seed))
    say("looking at annotators")
    confusions, team = confusion_pairs(ratings, found), people(ratings, found, known, seed=seed)
    todo = advice(ratings, found, shape=shape, confusions=confusions, people=team, labels=labels, kind=kind)
    return Report(
        summary=summary(
            shape=shape,
            agreement=agreement,
            confusions=confusions,
            people=team,
            labels=labels,
            advice=todo,
            is_comparable=is_comparable,
        ),
        shape=shape,
        agreement=agreement,
        confusions=confusions,
        people=team,
        labels=labels,
        advice=todo,
        limits=limits(ratings, shape=shape, agreement=agreement, people=team, labels=labels),
        consensus=inferred.given_out,
        source=source,
        cautions=cautions(shape, known, undecided, kind=kind),
        unsure=undecided,
    )
