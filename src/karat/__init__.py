"""Karat: annotation that knows how good its labels are.

ratings = karat.Ratings.from_csv("answers.csv")
karat.agreement(ratings)                    # how far annotators agree, with an interval
karat.consensus(ratings).labels             # one label per item, with its certainty
print(karat.report(ratings))                # how good, why not better, what next
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from karat.quality.agreement import agreement
    from karat.quality.consensus import Consensus, consensus
    from karat.quality.errors import QualityError
    from karat.quality.intervals import Estimate
    from karat.quality.ratings import Ratings
    from karat.quality.report import report

__version__ = "0.1.0"

__all__ = ["Consensus", "Estimate", "QualityError", "Ratings", "__version__", "agreement", "consensus", "report"]

# Loaded when first asked for: the command line, the client and the server do without numpy at their start.
_HOME = {
    "Consensus": "karat.quality.consensus",
    "Estimate": "karat.quality.intervals",
    "QualityError": "karat.quality.errors",
    "Ratings": "karat.quality.ratings",
    "agreement": "karat.quality.agreement",
    "consensus": "karat.quality.consensus",
    "report": "karat.quality.report",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'karat' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
