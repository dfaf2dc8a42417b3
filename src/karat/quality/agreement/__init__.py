"""Agreement between annotators: one question, several coefficients."""

from __future__ import annotations

from karat.quality.agreement.krippendorff import krippendorff_alpha
from karat.quality.agreement.observed import observed_agreement
from karat.quality.agreement.sums import AgreementSums
from karat.quality.errors import UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

__all__ = ["AgreementSums", "agreement", "krippendorff_alpha", "observed_agreement"]


def agreement(
    ratings: Ratings, *, metric: str = "nominal", coefficient: str = "alpha", level: float = 0.95
) -> Estimate:
    """How far annotators give the same label.

    Parameters
    ----------
    ratings : Ratings
        At least some items rated by several annotators.
    metric : {"nominal", "ordinal", "interval", "ratio"}
        How far apart two classes are. Raw agreement knows only "nominal".
    coefficient : {"alpha", "observed"}
        Krippendorff's alpha (1 perfect, 0 chance), or raw agreement (0-1). Alpha falls when one class becomes rare
        even if people work as well as before: read it beside raw agreement.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        With its interval over items; `n` counts the items with at least two ratings.

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
    if coefficient == "alpha":
        return krippendorff_alpha(ratings, metric=metric, level=level)
    if coefficient != "observed":
        raise UnknownMethod(f"there is no coefficient {coefficient!r}; there are alpha, observed.")
    if metric != "nominal":
        raise UnknownMethod(
            f"raw agreement asks whether two labels are equal, so the metric {metric!r} does not apply. "
            "Use coefficient='alpha' with it."
        )
    return observed_agreement(ratings, level=level)
