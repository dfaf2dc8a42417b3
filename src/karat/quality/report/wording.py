"""How numbers are written in a report: with their interval and their n, or with the reason why there is none."""

from __future__ import annotations

from datetime import UTC, datetime

from karat.quality.intervals import Estimate
from karat.quality.report.contents import Measured


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


def day(seconds: float) -> str:
    """
    >>> day(0)
    '1970-01-01'
    """
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def speaks_for(estimate: Estimate | None) -> str:
    """Whom an interval of agreement speaks for."""
    if estimate is None or estimate.over is None:
        return ""
    return "other annotators could have been there too" if estimate.over == "annotators" else "these annotators"
