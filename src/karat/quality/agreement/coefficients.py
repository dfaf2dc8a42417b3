"""The coefficients of agreement by name.

A new coefficient is a function in a file of its own and one entry in `COEFFICIENTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from karat.quality.agreement.brennan_prediger import bennett_s, brennan_prediger, randolph_kappa
from karat.quality.agreement.cohen import cohen_kappa
from karat.quality.agreement.conger import conger_kappa
from karat.quality.agreement.fleiss import fleiss_kappa, scott_pi
from karat.quality.agreement.gwet import gwet_ac1, gwet_ac2
from karat.quality.agreement.krippendorff import krippendorff_alpha
from karat.quality.agreement.light import light_kappa
from karat.quality.agreement.observed import observed_agreement
from karat.quality.agreement.weighted_alpha import weighted_alpha
from karat.quality.agreement.weights import WEIGHT_SETS
from karat.quality.errors import UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

KRIPPENDORFF_METRICS = ("nominal", "ordinal", "interval", "ratio")
WEIGHTS = ("nominal", "interval", *WEIGHT_SETS)


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One way to measure agreement.

    Attributes
    ----------
    measure : function
        Takes ratings and the keyword `level`; and what `metric_as` says.
    metric_as : str or None
        The keyword under which `measure` takes the metric; None when it only asks whether classes are equal.
    metrics : tuple of str
        Names it understands.
    """

    measure: Callable[..., Estimate]
    metric_as: str | None = None
    metrics: tuple[str, ...] = ("nominal",)

    def __call__(self, ratings: Ratings, *, metric: str, level: float) -> Estimate:
        return self.measure(ratings, level=level, **({} if self.metric_as is None else {self.metric_as: metric}))


def _weighted(measure: Callable[..., Estimate]) -> Coefficient:
    return Coefficient(measure, "weights", WEIGHTS)


COEFFICIENTS = {
    "alpha": Coefficient(krippendorff_alpha, "metric", KRIPPENDORFF_METRICS),
    "weighted_alpha": _weighted(weighted_alpha),
    "observed": _weighted(observed_agreement),
    "fleiss": _weighted(fleiss_kappa),
    "scott": _weighted(scott_pi),
    "ac1": Coefficient(gwet_ac1),
    "ac2": _weighted(gwet_ac2),
    "brennan_prediger": _weighted(brennan_prediger),
    "bennett": Coefficient(bennett_s),
    "randolph": Coefficient(randolph_kappa),
    "conger": _weighted(conger_kappa),
    "cohen": _weighted(cohen_kappa),
    "light": _weighted(light_kappa),
}


def coefficient_named(name: str, metric: str) -> Coefficient:
    """The coefficient, if there is one and it goes with the metric.

    Raises
    ------
    UnknownMethod
        With what exists instead.
    """
    found = COEFFICIENTS.get(name)
    if found is None:
        raise UnknownMethod(f"there is no coefficient {name!r}; there are {', '.join(COEFFICIENTS)}.")
    if metric in found.metrics:
        return found
    others = [other for other, known in COEFFICIENTS.items() if metric in known.metrics]
    if not others:
        everything = dict.fromkeys(KRIPPENDORFF_METRICS + WEIGHTS)
        raise UnknownMethod(f"there is no metric {metric!r}; there are {', '.join(everything)}.")
    raise UnknownMethod(
        f"the metric {metric!r} does not apply to {name!r}, which knows {', '.join(found.metrics)}. "
        f"It goes with {', '.join(others)}."
    )
