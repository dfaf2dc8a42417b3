"""Golden values of structured answers: sets, tables of numbers, rankings, spans, segments, boxes and masks.

`METRICS` maps the names of metrics in golden.json to functions of a case's parameters and data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np

from karat.quality.agreement import regions, spans
from karat.quality.agreement.any_distance import distance_alpha
from karat.quality.agreement.intraclass import icc
from karat.quality.agreement.kendall import kendall_w
from karat.quality.agreement.sets import jaccard_distance, masi_distance
from karat.quality.ratings import Ratings

Case = Mapping[str, Any]
Metric = Callable[[Case, Case], float]


def set_alpha(params: Case, data: Case) -> float:
    """Krippendorff's alpha of `units_by_raters_sets`."""
    ratings = _ratings_of_matrix(
        [[None if cell is None else frozenset(cell) for cell in row] for row in data["matrix"]]
    )
    if params["distance"] == "masi" and "monotonicity" in params:
        factors = tuple(params["monotonicity"])
        return distance_alpha(ratings, partial(masi_distance, monotonicity=factors)).value
    return distance_alpha(ratings, params["distance"]).value


def _masi(params: Case, _: Case) -> float:
    one, other = params["pair"]
    return masi_distance(one, other, monotonicity=tuple(params["monotonicity"]))


def _jaccard(params: Case, _: Case) -> float:
    return jaccard_distance(*params["pair"])


def _icc(params: Case, data: Case) -> float:
    return icc(_ratings_of_matrix(data["matrix"]), form=params["form"]).value


def _kendall_w(params: Case, data: Case) -> float:
    return kendall_w(_ratings_of_matrix(data["matrix"]), ties=params["ties"]).value


def _alpha_u(params: Case, data: Case) -> float:
    return _unitizing(params, data).alpha


def _alpha_u_observed(params: Case, data: Case) -> float:
    return _unitizing(params, data).observed


def _alpha_u_expected(params: Case, data: Case) -> float:
    return _unitizing(params, data).expected


def _unitizing(params: Case, data: Case) -> spans.UnitizingDisagreement:
    scale, begin = params.get("scale", 1), data["begin"]
    rows = []
    for annotator, units in enumerate(data["observers"]):
        starts = [(unit["begin"] - begin) * scale for unit in units]
        ends = [start + unit["length"] * scale for start, unit in zip(starts, units, strict=True)]
        labels = [unit.get("label") for unit in units]
        rows.append(("text", annotator, frozenset(zip(starts, ends, labels, strict=True))))
    label = None if params.get("label") == "all" else params.get("label")
    return spans.unitizing_disagreement(Ratings.from_rows(rows), {"text": data["length"] * scale}, label=label)


def _boundary_similarity(params: Case, data: Case) -> float:
    return spans.boundary_similarity(data["a"], data["b"], n_t=params["n_t"])


def _window_diff(_: Case, data: Case) -> float:
    return spans.window_diff(data["a"], data["b"])


def _pk(_: Case, data: Case) -> float:
    return spans.pk(data["a"], data["b"])


def _gamma(params: Case, data: Case) -> spans.Gamma:
    """One search for all the numbers of a case."""
    weights = params["alpha"], params["beta"], params["delta_empty"]
    return _searched(json.dumps(data["units"]), *weights)


@cache
def _searched(units: str, position_weight: float, category_weight: float, empty_cost: float) -> spans.Gamma:
    answers: dict[Any, list[tuple[int, int, str]]] = {}
    for unit in json.loads(units):
        answers.setdefault(unit["annotator"], []).append((unit["start"], unit["end"], unit["label"]))
    settings = spans.GammaSettings(
        position_weight=position_weight, category_weight=category_weight, empty_cost=empty_cost
    )
    return spans.gamma(answers, settings)


def _gamma_value(params: Case, data: Case) -> float:
    return _gamma(params, data).value


def _gamma_cat(params: Case, data: Case) -> float:
    value = _gamma(params, data).category_value
    assert value is not None
    return value


def _gamma_observed(params: Case, data: Case) -> float:
    return _gamma(params, data).observed_disorder


def _gamma_size(params: Case, data: Case) -> float:
    return float(_gamma(params, data).n_groups)


def _span_f1(params: Case, data: Case) -> float:
    match, labels = {
        "exact span and label": ("exact", True),
        "exact span, any label": ("exact", False),
        "overlap >= 1 char and label": ("overlap", True),
    }[params["match"]]
    return spans.span_f1_of(_tuples(data["a"]), _tuples(data["b"]), match=match, labels=labels)


def _box_iou(params: Case, _: Case) -> float:
    one, other = (regions.Box(*box) for box in params["pair"])
    return regions.iou(one, other)


def _mask_iou(_: Case, data: Case) -> float:
    return regions.mask_iou(*_masks(data))


def _mask_dice(_: Case, data: Case) -> float:
    return regions.mask_dice(*_masks(data))


def _masks(data: Case) -> list[regions.Mask]:
    masks = []
    for top, left, bottom, right in (data["a"], data["b"]):
        filled = np.zeros(data["size"], dtype=bool)
        filled[top:bottom, left:right] = True
        masks.append(regions.Mask.of(filled))
    return masks


def _box_f1(params: Case, data: Case) -> float:
    return regions.match_regions(_boxes(data["a"]), _boxes(data["b"]), threshold=params["iou"]).f1


def _box_mean_matched_iou(params: Case, data: Case) -> float:
    return regions.match_regions(_boxes(data["a"]), _boxes(data["b"]), threshold=params["iou"]).mean_iou


def _boxes(rows: Iterable[Iterable[float]]) -> list[regions.Box]:
    return [regions.Box(*row) for row in rows]


def _tuples(rows: Iterable[Iterable[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in rows]


def _ratings_of_matrix(matrix: Iterable[Iterable[Any]]) -> Ratings:
    """Rows are items, columns annotators, None is a missing rating."""
    return Ratings.from_rows((i, a, c) for i, row in enumerate(matrix) for a, c in enumerate(row) if c is not None)


METRICS: dict[str, Metric] = {
    "masi_distance": _masi,
    "jaccard_distance": _jaccard,
    "icc": _icc,
    "kendall_w": _kendall_w,
    "alpha_u": _alpha_u,
    "alpha_u_observed": _alpha_u_observed,
    "alpha_u_expected": _alpha_u_expected,
    "boundary_similarity": _boundary_similarity,
    "window_diff": _window_diff,
    "pk": _pk,
    "gamma": _gamma_value,
    "gamma_cat": _gamma_cat,
    "gamma_observed_disorder": _gamma_observed,
    "gamma_alignment_size": _gamma_size,
    "span_f1": _span_f1,
    "box_iou": _box_iou,
    "mask_iou": _mask_iou,
    "mask_dice": _mask_dice,
    "box_f1": _box_f1,
    "box_mean_matched_iou": _box_mean_matched_iou,
}
