"""From places to answers: what people decide for themselves, and what comes instead of a decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from karat.simulation.annotators import Annotators, Kind
from karat.simulation.arrays import Floats, Ints
from karat.simulation.beliefs import Beliefs
from karat.simulation.chances import AccuracyScale
from karat.simulation.gold import GoldenSet
from karat.simulation.items import SHIFTED, Items
from karat.simulation.models import wrong_classes
from karat.simulation.places import Places
from karat.simulation.probes import LOOKS_AGAIN, Pool, Probe
from karat.simulation.rings import copies_in_rings
from karat.simulation.rules import Spec
from karat.simulation.taxonomy import draw_classes
from karat.simulation.world import World

UNSURE = -1
"""Instead of a class."""
_UNSURE_WHEN_AMBIGUOUS = 6.0
_UNSURE_WHEN_CONTESTED = 2.0
_UNSURE_WHEN_NEW = 3.0
_UNSURE_BY_DIFFICULTY = 0.4
_MOST_UNSURE = 0.9


class Origin(IntEnum):
    """Where an answer comes from."""

    DECISION = 0
    """The annotator's own, right or wrong."""
    AMBIGUITY = 1
    """A fresh draw on an item that has no single answer."""
    LEAN = 2
    MEMORY = 3
    """The first answer to the same item, once more."""
    SUGGESTION = 4
    """Taken over against one's own reading."""
    LEAK = 5
    """The gold label, known beforehand."""
    MODEL = 6
    COPY = 7
    """Another annotator's answer."""
    SPAM = 8
    ADVERSARY = 9


@dataclass(eq=False)
class Answers:
    """Answers in the making; arrays (n_answers,)."""

    label: Ints
    origin: Ints
    seconds: Floats
    suggestion: Ints
    """The label that was shown beforehand; -1 for none."""
    probe: Ints


@dataclass(frozen=True, eq=False)
class Scene:
    """All that is true before anybody answers."""

    world: World
    items: Items
    spec: Spec
    people: Annotators
    gold: GoldenSet
    model_label: Ints
    places: Places
    beliefs: Beliefs
    accuracy: Floats
    """(n_answers,): of the person at that moment, on items of all difficulties."""


def give_answers(scene: Scene, rng: np.random.Generator) -> Answers:
    """Answers of everybody, one cause after the other: later ones overrule earlier ones."""
    places, people = scene.places, scene.people
    answers = _decisions(scene, rng)
    _lean(scene, answers, rng)
    _be_unsure(scene, answers, rng)
    _show_suggestions(scene, answers, rng)
    _use_leaks(scene, answers, rng)
    _paste(scene, answers, rng)
    share = scene.world.faults.rings.copy_share
    copies_in_rings(people.ring, places, answers, copy_share=share, origin=int(Origin.COPY), rng=rng)
    _remember(scene, answers, rng)
    _spam(scene, answers, rng)
    _deceive(scene, answers, rng)
    return answers


def decide(
    people: Annotators,
    places: Places,
    beliefs: Beliefs,
    chance: Floats,
    *,
    lure_concentration: float,
    rng: np.random.Generator,
) -> Ints:
    """(n_answers,): classes by skill and difficulty; wrong ones fall on the lure or where this person's errors fall."""
    label = beliefs.label.copy()
    rows = np.flatnonzero(rng.random(places.n, dtype=np.float32) >= chance)
    whose = np.zeros(len(rows), dtype=np.int8) if len(people.wrong) == 1 else places.annotator[rows]
    cumulative = people.wrong[whose, label[rows]]
    label[rows] = wrong_classes(beliefs.other[rows], lure_concentration, cumulative, rng)
    return label


def _decisions(scene: Scene, rng: np.random.Generator) -> Answers:
    items, people, places = scene.items, scene.people, scene.places
    difficulty, chance = _chances(scene)
    concentration = scene.world.items.lure_concentration
    label = decide(people, places, scene.beliefs, chance, lure_concentration=concentration, rng=rng)
    origin = np.zeros(places.n, dtype=np.int8)
    rows = np.flatnonzero(items.ambiguous[places.item])
    label[rows] = _drawn(items.soft[places.item[rows]], rng)
    origin[rows] = Origin.AMBIGUITY
    seconds = places.seconds * (1 + 0.25 * np.clip(difficulty, -2, 3))
    return Answers(label, origin, seconds, np.full(places.n, -1, dtype=np.int16), places.probe.copy())


def _chances(scene: Scene) -> tuple[Floats, Floats]:
    """(n_answers,) each: difficulty for this person, and the chance of being right."""
    items, people, places, link = scene.items, scene.people, scene.places, scene.world.annotators.link
    usual = (items.pool == Pool.PRODUCTION) & (items.slice != _shifted(items))
    difficulty = items.difficulty[places.item]
    chance = AccuracyScale.over(items.difficulty[usual], link).chance(scene.accuracy, difficulty)
    if people.is_expert.any():
        rows = np.flatnonzero(people.is_expert[places.annotator])
        difficulty[rows] = items.expert_difficulty[places.item[rows]]
        scale = AccuracyScale.over(items.expert_difficulty[usual], link)
        chance[rows] = scale.chance(scene.accuracy[rows], difficulty[rows])
    return difficulty, chance


def _shifted(items: Items) -> int:
    return items.slice_names.index(SHIFTED) if SHIFTED in items.slice_names else -1


def _drawn(shares: Floats, rng: np.random.Generator) -> Ints:
    drawn = (rng.random((len(shares), 1)) >= np.cumsum(shares, axis=1)).sum(axis=1)
    found: Ints = np.minimum(drawn, shares.shape[1] - 1).astype(np.int16)
    return found


