"""A report for the terminal: what a person reads first, on one screen or two."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from karat.quality.report.contents import Contents, PersonRow
from karat.quality.report.wording import coefficient, day, decimal, estimated_share, points, share, speaks_for, whole

_WIDTH = 100
_SHOWN = 8
_BAR = 24


def as_text(report: Contents) -> str:
    """The report as lines of at most a hundred characters."""
    sections = [
        ("", _summary(report)),
        ("The data", _data(report)),
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


def _data(report: Contents) -> Iterator[str]:
    shape = report.shape
    least, median, most = shape.ratings_per_annotator
    yield (
        f"{whole(shape.n_ratings)} answers to {whole(shape.n_items)} items by {whole(shape.n_annotators)} annotators, "
        f"{len(shape.class_counts)} classes"
    )
    overlap = ", ".join(f"{whole(items)} × {n}" for n, items in shape.overlap[:_SHOWN])
    yield from _wrapped(f"answers per item: {shape.mean_overlap:.1f} ({overlap}{' …' * (len(shape.overlap) > _SHOWN)})")
    yield f"answers per annotator: {whole(least)} to {whole(most)}, half gave {whole(median)} or more"
    if shape.n_components > 1:
        yield f"{shape.n_components} groups of annotators that no shared item connects"
    if shape.first_time is not None and shape.last_time is not None:
        yield f"from {day(shape.first_time)} to {day(shape.last_time)}"
    for remark in report.source.remarks:
        yield from _wrapped(remark)


def _agreement(report: Contents) -> Iterator[str]:
    part = report.agreement
    yield from _wrapped(f"same answer            {coefficient(part.observed)}", indent=23)
    yield from _wrapped(f"Krippendorff's alpha   {coefficient(part.alpha)}", indent=23)
    yield from _wrapped(f"Gwet's AC1             {coefficient(part.ac1)}", indent=23)
    if part.alpha_by_distance is not None:
        yield from _wrapped(f"alpha by difference    {coefficient(part.alpha_by_distance)}", indent=23)
    whom = speaks_for(part.alpha.estimate)
    if whom:
        yield f"alpha's interval speaks for: {whom}"
    yield f"most frequent class: {part.largest_class}, {share(part.largest_share, 0)} of the answers"
    classes = sorted(part.per_class, key=lambda one: one.agreement.value)
    if len(classes) > 2:
        yield "alpha by class, lowest first:"
        yield from _table(
            (str(one.name), decimal(one.agreement.value), f"{decimal(one.agreement.low)} to "
             f"{decimal(one.agreement.high)}", f"{whole(one.n_given)} given")
            for one in classes[:_SHOWN]
        )  # fmt: skip
    if part.lowest_pairs:
        yield f"kappa of {whole(part.n_pairs)} pairs of annotators with 20 shared items or more, lowest first:"
        yield from _table(
            (f"{pair.first} – {pair.second}", decimal(pair.kappa), f"{decimal(pair.low)} to {decimal(pair.high)}",
             f"{whole(pair.n_shared)} items")
            for pair in part.lowest_pairs[:3]
        )  # fmt: skip
    if part.over_time:
        yield "alpha over time:"
        yield from _table(
            (day(one.start), coefficient(one.alpha), f"{whole(one.n_items)} items") for one in part.over_time
        )


def _confusions(report: Contents) -> Iterator[str]:
    yield from _table(
        (
            f"{pair.first} / {pair.second}",
            _bar(pair.share),
            f"{share(pair.share, 0)} of all disagreement",
            f"{pair.expected_wrong:,.1f} labels expected to be wrong",
        )
        for pair in report.confusions[:5]
    )


def _people(report: Contents) -> Iterator[str]:
    rows = report.people.rows
    shown = sorted(rows, key=lambda row: -row.expected_errors)[:_SHOWN]
    yield f"most answers expected to be wrong first ({len(shown)} of {whole(len(rows))}):"
    yield from _table(_person(row) for row in shown)
    copying = report.people.copying
    if copying is None:
        return
    for pair in copying.suspicious[:3]:
        yield from _wrapped(
            f"{pair.first} and {pair.second} agree on {share(pair.equal_share, 0)} of {whole(pair.n_shared)} items "
            f"where {share(pair.expected_share, 0)} would be expected: do they work together?"
        )
    if not copying.suspicious:
        yield f"no sign of copying among the {whole(copying.n_judged)} pairs that share enough items"


def _person(row: PersonRow) -> tuple[str, ...]:
    accuracy = row.gold_accuracy or row.accuracy
    known = "on gold" if row.gold_accuracy else "by consensus"
    leaning = ""
    if row.leaning is not None:
        leaning = f"gives {row.leaning_class} {'oftener' if row.leaning > 0 else 'more rarely'} ({points(row.leaning)})"
    pace = "" if row.median_seconds is None else f"{row.median_seconds:.0f} s"
    return (
        str(row.annotator),
        f"{whole(row.n_ratings)} answers",
        f"{estimated_share(accuracy)} {known}",
        pace,
        leaning,
    )


def _labels(report: Contents) -> Iterator[str]:
    part = report.labels
    yield from _wrapped(part.why)
    yield (
        f"mean certainty {share(part.mean_certainty)}: {whole(part.expected_wrong)} of {whole(report.shape.n_items)} "
        "labels expected to be wrong"
    )
    if part.gold_accuracy is not None:
        yield (
            f"on {whole(part.gold_accuracy.n)} gold items: {estimated_share(part.gold_accuracy)} right; "
            f"plain votes {estimated_share(part.majority_gold_accuracy)}"
        )
    yield f"{whole(part.n_unlike_majority)} labels go against the most frequent answer"
    yield from _wrapped(
        f"an item's {report.shape.mean_overlap:.1f} answers are worth {part.mean_effective_votes:.1f} independent votes"
    )


def _doubtful(report: Contents) -> Iterator[str]:
    yield from _table(
        (
            str(one.item),
            f"{one.label} {share(one.certainty, 0)}",
            f"or {one.runner_up} {share(one.runner_up_probability, 0)}",
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


def _wrapped(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent=" " * indent, break_long_words=False, drop_whitespace=True
    ) or [""]


def _table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    listed = [tuple(_cut(cell) for cell in row) for row in rows]
    if not listed:
        return
    widths = [max(len(row[place]) for row in listed) for place in range(len(listed[0]))]
    for row in listed:
        yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _cut(text: str) -> str:
    return text if len(text) <= 44 else text[:43] + "…"
