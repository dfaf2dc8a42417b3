"""A report as one HTML page: self-contained, without scripts, for the browser, for mail and for paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from karat.quality.report.charts import Bar, Point, Range, Scale, bars, cloud, columns, line, ranges, scrolling
from karat.quality.report.contents import Contents, Measured, PairAgreement, PersonRow, UnsurePart
from karat.quality.report.text import BY_DIFFERENCE, counts_of, lowest_classes
from karat.quality.report.wording import (
    about,
    coefficient,
    counted,
    decimal,
    estimated_share,
    listed,
    moment,
    points,
    share,
    speaks_for,
    whole,
)

_FIRST_PEOPLE = 15
_FEW_PEOPLE = 25
_SHOWN_PEOPLE = 300
_SHOWN_POINTS = 500
_SHOWN_CLASSES = 40
_OVERLAPS = 12


def as_page(report: Contents) -> str:
    """The whole page as text."""
    sections = [
        ("What would help most?", _advice(report)),
        ("Are there enough answers to the same items?", _data(report)),
        *([("When could nobody decide?", _unsure(report, report.unsure))] if report.unsure else []),
        ("How far do people agree?", _agreement(report)),
        ("Which classes are mixed up?", _confusions(report)),
        ("Who answers how well?", _people(report)),
        ("How certain are the labels?", _labels(report)),
        ("Which items are most in doubt?", _doubtful(report)),
        ("What cannot be said with these data?", _limits(report)),
    ]
    body = "\n".join(f"<section><h2>{title}</h2>{''.join(parts)}</section>" for title, parts in sections)
    style = files("karat.quality.report").joinpath("page.css").read_text(encoding="utf-8")
    name = ", ".join(report.source.files) or "labels"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>How good are these labels? {escape(name)}</title><style>{style}</style></head>
<body><main><h1>How good are these labels?</h1><p class="muted">{escape(_caption(report))}</p>
{_summary(report)}
{body}</main>
<footer>Made by Karat. Intervals are 95 %; each method has a page in Karat's documentation.</footer></body></html>
"""


def _caption(report: Contents) -> str:
    read = f"{', '.join(report.source.files)} · " if report.source.files else ""
    columns_ = ", ".join(f"{part}: {column}" for part, column in report.source.columns)
    return f"{read}{counts_of(report)}{f' ({columns_})' if columns_ else ''}"


def _summary(report: Contents) -> str:
    rows = (
        ("How good are they?", report.summary.how_good),
        ("Why are they not better?", report.summary.why_not_better),
        ("What next?", report.summary.what_next),
    )
    cautions = [("But note", caution) for caution in report.cautions]
    items = "".join(f"<dt>{question}</dt><dd>{escape(answer)}</dd>" for question, answer in (*rows, *cautions))
    return f'<section class="summary"><dl>{items}</dl></section>'


def _data(report: Contents) -> Iterator[str]:
    shape = report.shape
    least, median, most = shape.ratings_per_annotator
    yield _figures(
        ("answers per item", f"{shape.mean_overlap:.1f}", ""),
        ("items with two answers", share(shape.n_shared_items / shape.n_items, 0), whole(shape.n_shared_items)),
        (
            "answers per annotator",
            whole(median),
            "each" if least == most else f"median; {whole(least)} to {whole(most)}",
        ),
    )
    few, many = shape.overlap[:_OVERLAPS], shape.overlap[_OVERLAPS:]
    counts, names = [items for _, items in few], [str(n) for n, _ in few]
    if many:
        counts, names = [*counts, sum(items for _, items in many)], [*names, f"{many[0][0]}+"]
    if len(counts) > 1:
        yield "<h3>Items by their number of answers</h3>"
        yield columns(counts, names, title="Items by their number of answers")
    yield "<h3>How often is each class given?</h3>"
    classes = sorted(shape.class_counts, key=lambda one: -one[1])
    yield bars(
        [Bar(str(name), n, f"{whole(n)} ({share(n / shape.n_ratings)})") for name, n in classes[:_SHOWN_CLASSES]],
        title="Number of answers by class",
    )
    if len(classes) > _SHOWN_CLASSES:
        yield _paragraph(f"The {_SHOWN_CLASSES} most frequent of {counted(len(classes), 'class', 'classes')}.")
    if shape.n_components > 1:
        yield _paragraph(
            f"{shape.n_components:,} groups of annotators are connected by no shared item; the largest gave "
            f"{share(shape.largest_component_share)} of the answers. Skill cannot be compared across them."
        )
    yield from (_paragraph(remark) for remark in report.source.remarks)


