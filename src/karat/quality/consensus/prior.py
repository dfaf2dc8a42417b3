"""What is believed of annotators before any rating."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before any rating: pseudo-ratings added to each row of every confusion matrix.

    Four of them, 70 % right, keep matrices learnt from few ratings from running away: over 23 public sets they are
    more accurate than maximum likelihood (83.6 against 83.1 % in the mean), most where annotators gave few ratings
    each (CF: 89.3 against 83.7 %).

    Attributes
    ----------
    right : float
        Pseudo-ratings of the true class.
    wrong : float
        Pseudo-ratings spread evenly over the other classes.
    items : float
        Pseudo-items of each class.
    """

    right: float = 2.8
    wrong: float = 1.2
    items: float = 1.0


NO_PRIOR = Prior(right=0.0, wrong=0.0, items=0.0)
