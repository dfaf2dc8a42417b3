"""Why the labels were inferred as they were, and whether plain votes would do."""

from __future__ import annotations

from collections.abc import Mapping

from karat.quality.consensus import Consensus
from karat.quality.consensus.sufficiency import Sufficiency, Verdict, diagnose
from karat.quality.ratings import Name, Ratings

_MOST_RATINGS = 2_000_000
"""Beyond, the signals are read from part of the items: they would not change in their second digit."""

_SENTENCES = {
    Verdict.WEIGH: "Annotators differ in skill and the answers show it, so answers are weighed by who gave them.",
    Verdict.MAJORITY_IS_FINE: "A majority vote is fine here: nothing speaks for weighing some annotators more.",
    Verdict.TOO_THIN: "There is too little overlap to tell who is better, so the labels stay close to plain votes.",
    Verdict.UNDECIDED: "Whether to weigh annotators hardly matters here: the signals disagree.",
}


def why_this_method(ratings: Ratings, gold: Mapping[Name, Name], found: Consensus, *, seed: int) -> str:
    """In sentences: whether skill can be seen, by what evidence, and whether the method came to rest."""
    told = diagnose(_enough(ratings), gold=gold or None, seed=seed)
    parts = [_SENTENCES[told.verdict] if not told.may_hurt else _hurt(told), _evidence(told)]
    if found.method != "auto":
        parts.append(f"The method asked for is {found.method!r}.")
    if not found.converged:
        parts.append("It had not come to rest when it was stopped.")
    return " ".join(part for part in parts if part)


def _hurt(told: Sufficiency) -> str:
    assert told.gain_on_gold is not None
    return (
        f"Weighing annotators hurts here: on gold it is right {-100 * told.gain_on_gold.value:.1f} points less often "
        "than plain votes, since people make the same mistakes."
    )


def _evidence(told: Sufficiency) -> str:
    return f"Evidence: {'; '.join(told.reasons)}."


def _enough(ratings: Ratings) -> Ratings:
    if ratings.n_ratings <= _MOST_RATINGS:
        return ratings
    n_items = int(ratings.n_items * _MOST_RATINGS / ratings.n_ratings)
    return ratings.select(ratings.item < n_items)