def _unsure(report: Contents, part: UnsurePart) -> Iterator[str]:
    yield _figures(
        ("unsure", share(part.rate.value), f"{100 * part.rate.low:.1f} to {100 * part.rate.high:.1f}"),
        ("answers set aside", whole(part.n), listed(part.names)),
        ("items without a label", whole(part.n_left_out), f"beside {whole(report.shape.n_items)}"),
    )
    if part.annotators:
        rows = [(str(name), estimated_share(rate)) for name, rate in part.annotators]
        yield _table(("Unsure more often than all together", "Share of answers"), rows, n_text=1)
    if part.items:
        rows = [(str(item), f"{unsure} of {n}") for item, unsure, n in part.items]
        yield _table(("Items most people are unsure of", "Answers"), rows, n_text=1)


def _agreement(report: Contents) -> Iterator[str]:
    part = report.agreement
    graded = (("alpha by difference", part.alpha_by_distance), ("alpha by order", part.alpha_by_order))
    by_distance = [_figure(name, found) for name, found in graded if found is not None]
    yield _figures(
        _share_figure("same answer", part.observed),
        _figure("Krippendorff's alpha", part.alpha),
        *by_distance,
        _figure("Gwet's AC1", part.ac1),
        ("most frequent class", share(part.largest_share, 0), str(part.largest_class)),
    )
    yield _paragraph(
        "Alpha corrects for chance by how often each class is given, and falls where one class is rare even if people "
        "work as well as before; AC1 hardly does. Read both beside the share of equal answers."
    )
    whom = speaks_for(part.alpha.estimate)
    if whom:
        yield _paragraph(whom)
    if part.alpha_by_distance is not None and part.alpha_by_order is None:
        yield _paragraph(BY_DIFFERENCE)
    classes = lowest_classes(part)[:_SHOWN_CLASSES]
    if len(classes) > 2:
        yield "<h3>On which classes do people agree least?</h3>"
        rows = [
            Range(str(one.name), one.agreement.value, one.agreement.low, one.agreement.high, _given(one.n_given))
            for one in classes
        ]
        yield ranges(rows, title="Alpha of each class against all others", scale=_scale(rows))
    pairs = [*part.lowest_pairs, *part.highest_pairs]
    if pairs:
        yield f"<h3>Which two agree least and most? ({counted(part.n_pairs, 'pair')} with 20 shared items or more)</h3>"
        rows = [
            Range(_pair_name(one), one.kappa, one.low, one.high, f"{whole(one.n_shared)} items")
            for one in sorted(dict.fromkeys(pairs), key=lambda one: one.kappa)
        ]
        yield ranges(rows, title="Cohen's kappa of pairs of annotators", scale=_scale(rows))
    yield from _over_time(report)


def _pair_name(pair: PairAgreement) -> str:
    """Both names, of addresses what comes before the @: a chart has little room."""
    return " – ".join(str(name).partition("@")[0] or str(name) for name in (pair.first, pair.second))


def _over_time(report: Contents) -> Iterator[str]:
    spans = (
        report.agreement.over_time[-1].end - report.agreement.over_time[0].start if report.agreement.over_time else 0.0
    )
    rows = [
        Range(moment(one.start, spans), found.value, found.low, found.high, f"alpha {coefficient(one.alpha)}")
        for one in report.agreement.over_time
        if (found := one.alpha.estimate) is not None
    ]
    if len(rows) > 1:
        yield "<h3>Is agreement holding?</h3>"
        yield line(rows, title="Alpha over time", scale=_scale(rows))


