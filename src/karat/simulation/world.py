"""What a simulated world is made of: every setting with its default, meaning and range.

Shares and points lie in 0-1 ("8 points" is 0.08). Where the ranges come from: docs/methods/simulation.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from karat.simulation.errors import BadWorld

Link = Literal["logit", "cauchit", "guessing"]


@dataclass(frozen=True)
class Slice:
    """A part of the items that can be told from outside: a source, a language, a device."""

    name: str
    share: float
    harder_by: float = 0.0
    """Added to the difficulty, in logits."""
    only_experts: bool = False
    """The difficulty is there for everybody but experts."""


@dataclass(frozen=True)
class Shift:
    """From a day on, other items arrive."""

    day: float
    share: float = 0.5
    """Of the items that arrive from then on, so many are of the new kind: a slice of its own, named "shifted"."""
    harder_by: float = 1.0
    into_class: int = 0
    """The class most of them belong to."""
    purity: float = 0.5
    """Share of the new items that are of that class; the others follow the class prior."""


@dataclass(frozen=True)
class ItemSettings:
    """What there is to label."""

    n: int = 5_000
    classes: int | tuple[str, ...] = 4
    """Their names, or how many."""
    zipf: float = 0.3
    """The class of rank r has a share proportional to r to the power of minus this, 0-1.2."""
    prior: tuple[float, ...] = ()
    """Shares of the classes, instead of `zipf`."""
    dimensions: int = 8
    """Of the embedding, in which each class is a cloud around its own centre."""
    difficulty_sd: float = 1.2
    """Spread of difficulty in logits; it makes people err on the same items (error correlation 0.05-0.5)."""
    difficulty_tail: float = 0.0
    """Degrees of freedom of Student's t, above 2, for heavy tails; 0 is the normal distribution."""
    margin_correlation: float = 0.6
    """How far difficulty follows from nearness to the border between classes."""
    lure_concentration: float = 0.45
    """Chance that a wrong answer is the item's lure rather than any class, 0.3-0.6 for people."""
    ambiguous_share: float = 0.04
    """Items whose answer is a fresh draw at each look, 0.02-0.2."""
    ambiguous_evenness: float = 0.8
    """How near to equal the probabilities of the two foremost classes of an ambiguous item are; 1 is equal."""
    duplicate_share: float = 0.02
    """Items that nearly repeat an earlier one, 0.01-0.1."""
    arrive_at_once: bool = False
    """All items are there at the start; otherwise they arrive shortly before they are served."""
    slices: tuple[Slice, ...] = ()
    shift: Shift | None = None


@dataclass(frozen=True)
class SpecChange:
    """A new version of the spec."""

    day: float
    n_rules: int = 2
    """How many rules it changes."""
    moved_share: float = 0.0
    """Of the items under these rules, so many get another class."""
    clarifies: bool = False
    """Whoever has read it, reads the unclear rules as they are meant."""
    lag_days: float = 1.0
    """Median time until somebody applies it, 0.5-3; lognormal."""
    lag_sd: float = 0.7
    never_share: float = 0.1
    """People who never read it, 0.05-0.15."""


@dataclass(frozen=True)
class SpecSettings:
    """The rules, and how they can be read."""

    n_rules: int = 20
    """Each rules over a region of the embedding, 10-40."""
    n_unclear: int = 0
    """Rules with two readings."""
    contested_share: float = 0.5
    """Of the items under an unclear rule, those on which the readings differ: the ones nearest to the border."""
    other_reading_share: float = 0.3
    """People who hold the reading that is not meant."""
    one_camp: bool = False
    """The same people hold the other reading of every unclear rule; otherwise rule by rule."""
    cites_right_rule: float = 0.85
    """Chance that the rule an annotator cites is the one that applied, 0.7-0.95; else a neighbour."""
    changes: tuple[SpecChange, ...] = ()


