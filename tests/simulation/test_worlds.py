"""Every named world runs, and shows what it says is planted."""

from __future__ import annotations

import numpy as np
import pytest

from karat.simulation import Kind, Origin, Probe, SimulatedRun, simulate, world_names
from karat.simulation.arrays import Bools, Floats

NAMED = {
    "clean-easy",
    "ambiguous",
    "spec-camps",
    "silent-misreading",
    "one-biased",
    "slow-drift",
    "team-drift-after-spec",
    "fatigue-evening",
    "data-shift",
    "gold-leak",
    "wrong-gold",
    "copy-ring",
    "llm-flood",
    "dissenting-minority",
    "ai-anchored",
    "spec-change-mid-way",
    "rare-class",
    "long-tail-workers",
    "expert-scarce",
    "everything-at-once",
}
MISSPECIFIED = {"heavy-tails", "non-logit", "guessing", "correlated-spam", "knows-our-code"}


def test_the_worlds_are_those_that_the_documents_name() -> None:
    assert set(world_names()) == NAMED | MISSPECIFIED


@pytest.mark.parametrize("name", world_names())
def test_every_world_serves_its_items_to_distinct_people(name: str) -> None:
    run = simulate(name, seed=3)
    stream = run.part("stream")

    pairs = run.item[stream].astype(np.int64) * run.n_annotators + run.annotator[stream]
    served = np.bincount(run.item[stream], minlength=run.n_items)[: run.world.items.n]

    assert len(np.unique(pairs)) == len(pairs)
    assert served.mean() == pytest.approx(run.world.work.overlap, rel=0.02)
    assert served.max() <= run.world.work.overlap
    assert run.world.about
    assert run.world.shows


@pytest.mark.parametrize("name", world_names())
def test_times_follow_each_other(name: str) -> None:
    run = simulate(name, seed=3)

    begun = run.time - run.seconds
    order = np.lexsort((run.time, run.annotator))
    same = run.annotator[order][1:] == run.annotator[order][:-1]

    assert np.all(np.diff(run.time) >= 0)
    assert np.all(run.seconds > 0)
    assert np.all(begun[order][1:][same] >= run.time[order][:-1][same] - 1e-3)
    assert np.all(run.truth.arrived_at[run.item] <= begun + 1e-3)


def right(run: SimulatedRun, where: Bools) -> float:
    return float(run.truth.right[where & ~run.unsure].mean())


def majority_is_right(run: SimulatedRun) -> float:
    rows = run.part("stream") & ~run.unsure
    votes = np.zeros((run.n_items, len(run.classes)))
    np.add.at(votes, (run.item[rows], run.label[rows]), 1)
    rated = votes.sum(axis=1) > 0
    return float((votes.argmax(axis=1) == run.truth.label)[rated].mean())


def disagreement(run: SimulatedRun) -> float:
    """Chance that two people differ on an item, both naming a class."""
    rows = run.part("stream") & ~run.unsure
    votes = np.zeros((run.n_items, len(run.classes)))
    np.add.at(votes, (run.item[rows], run.label[rows]), 1)
    n = votes.sum(axis=1)
    return float(1 - (votes * (votes - 1)).sum() / (n * (n - 1)).sum())


def self_disagreement(run: SimulatedRun) -> float:
    """Chance that somebody's second look differs from the first."""
    first = run.part("stream")
    seen = dict(zip(zip(run.item[first], run.annotator[first], strict=True), run.label[first], strict=True))
    again = np.flatnonzero(run.probe == Probe.REPEAT)
    pairs = [(seen[run.item[row], run.annotator[row]], run.label[row]) for row in again]
    return float(np.mean([one != other for one, other in pairs if one >= 0 and other >= 0]))


def test_clean_easy_needs_no_more_than_a_majority() -> None:
    assert majority_is_right(simulate("clean-easy", seed=1)) > 0.985


def test_ambiguous_people_differ_from_themselves_and_camps_do_not() -> None:
    ambiguous, camps = simulate("ambiguous", seed=1), simulate("spec-camps", seed=1)

    assert disagreement(ambiguous) == pytest.approx(disagreement(camps), abs=0.06)
    assert self_disagreement(ambiguous) > 2 * self_disagreement(camps)
    assert (ambiguous.truth.origin == Origin.AMBIGUITY).mean() == pytest.approx(0.2, abs=0.05)


def test_silent_misreading_agrees_and_is_wrong() -> None:
    run = simulate("silent-misreading", seed=1)
    contested = run.part("stream") & run.truth.spec.contested[run.item]

    assert right(run, contested) < 0.25
    assert right(run, run.part("stream") & ~run.truth.spec.contested[run.item]) > 0.85
    assert disagreement(run) < 0.2


