"""Charts as SVG text: no script, colours from the page, and a title that a screen reader reads out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH = 640
_LABEL = 190
_ROW = 24
_PAD = 8
_WIDEST_COLUMN = 90


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its name, and what is written behind it."""

    label: str
    value: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A value between two bounds, with its name, and what is written behind it."""

    label: str
    value: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """From where to where an axis goes, and which values are marked on it."""

    low: float
    high: float
    marks: tuple[float, ...]

    def share(self, value: float) -> float:
        """How far along the axis a value is, 0-1; what lies outside is put at its end."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a plane, with bounds for its height and a name that shows when one points at it."""

    x: float
    y: float
    low: float
    high: float
    name: str


def bars(rows: Sequence[Bar], *, title: str) -> str:
    """Horizontal bars, the longest filling the width."""
    most = max((row.value for row in rows), default=0.0) or 1.0
    room = _WIDTH - _LABEL - 170
    parts = []
    for place, row in enumerate(rows):
        y = _PAD + place * _ROW
        width = max(1.0, room * row.value / most)
        parts.append(
            f'{_name(row.label, y)}<rect class="bar" x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="14" rx="2"/>'
            f'<text class="note" x="{_LABEL + width + 8:.1f}" y="{y + 16}">{escape(row.note)}</text>'
        )
    return _svg(title, _PAD * 2 + _ROW * len(rows), parts)


def ranges(rows: Sequence[Range], *, title: str, scale: Scale) -> str:
    """Values with their intervals on one scale."""
    room = _WIDTH - _LABEL - 150

    def across(value: float) -> float:
        return _LABEL + room * scale.share(value)

    height = _PAD * 2 + _ROW * len(rows) + 18
    parts = [
        f'<line class="grid" x1="{across(mark):.1f}" x2="{across(mark):.1f}" y1="{_PAD}" y2="{height - 22}"/>'
        f'<text class="tick" x="{across(mark):.1f}" y="{height - 8}" text-anchor="middle">{mark:g}</text>'
        for mark in scale.marks
    ]
    for place, row in enumerate(rows):
        y = _PAD + place * _ROW + 11
        parts.append(
            f'{_name(row.label, y - 11)}<line class="range" x1="{across(row.low):.1f}" x2="{across(row.high):.1f}" '
            f'y1="{y}" y2="{y}"/><circle class="dot" cx="{across(row.value):.1f}" cy="{y}" r="4"/>'
            f'<text class="note" x="{_LABEL + room + 12}" y="{y + 5}">{escape(row.note)}</text>'
        )
    return _svg(title, height, parts)


def columns(counts: Sequence[int], names: Sequence[str], *, title: str) -> str:
    """Vertical bars with their counts above and their names below."""
    most = max(counts, default=0) or 1
    step, room = min((_WIDTH - 2 * _PAD) / max(len(counts), 1), _WIDEST_COLUMN), 130
    parts = []
    for place, (count, name) in enumerate(zip(counts, names, strict=True)):
        height = room * count / most
        left, middle = _PAD + place * step + 3, _PAD + (place + 0.5) * step
        parts.append(
            f'<rect class="bar" x="{left:.1f}" y="{room + 20 - height:.1f}" width="{step - 6:.1f}" '
            f'height="{max(height, 0.5):.1f}" rx="2"/>'
            f'<text class="note" x="{middle:.1f}" y="{room + 14 - height:.1f}" text-anchor="middle">{count:,}</text>'
            f'<text class="tick" x="{middle:.1f}" y="{room + 38}" text-anchor="middle">{escape(name)}</text>'
        )
    return _svg(title, room + 48, parts)


