"""Classes in a hierarchy: coarse answers count for all finer classes below, near misses count in part, and the label is
as fine as the evidence allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.assemble import has_settled, softmax
from karat.quality.errors import NoRatings, QualityError, UnknownClass
from karat.quality.intervals import Estimate, proportion
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

ROOT = 0  # above all top classes, and no class itself


@dataclass(frozen=True, slots=True)
class Descent:
    """What is believed before any answer.

    Attributes
    ----------
    right, wrong : float
        Pseudo-steps: how often an annotator goes down to the right class at each level.
    items : float
        Pseudo-items of each finest class.
    """

    right: float = 2.8
    wrong: float = 1.2
    items: float = 1.0


@dataclass(frozen=True, eq=False)
class TaxonomyConsensus:
    """The class of each item, as fine as the evidence allows.

    Attributes
    ----------
    items : sequence of names of shape (n_items,)
    nodes : tuple of class names of shape (n_nodes,)
        All classes of the hierarchy, coarse before fine.
    labels : tuple of class names or None, of shape (n_items,)
        The deepest class with at least the certainty asked for; None where not even a top class has it. Of equally
        probable classes the one that comes first in `nodes`.
    certainty : float array of shape (n_items,)
        Probability of the label, 1 where it is None.
    leaves : tuple of class names of shape (n_items,)
        The most probable class without finer ones.
    probabilities : float array of shape (n_items, n_nodes)
        Probability that the item is of the class or of one below it.
    annotators : mapping of annotator to Estimate
        Share of steps down the hierarchy that were right; `n` is the number of steps with a choice. A sibling of the
        true class costs one step, a class from another branch all below the turning. Those without such steps are
        missing.
    converged : bool
    n_iterations : int
    """

    items: Sequence[Name]
    nodes: tuple[Name, ...]
    labels: tuple[Name | None, ...]
    certainty: Array
    leaves: tuple[Name, ...]
    probabilities: Array
    annotators: Mapping[Name, Estimate]
    converged: bool
    n_iterations: int

    def by_item(self) -> dict[Name, Name | None]:
        """The label of each item by the item's name."""
        return dict(zip(self.items, self.labels, strict=True))


def taxonomy(
    ratings: Ratings,
    parents: Mapping[Any, Any],
    *,
    certainty: float = 0.8,
    gold: Mapping[Any, Any] | None = None,
    descent: Descent = Descent(),
    tolerance: float = 1e-6,
    max_iterations: int = 500,
) -> TaxonomyConsensus:
    """Labels in a hierarchy of classes, with each annotator's share of right steps at each level.

    An annotator walks down from the top. At every level they take the right branch with a skill of their own for that
    level, else any other; once off the path they go anywhere. Where they stop is taken to say nothing: "animal" speaks
    alike for all animals.

    Parameters
    ----------
    ratings : Ratings
        Answers may be of any level.
    parents : mapping of class to the class above it
        Top classes have None, or are missing. Classes nobody gave may be among them.
    certainty : float
        What a label needs; where its finest class has less, the label is a coarser one. Above one half, so that labels
        of different depth lie on one path.
    gold : mapping of item to class, optional
        Trusted labels, held fixed; a coarse one leaves open which finer class it is.
    descent : Descent
    tolerance : float
        Settled when what is still to be gained of the bound on the evidence is less than this share of it.
    max_iterations : int
        Give up after so many and say so in `converged`.

    Returns
    -------
    TaxonomyConsensus
        Deterministic. An item without answers has the frequencies of the classes.

    Raises
    ------
    NoRatings
        When there is no rating.
    UnknownClass
        When an answer or gold label is not in the hierarchy.
    QualityError
        When the hierarchy goes round in a circle, or the certainty is not above one half.

    References
    ----------
    Steps of a random walk as evidence is Karat's own; backing off to the deepest class that is certain enough: Deng,
    Krause, Berg and Fei-Fei (2012), "Hedging your bets", CVPR.

    Examples
    --------
    >>> parents = {"dog": "animal", "cat": "animal", "car": "vehicle", "van": "vehicle"}
    >>> rows = [(item, who, item) for item in ("dog", "cat", "car", "van") for who in ("ada", "bo", "cy")]
    >>> rows += [("new", "ada", "dog"), ("new", "bo", "cat"), ("new", "cy", "animal")]
    >>> taxonomy(Ratings.from_rows(rows), parents).by_item()["new"]
    'animal'
    """
    if ratings.n_ratings == 0:
        raise NoRatings("a consensus needs ratings; there are none.")
    if not 0.5 < certainty <= 1:
        raise QualityError(f"a label's certainty must be above 0.5, up to 1, to name one class; got {certainty:g}.")
    tree = _Tree.of(ratings, parents)
    walks = _Walks.of(ratings, tree, gold)
    posterior = walks.start(descent)
    objective: list[float] = []
    converged = False
    while not converged and len(objective) < max(1, max_iterations):
        posterior, bound = walks.improved(posterior, descent)
        objective.append(bound)
        converged = has_settled(objective, tolerance)
    return _result(walks, posterior, certainty, converged, len(objective))


