"""When an annotator's next item is a check: drawn by a keyed hash, so that it can be replayed but not guessed."""

import hmac
from dataclasses import dataclass
from enum import IntEnum

from karat.domain.ids import AnnotatorId
from karat.domain.projects import QualityPolicy


class Purpose(IntEnum):
    """Why an item was served. Never leaves the server toward an annotator."""

    PRODUCTION = 0
    GOLD = 1
    HONEYPOT = 2


@dataclass(frozen=True)
class Draw:
    """The purpose drawn for one place in an annotator's stream, and the probability it was drawn with."""

    purpose: Purpose
    probability: float


def draw_purpose(secret: bytes, annotator: AnnotatorId, n_served: int, policy: QualityPolicy) -> Draw:
    """What the `n_served`-th item of this annotator is for.

    Uniform in [0, 1) from HMAC-SHA-256 of the annotator's own counter: independent between places and people,
    the same on every replay, unpredictable without the installation's secret.
    """
    ticket = uniform(secret, f"purpose:{annotator}:{n_served}")
    if ticket < policy.gold_share:
        return Draw(Purpose.GOLD, policy.gold_share)
    if ticket < policy.gold_share + policy.honeypot_share:
        return Draw(Purpose.HONEYPOT, policy.honeypot_share)
    return Draw(Purpose.PRODUCTION, 1 - policy.gold_share - policy.honeypot_share)


def uniform(secret: bytes, message: str) -> float:
    """A number in [0, 1) that looks random to whoever lacks the secret.

    >>> 0 <= uniform(b"secret", "item:1") < 1
    True
    """
    digest = hmac.digest(secret, message.encode(), "sha256")
    return int.from_bytes(digest[:7], "big") / 2**56
