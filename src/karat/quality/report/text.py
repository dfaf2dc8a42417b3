"""A report for the terminal: what a person reads first, on one screen or two."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from karat.quality.agreement import ClassAgreement
from karat.quality.report.contents import AgreementPart, Contents, PersonRow
from karat.quality.report.wording import (
    about,
    coefficient,
    counted,
    day,
    decimal,
    estimated_share,
    listed,
    measured_share,
    moment,
    points,
    share,
    speaks_for,
    whole,
)

_WIDTH = 80
_SHOWN = 8
_BAR = 16
_LEAST_CELL = 6

LEAST_GIVEN = 20
"""How often a class must have been given for its agreement to be shown."""

BY_DIFFERENCE = (
    "Alpha by difference means something only where the numbers are amounts or grades, not codes of classes."
)


def as_text(report: Contents) -> str:
    """The report as lines of at most eighty characters, unless a word is longer."""
    sections = [
        ("", _summary(report)),
        ("The data", _data(report)),
        ("Unsure answers", _unsure(report)),
        ("Agreement", _agreement(report)),
        ("Confusion pairs", _confusions(report)),
        ("Annotators", _people(report)),
        ("Labels", _labels(report)),
        ("Most doubtful items", _doubtful(report)),
        ("What would help most", _advice(report)),
        ("What cannot be said", _limits(report)),
    ]
    blocks = []
    for title, lines in sections:
        body = "\n".join(lines)
        if body:
            blocks.append(f"{title.upper()}\n{body}" if title else body)
    return "\n\n".join(blocks)


def _summary(report: Contents) -> Iterator[str]:
    for question, answer in (
        ("How good", report.summary.how_good),
        ("Why not better", report.summary.why_not_better),
        ("What next", report.summary.what_next),
    ):
        yield from _wrapped(f"{question:<15}{answer}", indent=15)
    for caution in report.cautions:
        yield from _wrapped(f"{'But note':<15}{caution}", indent=15)


def _data(report: Contents) -> Iterator[str]:
    shape = report.shape
    least, median, most = shape.ratings_per_annotator
    yield counts_of(report)
    overlap = ", ".join(f"{whole(items)} × {n}" for n, items in shape.overlap[:_SHOWN])
    yield from _wrapped(f"answers per item: {shape.mean_overlap:.1f} ({overlap}{' …' * (len(shape.overlap) > _SHOWN)})")
    if least == most:
        yield f"answers per annotator: {whole(least)}"
    else:
        yield f"answers per annotator: {whole(least)} to {whole(most)}, half gave {whole(median)} or more"
    if shape.n_components > 1:
        yield f"{shape.n_components} groups of annotators that no shared item connects"
    if shape.first_time is not None and shape.last_time is not None:
        yield f"from {day(shape.first_time)} to {day(shape.last_time)}"
    for remark in report.source.remarks:
        yield from _wrapped(remark)


def counts_of(report: Contents) -> str:
    """How many answers, items, annotators and classes there are."""
    shape = report.shape
    return (
        f"{counted(shape.n_ratings, 'answer')} to {counted(shape.n_items, 'item')} by "
        f"{counted(shape.n_annotators, 'annotator')}, {counted(shape.n_classes, 'class', 'classes')}"
    )


def _unsure(report: Contents) -> Iterator[str]:
    part = report.unsure
    if part is None:
        return
    yield from _wrapped(
        f"{estimated_share(part.rate)} of all answers are {listed(part.names)} and were set aside: {whole(part.n)}"
    )
    if part.n_left_out:
        yield from _wrapped(f"{counted(part.n_left_out, 'item')} with nothing else: no label")
    if part.annotators:
        yield "unsure more often than all together:"
        yield from _table((str(name), estimated_share(rate)) for name, rate in part.annotators)
    if part.items:
        yield "items most people are unsure of:"
        yield from _table((str(item), f"{unsure} of {n} answers") for item, unsure, n in part.items)


def _agreement(report: Contents) -> Iterator[str]:
    part = report.agreement
    yield from _wrapped(f"same answer            {measured_share(part.observed)}", indent=23)
    yield from _wrapped(f"Krippendorff's alpha   {coefficient(part.alpha)}", indent=23)
    yield from _wrapped(f"Gwet's AC1             {coefficient(part.ac1)}", indent=23)
    if part.alpha_by_distance is not None:
        yield from _wrapped(f"alpha by difference    {coefficient(part.alpha_by_distance)}", indent=23)
    if part.alpha_by_order is not None:
        yield from _wrapped(f"alpha by order         {coefficient(part.alpha_by_order)}", indent=23)
    whom = speaks_for(part.alpha.estimate)
    if whom:
        yield from _wrapped(whom)
    if part.alpha_by_distance is not None and part.alpha_by_order is None:
        yield from _wrapped(BY_DIFFERENCE)
    yield from _wrapped(
        f"most frequent class: {_cut(str(part.largest_class))}, {share(part.largest_share, 0)} of the answers"
    )
    classes = lowest_classes(part)
    if len(classes) > 2:
        yield "alpha by class, lowest first:"
        yield from _table(
            (str(one.name), decimal(one.agreement.value), f"{decimal(one.agreement.low)} to "
             f"{decimal(one.agreement.high)}", f"{whole(one.n_given)} given")
            for one in classes[:_SHOWN]
        )  # fmt: skip
    if part.lowest_pairs:
        yield f"kappa of {counted(part.n_pairs, 'pair')} of annotators with 20 shared items or more, lowest first:"
        yield from _table(
            (f"{pair.first} – {pair.second}", decimal(pair.kappa), f"{decimal(pair.low)} to {decimal(pair.high)}",
             f"{whole(pair.n_shared)} items")
            for pair in part.lowest_pairs[:3]
        )  # fmt: skip
    if part.over_time:
        yield "alpha over time:"
        spans = part.over_time[-1].end - part.over_time[0].start
        yield from _table(
            (moment(one.start, spans), coefficient(one.alpha), f"{whole(one.n_items)} items") for one in part.over_time
        )


def _confusions(report: Contents) -> Iterator[str]:
    if not report.confusions:
        return
    yield from _table(
        (
            (f"{pair.first} / {pair.second}", f"{_bar(pair.share)} {share(pair.share, 0)}", about(pair.expected_wrong))
            for pair in report.confusions[:5]
        ),
        header=("", "of all disagreement", "labels expected to be wrong"),
    )


def _people(report: Contents) -> Iterator[str]:
    rows = report.people.rows
    shown = sorted(rows, key=lambda row: -row.expected_errors)[:_SHOWN]
    if not any(row.accuracy or row.gold_accuracy for row in rows):
        yield from _wrapped(f"{counted(len(rows), 'annotator')}; nothing shared or graded to tell their skill by")
        return
    yield f"most answers expected to be wrong first ({len(shown)} of {whole(len(rows))}):"
    timed = any(row.median_seconds is not None for row in shown)
    sources = {_source(row) for row in shown}
    header, named = (f"right {min(sources)}", False) if len(sources) == 1 else ("right", True)
    yield from _table(
        (_person(row, timed=timed, named=named) for row in shown),
        header=("", "answers", header, *(["median"] if timed else []), "leaning"),
    )
    if any(row.leaning is not None for row in shown):
        yield from _wrapped("leaning: the class given more (+) or less (−) often than by others on the same items")
    copying = report.people.copying
    if copying is None:
        return
    for pair in copying.suspicious[:3]:
        yield from _wrapped(
            f"{pair.first} and {pair.second} agree on {share(pair.equal_share, 0)} of {whole(pair.n_shared)} items "
            f"where {share(pair.expected_share, 0)} would be expected: do they work together?"
        )
    if not copying.suspicious:
        yield f"no sign of copying in the {counted(copying.n_judged, 'pair')} with enough shared items"


def _source(row: PersonRow) -> str:
    return "by consensus" if row.gold_accuracy is None else "on gold"


def _person(row: PersonRow, *, timed: bool, named: bool) -> tuple[str, ...]:
    """A row of the table; `named` says in each what the accuracy is judged by, where the header cannot for all."""
    accuracy = estimated_share(row.gold_accuracy or row.accuracy) + (f" {_source(row)}" if named else "")
    leaning = "" if row.leaning is None else f"{row.leaning_class} {points(row.leaning)}"
    pace = "" if row.median_seconds is None else f"{row.median_seconds:.0f} s"
    return (str(row.annotator), whole(row.n_ratings), accuracy, *([pace] if timed else []), leaning)


def _labels(report: Contents) -> Iterator[str]:
    part = report.labels
    yield from _wrapped(part.why)
    if not report.shape.n_shared_items:
        return
    yield from _wrapped(
        f"mean certainty {share(part.mean_certainty)}: {about(part.expected_wrong)} of "
        f"{counted(sum(part.certainty_histogram), 'label')} expected to be wrong"
    )
    if part.gold_accuracy is not None:
        yield from _wrapped(
            f"on {counted(part.gold_accuracy.n, 'gold item')}: {estimated_share(part.gold_accuracy)} right; "
            f"plain votes {estimated_share(part.majority_gold_accuracy)}"
        )
    n = part.n_unlike_majority
    if n:
        yield f"{counted(n, 'label')} {'goes' if n == 1 else 'go'} against the most frequent answer"
    yield from _wrapped(
        f"an item's {report.shape.mean_overlap:.1f} answers are worth {part.mean_effective_votes:.1f} independent votes"
    )


def _doubtful(report: Contents) -> Iterator[str]:
    if not report.shape.n_shared_items:
        return
    yield from _table(
        (
            str(one.item),
            f"{share(one.certainty, 0)} {one.label}",
            f"or {share(one.runner_up_probability, 0)} {one.runner_up}",
            ", ".join(f"{n} × {name}" for name, n in one.votes),
        )
        for one in report.labels.doubtful[:_SHOWN]
    )


def _advice(report: Contents) -> Iterator[str]:
    for number, one in enumerate(report.advice, start=1):
        yield from _wrapped(f"{number}. {one.what}", indent=3)
        yield from _wrapped(f"   {one.why}", indent=3)


def _limits(report: Contents) -> Iterator[str]:
    for one in report.limits:
        yield from _wrapped(f"· {one.what} Needed: {one.needed}", indent=2)


def _bar(value: float) -> str:
    return "█" * max(1, round(value * _BAR)) if value > 0 else ""


def lowest_classes(part: AgreementPart) -> list[ClassAgreement]:
    """Agreement of each class given often enough to have one, lowest first; of all where none is
    and there are not many."""
    often = [one for one in part.per_class if one.n_given >= LEAST_GIVEN]
    few = part.per_class if len(part.per_class) < LEAST_GIVEN else ()
    return sorted(often or few, key=lambda one: one.agreement.value)


def _wrapped(text: str, indent: int = 0) -> list[str]:
    kept = text.replace(" %", "\u00a0%")  # a number stays with its sign
    wrapped = textwrap.wrap(
        kept, _WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\u00a0", " ") for line in wrapped] or [""]


def _table(rows: Iterable[tuple[str, ...]], *, header: tuple[str, ...] = ()) -> Iterator[str]:
    """Columns beside each other; where the line is too narrow, the widest are cut."""
    filled = list(rows)
    if not filled:
        return
    shown = [tuple(" ".join(cell.split()) for cell in row) for row in ([header] if header else []) + filled]
    widths = [max(len(row[place]) for row in shown) for place in range(len(shown[0]))]
    while sum(widths) + 2 * len(widths) > _WIDTH and max(widths) > _LEAST_CELL:
        widths[widths.index(max(widths))] -= 1
    for row in shown:
        cells = (f"{_cut(cell, width):<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(cells).rstrip()


def _cut(text: str, most: int = 44) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
