"""A line on stderr that says how far something long is: redrawn in a terminal, now and then a line elsewhere."""

import sys
import time
from collections.abc import Callable

import click

_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 5.0


class ProgressLine:
    """Reports `n_done` of `n_total` things with the rate and the time that remains; used as a context."""

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._is_terminal = sys.stderr.isatty()
        self._started = clock()
        # A first line elsewhere than in a terminal comes only after a while: what is quick says nothing.
        self._said_at = self._started
        self._is_drawn = False

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_drawn:
            click.echo("\r\x1b[K", nl=False, err=True)

    def __call__(self, n_done: int, n_total: int | None) -> None:
        """Say how far it is, unless that was just said."""
        now = self._clock()
        if now - self._said_at < (_REDRAW_SECONDS if self._is_terminal else _LINE_SECONDS):
            return
        self._said_at = now
        text = described(self._what, n_done, n_total, seconds=now - self._started)
        if self._is_terminal:
            self._is_drawn = True
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
        else:
            click.echo(text, err=True)


def described(what: str, n_done: int, n_total: int | None, *, seconds: float) -> str:
    """
    >>> described("rows", 20_000, 100_000, seconds=2)
    '20,000 of 100,000 rows (20%), 10,000 a second, 8 s remaining'
    >>> described("rows", 500, None, seconds=2)
    '500 rows, 250 a second'
    """
    rate = n_done / seconds if seconds > 0 else 0
    pace = f", {rate:,.0f} a second" if rate >= 1 else ""
    if not n_total:
        return f"{n_done:,} {what}{pace}"
    remaining = f", {duration((n_total - n_done) / rate)} remaining" if rate > 0 and n_total > n_done else ""
    return f"{n_done:,} of {n_total:,} {what} ({min(1, n_done / n_total):.0%}){pace}{remaining}"


def duration(seconds: float) -> str:
    """
    >>> duration(8), duration(200), duration(9000)
    ('8 s', '3 min', '2.5 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3600:.1f} h"
