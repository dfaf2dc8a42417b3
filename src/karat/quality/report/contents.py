"""What a report says, as values. Each section is made in a file of its own, and shown by `text`, `page`, `plain`."""

from __future__ import annotations

from dataclasses import dataclass, field

from karat.quality.agreement import ClassAgreement
from karat.quality.annotators import Copying
from karat.quality.consensus import Consensus
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name


@dataclass(frozen=True, slots=True)
class Measured:
    """A number, or the reason why there is none; never both."""

    estimate: Estimate | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DataShape:
    """What there is.

    Attributes
    ----------
    class_counts : tuple of (class, number of ratings)
        In the order of the classes.
    overlap : tuple of (number of ratings, number of items with so many)
    n_shared_items : int
        Items with at least two ratings: all that agreement is about.
    ratings_per_annotator : tuple of int
        Least, median and most.
    n_components : int
        Groups of annotators that no shared item connects. Skill cannot be compared across them.
    largest_component_share : float
        Share of the ratings in the largest group, 0-1.
    first_time, last_time : float or None
        Seconds since 1970.
    """

    n_ratings: int
    n_items: int
    n_annotators: int
    class_counts: tuple[tuple[Name, int], ...]
    overlap: tuple[tuple[int, int], ...]
    n_shared_items: int
    ratings_per_annotator: tuple[int, int, int]
    n_components: int
    largest_component_share: float
    first_time: float | None
    last_time: float | None

    @property
    def mean_overlap(self) -> float:
        """Ratings per rated item."""
        return self.n_ratings / self.n_items

    @property
    def n_classes(self) -> int:
        """Classes that somebody gave."""
        return sum(n > 0 for _, n in self.class_counts)


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Cohen's kappa of two annotators on the items both rated."""

    first: Name
    second: Name
    kappa: float
    low: float
    high: float
    n_shared: int


@dataclass(frozen=True, slots=True)
class PeriodAgreement:
    """Agreement on the items whose last rating fell into a period; times in seconds since 1970."""

    start: float
    end: float
    alpha: Measured
    observed: Measured
    n_items: int


@dataclass(frozen=True, slots=True)
class AgreementPart:
    """How far people agree.

    Attributes
    ----------
    alpha_by_distance : Measured or None
        Where three or more classes are all numbers: alpha by how far two numbers are apart. It means something where
        the numbers are amounts, not where they are codes.
    alpha_by_order : Measured or None
        Where the classes were said to be ordered: alpha by how many ratings lie between two classes.
    largest_class, largest_share : name and float
        The most frequent class and its share of the ratings on shared items: where it is large, alpha falls although
        people work as well as before.
    lowest_pairs, highest_pairs : tuples of PairAgreement
        Of pairs with enough shared items, those that agree least and most.
    n_pairs : int
        Pairs with enough shared items.
    """

    observed: Measured
    alpha: Measured
    ac1: Measured
    alpha_by_distance: Measured | None
    alpha_by_order: Measured | None
    largest_class: Name
    largest_share: float
    per_class: tuple[ClassAgreement, ...]
    n_pairs: int
    lowest_pairs: tuple[PairAgreement, ...]
    highest_pairs: tuple[PairAgreement, ...]
    over_time: tuple[PeriodAgreement, ...]


