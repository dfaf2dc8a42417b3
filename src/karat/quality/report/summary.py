"""The three sentences at the top: how good, why not better, what next."""

from __future__ import annotations

from karat.quality.report.contents import Advice, AgreementPart, ConfusionPair, LabelsPart, People, Summary
from karat.quality.report.wording import share, whole

_FINE = 0.98


def summary(
    *,
    agreement: AgreementPart,
    confusions: tuple[ConfusionPair, ...],
    people: People,
    labels: LabelsPart,
    advice: tuple[Advice, ...],
) -> Summary:
    """What a person in a hurry should know."""
    return Summary(
        _how_good(agreement, labels),
        _why_not_better(agreement, confusions, people, labels),
        advice[0].what if advice else "Nothing stands out: the labels can be used as they are.",
    )


def _how_good(agreement: AgreementPart, labels: LabelsPart) -> str:
    if labels.gold_accuracy is not None:
        gold = labels.gold_accuracy
        truth = (
            f"{share(gold.value)} of the labels are right on {whole(gold.n)} gold items "
            f"({share(gold.low)} to {share(gold.high)}); the answers alone let expect {share(labels.mean_certainty)}."
        )
    else:
        expected = share(labels.mean_certainty)
        truth = f"The answers let expect {expected} of the labels to be right; no gold has checked that."
    if agreement.observed.estimate is None:
        return f"{truth} No item has answers of several annotators, so agreement is unknown."
    return f"{truth} Two annotators give the same answer in {share(agreement.observed.estimate.value, 0)} of cases."


def _why_not_better(
    agreement: AgreementPart, confusions: tuple[ConfusionPair, ...], people: People, labels: LabelsPart
) -> str:
    if labels.mean_certainty >= _FINE and not confusions:
        return "There is next to no disagreement."
    reasons = []
    if confusions and confusions[0].share >= 0.15 and len(confusions) > 1:
        pair = confusions[0]
        reasons.append(f"“{pair.first}” and “{pair.second}” are mixed up: {share(pair.share, 0)} of all disagreement.")
    elif confusions and len(confusions) == 1:
        reasons.append(f"All disagreement is about “{confusions[0].first}” against “{confusions[0].second}”.")
    if len(people.rows) >= 5 and people.worst_tenth_share >= 0.3:
        reasons.append(
            f"A tenth of the people give {share(people.worst_tenth_share, 0)} of the answers expected to be wrong."
        )
    if people.copying is not None and people.copying.suspicious:
        n = len(people.copying.suspicious)
        reasons.append(f"{n} {'pair' if n == 1 else 'pairs'} of annotators do not answer independently.")
    if agreement.largest_share > 0.85:
        reasons.append(
            f"“{agreement.largest_class}” is {share(agreement.largest_share, 0)} of the answers, so that alpha speaks "
            "mostly of the rare classes."
        )
    return " ".join(reasons[:3]) or "Disagreement is spread over classes and people; nothing stands out."
