"""When a project's consensus is fitted again. Law: what fitting costs an answer does not grow with the project.

A fit reads all answers. Made again once they have grown by a tenth, it costs ten times its share of an answer with
each new one, however many there are; made at fixed times it would cost the more the larger the project is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class FittingPolicy:
    """How up to date the consensus on the pages is kept. Releases infer theirs anew and do not depend on it."""

    settle: timedelta = timedelta(seconds=2)
    """How long answers may gather."""
    growth: float = 0.1
    """How far answers have grown when a fit is due."""
    share: int = 20
    """Fits that are due take at most one part in so many of the time."""
    slow_share: int = 200
    """Fits that are not due yet are made all the same when they take one part in so many of the time."""


@dataclass(frozen=True)
class LastFit:
    """What decides about the next one."""

    fitted_at: datetime
    seconds: float
    n_answers: int


def fit_again_at(last: LastFit | None, n_answers: int, policy: FittingPolicy, *, now: datetime) -> datetime:
    """When to fit next, now that something has changed and `n_answers` stand."""
    settled = now + policy.settle
    if last is None:
        return settled
    is_due = n_answers >= (1 + policy.growth) * last.n_answers
    rest = timedelta(seconds=last.seconds * (policy.share if is_due else policy.slow_share))
    return max(settled, last.fitted_at + rest)
