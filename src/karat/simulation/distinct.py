"""Nobody gets the same production item twice: second copies are exchanged for those of others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import Bools, Ints

_ROUNDS = 12


def make_distinct(item: Ints, annotator: Ints, places: Ints, window: Ints, *, rng: np.random.Generator) -> None:
    """Exchange items within a window until no one has one twice; what cannot be exchanged is taken back (-1).

    Parameters
    ----------
    item : int array (n_places,), changed in place
    annotator : int array (n_places,)
    places : int array (n_concerned,)
        The places to look at.
    window : int array (n_concerned,)
        Non-decreasing. Two places may exchange their items when they are in the same.
    """
    if len(places) == 0:
        return
    exchange = _Exchange(
        item=item,
        annotator=annotator,
        places=places,
        window=window,
        begins=np.searchsorted(window, np.arange(window[-1] + 2)),
        n_annotators=int(annotator.max()) + 1,
    )
    pairs = exchange.pairs(item[places], places)
    order = np.argsort(pairs)
    taken = pairs[order]
    waiting = order[1:][taken[1:] == taken[:-1]]
    for _ in range(_ROUNDS):
        if len(waiting) == 0:
            return
        waiting, taken = exchange.once(waiting, taken, rng)
    item[places[waiting]] = -1


@dataclass(frozen=True, eq=False)
class _Exchange:
    item: Ints
    annotator: Ints
    places: Ints
    window: Ints
    begins: Ints
    """(n_windows + 1,): first entry of each window."""
    n_annotators: int

    def pairs(self, item: Ints, places: Ints) -> Ints:
        """(item, annotator) as one number, if these places had these items."""
        found: Ints = item.astype(np.int64) * self.n_annotators + self.annotator[places]
        return found

    def once(self, waiting: Ints, taken: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Each offers its item to a random partner; returns who still waits, and all pairs taken, in order.

        Pairs that are given up stay among those taken: refusing them costs a few tries, removing them a search.
        """
        low, high = self.begins[self.window[waiting]], self.begins[self.window[waiting] + 1]
        partner = low + (rng.random(len(waiting)) * (high - low)).astype(np.int64)
        mine, theirs = self.places[waiting], self.places[partner]
        forth, back = self.pairs(self.item[theirs], mine), self.pairs(self.item[mine], theirs)
        fits = ~_contains(taken, forth) & ~_contains(taken, back) & ~np.isin(partner, waiting)
        fits &= _first_of_each(partner) & _first_of_each(forth) & _first_of_each(back) & ~np.isin(forth, back)
        mine, theirs = mine[fits], theirs[fits]
        self.item[mine], self.item[theirs] = self.item[theirs], self.item[mine]
        return waiting[~fits], np.sort(np.concatenate([taken, forth[fits], back[fits]]), kind="stable")


def _contains(ordered: Ints, wanted: Ints) -> Bools:
    found = np.searchsorted(ordered, wanted)
    is_there: Bools = ordered[np.minimum(found, len(ordered) - 1)] == wanted
    return is_there


def _first_of_each(values: Ints) -> Bools:
    """Whether each value is the first of its kind."""
    is_first = np.zeros(len(values), dtype=bool)
    is_first[np.unique(values, return_index=True)[1]] = True
    return is_first
