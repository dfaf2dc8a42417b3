"""One run of a world, from a seed to answers with their truth."""

from __future__ import annotations

import numpy as np

from karat.simulation.annotators import draw_annotators
from karat.simulation.answering import Answers, Scene, give_answers
from karat.simulation.arrays import DAY_SECONDS, START_SECONDS, Floats, Ints
from karat.simulation.beliefs import beliefs_of, cited_rules
from karat.simulation.effects import accuracies, accuracy_by_day
from karat.simulation.gold import draw_gold
from karat.simulation.items import draw_items
from karat.simulation.models import model_labels
from karat.simulation.places import places_of
from karat.simulation.probes import Pool
from karat.simulation.reading import load_world
from karat.simulation.rules import draw_spec
from karat.simulation.run import SimulatedRun
from karat.simulation.schedule import Schedule, Sessions, claims, draw_schedule
from karat.simulation.serving import Served, places_needed, serve
from karat.simulation.taxonomy import draw_taxonomy
from karat.simulation.truth import Truth, planted_faults, soft_truth
from karat.simulation.world import World

_ARRIVES_BEFORE_DAYS = 1.0


def simulate(
    world: World | str, *, seed: int = 0, items: int | None = None, annotators: int | None = None
) -> SimulatedRun:
    """Let a workforce label a world.

    Parameters
    ----------
    world : World or str
        A world, or the name of one that comes with Karat, or a YAML file.
    seed : int
        The same seed gives the same answers; parts of the world draw independently of each other.
    items, annotators : int, optional
        How many, instead of what the world says.

    Raises
    ------
    UnknownWorld, BadWorld
        When the world cannot be found or is impossible.

    Examples
    --------
    >>> run = simulate("wrong-gold", seed=7)
    >>> len(run.truth.faulty("wrong-gold")) > 0
    True
    """
    if not isinstance(world, World):
        world = load_world(world)
    world = world.resized(items=items, annotators=annotators)
    return _run(world, seed, _Draws(seed))


class _Draws:
    """Random numbers for each part of a world, so that a change to one part leaves the others as they were."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __getitem__(self, part: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *part.encode()])


def _run(world: World, seed: int, draws: _Draws) -> SimulatedRun:
    taxonomy = draw_taxonomy(world, draws["taxonomy"])
    people = draw_annotators(world, taxonomy, draws["people"])
    schedule = draw_schedule(world, people, places_needed(world), draws["schedule"])
    published = np.array([0.0, *(change.day for change in world.spec.changes)]) * DAY_SECONDS
    served = serve(world, schedule, published, draws["serving"])
    arrival = arrivals(world, schedule, served, draws["arrivals"])
    items = draw_items(world, taxonomy, arrival / DAY_SECONDS, draws["items"])
    spec = draw_spec(world.spec, items, people.n, draws["spec"])
    places = places_of(schedule, served)
    beliefs = beliefs_of(spec, items, places)
    accuracy = accuracies(people, schedule.sessions, places, beliefs.label, beliefs.other)
    scene = Scene(
        world=world,
        items=items,
        spec=spec,
        people=people,
        gold=draw_gold(world.faults, items, draws["gold"]),
        model_label=model_labels(world.models, items, taxonomy, draws["models"]),
        places=places,
        beliefs=beliefs,
        accuracy=accuracy,
    )
    answers = give_answers(scene, draws["answers"])
    cited = cited_rules(world.spec, spec, places, draws["citing"])
    return _in_order(scene, schedule.sessions, answers, seed=seed, cited=cited, arrival=arrival)


def arrivals(world: World, schedule: Schedule, served: Served, rng: np.random.Generator) -> Floats:
    """(n_production,): when each production item came in, in seconds from the start; soon it is served."""
    if world.items.arrive_at_once:
        return np.zeros(world.items.n)
    in_queue = served.window >= 0
    first = np.full(world.items.n // served.window_items + 1, np.inf)
    np.minimum.at(first, served.window[in_queue], schedule.claimed[in_queue])
    opened = first[np.arange(world.items.n) // served.window_items]
    opened[~np.isfinite(opened)] = schedule.claimed.max(initial=0.0)
    lead = _ARRIVES_BEFORE_DAYS * DAY_SECONDS * rng.random(world.items.n)
    return np.maximum(opened - lead, 0)


def _in_order(
    scene: Scene, sessions: Sessions, answers: Answers, *, seed: int, cited: Ints, arrival: Floats
) -> SimulatedRun:
    """The answers as they were submitted, one after the other."""
    places, beliefs = scene.places, scene.beliefs
    submitted = claims(sessions, places.session, answers.seconds) + answers.seconds
    order = np.argsort(submitted)
    return SimulatedRun(
        world=scene.world,
        seed=seed,
        item=places.item[order],
        annotator=places.annotator[order],
        label=answers.label[order],
        time=submitted[order] + START_SECONDS,
        seconds=answers.seconds[order].astype(np.float32),
        probe=answers.probe[order],
        suggestion=answers.suggestion[order],
        spec_version=beliefs.version[order],
        session=places.session[order],
        cited_rule=cited[order],
        truth=_truth(scene, answers, order, float(submitted.max(initial=0.0)), arrival),
    )


def _truth(scene: Scene, answers: Answers, order: Ints, until: float, arrival: Floats) -> Truth:
    items, people, spec = scene.items, scene.people, scene.spec
    production = items.pool == Pool.PRODUCTION
    pairs = np.zeros((items.n_classes, items.n_classes))
    np.add.at(pairs, (items.label[production], items.lure[production]), 1 / production.sum())
    n_days = int(until / DAY_SECONDS) + 1
    return Truth(
        label=spec.label[-1],
        label_by_version=spec.label,
        soft=soft_truth(items, spec.label[-1]),
        items=items,
        spec=spec,
        annotators=people,
        gold=scene.gold,
        model_label=scene.model_label,
        arrived_at=np.append(arrival, np.zeros(items.n - len(arrival))) + START_SECONDS,
        accuracy_by_day=accuracy_by_day(people, scene.places, n_days, pairs),
        right=(answers.label == scene.beliefs.truth)[order],
        believed=scene.beliefs.label[order],
        accuracy=scene.accuracy[order],
        origin=answers.origin[order],
        faults=planted_faults(people, spec, scene.gold),
    )