@dataclass(frozen=True, slots=True)
class ConfusionPair:
    """Two classes given for the same items.

    Attributes
    ----------
    first, second : names
        As the classes are ordered.
    n_disagreements : float
        Pairs of ratings of one item of which one says the first and the other the second, each item counted as its
        ratings over the pairs they form, so that an item with many ratings does not count squared.
    share : float
        Of all disagreement, 0-1.
    expected_wrong : float
        Consensus labels expected to be one of the two where the other is true.
    """

    first: Name
    second: Name
    n_disagreements: float
    share: float
    expected_wrong: float


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One annotator.

    Attributes
    ----------
    accuracy : Estimate or None
        Share of ratings equal to the true label as the consensus sees it; None where nothing is shared with others.
    gold_accuracy : Estimate or None
    leaning_class, leaning : name and float, or None
        The class given clearly oftener (or more rarely, below 0) than by others on the same items, and by how much.
    median_seconds, fast_share : float or None
        Pace, where the ratings have times.
    expected_errors : float
        Ratings of this person expected to be wrong.
    """

    annotator: Name
    n_ratings: int
    accuracy: Estimate | None
    gold_accuracy: Estimate | None
    leaning_class: Name | None
    leaning: float | None
    median_seconds: float | None
    fast_share: float | None
    expected_errors: float


@dataclass(frozen=True, slots=True)
class People:
    """The annotators, by number of ratings, and what pairs of them do.

    Attributes
    ----------
    rows : tuple of PersonRow
    n_uncertain : int
        Annotators whose accuracy is known only to more than 0.1 either way; they should not be ranked.
    standing_out : tuple of PersonRow
        People whose accuracy lies below that of all together by its whole interval; those with most errors beyond
        what others would have made come first, at most a tenth of the people.
    standing_out_errors, standing_out_answers : float
        Their share of all expected wrong ratings, and of all ratings, 0-1.
    copying : Copying or None
    copying_reason : str
        Why copying could not be looked for.
    """

    rows: tuple[PersonRow, ...]
    n_uncertain: int
    standing_out: tuple[PersonRow, ...]
    standing_out_errors: float
    standing_out_answers: float
    copying: Copying | None
    copying_reason: str = ""


@dataclass(frozen=True, slots=True)
class DoubtfulItem:
    """An item whose label the answers leave open."""

    item: Name
    label: Name
    certainty: float
    runner_up: Name
    runner_up_probability: float
    votes: tuple[tuple[Name, int], ...]


@dataclass(frozen=True, slots=True)
class LabelsPart:
    """The consensus.

    Attributes
    ----------
    method : str
    why : str
        Why this method, and whether plain votes would do.
    mean_certainty : float
        Expected share of right labels among those not told by gold, 0-1.
    certainty_without_gold : float
        The same of all labels, by the answers alone.
    expected_wrong : float
        Expected number of wrong labels.
    gold_accuracy, majority_gold_accuracy : Estimate or None
        Share of gold items labeled right, without having been told the gold labels; and of plain votes.
    n_unlike_majority : int
        Items whose label is not the one with the most votes.
    certainty_histogram : tuple of int
        Items with a certainty of 0-10 %, 10-20 % ... 90-100 %.
    class_shares : tuple of (class, share of labels)
    doubtful : tuple of DoubtfulItem
        Least certain first.
    mean_effective_votes : float
        Independent votes of an average annotator that an item's ratings are worth.
    """

    method: str
    why: str
    mean_certainty: float
    certainty_without_gold: float
    expected_wrong: float
    gold_accuracy: Estimate | None
    majority_gold_accuracy: Estimate | None
    n_gold: int
    n_unlike_majority: int
    certainty_histogram: tuple[int, ...]
    class_shares: tuple[tuple[Name, float], ...]
    doubtful: tuple[DoubtfulItem, ...]
    mean_effective_votes: float


@dataclass(frozen=True, slots=True)
class UnsurePart:
    """Answers that decide nothing.

    Attributes
    ----------
    names : tuple of names
        What counts as unsure.
    n : int
        Number of such answers.
    rate : Estimate
        Their share of all answers.
    annotators : tuple of (annotator, Estimate)
        The highest shares that lie above the rate by their whole interval.
    items : tuple of (item, number unsure, number of answers)
        The items most people are unsure of.
    n_left_out : int
        Items with nothing but unsure answers: they get no label.
    """

    names: tuple[Name, ...]
    n: int
    rate: Estimate
    annotators: tuple[tuple[Name, Estimate], ...]
    items: tuple[tuple[Name, int, int], ...]
    n_left_out: int


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to do, and what it is expected to bring.

    Attributes
    ----------
    what, why : str
    fewer_wrong : float
        Wrong labels fewer, at most, as expected from the answers; 0 for advice that makes things known, not better.
    """

    what: str
    why: str
    fewer_wrong: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What cannot be said with these data, and what it would take."""

    what: str
    needed: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The three answers at the top of a report."""

    how_good: str
    why_not_better: str
    what_next: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where the ratings came from, as a reader knows it."""

    files: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()


NO_SOURCE = Source()


@dataclass(frozen=True, slots=True)
class Contents:
    """All sections of a report.

    `cautions` say what makes its numbers mean less than they seem to. `consensus` holds the labels to be given out.
    With gold for more than half of the items, everything else describes the labels as they are without it.
    """

    summary: Summary
    shape: DataShape
    agreement: AgreementPart
    confusions: tuple[ConfusionPair, ...]
    people: People
    labels: LabelsPart
    advice: tuple[Advice, ...]
    limits: tuple[Limit, ...]
    consensus: Consensus = field(repr=False)
    source: Source = NO_SOURCE
    cautions: tuple[str, ...] = ()
    unsure: UnsurePart | None = None