def test_the_biased_one_gives_its_class_too_often() -> None:
    run = simulate("one-biased", seed=1)
    (leaner,) = run.truth.faulty("lean")
    own = run.annotator == leaner

    given, expected = (run.label[own] == 1).mean(), (run.truth.label[run.item[own]] == 1).mean()

    assert given > expected + 0.1


def test_drift_begins_when_planned_and_is_as_large_as_planned() -> None:
    run = simulate("slow-drift", seed=2)
    drift = run.truth.annotators.drifts[0]
    drifters = run.truth.faulty("drift")
    course = run.truth.accuracy_by_day[drifters]

    assert len(drifters) == 3
    assert np.all(course[:, 20] >= course[:, 85])
    full = drift.pair[drifters, 0] < 0
    assert course[full, 20] - course[full, 85] == pytest.approx(0.12, abs=0.01)


def test_a_team_drifts_after_the_spec() -> None:
    run = simulate("team-drift-after-spec", seed=1)
    day = (run.time - run.time[0]) / 86_400
    stream = run.part("stream")

    assert right(run, stream & (day < 30)) - right(run, stream & (day > 35)) == pytest.approx(0.08, abs=0.03)
    assert len(run.truth.faulty("drift")) == run.n_annotators


def test_the_tired_err_more_at_the_end_of_a_session() -> None:
    run = simulate("fatigue-evening", seed=1, items=60_000)
    order = np.lexsort((run.time, run.session))
    starts = np.flatnonzero(np.append(True, np.diff(run.session[order]) > 0))
    place = np.empty(run.n_answers, dtype=int)
    place[order] = np.arange(run.n_answers) - np.repeat(starts, np.diff(np.append(starts, run.n_answers)))

    rows = ~run.unsure & run.part("stream")
    late, early = rows & (place > 90), rows & (place > 10) & (place < 40)
    decline = by_person(run, early) - by_person(run, late)

    assert np.nanmean(decline[run.truth.faulty("fatigue")]) == pytest.approx(0.043, abs=0.012)
    assert np.nanmean(np.delete(decline, run.truth.faulty("fatigue"))) == pytest.approx(0, abs=0.012)


def by_person(run: SimulatedRun, rows: Bools) -> Floats:
    """Share of right answers of each person; NaN for people with fewer than 200."""
    n = np.bincount(run.annotator[rows], minlength=run.n_annotators)
    n_right = np.bincount(run.annotator[rows], run.truth.right[rows], minlength=run.n_annotators)
    return np.where(n >= 200, n_right / np.maximum(n, 1), np.nan)


def test_a_shift_makes_everybody_worse_on_new_items_only() -> None:
    run = simulate("data-shift", seed=1)
    new = run.truth.items.slice[run.item] == run.truth.items.slice_names.index("shifted")
    day = (run.time - run.time[0]) / 86_400

    assert not new[day < 29].any()
    assert new[run.part("stream") & (day > 35)].mean() == pytest.approx(0.5, abs=0.05)
    assert right(run, new) < right(run, ~new & (day > 35)) - 0.08
    assert run.unsure[new].mean() > 2 * run.unsure[~new].mean()


def test_leaked_gold_is_known_and_quick() -> None:
    run = simulate("gold-leak", seed=1)
    leaked = run.truth.origin == Origin.LEAK
    gold = run.probe == Probe.GOLD

    assert len(run.truth.faulty("leaked-gold")) == 30
    assert leaked.sum() > 100
    assert right(run, leaked) == 1.0
    assert np.median(run.seconds[leaked]) < 0.7 * np.median(run.seconds[gold & ~leaked])


def test_good_people_contradict_wrong_gold() -> None:
    run = simulate("wrong-gold", seed=1)
    wrong = np.isin(run.item, run.truth.faulty("wrong-gold"))
    graded = (run.probe == Probe.GOLD) & ~run.unsure
    agrees = run.label == run.gold[run.item]

    assert len(run.truth.faulty("wrong-gold")) == 10
    assert agrees[graded & ~wrong].mean() > 0.75
    assert agrees[graded & wrong].mean() < 0.3


def test_a_ring_shares_its_errors() -> None:
    run = simulate("copy-ring", seed=1)
    ring = run.truth.annotators.ring
    label = np.full((run.n_annotators, run.n_items), -9)
    rows = run.part("first") & ~run.unsure
    label[run.annotator[rows], run.item[rows]] = run.label[rows]
    wrong = (label >= 0) & (label != run.truth.label)

    both = wrong[:, None] & (label >= 0)[None]
    same = (both & (label[:, None] == label[None])).sum(axis=2) / np.maximum(both.sum(axis=2), 1)
    fellow = (ring[:, None] == ring[None]) & (ring >= 0)[:, None] & ~np.eye(len(ring), dtype=bool)
    stranger = (ring[:, None] != ring[None]) & (ring >= 0)[:, None]

    assert len(run.truth.faulty("ring")) == 9
    assert same[fellow].mean() > same[stranger].mean() + 0.2