def _confusions(report: Contents) -> Iterator[str]:
    if not report.confusions:
        yield _paragraph("No item was given two different classes.")
        return
    yield bars(
        [Bar(f"{one.first} / {one.second}", one.share, share(one.share)) for one in report.confusions],
        title="Share of all disagreement by pair of classes",
    )
    yield _table(
        ("Pair", "Share of disagreement", "Labels expected to be wrong"),
        ((f"{one.first} / {one.second}", share(one.share), about(one.expected_wrong)) for one in report.confusions),
        n_text=1,
    )


def _people(report: Contents) -> Iterator[str]:
    rows = report.people.rows
    yield from _skills(rows)
    uncertain = report.people.n_uncertain
    yield _paragraph(
        "Accuracy is on gold where there is gold, else by the consensus of all. "
        f"{'All' if uncertain == len(rows) else whole(uncertain)} of {counted(len(rows), 'annotator')} "
        f"{'is' if len(rows) == 1 else 'are'} known too roughly to be compared."
    )
    yield from _copying(report)
    by_errors = sorted(rows, key=lambda row: -row.expected_errors)[:_SHOWN_PEOPLE]
    first, rest = by_errors[:_FIRST_PEOPLE], by_errors[_FIRST_PEOPLE:]
    yield _people_table(first, f"Most answers expected to be wrong first; {len(first)} of {whole(len(rows))}")
    if rest:
        yield f"<details><summary>{len(rest)} more</summary>{_people_table(rest, '')}</details>"


def _skills(rows: Sequence[PersonRow]) -> Iterator[str]:
    """A line for each of a few people; of many, a point by how much they answered."""
    known = [(row, found) for row in rows[:_SHOWN_POINTS] if (found := row.gold_accuracy or row.accuracy) is not None]
    if not known:
        return
    if len(known) <= _FEW_PEOPLE:
        by_accuracy = sorted(known, key=lambda one: one[1].value)
        lines = [
            Range(
                str(row.annotator), found.value, found.low, found.high, f"{share(found.value, 0)}, n = {found.n:,.0f}"
            )
            for row, found in by_accuracy
        ]
        yield ranges(lines, title="Accuracy of each annotator", scale=_scale(lines))
        return
    yield cloud(
        [
            Point(row.n_ratings, found.value, found.low, found.high, f"{row.annotator}: {estimated_share(found)}")
            for row, found in known
        ],
        title="Accuracy of each annotator by number of answers",
        x_title="answers",
    )


def _people_table(rows: Sequence[PersonRow], caption: str) -> str:
    header = ("Annotator", "Leaning", "Answers", "Accuracy", "On gold", "Median time", "Very fast")
    cells = [_person(row) for row in rows]
    filled = [place for place in range(len(header)) if any(row[place] for row in cells)]
    return _table(
        [header[place] for place in filled],
        ([row[place] for place in filled] for row in cells),
        n_text=sum(place < 2 for place in filled),
        caption=caption,
    )


def _copying(report: Contents) -> Iterator[str]:
    copying = report.people.copying
    if copying is None:
        return
    if not copying.suspicious:
        yield _paragraph(f"No sign of copying in the {counted(copying.n_judged, 'pair')} with enough shared items.")
        return
    yield "<h3>Who may not work independently?</h3>"
    yield _table(
        ("Pair", "Shared items", "Equal answers", "Expected", "False discoveries"),
        (
            (f"{one.first} – {one.second}", whole(one.n_shared), share(one.equal_share), share(one.expected_share),
             f"{one.false_discovery_rate:.2g}")
            for one in copying.suspicious
        ),
        n_text=1,
    )  # fmt: skip
    yield _paragraph("Equal unlikely answers are a reason to ask, and no proof: people may have talked, or read alike.")


def _person(row: PersonRow) -> tuple[str, ...]:
    leaning = "" if row.leaning is None else f"{row.leaning_class} {points(row.leaning)}"
    return (
        str(row.annotator),
        leaning,
        whole(row.n_ratings),
        estimated_share(row.accuracy),
        "" if row.gold_accuracy is None else estimated_share(row.gold_accuracy),
        "" if row.median_seconds is None else f"{row.median_seconds:.0f} s",
        "" if row.fast_share is None else share(row.fast_share, 0),
    )


