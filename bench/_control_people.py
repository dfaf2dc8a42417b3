"""The detectors that watch people and gold, scored on planted truth."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bench._control import Figure, Measure
from karat.quality.monitoring.belief import Belief
from karat.quality.monitoring.cusum import Cusum
from karat.quality.monitoring.e_detector import EDetector, Seen, Stream, first_alarms
from karat.quality.monitoring.gold_share import GoldCosts, GoldPolicy, outlook
from karat.quality.monitoring.leaked_gold import leaked_gold
from karat.quality.monitoring.qualification import Qualification, fixed_test
from karat.quality.monitoring.running import Running
from karat.quality.monitoring.team_alarms import answers_between
from karat.quality.monitoring.wrong_gold import gold_doubts
from tests.quality.monitoring.gold_worlds import leaked_gold_world, wrong_gold
from tests.quality.monitoring.people import A_DAY, agreement, learned, watch_a_team
from tests.quality.monitoring.test_attribution import CAUSES, share_right

GOLD_A_DAY, DAYS_A_YEAR = 20, 250
N_CELLS, N_EVENTS = 10_000, 100_000


def cusum(n_worlds: int) -> Iterator[Figure]:
    """CUSUM on gold: .92 to .85, 200 items a day, 10 % gold, one false alarm in 250 days"""
    stated = GOLD_A_DAY * DAYS_A_YEAR
    watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=stated)
    rng = np.random.default_rng(0)
    n_people = 100 * n_worlds
    between = _answers_to_alarm(watch, np.full(n_people, 0.92), rng).mean()
    delay = _answers_to_alarm(watch, np.full(n_people, 0.85), rng).mean()
    yield Figure("days from the fall to the alarm, mean", delay / GOLD_A_DAY, most=7)
    yield Figure("realised false alarms over stated ones", stated / between, least=0.85, most=1.15)
    fall = watch.least_fall(20 * GOLD_A_DAY)
    yield Figure("smallest fall that shows in 20 days", fall)
    yield Figure("its realised power", _power(watch, fall, 20 * GOLD_A_DAY, n_people, rng), least=0.75, most=0.85)


def e_detector(n_worlds: int) -> Iterator[Figure]:
    """E-detector on gold and peers: 1,000 people, 5 % of them fall, 10 gold and 20 peer answers a day"""
    limit = answers_between(false_alarms=2, people=1000, answers_a_day=A_DAY, days=60)
    for drop, days, least, most_days in ((0.12, 60, 0.95, 8), (0.08, 90, 0.9, 20)):
        scores = [watch_a_team(drop=drop, days=days, limit=limit, seed=100 + seed) for seed in range(n_worlds)]
        name = f"-{100 * drop:.0f} points, {days} days: "
        yield Figure(name + "recall", float(np.mean([score.recall for score in scores])), least=least)
        yield Figure(name + "false alarms", float(np.mean([score.n_false for score in scores])), most=3 * days / 60)
        days_to_alarm = float(np.mean([score.median_days for score in scores]))
        yield Figure(name + "days to the alarm, median", days_to_alarm, most=most_days)


def e_detector_power(n_worlds: int) -> Iterator[Figure]:
    """Smallest fall that an e-detector shows in 20 days, and its power"""
    streams = [Stream(Belief(230, 20)), Stream(Belief(560, 90), 0.78)]
    watch = EDetector.watching(streams, answers_between_false_alarms=900_000)
    fall = watch.least_fall(answers=[200, 400], n_runs=1500)
    power = watch.chance_of_alarm(fall, answers=[200, 400], n_runs=200 * n_worlds, seed=1)
    yield Figure("smallest fall", fall)
    yield Figure("its realised power", power, least=0.75, most=0.85)


def dissenting_minority(n_worlds: int) -> Iterator[Figure]:
    """A minority with a reading of its own: agrees 20 points less, nobody falls"""
    members = others = 0.0
    for seed in range(n_worlds):
        rng = np.random.default_rng([7, seed])
        gold, is_member = rng.beta(46, 4, 1000), np.arange(1000) < 200
        peers = agreement(gold) - 0.2 * is_member
        detectors = learned(gold, peers, limit=20_000, rng=rng)
        streams = np.tile([0, 1, 1], 400)
        shares = np.stack([gold, peers], axis=1)[:, streams]
        alarmed = first_alarms(detectors, streams, rng.random(shares.shape) < shares) > 0
        members, others = members + alarmed[is_member].mean(), others + alarmed[~is_member].mean()
    yield Figure("alarms of members over those of others", float(members / others), most=1.5)


def qualification(_: int) -> Iterator[Figure]:
    """Qualification, 80 % against 92 %, at most 150 items (exact)"""
    test, fixed = Qualification.between(0.80, 0.92), fixed_test(0.80, 0.92)
    poor, good = test.course(0.80), test.course(0.92)
    yield Figure("unfit who pass", poor.passed, most=0.05)
    yield Figure("fit who fail", good.failed, most=0.05)
    yield Figure("items of the fixed test", fixed.n_items)
    yield Figure("items over the fixed test's, unfit", poor.mean_items / fixed.n_items, most=0.6)
    yield Figure("items over the fixed test's, fit", good.mean_items / fixed.n_items, most=0.6)


def gold_share(_: int) -> Iterator[Figure]:
    """Adaptive gold, 2 % rising to 20 % (exact)"""
    for cost in (3, 10, 30):
        costs = GoldCosts(bad_label_cost=cost)
        fixed = min(outlook(GoldPolicy.fixed(share), costs).cost_a_year for share in np.arange(0.01, 0.2, 0.01))
        adaptive = outlook(GoldPolicy(), costs).cost_a_year
        yield Figure(f"cost over that of the best fixed share, bad label = {cost}", adaptive / fixed, most=1)


def wrong_labels(n_worlds: int) -> Iterator[Figure]:
    """Wrong gold, 5 % planted, ten answers each"""
    found = named = wrong = 0
    for seed in range(5 * n_worlds):
        world = wrong_gold(np.random.default_rng([3, seed]))
        contested = gold_doubts(world.person, world.item, world.given, world.gold, n_classes=5).contested()
        found, named = found + int(world.is_wrong[contested].sum()), named + len(contested)
        wrong += int(world.is_wrong.sum())
    yield Figure("recall", found / wrong, least=0.9)
    yield Figure("precision", found / named, least=0.8)


def leaks(n_worlds: int) -> Iterator[Figure]:
    """Leaked gold: 20 % of items known to 30 % of people, 30 exposures each"""
    found, false = [], []
    for seed in range(n_worlds):
        world = leaked_gold_world(np.random.default_rng([4, seed]))
        told = leaked_gold(world.person, world.item, world.is_right, world.chance_right, world.slowness)
        is_found = np.isin(np.arange(len(world.is_leaked)), told.leaked())
        found.append(is_found[world.is_leaked].mean())
        false.append(is_found[~world.is_leaked].mean())
    yield Figure("found", float(np.mean(found)), least=0.9)
    yield Figure("others named", float(np.mean(false)), most=0.05)


def attribution(n_worlds: int) -> Iterator[Figure]:
    """Causes of a rise of errors"""
    for cause in CAUSES:
        yield Figure(f"right where {cause} is planted", share_right(cause, 5 * n_worlds, seed=9), least=0.8)


def speed(_: int) -> Iterator[Figure]:
    """Updates a second of processor time, 1,000 people x 10 classes, one answer at a time"""
    rng = np.random.default_rng(5)
    cell, stream = rng.integers(0, N_CELLS, N_EVENTS).tolist(), rng.integers(0, 2, N_EVENTS).tolist()
    is_right = (rng.random(N_EVENTS) < 0.9).tolist()
    watch = EDetector.watching(
        [Stream(Belief(230, 20)), Stream(Belief(560, 90), 0.78)], answers_between_false_alarms=1e6
    )
    people = [Running(watch) for _ in range(N_CELLS)]
    start = time.process_time()
    for event, (who, which, right) in enumerate(zip(cell, stream, is_right, strict=True)):
        people[who].add(event, Seen(which, right))
    yield Figure("e-detector", N_EVENTS / (time.process_time() - start), least=20_000)
    on_gold = [Running(Cusum.against(0.92, 0.85, answers_between_false_alarms=5000)) for _ in range(N_CELLS)]
    start = time.process_time()
    for event, (who, right) in enumerate(zip(cell, is_right, strict=True)):
        on_gold[who].add(event, right)
    yield Figure("CUSUM", N_EVENTS / (time.process_time() - start), least=20_000)


MEASURES: tuple[Measure, ...] = (
    cusum,
    e_detector,
    e_detector_power,
    dissenting_minority,
    qualification,
    gold_share,
    wrong_labels,
    leaks,
    attribution,
    speed,
)


def _answers_to_alarm(
    watch: Cusum, accuracy: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    points, length = np.zeros(len(accuracy), dtype=int), np.zeros(len(accuracy))
    is_quiet = np.ones(len(accuracy), dtype=bool)
    while is_quiet.any():
        is_right = rng.random(len(accuracy)) < accuracy
        points = np.where(is_right, np.maximum(0, points - watch.down), points + watch.up)
        length += is_quiet
        is_quiet &= points < watch.limit
    return length


def _power(watch: Cusum, fall: float, n: int, n_people: int, rng: np.random.Generator) -> float:
    """Share of alarms within `n` answers after a fall, among people quiet for 500 answers before."""
    points, is_quiet = np.zeros(n_people, dtype=int), np.ones(n_people, dtype=bool)
    quiet_before = n_people
    for place in range(500 + n):
        is_right = rng.random(n_people) < watch.usual - fall * (place >= 500)
        points = np.where(is_right, np.maximum(0, points - watch.down), points + watch.up)
        is_quiet &= points < watch.limit
        quiet_before = int(is_quiet.sum()) if place == 499 else quiet_before
    return 1 - int(is_quiet.sum()) / quiet_before
