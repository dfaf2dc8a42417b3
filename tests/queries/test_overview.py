"""Overview: each number recomputed here from the answers that were given, and a reason where there is none."""

from __future__ import annotations

import random
from functools import partial
from itertools import combinations

import pytest

from karat import actions, queries, store
from karat.domain.errors import NotAllowed
from karat.domain.ids import ItemId
from karat.domain.items import GoldKind
from karat.domain.people import Actor, Role
from karat.domain.probes import Purpose
from karat.domain.projects import Project
from karat.queries.overview import Overview
from karat.store.consensus import ConsensusFit
from karat.store.database import Database
from tests.builders import (
    NOW,
    a_claim,
    a_member,
    a_policy,
    a_project,
    a_skip,
    a_spec,
    an_answer,
    annotators,
    catch_up,
    checks,
    items,
    later,
    revise,
)


class Workplace:
    """Two annotators on 30 measured items, 25 gold items and 12 honeypots; remembers what they said."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.project: Project = database.write(
            lambda tx: a_project(tx, a_policy(overlap=2), spec=a_spec("toxic", "rude", "fine"))
        )
        self.items = database.write(lambda tx: items(tx, self.project, 30, measured=30))
        self.gold = database.write(lambda tx: checks(tx, self.project, 25, label="toxic"))
        self.honeypots = database.write(lambda tx: checks(tx, self.project, 12, kind=GoldKind.HONEYPOT, label="fine"))
        self.ada, self.bo = database.write(lambda tx: annotators(tx, self.project, 2))
        self.lead = database.write(lambda tx: a_member(tx, self.project, "lea", Role.LEAD))
        self.said: list[dict[ItemId, str | None]] = [{}, {}]
        self.right = {Purpose.GOLD: [0, 0], Purpose.HONEYPOT: [0, 0]}

    def work(self) -> None:
        rng = random.Random(7)
        for number, person in enumerate((self.ada, self.bo)):
            for item_id in self.items:
                label = rng.choices(["toxic", "rude", "fine", None], [5, 2, 3, 0.7])[0]
                self.said[number][item_id] = label
                self.answer(person, item_id, label, Purpose.PRODUCTION)
            for purpose, ids, true in ((Purpose.GOLD, self.gold, "toxic"), (Purpose.HONEYPOT, self.honeypots, "fine")):
                for item_id in ids:
                    label = true if rng.random() < 0.8 else "rude"
                    self.right[purpose][number] += label == true
                    self.answer(person, item_id, label, purpose)
        catch_up(self.database)

    def answer(self, person: Actor, item_id: ItemId, label: str | None, purpose: Purpose) -> None:
        self.database.write(
            lambda tx: an_answer(tx, self.project, person, item_id, label, purpose=purpose, duration_ms=2_000)
        )

    def overview(self, *, at: float = 0) -> Overview:
        with self.database.read() as db:
            return queries.overview.overview(db, self.lead, self.project.id, now=later(at))

    def shared(self) -> list[tuple[str, str]]:
        """The two answers on each item where both gave a class."""
        pairs = [(self.said[0][item_id], self.said[1][item_id]) for item_id in self.items]
        return [(first, second) for first, second in pairs if first is not None and second is not None]


@pytest.fixture
def workplace(database: Database) -> Workplace:
    found = Workplace(database)
    found.work()
    return found


def test_gold_accuracy_honeypot_misses_and_unsure_rate_are_the_shares_of_what_was_said(workplace: Workplace) -> None:
    found = workplace.overview()

    n_unsure = sum(label is None for said in workplace.said for label in said.values())
    assert_share(found.gold_accuracy, sum(workplace.right[Purpose.GOLD]), 50)
    assert_share(found.honeypot_misses, 24 - sum(workplace.right[Purpose.HONEYPOT]), 24)
    assert_share(found.unsure_rate, n_unsure, 2 * (30 + 25 + 12))


def test_each_person_is_measured_by_their_own_answers(workplace: Workplace) -> None:
    people = {row.person.name: row for row in workplace.overview().people}

    for number, name in enumerate(("Annotator0", "Annotator1")):
        assert_share(people[name].gold_accuracy, workplace.right[Purpose.GOLD][number], 25)
        assert_share(people[name].honeypot_misses, 12 - workplace.right[Purpose.HONEYPOT][number], 12)
        assert people[name].n_answers == 67
        assert people[name].median_seconds == pytest.approx(2, rel=0.09)
        assert people[name].last_active_at == NOW
    assert set(people) == {"Annotator0", "Annotator1"}, "who has done nothing is not in the table"


def test_agreement_is_that_of_the_items_with_two_classes(workplace: Workplace) -> None:
    found, shared = workplace.overview(), workplace.shared()

    observed = sum(first == second for first, second in shared) / len(shared)
    given = [label for pair in shared for label in pair]
    n = len(given)
    expected = sum(given.count(label) * (given.count(label) - 1) for label in set(given)) / (n * (n - 1))
    assert found.observed_agreement.estimate is not None
    assert found.alpha.estimate is not None
    assert found.observed_agreement.estimate.value == pytest.approx(observed)
    assert found.alpha.estimate.value == pytest.approx(1 - (1 - observed) / (1 - expected))
    assert found.alpha.n == len(shared)
    assert found.ac1.estimate is not None
    shares = [given.count(label) / n for label in found.class_names]
    expected = sum(share * (1 - share) for share in shares) / (len(shares) - 1)
    assert found.ac1.estimate.value == pytest.approx((observed - expected) / (1 - expected), abs=0.02)


def test_classes_and_confusion_pairs_are_counted_on_ordinary_items_only(workplace: Workplace) -> None:
    found, shared = workplace.overview(), workplace.shared()

    given = [label for said in workplace.said for label in said.values()]
    for key in ("toxic", "rude", "fine"):
        assert found.counts[f"label:{key}"] == given.count(key)
    expected = {
        pair: sum(set(both) == set(pair) for both in shared) for pair in combinations(("fine", "rude", "toxic"), 2)
    }
    assert {(pair.first, pair.second): pair.n_items for pair in found.confusion_pairs} == expected
    n_items = [pair.n_items for pair in found.confusion_pairs]
    assert n_items == sorted(n_items, reverse=True)


def test_progress_adds_up_to_the_number_of_items(workplace: Workplace) -> None:
    found = workplace.overview()

    n_unsure = sum(None in pair for pair in zip(*(said.values() for said in workplace.said), strict=True))
    counts = found.counts
    assert counts["items"] == 30
    assert counts["check_items"] == 37
    assert counts["state:open"] + counts["state:disputed"] + counts["state:resolved"] == 30
    assert counts["dispute:unsure"] == n_unsure
    assert counts["state:resolved"] == sum(first == second for first, second in workplace.shared())


def test_answers_of_the_last_hour_leave_out_earlier_ones_and_revisions(database: Database) -> None:
    workplace = Workplace(database)
    first, second, *_ = workplace.items
    claim_id = database.write(lambda tx: an_answer(tx, workplace.project, workplace.ada, first, "toxic", now=NOW))
    database.write(lambda tx: an_answer(tx, workplace.project, workplace.ada, second, "toxic", now=later(3_000)))
    database.write(lambda tx: revise(tx, workplace.ada, claim_id, "fine", now=later(3_100)))

    assert workplace.overview(at=3_500).answers_last_hour == 2
    assert workplace.overview(at=4_000).answers_last_hour == 1
    assert workplace.overview(at=9_000).answers_last_hour == 0


def test_days_are_those_on_which_an_answer_stands_oldest_first(database: Database) -> None:
    workplace = Workplace(database)
    for day, item_id in enumerate(workplace.items[:3]):
        at = later(86_400 * 2 * day)
        database.write(
            partial(an_answer, project=workplace.project, person=workplace.ada, item_id=item_id, label="fine", now=at)
        )
    catch_up(database)

    days = [(day.day, day.n_answers) for day in workplace.overview().days]

    assert days == [("2026-11-21", 1), ("2026-11-23", 1), ("2026-11-25", 1)]


def test_a_skip_is_a_sign_of_life_and_a_claim_that_expired_is_none(database: Database) -> None:
    workplace = Workplace(database)
    first, second, *_ = workplace.items
    database.write(lambda tx: a_skip(tx, workplace.project, workplace.ada, first, "no image", now=NOW))
    database.write(lambda tx: a_claim(tx, workplace.project, workplace.ada, second, now=NOW))
    assert database.write(lambda tx: actions.assignments.expire_overdue(tx, now=later(10_000))) == 1
    catch_up(database)

    (row,) = workplace.overview().people

    assert (row.n_skips, row.n_answers, row.last_active_at) == (1, 0, NOW)


def test_a_project_without_answers_says_what_is_needed_for_each_number(database: Database) -> None:
    found = Workplace(database).overview()

    for measured, needed, reason in (
        (found.gold_accuracy, 20, "0 of 20 graded gold answers so far"),
        (found.honeypot_misses, 10, "0 of 10 graded honeypots so far"),
        (found.unsure_rate, 20, "0 of 20 answers so far"),
        (found.alpha, 20, "0 of 20 items with two or more answers so far"),
        (found.observed_agreement, 20, "0 of 20 items with two or more answers so far"),
    ):
        assert (measured.estimate, measured.n, measured.needed, measured.reason) == (None, 0, needed, reason)
    assert found.consensus_accuracy.estimate is None
    assert found.consensus_accuracy.reason == "no item with a reference label has been answered"
    assert (found.people, found.confusion_pairs, found.days) == ([], [], [])


def test_alpha_says_why_it_is_undefined_where_everybody_gives_one_class(database: Database) -> None:
    workplace = Workplace(database)
    for person in (workplace.ada, workplace.bo):
        for item_id in workplace.items:
            workplace.answer(person, item_id, "toxic", Purpose.PRODUCTION)
    catch_up(database)

    found = workplace.overview()

    assert found.alpha.estimate is None
    assert found.alpha.reason is not None
    assert "one class" in found.alpha.reason
    assert found.observed_agreement.estimate is not None
    assert found.observed_agreement.estimate.value == 1


def test_accuracy_of_the_consensus_is_that_of_its_last_fit(database: Database) -> None:
    workplace = Workplace(database)
    facts = {"seconds": 0.1, "reference_right": 9, "reference_graded": 12}
    fit = ConsensusFit("dawid_skene", NOW, 60, facts)
    database.write(lambda tx: store.consensus.put_fit(tx, workplace.project.id, fit))

    found = workplace.overview()

    assert_share(found.consensus_accuracy, 9, 12)
    assert found.fit == fit


def test_the_overview_says_when_answers_are_still_being_counted(database: Database) -> None:
    workplace = Workplace(database)
    catch_up(database)
    assert workplace.overview().is_up_to_date

    workplace.answer(workplace.ada, workplace.items[0], "fine", Purpose.PRODUCTION)

    assert not workplace.overview().is_up_to_date


def test_annotators_and_reviewers_do_not_see_the_quality_of_people(database: Database) -> None:
    workplace = Workplace(database)
    reviewer = database.write(lambda tx: a_member(tx, workplace.project, "rex", Role.REVIEWER))

    for actor in (workplace.ada, reviewer):
        with database.read() as db, pytest.raises(NotAllowed):
            queries.overview.overview(db, actor, workplace.project.id, now=NOW)


def assert_share(measured: queries.overview.Measured, n_yes: int, n: int) -> None:
    assert measured.estimate is not None
    assert measured.n == n
    assert measured.estimate.value == pytest.approx(n_yes / n)
    assert measured.estimate.low <= n_yes / n <= measured.estimate.high
    assert (measured.needed, measured.reason) == (None, None)
