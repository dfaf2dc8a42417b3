"""Agreement between annotators: one question, several coefficients.

A measure with a page of its own is a function in the file of its name; `agreement` asks for one by name.
"""

from __future__ import annotations

from dataclasses import replace

from karat.quality.agreement.additive import ADDITIVE, MOST_ORDINAL_CLASSES, additive, is_additive
from karat.quality.agreement.any_distance import distance_alpha
from karat.quality.agreement.bootstrap import bootstrap
from karat.quality.agreement.brennan_prediger import bennett_s, brennan_prediger, randolph_kappa
from karat.quality.agreement.change import AlphaChange, explain_change
from karat.quality.agreement.coefficients import COEFFICIENTS, coefficient_named
from karat.quality.agreement.cohen import PairKappas, cohen_kappa, cohen_pairs
from karat.quality.agreement.conger import conger_kappa
from karat.quality.agreement.fleiss import fleiss_kappa, scott_pi
from karat.quality.agreement.gwet import gwet_ac1, gwet_ac2
from karat.quality.agreement.intraclass import icc, icc_of_matrix
from karat.quality.agreement.kendall import Concordance, kendall_tau, kendall_w
from karat.quality.agreement.krippendorff import krippendorff_alpha
from karat.quality.agreement.light import light_kappa
from karat.quality.agreement.observed import observed_agreement
from karat.quality.agreement.over import Over, refuse_unknown, speak_for
from karat.quality.agreement.parts import SliceAgreement, agreement_by_slice, agreement_of_pair, sums_by_slice
from karat.quality.agreement.per_class import ClassAgreement, against_rest, agreement_per_class, alpha_per_class
from karat.quality.agreement.pooled import mean_pairwise
from karat.quality.agreement.rankings import footrule_distance, kendall_distance, ranking_agreement
from karat.quality.agreement.running import RunningAgreement
from karat.quality.agreement.sets import jaccard_distance, masi_distance
from karat.quality.agreement.sums import AgreementSums
from karat.quality.agreement.weighted_alpha import weighted_alpha
from karat.quality.agreement.windows import Bucket, Windows
from karat.quality.errors import UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

__all__ = [
    "COEFFICIENTS",
    "AgreementSums",
    "AlphaChange",
    "Bucket",
    "ClassAgreement",
    "Concordance",
    "Over",
    "PairKappas",
    "RunningAgreement",
    "SliceAgreement",
    "Windows",
    "against_rest",
    "agreement",
    "agreement_by_slice",
    "agreement_of_pair",
    "agreement_per_class",
    "alpha_per_class",
    "bennett_s",
    "bootstrap",
    "brennan_prediger",
    "cohen_kappa",
    "cohen_pairs",
    "conger_kappa",
    "distance_alpha",
    "explain_change",
    "fleiss_kappa",
    "footrule_distance",
    "gwet_ac1",
    "gwet_ac2",
    "icc",
    "icc_of_matrix",
    "jaccard_distance",
    "kendall_distance",
    "kendall_tau",
    "kendall_w",
    "krippendorff_alpha",
    "light_kappa",
    "masi_distance",
    "mean_pairwise",
    "observed_agreement",
    "randolph_kappa",
    "ranking_agreement",
    "scott_pi",
    "sums_by_slice",
    "weighted_alpha",
]


def agreement(
    ratings: Ratings,
    *,
    metric: str = "nominal",
    coefficient: str = "alpha",
    level: float = 0.95,
    over: Over = "auto",
) -> Estimate:
    """How far annotators give the same label.

    Parameters
    ----------
    ratings : Ratings
        At least some items rated by several annotators.
    metric : str
        How far apart two classes are: "nominal", "ordinal", "interval" or "ratio"; beside alpha also Gwet's weights
        "identity", "linear", "quadratic", "radical", "circular" and "bipolar". For alpha "ordinal" is Krippendorff's
        metric, for the others it is Gwet's weights.
    coefficient : {"alpha", "weighted_alpha", "observed", "fleiss", "scott", "ac1", "ac2", "brennan_prediger", \
"bennett", "randolph", "conger", "cohen", "light"}
        Krippendorff's alpha (1 perfect, 0 chance), raw agreement (0-1), or another from the table
        `karat.quality.agreement.COEFFICIENTS`. Alpha falls when one class becomes rare even if people work as well as
        before: read it beside raw agreement and AC1. "scott", "bennett" and "cohen" are for two annotators.
    level : float
        Coverage of the interval.
    over : {"auto", "items", "annotators"}
        What the interval speaks for. "items": these annotators, had they labeled other such items. "annotators": the
        process, had other such annotators labeled them; it is wider, and with few annotators of unequal skill much
        wider. "auto": the process where there are 3 to 99 annotators and the coefficient is a function of sums over
        items (all but "scott", "bennett", "conger", "cohen" and "light"), else these annotators.

    Returns
    -------
    Estimate
        With its interval; `over` says what it speaks for, and `n` counts the items with at least two ratings.

    Raises
    ------
    QualityError
        With the reason, when the ratings do not allow an answer; see the coefficient's own page.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> print(agreement(ratings, coefficient="observed"))
    0.667 (0.094 to 0.992, n = 3)
    """
    refuse_unknown(over)
    by_item = coefficient_named(coefficient, metric)(ratings, metric=metric, level=level)
    if is_additive(coefficient, ratings.n_classes, metric=metric):
        return speak_for(over, by_item, ratings, additive(coefficient, ratings.classes, metric=metric))
    if over == "annotators":
        raise UnknownMethod(
            f"{coefficient!r} on {ratings.n_classes} classes has an interval over items only. One over annotators "
            f"exists for {', '.join(ADDITIVE)}, the ordinal alpha up to {MOST_ORDINAL_CLASSES} classes."
        )
    return replace(by_item, over="items")