@dataclass(frozen=True)
class CrowdSettings:
    """The people, apart from what is wrong with some of them."""

    n: int = 60
    accuracy: float = 0.82
    """Mean over people, on items of all difficulties, 0.58-0.95."""
    accuracy_sd: float = 0.08
    """True spread between people, 0.02-0.21."""
    pair_sd: float = 0.03
    """Spread of a person's skill between pairs of classes."""
    link: Link = "logit"
    """How skill minus difficulty becomes a chance: logistic, Cauchy (surprises on both ends), or with guessing."""
    top_tenth_share: float = 0.4
    """Share of all answers by the most active tenth, 0.08-0.67."""
    repeat_stability: float = 0.6
    """Chance that a second look at an item gives the same answer without a new decision."""
    unsure_rate: float = 0.03
    """Of an ordinary item, by those who use the button, 0.01-0.15; ambiguous ones get it several times as often."""
    never_unsure_share: float = 0.3
    learning_points: float = 0.02
    """Gained in the course of the first 200 answers, 0-0.05."""
    speedup: float = 0.3
    """How much faster people become in the same course, 0.2-0.4."""
    seconds: float = 4.0
    """Median time of an answer."""
    seconds_sd: float = 0.46
    """Standard deviation of its logarithm, within a person."""
    pace_sd: float = 0.37
    """Standard deviation of the logarithm of people's median times."""
    expert_share: float = 0.0
    expert_accuracy: float = 0.97
    """0.95-0.99."""
    expert_pay: float = 10.0
    """Times the pay of others, 5-20."""
    pay: float = 12.0
    """For an hour."""


@dataclass(frozen=True)
class WorkSettings:
    """When people work, and how work is given out."""

    days: int = 60
    overlap: int = 3
    session_items: int = 60
    """Median answers of a work session."""
    start_hour: float = 9.0
    """UTC; people begin around it."""
    start_hour_sd: float = 2.0
    evening_share: float = 0.2
    """Sessions that begin in the evening, whoever works."""
    attrition_days: float = 0.0
    """Scale of the Weibull distribution (shape 0.7) of how long people stay; 0 is for ever."""


@dataclass(frozen=True)
class ProbeSettings:
    """Shares of an annotator's stream that are probes, and how many items each pool has."""

    gold: float = 0.05
    gold_probation: float = 0.15
    """In the first answers of everybody."""
    probation_items: int = 60
    honeypot: float = 0.01
    repeat: float = 0.02
    repeat_gap: int = 50
    """Own answers between the two looks, at least."""
    overlap: float = 0.0
    """Anchor items, which everybody gets."""
    blind: float = 0.1
    """Of the items with a suggestion, those on which it is hidden."""
    cross_version: float = 0.0
    """After a change of the spec: items answered before it."""
    canary: float = 0.0
    n_gold: int = 300
    n_honeypots: int = 50
    n_anchors: int = 120
    n_canaries: int = 40


@dataclass(frozen=True)
class ModelSettings:
    """A model whose labels are suggested, or pasted by people who save themselves the reading."""

    accuracy: float = 0.85
    lure_concentration: float = 0.7
    """0.4-1.0."""
    follows_difficulty: float = 0.6
    """How far the model errs where people err."""
    canary_lured: float = 0.9
    """Chance that it falls for a canary."""
    suggested_share: float = 0.0
    """Production items with the model's label as pre-label."""
    anchoring: float = 0.15
    """Points by which a shown suggestion raises the acceptance of a wrong one, 0.05-0.3."""
    anchoring_sd: float = 0.05
    correction_seconds: float = 1.5
    """Factor on the time of an answer that corrects a suggestion."""


@dataclass(frozen=True)
class SpamSettings:
    share: float = 0.0
    """Of the people, 0-0.25."""
    fixed: float = 0.6
    """Of the spammers: always the same class."""
    like_prior: float = 0.25
    """Of the spammers: classes at random, as often as they occur. The others draw all classes alike."""
    same_class: bool = False
    """All fixed spammers give the same class."""
    bots: float = 0.2
    """Of the spammers, those who work at night and faster than anybody can read."""


@dataclass(frozen=True)
class LeanSettings:
    """People who take one class too often."""

    n: int = 0
    chance: float = 0.3
    """That an answer which would be another class becomes theirs."""
    to_class: int = 1


@dataclass(frozen=True)
class DriftSettings:
    """People who become worse."""

    share: float = 0.05
    points: float = 0.08
    """0.03-0.15."""
    from_day: float = 20.0
    until_day: float = 40.0
    """Each begins on a day between these two."""
    over_days: float = 0.0
    """0 is a step; otherwise it grows evenly for so long."""
    pair_specific: float = 0.7
    """Share of them who drift on one pair of classes only."""


@dataclass(frozen=True)
class FatigueSettings:
    """People who tire."""

    share: float = 0.05
    """0-0.2."""
    points: float = 0.04
    """Lost by the end of a session of double the usual length, 0-0.06; back after the break."""
    warm_up_points: float = 0.01
    """Lost in its first answers: with the end, the bathtub."""
    evening_points: float = 0.0
    """Lost, by these people, in sessions that begin in the evening."""