@dataclass(frozen=True, eq=False)
class _Tree:
    """The hierarchy with a root above it: node 0 is the root, parents come before children.

    Attributes
    ----------
    names : tuple of shape (n_nodes,)
    parent, depth, n_children : int arrays of shape (n_nodes,)
    leaves : int array of shape (n_leaves,)
    above : sparse float array of shape (n_leaves, n_nodes)
        1 where the node is the leaf or above it.
    """

    names: tuple[Name, ...]
    code: Mapping[Name, int]
    parent: npt.NDArray[np.intp]
    depth: npt.NDArray[np.intp]
    n_children: npt.NDArray[np.intp]
    leaves: npt.NDArray[np.intp]
    above: Any

    @staticmethod
    def of(ratings: Ratings, parents: Mapping[Any, Any]) -> _Tree:
        listed = dict.fromkeys([*parents, *(above for above in parents.values() if above is not None)])
        unknown = [ratings.classes[code] for code in np.unique(ratings.label) if ratings.classes[code] not in listed]
        if unknown:
            raise UnknownClass(
                f"the class {unknown[0]!r} is not in the hierarchy. Name the class above it, or None for a top class."
            )
        chains = {name: _chain(name, parents) for name in listed}
        # Coarse before fine; within a level in the order of names, so that the mapping's order decides nothing.
        names = sorted(listed, key=lambda name: (len(chains[name]), str(name)))
        code = {name: number for number, name in enumerate(names, start=1)}
        parent = np.array([ROOT, *(code.get(parents.get(name), ROOT) for name in names)], dtype=np.intp)
        depth = np.array([0, *(len(chains[name]) for name in names)], dtype=np.intp)
        n_children = np.bincount(parent[1:], minlength=len(parent))
        leaves = np.flatnonzero(n_children == 0)
        paths = [[ROOT, *(code[name] for name in chains[names[leaf - 1]])] for leaf in leaves]
        columns = np.concatenate([np.array(path) for path in paths])
        rows = np.repeat(np.arange(len(leaves)), [len(path) for path in paths])
        shape = (len(leaves), len(parent))
        above = scipy.sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
        return _Tree((None, *names), code, parent, depth, n_children, leaves, above)

    def path(self, node: int) -> list[int]:
        """From below the root down to the node."""
        steps = []
        while node != ROOT:
            steps.append(node)
            node = int(self.parent[node])
        return steps[::-1]


def _chain(name: Name, parents: Mapping[Any, Any]) -> list[Name]:
    """The class and all above it."""
    chain = [name]
    while (above := parents.get(chain[-1])) is not None:
        if above in chain:
            raise QualityError(f"the hierarchy goes round in a circle: {above!r} is above itself. Correct its parents.")
        chain.append(above)
    return chain


