"""A workforce with known truth: worlds, people, items and faults, on which every mechanism is proven.

run = simulate("copy-ring", seed=1)
ratings = Ratings.from_codes(**run.columns())
run.truth.label[run.item]                # what would have been right
run.truth.faulty("ring")                 # who copies
"""

from karat.simulation.annotators import Kind
from karat.simulation.answering import UNSURE, Origin
from karat.simulation.errors import BadWorld, SimulationError, UnknownWorld
from karat.simulation.events import Happening, SimulatedEvent, events
from karat.simulation.fitting import Answered, FittedCrowd, fit_crowd
from karat.simulation.probes import Pool, Probe
from karat.simulation.reading import load_world, world_names, world_of_text, world_source
from karat.simulation.run import SimulatedRun
from karat.simulation.simulating import simulate
from karat.simulation.truth import Fault, Truth
from karat.simulation.world import World

__all__ = [
    "UNSURE",
    "Answered",
    "BadWorld",
    "Fault",
    "FittedCrowd",
    "Happening",
    "Kind",
    "Origin",
    "Pool",
    "Probe",
    "SimulatedEvent",
    "SimulatedRun",
    "SimulationError",
    "Truth",
    "UnknownWorld",
    "World",
    "events",
    "fit_crowd",
    "load_world",
    "simulate",
    "world_names",
    "world_of_text",
    "world_source",
]
