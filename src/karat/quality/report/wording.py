"""How numbers are written in a report: with their interval and their n, or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from karat.quality.intervals import Estimate
from karat.quality.report.contents import Measured

_FEW_DAYS_SECONDS = 4 * 86_400


def share(value: float, digits: int = 1) -> str:
    """
    >>> share(0.9288), share(1.0)
    ('92.9 %', '100 %')
    """
    text = f"{100 * value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text and float(text) in (0, 100) else text} %"


def points(difference: float) -> str:
    """
    >>> points(0.123), points(-0.04)
    ('+12 points', '−4 points')
    """
    return f"{'+' if difference >= 0 else '−'}{100 * abs(difference):.0f} points"


def estimated_share(estimate: Estimate | None) -> str:
    """
    >>> estimated_share(Estimate(0.9, 0.85, 0.94, 120)), estimated_share(None)
    ('90.0 % (85.0 to 94.0)', 'unknown')
    """
    if estimate is None:
        return "unknown"
    return f"{share(estimate.value)} ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def measured_share(found: Measured) -> str:
    """
    >>> measured_share(Measured(Estimate(0.712, 0.65, 0.77, 400)))
    '71.2 % (65.0 to 77.0)'
    """
    return f"not known: {found.reason}" if found.estimate is None else estimated_share(found.estimate)


def coefficient(found: Measured) -> str:
    """
    >>> coefficient(Measured(Estimate(0.712, 0.65, 0.77, 400))), coefficient(Measured(None, "too few items"))
    ('.712 (.650 to .770)', 'not known: too few items')
    """
    if found.estimate is None:
        return f"not known: {found.reason}"
    one = found.estimate
    return f"{decimal(one.value)} ({decimal(one.low)} to {decimal(one.high)})"


def decimal(value: float, digits: int = 3) -> str:
    """
    >>> decimal(0.5), decimal(-0.25, 2), decimal(1.0)
    ('.500', '−.25', '1.000')
    """
    text = f"{abs(value):.{digits}f}"
    return ("−" if value < 0 and float(text) else "") + (text[1:] if text.startswith("0.") else text)


def whole(value: float) -> str:
    """
    >>> whole(1234.6)
    '1,235'
    """
    return f"{value:,.0f}"


def about(value: float) -> str:
    """An expected number: with a decimal where a whole number would hide the difference.

    >>> about(4.26), about(59.4)
    ('4.3', '59')
    """
    return whole(value) if value >= 20 else f"{value:.1f}"


def counted(n: float, one: str, many: str = "") -> str:
    """
    >>> counted(1, "class", "classes"), counted(1200, "item")
    ('1 class', '1,200 items')
    """
    return f"{whole(n)} {one if n == 1 else many or one + 's'}"


def quoted(name: object, most: int = 40) -> str:
    """A name as it stands in a sentence.

    >>> quoted("toxic"), quoted("an answer of many words", 10)
    ('“toxic”', '“an answer…”')
    """
    text = str(name)
    return f"“{text if len(text) <= most else text[: most - 1].rstrip() + '…'}”"


def listed(names: Sequence[object], most: int = 3) -> str:
    """The first few names, and how many more there are.

    >>> listed(["a", "b", "c", "d"]), listed(["a", "b"])
    ('a, b, c and 1 more', 'a and b')
    """
    shown = [str(name) for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def day(seconds: float) -> str:
    """
    >>> day(0), day(1e13)
    ('1970-01-01', 'second 10,000,000,000,000')
    """
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):  # beyond the year 9999: no date, whatever it was meant to be
        return f"second {whole(seconds)}"


def moment(seconds: float, span: float) -> str:
    """A day, with the time of day where all that is shown spans few days.

    >>> moment(90_000, 86_400), moment(90_000, 864_000)
    ('01-02 01:00', '1970-01-02')
    """
    if span > _FEW_DAYS_SECONDS or len(day(seconds)) > 10:
        return day(seconds)
    return datetime.fromtimestamp(seconds, UTC).strftime("%m-%d %H:%M")


def speaks_for(estimate: Estimate | None) -> str:
    """Whom an interval of agreement speaks for, as a sentence; empty where it says nothing of it."""
    if estimate is None or estimate.over is None:
        return ""
    if estimate.over == "annotators":
        return "Alpha's interval allows for other annotators than these, and for other items."
    return "Alpha's interval is that of these annotators on other such items; other people might differ more."