@dataclass(frozen=True, eq=False)
class _Walks:
    """Answers as steps down the tree, one row per answer and level.

    Attributes
    ----------
    item, skill : int arrays of shape (n_steps,)
        The item, and which (annotator, level) walked.
    node, before : int arrays of shape (n_steps,)
        Where the step led, and from where.
    n_ways : int array of shape (n_steps,)
        Branches there were; steps without a choice show nothing of a skill.
    after : float array of shape (n_steps,)
        Log-probability of the rest of the walk, taken at random, if this step was the wrong one.
    annotator : int array of shape (n_skills,)
        Whose skill it is.
    allowed : bool array of shape (n_items, n_leaves)
        What gold leaves open.
    """

    ratings: Ratings
    tree: _Tree
    item: npt.NDArray[np.intp]
    skill: npt.NDArray[np.intp]
    node: npt.NDArray[np.intp]
    before: npt.NDArray[np.intp]
    n_ways: npt.NDArray[np.intp]
    after: Array
    annotator: npt.NDArray[np.intp]
    allowed: npt.NDArray[np.bool_]

    @staticmethod
    def of(ratings: Ratings, tree: _Tree, gold: Mapping[Any, Any] | None) -> _Walks:
        paths = [tree.path(tree.code[name]) if name in tree.code else [] for name in ratings.classes]
        length = np.array([len(path) for path in paths], dtype=np.intp)
        flat = np.array([node for path in paths for node in path], dtype=np.intp)
        ways = tree.n_children[tree.parent[flat]]
        at_random = np.concatenate([np.zeros(0), *(_after(tree, path) for path in paths)])
        size = length[ratings.label]
        first = np.repeat((np.cumsum(length) - length)[ratings.label], size)
        level = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        step = first + level
        n_levels = int(tree.depth.max())
        skills, skill = np.unique(np.repeat(ratings.annotator, size) * np.int64(n_levels) + level, return_inverse=True)
        return _Walks(
            ratings,
            tree,
            np.repeat(ratings.item, size).astype(np.intp),
            skill,
            flat[step],
            tree.parent[flat[step]],
            ways[step],
            at_random[step],
            skills // n_levels,
            _allowed(ratings, tree, gold),
        )

    def start(self, descent: Descent) -> Array:
        """Leaves under skills as the prior has them."""
        nothing = np.zeros(len(self.annotator))
        scores = self._scores(*_skills(nothing, nothing, descent)[:2]) - np.log(len(self.tree.leaves))
        return softmax(np.where(self.allowed, scores, -np.inf))

    def improved(self, posterior: Array, descent: Descent) -> tuple[Array, float]:
        """One iteration: skills and frequencies from the leaves' probabilities (n_items, n_leaves), then these from
        those, and the bound on the evidence."""
        log_right, log_wrong, divergence = _skills(*self.steps(posterior), descent)
        of_leaf, of_leaves = _frequencies(posterior[self.is_rated].sum(axis=0), descent.items)
        scores = np.where(self.allowed, of_leaf + self._scores(log_right, log_wrong), -np.inf)
        log_likelihood = scipy.special.logsumexp(scores[self.is_rated], axis=1).sum()
        return softmax(scores), float(log_likelihood - divergence - of_leaves)

    @property
    def is_rated(self) -> npt.NDArray[np.bool_]:
        """Items with answers."""
        return np.bincount(self.item, minlength=self.ratings.n_items) > 0

    def steps(self, posterior: Array) -> tuple[Array, Array]:
        """Expected right and wrong steps of each skill, where there was a choice."""
        of_node = posterior @ self.tree.above
        is_choice = self.n_ways > 1
        right = of_node[self.item, self.node] * is_choice
        wrong = (of_node[self.item, self.before] - of_node[self.item, self.node]) * is_choice
        n = len(self.annotator)
        return _sums(self.skill, right, n), _sums(self.skill, np.maximum(wrong, 0.0), n)

    def _scores(self, log_right: Array, log_wrong: Array) -> Array:
        """What the walks say of each leaf, (n_items, n_leaves).

        A walk is worth the more to a leaf the longer they go together. So each step adds to the leaves below its node
        what going on together is worth, over having parted here.
        """
        is_choice = self.n_ways > 1
        together = np.where(is_choice, log_right[self.skill], 0.0)
        parted = np.where(is_choice, log_wrong[self.skill] - np.log(np.maximum(self.n_ways - 1, 1)), 0.0) + self.after
        # Leaves that part at this very step get `parted` through the node before it, and lose it again further down.
        n_items, n_nodes = self.ratings.n_items, len(self.tree.names)
        there, here = self.item * n_nodes + self.node, self.item * n_nodes + self.before
        gains = _sums(there, together - parted, n_items * n_nodes) + _sums(here, parted, n_items * n_nodes)
        scores: Array = gains.reshape(n_items, n_nodes) @ self.tree.above.T
        return scores


