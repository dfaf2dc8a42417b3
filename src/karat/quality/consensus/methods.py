"""The methods of `consensus` by name, each called the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from karat.quality.consensus.auto import auto
from karat.quality.consensus.blend import blend
from karat.quality.consensus.dawid_skene import dawid_skene
from karat.quality.consensus.ebcc import ebcc
from karat.quality.consensus.glad import glad
from karat.quality.consensus.gold_weighted import gold_weighted
from karat.quality.consensus.mace import mace
from karat.quality.consensus.majority import majority_vote
from karat.quality.consensus.one_coin import one_coin
from karat.quality.consensus.ordinal import ordinal
from karat.quality.consensus.result import Consensus
from karat.quality.consensus.wawa import wawa
from karat.quality.ratings import Ratings

Gold = Mapping[Any, Any] | None

METHODS: dict[str, Callable[[Ratings, Gold, int], Consensus]] = {
    "auto": lambda ratings, gold, _: auto(ratings, gold=gold),
    "majority": lambda ratings, gold, _: majority_vote(ratings, gold=gold),
    "wawa": lambda ratings, gold, _: wawa(ratings, gold=gold),
    "one_coin": lambda ratings, gold, _: one_coin(ratings, gold=gold),
    "dawid_skene": lambda ratings, gold, _: dawid_skene(ratings, gold=gold),
    "dawid_skene_map": lambda ratings, gold, _: dawid_skene(ratings, gold=gold, estimate="map"),
    "dawid_skene_ml": lambda ratings, gold, _: dawid_skene(ratings, gold=gold, estimate="likelihood"),
    "blend": lambda ratings, gold, _: blend(ratings, gold=gold),
    "gold_weighted": lambda ratings, gold, _: gold_weighted(ratings, gold=gold),
    "mace": lambda ratings, gold, seed: mace(ratings, gold=gold, seed=seed).consensus,
    "glad": lambda ratings, gold, _: glad(ratings, gold=gold).consensus,
    "ebcc": lambda ratings, gold, seed: ebcc(ratings, gold=gold, seed=seed).consensus,
    "ordinal": lambda ratings, gold, _: ordinal(ratings, gold=gold).consensus,
}
"""Every method, the default first."""
