"""The section on what cannot be said with these data, and what it would take."""

from __future__ import annotations

import math

from karat.quality.ratings import Ratings
from karat.quality.report.advice import gold_needed
from karat.quality.report.contents import AgreementPart, DataShape, LabelsPart, Limit, People
from karat.quality.report.wording import listed, quoted

_LEAST_ITEMS, _LEAST_OF_CLASS = 50, 20
_WIDE = 0.05


def limits(
    ratings: Ratings, *, shape: DataShape, agreement: AgreementPart, people: People, labels: LabelsPart
) -> tuple[Limit, ...]:
    """Every question a reader may have that the data leave open."""
    return (
        *_truth(labels),
        *_agreement(shape, agreement),
        *_classes(agreement),
        *_people(shape, people),
        *_time(ratings),
    )


def _truth(labels: LabelsPart) -> list[Limit]:
    if labels.gold_accuracy is None:
        return [
            Limit(
                "Whether the labels are right. Certainty is what the answers say of each other; what all annotators "
                "get wrong alike looks certain.",
                f"Gold labels (--gold) for about {gold_needed(labels):,} items drawn at random, or for all if there "
                "are fewer.",
            )
        ]
    half = (labels.gold_accuracy.high - labels.gold_accuracy.low) / 2
    if half <= _WIDE:
        return []
    needed = math.ceil(labels.n_gold * (half / _WIDE) ** 2)
    return [
        Limit(
            f"The share of right labels more closely than {100 * half:.0f} points either way.",
            f"About {needed:,} gold items instead of {labels.n_gold:,}, drawn at random.",
        )
    ]


def _agreement(shape: DataShape, agreement: AgreementPart) -> list[Limit]:
    if agreement.alpha.estimate is None:
        return [Limit("Agreement beyond chance.", agreement.alpha.reason)]
    found = []
    minority = shape.n_shared_items * shape.mean_overlap * (1 - agreement.largest_share)
    if shape.n_shared_items < _LEAST_ITEMS or minority < _LEAST_OF_CLASS:
        found.append(
            Limit(
                "Agreement with any precision: its intervals rest on too few items.",
                f"{_LEAST_ITEMS} items with two answers ({shape.n_shared_items} now), and {_LEAST_OF_CLASS} answers "
                f"outside the most frequent class (about {minority:.0f} now).",
            )
        )
    half = (agreement.alpha.estimate.high - agreement.alpha.estimate.low) / 2
    if half > _WIDE and agreement.alpha.estimate.over != "annotators":
        needed = math.ceil(agreement.alpha.estimate.n * (half / _WIDE) ** 2)
        found.append(
            Limit(
                f"Alpha more closely than ±{half:.2f}.",
                f"About {needed:,} items with two answers instead of {agreement.alpha.estimate.n:,.0f}.",
            )
        )
    elif half > _WIDE:
        found.append(
            Limit(
                f"Alpha of this process more closely than ±{half:.2f}: with other annotators it would be another.",
                "More annotators on the same items; more items alone do not help.",
            )
        )
    return found


def _classes(agreement: AgreementPart) -> list[Limit]:
    few = sorted((one for one in agreement.per_class if one.n_given < _LEAST_OF_CLASS), key=lambda one: one.n_given)
    if not few:
        return []
    names = listed([f"{quoted(one.name, 24)} ({one.n_given})" for one in few])
    return [
        Limit(
            f"Agreement on {'the class' if len(few) == 1 else f'{len(few):,} classes'} given fewer than "
            f"{_LEAST_OF_CLASS} times: {names}.",
            f"{_LEAST_OF_CLASS} answers of {'it' if len(few) == 1 else 'each'} on items with two answers.",
        )
    ]


def _people(shape: DataShape, people: People) -> list[Limit]:
    found = []
    if people.n_uncertain and shape.n_annotators > 1 and shape.n_shared_items:
        whom = "any" if people.n_uncertain == shape.n_annotators else f"{people.n_uncertain:,}"
        found.append(
            Limit(
                f"How well {whom} of the {shape.n_annotators:,} annotators work, compared with others: their accuracy "
                "is known no more closely than 10 points either way.",
                "About 100 items each that others or gold decide.",
            )
        )
    if shape.n_components > 1:
        found.append(
            Limit(
                f"How annotators of different groups compare: no item connects the {shape.n_components:,} groups.",
                "Some items in common between the groups.",
            )
        )
    if people.copying is None and shape.n_annotators > 1:
        found.append(Limit("Whether annotators copy from each other.", people.copying_reason))
    elif people.copying is not None and people.copying.n_unjudged:
        found.append(
            Limit(
                f"Whether {people.copying.n_unjudged:,} of "
                f"{people.copying.n_unjudged + people.copying.n_judged:,} pairs of annotators copy from each other.",
                f"About {people.copying.needed_shared:,} items in common for a pair.",
            )
        )
    return found


def _time(ratings: Ratings) -> list[Limit]:
    if ratings.time is not None:
        return []
    return [
        Limit(
            "Whether agreement or speed has changed over time.",
            "A column with the time of each answer (--time).",
        )
    ]