def line(rows: Sequence[Range], *, title: str, scale: Scale) -> str:
    """Values in their order, joined, within the band of their intervals."""
    height, left = 190, 48
    step = (_WIDTH - left - 40) / max(len(rows) - 1, 1)

    def at(place: int, value: float) -> str:
        return f"{left + 16 + place * step:.1f},{_PAD + (height - 40) * (1 - scale.share(value)):.1f}"

    parts = []
    for mark in scale.marks:
        y = at(0, mark).split(",")[1]
        parts.append(
            f'<line class="grid" x1="{left}" x2="{_WIDTH - 8}" y1="{y}" y2="{y}"/>'
            f'<text class="tick" x="{left - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{mark:g}</text>'
        )
    band = [at(n, row.high) for n, row in enumerate(rows)] + [at(n, row.low) for n, row in enumerate(rows)][::-1]
    parts.append(f'<polygon class="band" points="{" ".join(band)}"/>')
    parts.append(f'<polyline class="line" points="{" ".join(at(n, row.value) for n, row in enumerate(rows))}"/>')
    every = max(1, math.ceil(len(rows) / 6))
    for place, row in enumerate(rows):
        x, y = at(place, row.value).split(",")
        parts.append(f'<circle class="dot" cx="{x}" cy="{y}" r="3.5">{_hint(f"{row.label}: {row.note}")}</circle>')
        if place % every == 0:
            anchor = "end" if float(x) > _WIDTH - 60 else "middle"  # the last one must not leave the picture
            parts.append(
                f'<text class="tick" x="{x}" y="{height - 8}" text-anchor="{anchor}">{escape(row.label)}</text>'
            )
    return _svg(title, height, parts)


def cloud(points: Sequence[Point], *, title: str, x_title: str) -> str:
    """Points with vertical intervals; across on a logarithmic scale, up from 0 to 1."""
    height, left, bottom = 260, 48, 40
    least = math.log10(max(min((point.x for point in points), default=1), 1))
    most = max(math.log10(max((point.x for point in points), default=10)), least + 0.3)

    def across(value: float) -> float:
        return left + 12 + (_WIDTH - left - 30) * (math.log10(max(value, 1)) - least) / (most - least)

    def up(value: float) -> float:
        return _PAD + (height - bottom - _PAD) * (1 - value)

    parts = [
        f'<line class="grid" x1="{left}" x2="{_WIDTH - 8}" y1="{up(mark):.1f}" y2="{up(mark):.1f}"/>'
        f'<text class="tick" x="{left - 8}" y="{up(mark) + 4:.1f}" text-anchor="end">{100 * mark:.0f} %</text>'
        for mark in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    for mark in _one_two_five(least, most):
        x = across(mark)
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 20}" text-anchor="middle">{mark:,}</text>')
    parts.append(f'<text class="tick" x="{_WIDTH - 8}" y="{height - 4}" text-anchor="end">{escape(x_title)}</text>')
    for point in points:
        x = across(point.x)
        parts.append(
            f'<g>{_hint(point.name)}<line class="thin" x1="{x:.1f}" x2="{x:.1f}" y1="{up(point.low):.1f}" '
            f'y2="{up(point.high):.1f}"/><circle class="dot" cx="{x:.1f}" cy="{up(point.y):.1f}" r="3.5"/></g>'
        )
    return _svg(title, height, parts)


def _one_two_five(least: float, most: float) -> list[int]:
    """Round numbers between two powers of ten; only the powers where there would be many."""
    powers = range(math.floor(least), math.ceil(most) + 1)
    steps = (1, 2, 5) if most - least < 2 else (1,)
    return [step * 10**power for power in powers for step in steps if least <= math.log10(step * 10**power) <= most]


def _name(label: str, y: float) -> str:
    shown = label if len(label) <= 26 else label[:25] + "…"
    return (
        f'<text class="name" x="{_LABEL - 10}" y="{y + 16:.1f}" text-anchor="end">{escape(shown)}{_hint(label)}</text>'
    )


def _hint(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    picture = (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(title, quote=True)}">'
        f"{''.join(parts)}</svg>"
    )
    return scrolling(picture, title)


def scrolling(inside: str, name: str) -> str:
    """What may be wider than the screen in a box that scrolls, with a finger or the keyboard."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(name, quote=True)}">{inside}</div>'