@dataclass(frozen=True)
class PastingSettings:
    """People who paste what a model says."""

    share: float = 0.0
    """0-0.45."""
    least: float = 0.3
    most: float = 0.9
    """Each pastes a share of the answers between these two."""


@dataclass(frozen=True)
class RingSettings:
    """People who copy from each other."""

    n: int = 0
    size: int = 3
    """2-5."""
    copy_share: float = 0.6
    """Chance to copy where one of the ring has already answered the item, 0.3-0.9."""


@dataclass(frozen=True)
class LeakSettings:
    """Gold that some know."""

    gold_share: float = 0.0
    people_share: float = 0.3
    from_day: float = 15.0
    until_day: float = 30.0
    """Each leaked item is known from a day between these two."""
    use: float = 0.95
    """Chance to give the known label."""


@dataclass(frozen=True)
class FaultSettings:
    """What is wrong, and will be looked for."""

    spam: SpamSettings = field(default_factory=SpamSettings)
    lean: LeanSettings = field(default_factory=LeanSettings)
    drift: tuple[DriftSettings, ...] = ()
    fatigue: FatigueSettings = field(default_factory=FatigueSettings)
    pasting: PastingSettings = field(default_factory=PastingSettings)
    rings: RingSettings = field(default_factory=RingSettings)
    leak: LeakSettings = field(default_factory=LeakSettings)
    wrong_gold: float = 0.0
    """Share of the golden set, 0.01-0.05 in practice."""
    adversary_share: float = 0.0
    """People who know Karat's code: they recognise most check items, agree with each other and with themselves on
    everything else, without reading it, and take a believable time."""
    adversary_recognises: float = 0.9


@dataclass(frozen=True)
class World:
    """A complete description; with a seed it determines every answer."""

    name: str
    about: str
    """What is planted, in a sentence."""
    shows: str = ""
    """What a good mechanism makes of it."""
    items: ItemSettings = field(default_factory=ItemSettings)
    spec: SpecSettings = field(default_factory=SpecSettings)
    annotators: CrowdSettings = field(default_factory=CrowdSettings)
    work: WorkSettings = field(default_factory=WorkSettings)
    probes: ProbeSettings = field(default_factory=ProbeSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    faults: FaultSettings = field(default_factory=FaultSettings)

    def __post_init__(self) -> None:
        _refuse_contradictions(self)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        given = self.items.classes
        return tuple(f"class-{k}" for k in range(given)) if isinstance(given, int) else given

    def resized(self, *, items: int | None = None, annotators: int | None = None) -> World:
        """The same world with another number of items or people."""
        return replace(
            self,
            items=self.items if items is None else replace(self.items, n=items),
            annotators=self.annotators if annotators is None else replace(self.annotators, n=annotators),
        )


def _refuse_contradictions(world: World) -> None:
    items, faults, n_classes = world.items, world.faults, len(world.classes)
    probes = world.probes
    rates = probes.honeypot + probes.repeat + probes.overlap + probes.cross_version + probes.canary
    checks = {
        f"items.n is {items.n}; there must be at least one": items.n < 1,
        f"items.classes gives {n_classes}; a decision needs at least two": n_classes < 2,
        f"annotators.n is {world.annotators.n}; there must be at least one": world.annotators.n < 1,
        f"items.prior has {len(items.prior)} shares for {n_classes} classes": len(items.prior) not in (0, n_classes),
        f"items.difficulty_tail is {items.difficulty_tail}; Student's t needs more than 2 degrees of freedom, "
        "and 0 is the normal distribution": 0 < items.difficulty_tail <= 2,
        f"spec.n_unclear is {world.spec.n_unclear} of {world.spec.n_rules} rules": world.spec.n_unclear
        > world.spec.n_rules,
        "the probes take the whole stream: their shares add up to "
        f"{rates + max(probes.gold, probes.gold_probation):.2f}": rates + max(probes.gold, probes.gold_probation) >= 1,
        f"faults.lean.to_class is {faults.lean.to_class}; the classes are 0 to {n_classes - 1}": not 0
        <= faults.lean.to_class
        < n_classes,
        f"the slices' shares add up to {sum(part.share for part in items.slices):.2f}; that may be at most 1": sum(
            part.share for part in items.slices
        )
        > 1 + 1e-9,
    }
    wrong = [text for text, is_wrong in checks.items() if is_wrong]
    if wrong:
        raise BadWorld(f"world {world.name!r}: {'; '.join(wrong)}.")
