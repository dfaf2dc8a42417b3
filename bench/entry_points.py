"""Thin entry points for comparisons from outside: one call, one number, nothing computed here.

`golden` speaks the conventions of the golden values of agreement; `agreement` takes integer codes as they are.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parent.parent
for _place in (ROOT, ROOT / "src"):
    if str(_place) not in sys.path:
        sys.path.insert(0, str(_place))

from bench import _golden_categorical, _golden_structures  # noqa: E402
from bench._posteriors import posteriors, posteriors_from_codes  # noqa: E402
from karat.quality.agreement import (  # noqa: E402
    cohen_kappa,
    cohen_pairs,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    observed_agreement,
)
from karat.quality.agreement.bootstrap import bootstrap  # noqa: E402
from karat.quality.agreement.intraclass import icc  # noqa: E402
from karat.quality.ratings import Ratings  # noqa: E402

__all__ = ["agreement", "golden", "posteriors", "posteriors_from_codes"]

Answer = float | dict[str, Any]


def golden(metric: str, params: dict[str, Any], data: dict[str, Any]) -> Answer:
    """What Karat answers to an expectation of the golden file.

    Parameters
    ----------
    metric, params, data
        As in the file: `case["expect"][i]["metric"]`, its `"params"`, and `case["data"]`.

    Returns
    -------
    float, or dict of "value", "se" and "ci95"

    Raises
    ------
    NotImplementedError
        For what Karat does not offer.
    """
    measure = _golden_categorical.METRICS.get(metric) or _golden_structures.METRICS.get(metric)
    if measure is None:
        raise NotImplementedError(f"Karat does not offer {metric!r}")
    return measure(params, data)


def agreement(item: npt.ArrayLike, annotator: npt.ArrayLike, label: npt.ArrayLike, metric: str) -> float:
    """One number about ratings given as integer codes.

    Parameters
    ----------
    item, annotator, label : int array_like of shape (n_ratings,)
        Codes from 0 up. A label is its own number for alpha_interval, alpha_ratio and icc2k.
    metric : str
        A key of `AGREEMENT`. "cohen" needs two annotators; "cohen_pairs" is the mean kappa over all pairs; "alpha_se"
        the standard error of nominal alpha; "bootstrap_alpha" the lower end of its interval from 1000 resamples.

    Raises
    ------
    NotImplementedError
        For what Karat does not offer.
    QualityError
        When the ratings do not allow an answer.
    """
    measure = AGREEMENT.get(metric)
    if measure is None:
        raise NotImplementedError(f"there is no {metric!r}; there are {', '.join(AGREEMENT)}")
    return measure(Ratings.from_codes(item, annotator, label, repeats="all"))


AGREEMENT: dict[str, Callable[[Ratings], float]] = {
    "alpha_nominal": lambda ratings: krippendorff_alpha(ratings).value,
    "alpha_ordinal": lambda ratings: krippendorff_alpha(ratings, metric="ordinal").value,
    "alpha_interval": lambda ratings: krippendorff_alpha(ratings, metric="interval").value,
    "alpha_ratio": lambda ratings: krippendorff_alpha(ratings, metric="ratio").value,
    "fleiss": lambda ratings: fleiss_kappa(ratings).value,
    "gwet_ac1": lambda ratings: gwet_ac1(ratings).value,
    "cohen": lambda ratings: cohen_kappa(ratings).value,
    "cohen_pairs": lambda ratings: float(np.mean(cohen_pairs(ratings).kappa)),
    "percent": lambda ratings: observed_agreement(ratings).value,
    "alpha_se": lambda ratings: float(krippendorff_alpha(ratings).standard_error or 0.0),
    "bootstrap_alpha": lambda ratings: bootstrap(ratings, n_resamples=1000).low,
    "icc2k": lambda ratings: icc(ratings, form="2,k").value,
}