def test_pasted_answers_fall_for_canaries() -> None:
    run = simulate("llm-flood", seed=1)
    canary = (run.probe == Probe.CANARY) & ~run.unsure
    lured = run.label == run.truth.items.lure[run.item]
    pastes = np.isin(run.annotator, run.truth.faulty("pasting"))

    assert lured[canary & ~pastes].mean() < 0.08
    assert lured[canary & pastes].mean() == pytest.approx(0.9 * 0.6, abs=0.12)


def test_dissenters_are_wrong_by_the_spec_and_true_to_themselves() -> None:
    run = simulate("dissenting-minority", seed=1)
    dissents = np.isin(run.annotator, run.truth.faulty("other-reading"))
    contested = run.truth.spec.contested[run.item] & run.part("stream")
    as_they_read = run.label == run.truth.believed

    assert len(run.truth.faulty("other-reading")) == 10
    assert right(run, contested & dissents) < 0.3
    assert right(run, contested & ~dissents) > 0.7
    assert as_they_read[dissents].mean() == pytest.approx(as_they_read[~dissents].mean(), abs=0.04)


def test_shown_suggestions_pull_labels_and_hidden_ones_do_not() -> None:
    run = simulate("ai-anchored", seed=1)
    model_errs = run.truth.model_label[run.item] != run.truth.label[run.item]
    follows = run.label == run.truth.model_label[run.item]
    shown, hidden = run.suggestion >= 0, run.probe == Probe.BLIND

    effect = follows[shown & model_errs].mean() - follows[hidden & model_errs].mean()

    assert np.all(run.suggestion[hidden] == -1)
    assert effect == pytest.approx(0.25 * (1 - follows[hidden & model_errs].mean()), abs=0.05)


def test_a_change_of_the_spec_moves_labels_and_some_never_read_it() -> None:
    run = simulate("spec-change-mid-way", seed=1)
    moved = run.truth.label_by_version[0] != run.truth.label_by_version[1]
    never = np.isin(run.annotator, run.truth.faulty("never-reads"))
    late = (run.spec_version == 1) & (run.time > run.time[0] + 45 * 86_400) & moved[run.item] & run.part("stream")

    assert 0.03 < moved[: run.world.items.n].mean() < 0.3
    assert right(run, late & never) < 0.35
    assert right(run, late & ~never) > 0.65
    assert (run.probe == Probe.CROSS_VERSION).sum() > 500


def test_rare_classes_are_rare() -> None:
    run = simulate("rare-class", seed=1)

    assert run.classes[3:] == ("rare", "very rare")
    assert (run.truth.label >= 3).mean() == pytest.approx(0.03, abs=0.005)


def test_few_do_most_of_the_work_in_a_long_tail() -> None:
    run = simulate("long-tail-workers", seed=1)
    volume = np.sort(np.bincount(run.annotator, minlength=run.n_annotators))[::-1]

    assert volume[:18].sum() / volume.sum() == pytest.approx(0.67, abs=0.12)
    assert np.median(volume) < 100


def test_only_experts_can_decide_special_items() -> None:
    run = simulate("expert-scarce", seed=1)
    special = run.truth.items.slice[run.item] == run.truth.items.slice_names.index("specialist")
    expert = run.truth.annotators.is_expert[run.annotator]

    assert run.truth.annotators.is_expert.sum() == 2
    assert right(run, special & ~expert) < 0.55
    assert right(run, special & expert) > 0.85


def test_spammers_that_agree_confirm_each_other() -> None:
    run = simulate("correlated-spam", seed=1)
    spam = run.truth.annotators.kind[run.annotator] == Kind.SPAM_FIXED

    assert len(np.unique(run.label[spam])) == 1


def test_adversaries_pass_checks_and_nothing_else() -> None:
    run = simulate("knows-our-code", seed=1)
    adversary = np.isin(run.annotator, run.truth.faulty("adversary"))
    gold, stream = run.probe == Probe.GOLD, run.part("stream")

    assert right(run, adversary & gold) > 0.75
    assert right(run, adversary & stream) < 0.4


def test_everything_at_once_plants_everything() -> None:
    kinds = {fault.kind for fault in simulate("everything-at-once", seed=1).truth.faults}

    assert kinds >= {"spam", "lean", "drift", "fatigue", "pasting", "ring", "knows-gold", "wrong-gold", "leaked-gold",
                     "never-reads", "other-reading"}  # fmt: skip