def _labels(report: Contents) -> Iterator[str]:
    part = report.labels
    if report.shape.n_shared_items:
        yield _figures(*_on_gold(report), *_certain(report))
        yield _paragraph(part.why)
        names = [f"{n * 10}–{n * 10 + 10} %" for n in range(10)]
        yield "<h3>Labels by their certainty</h3>"
        yield columns(part.certainty_histogram, names, title="Number of labels by certainty")
        return
    yield _figures(*_on_gold(report))
    yield _paragraph("Nothing is known of that from the answers: no item has two of them.")


def _on_gold(report: Contents) -> Iterator[tuple[str, str, str]]:
    gold = report.labels.gold_accuracy
    if gold is not None:
        note = f"{100 * gold.low:.1f} to {100 * gold.high:.1f}, n = {gold.n:g}"
        yield "right on gold", share(gold.value), note


def _certain(report: Contents) -> Iterator[tuple[str, str, str]]:
    part = report.labels
    yield "should be right", share(part.mean_certainty), f"{about(part.expected_wrong)} labels wrong"
    yield (
        "independent votes an item",
        f"{part.mean_effective_votes:.1f}",
        f"of {report.shape.mean_overlap:.1f} answers",
    )
    yield "against the majority", whole(part.n_unlike_majority), "label" if part.n_unlike_majority == 1 else "labels"


def _doubtful(report: Contents) -> Iterator[str]:
    if not report.shape.n_shared_items:
        yield _paragraph("All alike: no item has two answers.")
        return
    if not report.labels.doubtful:
        yield _paragraph("None: every label is certain.")
        return
    yield _table(
        ("Item", "Label", "Or", "Answers"),
        (
            (str(one.item), f"{one.label} ({share(one.certainty, 0)})", f"{one.runner_up} "
             f"({share(one.runner_up_probability, 0)})", ", ".join(f"{n} × {name}" for name, n in one.votes))
            for one in report.labels.doubtful
        ),
        n_text=4,
    )  # fmt: skip


def _advice(report: Contents) -> Iterator[str]:
    if not report.advice:
        yield _paragraph(report.summary.what_next)
        return
    items = "".join(
        f'<li><b>{escape(one.what)}</b><br><span class="muted">{escape(one.why)}</span></li>' for one in report.advice
    )
    yield f"<ol>{items}</ol>"


def _limits(report: Contents) -> Iterator[str]:
    if not report.limits:
        yield _paragraph("Nothing that a report is usually asked.")
        return
    items = "".join(
        f'<li>{escape(one.what)}<br><span class="muted">Needed: {escape(one.needed)}</span></li>'
        for one in report.limits
    )
    yield f"<ul>{items}</ul>"


def _figure(name: str, found: Measured) -> tuple[str, str, str]:
    if found.estimate is None:
        return name, "not known", found.reason
    one = found.estimate
    return name, decimal(one.value), f"{decimal(one.low)} to {decimal(one.high)}"


def _share_figure(name: str, found: Measured) -> tuple[str, str, str]:
    if found.estimate is None:
        return _figure(name, found)
    one = found.estimate
    return name, share(one.value), f"{100 * one.low:.1f} to {100 * one.high:.1f}"


def _figures(*figures: tuple[str, str, str]) -> str:
    items = "".join(
        f'<li>{escape(name)}<b>{escape(value)}</b><span class="interval">{escape(note)}</span></li>'
        for name, value, note in figures
    )
    return f'<ul class="figures">{items}</ul>'


def _given(n: int) -> str:
    return f"{whole(n)} given"


def _scale(rows: Sequence[Range]) -> Scale:
    """From 0 to 1, and from -1 where something lies below 0."""
    if min(row.low for row in rows) < 0:
        return Scale(-1.0, 1.0, (-1.0, -0.5, 0.0, 0.5, 1.0))
    return Scale(0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, n_text: int, caption: str = "") -> str:
    """A table whose first `n_text` columns are text and whose others are numbers."""

    def cells(row: Sequence[str], kind: str) -> str:
        return "".join(
            f"<{kind}{'' if place < n_text else ' class=number'}>{escape(cell)}</{kind}>"
            for place, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    top = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = f"<thead><tr>{cells(header, 'th')}</tr></thead>"
    return scrolling(f"<table>{top}{head}<tbody>{body}</tbody></table>", caption or ", ".join(header))