def _after(tree: _Tree, path: list[int]) -> Array:
    """For each step of a walk, the log-probability of the steps after it when each goes anywhere."""
    ways = np.log(tree.n_children[tree.parent[np.array(path, dtype=np.intp)]].astype(np.float64))
    return np.asarray(-(ways.sum() - np.cumsum(ways)))


def _allowed(ratings: Ratings, tree: _Tree, gold: Mapping[Any, Any] | None) -> npt.NDArray[np.bool_]:
    allowed = np.ones((ratings.n_items, len(tree.leaves)), dtype=bool)
    below = tree.above.toarray() > 0
    for row, item in enumerate(ratings.items) if gold else ():
        if gold is not None and item in gold:
            if gold[item] not in tree.code:
                raise UnknownClass(f"the gold label {gold[item]!r} is not in the hierarchy. Add it, or correct it.")
            allowed[row] = below[:, tree.code[gold[item]]]
    return allowed


def _skills(right: Array, wrong: Array, descent: Descent) -> tuple[Array, Array, float]:
    """Expected logarithms of going right and wrong, and their divergence (nats) from the prior."""
    digamma, betaln = scipy.special.digamma, scipy.special.betaln
    total = digamma(right + wrong + descent.right + descent.wrong)
    log_right, log_wrong = digamma(right + descent.right) - total, digamma(wrong + descent.wrong) - total
    divergence = betaln(descent.right, descent.wrong) - betaln(right + descent.right, wrong + descent.wrong)
    return log_right, log_wrong, float((divergence + right * log_right + wrong * log_wrong).sum())


def _frequencies(items: Array, prior: float) -> tuple[Array, float]:
    """Expected logarithms of the leaves' frequencies, and their divergence (nats) from the prior."""
    digamma, gammaln = scipy.special.digamma, scipy.special.gammaln
    total, n = items.sum(), len(items)
    logs = digamma(items + prior) - digamma(total + n * prior)
    divergence = gammaln(total + n * prior) - gammaln(n * prior)
    return logs, float(divergence + (gammaln(prior) - gammaln(items + prior) + items * logs).sum())


def _result(walks: _Walks, posterior: Array, certainty: float, converged: bool, n_iterations: int) -> TaxonomyConsensus:
    tree, ratings = walks.tree, walks.ratings
    of_node = np.minimum(posterior @ tree.above, 1.0)
    # Rounded: which of two equal sums is larger in the last bit depends on the order of the ratings.
    rounded = np.round(of_node, 12)
    enough = np.where(rounded >= certainty, tree.depth, -1)
    enough[:, ROOT] = 0
    # Above one half, classes that are certain enough lie on one path: the deepest is one class.
    label = enough.argmax(axis=1)
    leaf = tree.leaves[np.round(posterior, 12).argmax(axis=1)]
    sure = of_node[np.arange(len(label)), label]
    return TaxonomyConsensus(
        items=ratings.items,
        nodes=tree.names[1:],
        labels=tuple(tree.names[node] for node in label),
        certainty=np.where(label == ROOT, 1.0, sure),
        leaves=tuple(tree.names[node] for node in leaf),
        probabilities=of_node[:, 1:],
        annotators=_annotators(walks, posterior),
        converged=converged,
        n_iterations=n_iterations,
    )


def _annotators(walks: _Walks, posterior: Array) -> dict[Name, Estimate]:
    """Right steps among those with a choice. A step from a place off the true path is a wrong one, too."""
    is_choice = (walks.n_ways > 1).astype(np.float64)
    of_step = walks.annotator[walks.skill]
    right = (posterior @ walks.tree.above)[walks.item, walks.node] * is_choice
    n = walks.ratings.n_annotators
    n_right, n_steps = _sums(of_step, right, n), _sums(of_step, is_choice, n)
    return {
        name: proportion(min(float(n_right[code]), float(n_steps[code])), float(n_steps[code]))
        for code, name in enumerate(walks.ratings.annotators)
        if n_steps[code] > 0
    }


def _sums(group: npt.NDArray[np.intp], values: Array, n_groups: int) -> Array:
    return np.asarray(np.bincount(group, values, n_groups), dtype=np.float64)