def _replace(answers: Answers, rows: Ints, label: Ints | int, origin: Origin, pace: float = 1.0) -> None:
    answers.label[rows] = label
    answers.origin[rows] = origin
    answers.seconds[rows] *= pace


def _lean(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    who = scene.places.annotator
    rows = np.flatnonzero((scene.people.lean > 0)[who])
    rows = rows[answers.label[rows] != scene.people.lean_class[who[rows]]]
    rows = rows[rng.random(len(rows)) < scene.people.lean[who[rows]]]
    _replace(answers, rows, scene.people.lean_class[who[rows]], Origin.LEAN)


def _be_unsure(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    """More often of what is ambiguous, contested, new or hard."""
    items, places = scene.items, scene.places
    factor = np.exp(_UNSURE_BY_DIFFICULTY * items.difficulty)
    factor *= np.where(items.ambiguous, _UNSURE_WHEN_AMBIGUOUS, 1)
    factor *= np.where(scene.spec.contested, _UNSURE_WHEN_CONTESTED, 1)
    factor *= np.where(items.slice == _shifted(items), _UNSURE_WHEN_NEW, 1)
    chance = np.minimum(scene.people.unsure[places.annotator] * factor.astype(np.float32)[places.item], _MOST_UNSURE)
    rows = np.flatnonzero(rng.random(places.n, dtype=np.float32) < chance)
    _replace(answers, rows, UNSURE, Origin.DECISION, pace=1.4)


def _show_suggestions(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    """Suggestions on production items, hidden at random; who sees one that differs sometimes takes it over."""
    models, places = scene.world.models, scene.places
    if models.suggested_share == 0:
        return
    suggested = rng.random(scene.items.n) < models.suggested_share
    rows = np.flatnonzero((places.probe == Probe.PRODUCTION) & suggested[places.item])
    hidden = rng.random(len(rows)) < scene.world.probes.blind
    answers.probe[rows[hidden]] = Probe.BLIND
    rows = rows[~hidden]
    shown = scene.model_label[places.item[rows]]
    answers.suggestion[rows] = shown
    differs = answers.label[rows] != shown
    gives_in = differs & (rng.random(len(rows)) < scene.people.anchoring[places.annotator[rows]])
    _replace(answers, rows[gives_in], shown[gives_in], Origin.SUGGESTION, pace=0.7)
    answers.seconds[rows[differs & ~gives_in]] *= models.correction_seconds
    answers.seconds[rows[~differs]] *= 0.7


def _use_leaks(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    places = scene.places
    rows = np.flatnonzero((places.probe == Probe.GOLD) & scene.people.knows_gold[places.annotator])
    rows = rows[places.claimed[rows] >= scene.gold.leaked[places.item[rows]]]
    rows = rows[rng.random(len(rows)) < scene.world.faults.leak.use]
    _replace(answers, rows, scene.gold.label[places.item[rows]], Origin.LEAK, pace=0.5)


def _paste(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    places = scene.places
    rows = np.flatnonzero((scene.people.pasting > 0)[places.annotator])
    rows = rows[rng.random(len(rows)) < scene.people.pasting[places.annotator[rows]]]
    _replace(answers, rows, scene.model_label[places.item[rows]], Origin.MODEL, pace=0.8)


def _remember(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    """A second look often repeats the first answer, unless the spec as this person applies it says otherwise now."""
    places, beliefs = scene.places, scene.beliefs
    rows = np.flatnonzero(np.isin(places.probe, LOOKS_AGAIN))
    rows = rows[beliefs.label[rows] == beliefs.label[places.earlier[rows]]]
    rows = rows[rng.random(len(rows)) < scene.world.annotators.repeat_stability]
    _replace(answers, rows, answers.label[places.earlier[rows]], Origin.MEMORY, pace=0.8)


def _spam(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    people, places = scene.people, scene.places
    kind = people.kind[places.annotator]
    prior = np.bincount(scene.items.label, minlength=scene.items.n_classes) / scene.items.n
    even = np.full(scene.items.n_classes, 1 / scene.items.n_classes)
    rows = np.flatnonzero(kind == Kind.SPAM_FIXED)
    _replace(answers, rows, people.favourite[places.annotator[rows]], Origin.SPAM)
    for spam, shares in ((Kind.SPAM_LIKE_PRIOR, prior), (Kind.SPAM_UNIFORM, even)):
        rows = np.flatnonzero(kind == spam)
        _replace(answers, rows, draw_classes(shares, len(rows), rng), Origin.SPAM)
    rows = np.flatnonzero(answers.origin == Origin.SPAM)
    answers.seconds[rows] = places.seconds[rows]


def _deceive(scene: Scene, answers: Answers, rng: np.random.Generator) -> None:
    """Adversaries answer as they have agreed, but honestly where they recognise a check."""
    places = scene.places
    rows = np.flatnonzero((scene.people.kind == Kind.ADVERSARY)[places.annotator])
    if len(rows) == 0:
        return
    is_check = np.isin(places.probe[rows], (Probe.GOLD, Probe.HONEYPOT, Probe.CANARY))
    recognised = is_check & (rng.random(len(rows)) < scene.world.faults.adversary_recognises)
    rows = rows[~recognised]
    # Right labels of other items have the class shares of honest work, so that nothing shows in the distribution.
    agreed = scene.items.label[rng.permutation(scene.items.n)]
    _replace(answers, rows, agreed[places.item[rows]], Origin.ADVERSARY)
