"""Golden values of coefficients for classes: how the file's tables become ratings, and which function is meant.

Intervals are given as the file gives them: value plus and minus Student's or (for Cohen's kappa) the normal quantile
times the standard error, the former cut at 1. Where items have a single rating, standard errors are those of irrCAC.
What Karat shows people instead is on the pages of the coefficients.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bench._golden_structures import set_alpha
from karat.quality.agreement import (
    against_rest,
    alpha_per_class,
    bennett_s,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac2,
    krippendorff_alpha,
    light_kappa,
    observed_agreement,
    randolph_kappa,
    scott_pi,
    weighted_alpha,
)
from karat.quality.agreement.weights import credit_of_distances, weight_matrix
from karat.quality.intervals import Estimate, normal_quantile, student_quantile
from karat.quality.ratings import Ratings

Answer = float | dict[str, Any]
Parameters = dict[str, Any]


def _ratings(data: Parameters, parameters: Parameters) -> Ratings:
    """Ratings of the annotators asked for, in the classes asked for."""
    make = _BUILDERS.get(data["kind"])
    if make is None:
        raise NotImplementedError(f"no ratings of classes can be made from data of the kind {data['kind']!r}")
    rows = make(data)
    if (chosen := parameters.get("raters")) is not None:
        rows = [row for row in rows if row[1] + 1 in chosen]  # counted from 1
    return Ratings.from_rows(rows, classes=_classes(data, parameters), repeats="all")


def _classes(data: Parameters, parameters: Parameters) -> list[Any] | None:
    """The classes listed, else those the table has room for, else (None) those that occur."""
    listed = parameters.get("categories", data.get("categories"))
    if isinstance(listed, list):
        return listed
    table = data.get("table") if data["kind"] == "contingency" else data.get("matrix")
    return None if data["kind"] == "units_by_raters" or not table else list(range(len(table[0])))


def _of_units(data: Parameters) -> list[tuple[Any, Any, Any]]:
    """Rows are items, columns annotators, None is a missing rating."""
    return [(i, a, c) for i, row in enumerate(data["matrix"]) for a, c in enumerate(row) if c is not None]


def _of_contingency(data: Parameters) -> list[tuple[Any, Any, Any]]:
    """Cell (r, c) counts the items the first annotator gave class r and the second class c."""
    cells = [(r, c) for r, row in enumerate(data["table"]) for c, n in enumerate(row) for _ in range(n)]
    classes = data.get("categories") or range(len(data["table"]))
    return [(i, a, classes[cell[a]]) for i, cell in enumerate(cells) for a in (0, 1)]


def _of_counts(data: Parameters) -> list[tuple[Any, Any, Any]]:
    """Rows are items, columns classes, entries how many annotators gave the class."""
    classes = data.get("categories") or range(len(data["matrix"][0]))
    given = [[classes[c] for c, n in enumerate(row) for _ in range(n)] for row in data["matrix"]]
    return [(i, a, c) for i, row in enumerate(given) for a, c in enumerate(row)]


_BUILDERS: dict[str, Callable[[Parameters], list[tuple[Any, Any, Any]]]] = {
    "units_by_raters": _of_units,
    "contingency": _of_contingency,
    "item_class_counts": _of_counts,
}


def _weights(parameters: Parameters, ratings: Ratings) -> Any:
    """A name or a matrix of weights, as the parameters say it."""
    if "disagreement" in parameters:
        return credit_of_distances(parameters["disagreement"])
    name = parameters.get("weights", "identity")
    if "equally spaced" in str(parameters.get("categories", "")):
        return weight_matrix("identity" if name == "none" else name, range(ratings.n_classes))
    return "identity" if name == "none" else name


def _weighted(measure: Callable[..., Estimate], **options: Any) -> Callable[[Parameters, Parameters], Answer]:
    def answer(parameters: Parameters, data: Parameters) -> Answer:
        ratings = _ratings(data, parameters)
        return _by_items(measure(ratings, weights=_weights(parameters, ratings), **options), ratings)

    return answer


def _plain(measure: Callable[..., Estimate]) -> Callable[[Parameters, Parameters], Answer]:
    def answer(parameters: Parameters, data: Parameters) -> Answer:
        ratings = _ratings(data, parameters)
        return _by_items(measure(ratings), ratings)

    return answer


def _cohen(parameters: Parameters, data: Parameters) -> Answer:
    ratings = _ratings(data, parameters)
    found = cohen_kappa(ratings, weights=_weights(parameters, ratings))
    return _answer(found, normal_quantile(0.975), highest=math.inf)


def _alpha(parameters: Parameters, data: Parameters) -> Answer:
    if data["kind"] == "units_by_raters_sets":
        return set_alpha(parameters, data)
    ratings = _ratings(data, parameters)
    if "distance" in parameters:
        found = weighted_alpha(ratings, weights=credit_of_distances(parameters["distance"]))
    elif "weights" in parameters:
        found = weighted_alpha(ratings, weights=_weights(parameters, ratings))
    else:
        found = krippendorff_alpha(ratings, metric=parameters.get("level", "nominal"))
    return _answer(found, student_quantile(0.975, found.n - 1))


def _alpha_of_class(parameters: Parameters, data: Parameters) -> Answer:
    if parameters.get("level", "nominal") != "nominal":
        raise NotImplementedError("one class against the rest is nominal")
    for found in alpha_per_class(_ratings(data, parameters)):
        if found.name == parameters["class"]:
            return found.agreement.value
    raise ValueError(f"nobody gave the class {parameters['class']!r}")


def _fleiss_of_class(parameters: Parameters, data: Parameters) -> Answer:
    return fleiss_kappa(against_rest(_ratings(data, parameters), parameters["class"])).value


def _by_items(found: Estimate, ratings: Ratings) -> Answer:
    """With the interval of irrCAC, which counts every rated item."""
    return _answer(found, student_quantile(0.975, len(np.unique(ratings.item)) - 1))


def _answer(found: Estimate, quantile: float, *, highest: float = 1.0) -> Answer:
    if found.standard_error is None:
        return found.value
    reach = quantile * found.standard_error
    return {
        "value": found.value,
        "se": found.standard_error,
        "ci95": [found.value - reach, min(highest, found.value + reach)],
    }


METRICS: dict[str, Callable[[Parameters, Parameters], Answer]] = {
    "krippendorff_alpha": _alpha,
    "krippendorff_alpha_class": _alpha_of_class,
    "fleiss_kappa_class": _fleiss_of_class,
    "fleiss_kappa": _weighted(fleiss_kappa, variance="gwet"),
    "gwet_ac": _weighted(gwet_ac2, variance="gwet"),
    "brennan_prediger": _weighted(brennan_prediger, variance="gwet"),
    "conger_kappa": _weighted(conger_kappa, variance="gwet"),
    "percent_agreement": _weighted(observed_agreement),
    "cohen_kappa": _cohen,
    "light_kappa": _weighted(light_kappa),
    "scott_pi": _plain(scott_pi),
    "bennett_s": _plain(bennett_s),
    "randolph_kappa": _plain(randolph_kappa),
}
