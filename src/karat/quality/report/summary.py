"""The three sentences at the top: how good, why not better, what next."""

from __future__ import annotations

from karat.quality.report.advice import BEYOND_SHARE
from karat.quality.report.contents import (
    Advice,
    AgreementPart,
    ConfusionPair,
    DataShape,
    LabelsPart,
    People,
    Summary,
)
from karat.quality.report.wording import counted, quoted, share, whole

_FINE = 0.98
_WORTH_SAYING = 0.3


def summary(
    *,
    shape: DataShape,
    agreement: AgreementPart,
    confusions: tuple[ConfusionPair, ...],
    people: People,
    labels: LabelsPart,
    advice: tuple[Advice, ...],
    is_comparable: bool = True,
) -> Summary:
    """What a person in a hurry should know; `is_comparable` says whether gold and answers mean the same by a class."""
    return Summary(
        _how_good(shape, agreement, labels, is_comparable=is_comparable),
        _why_not_better(shape, agreement, confusions, people, labels),
        advice[0].what if advice else _nothing_to_do(labels),
    )


def _nothing_to_do(labels: LabelsPart) -> str:
    if labels.mean_certainty >= _FINE:
        return "Nothing stands out: the labels can be used as they are."
    return "The answers do not show what would help; read the most doubtful items."


def _how_good(shape: DataShape, agreement: AgreementPart, labels: LabelsPart, *, is_comparable: bool) -> str:
    if labels.gold_accuracy is not None:
        truth = _on_gold(labels, is_comparable=is_comparable)
    elif not shape.n_shared_items:
        return "Not known: no item has answers of two annotators, and there is no gold to check the labels with."
    else:
        truth = (
            f"{share(labels.mean_certainty)} of the labels should be right, judged by the answers alone; no gold has "
            "checked that."
        )
    if agreement.observed.estimate is None:
        return f"{truth} No item has answers of two annotators, so agreement is not known."
    return f"{truth} Two annotators give the same answer in {share(agreement.observed.estimate.value, 0)} of cases."


def _on_gold(labels: LabelsPart, *, is_comparable: bool) -> str:
    """Accuracy on gold, and whether the answers alone had led to expect that."""
    gold = labels.gold_accuracy
    assert gold is not None
    found = (
        f"{share(gold.value)} of the labels are right on {counted(gold.n, 'gold item')} ({share(gold.low)} to "
        f"{share(gold.high)})."
    )
    if not is_comparable:
        return found
    promised = share(labels.certainty_without_gold)
    if labels.certainty_without_gold > gold.high:
        return (
            f"{found} Judged by the answers alone it would be {promised}: there are mistakes that annotators share, "
            "and agreement cannot show them."
        )
    if labels.certainty_without_gold < gold.low:
        return f"{found} That is better than the {promised} to be expected of the answers alone."
    return f"{found} The answers alone let one expect {promised}, which fits."


def _why_not_better(
    shape: DataShape,
    agreement: AgreementPart,
    confusions: tuple[ConfusionPair, ...],
    people: People,
    labels: LabelsPart,
) -> str:
    if not shape.n_shared_items:
        return "Not known: disagreement only shows on items that several people answered."
    if not confusions:
        return "Nobody disagrees." if labels.mean_certainty >= _FINE else "Most items have too few answers."
    reasons = [*_of_classes(confusions), *_of_people(people)]
    if people.copying is not None and people.copying.suspicious:
        n = len(people.copying.suspicious)
        reasons.append(f"{counted(n, 'pair')} of annotators may not answer independently.")
    if agreement.largest_share > 0.85:
        reasons.append(
            f"{quoted(agreement.largest_class)} is {share(agreement.largest_share, 0)} of the answers, so that alpha "
            "speaks mostly of the rare classes."
        )
    return " ".join(reasons[:3]) or "Disagreement is spread over classes and people; nothing stands out."


def _of_classes(confusions: tuple[ConfusionPair, ...]) -> list[str]:
    pair = max(confusions, key=lambda one: one.share)
    first, second = quoted(pair.first), quoted(pair.second)
    if len(confusions) == 1:
        return [f"All disagreement is about {first} against {second}."]
    return [f"{first} and {second} are mixed up: {share(pair.share, 0)} of all disagreement."] * (pair.share >= 0.15)


def _of_people(people: People) -> list[str]:
    if (
        people.standing_out_errors < _WORTH_SAYING
        or people.standing_out_errors < BEYOND_SHARE * people.standing_out_answers
    ):
        return []
    n = len(people.standing_out)
    return [
        f"{whole(n)} of {counted(len(people.rows), 'annotator')} {'gives' if n == 1 else 'give'} "
        f"{share(people.standing_out_answers, 0)} of the answers, but {share(people.standing_out_errors, 0)} of those "
        "expected to be wrong."
    ]
