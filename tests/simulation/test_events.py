"""A run as a stream of events."""

from __future__ import annotations

from karat.simulation import Happening, events, simulate


def test_events_come_in_order_and_all_of_them() -> None:
    run = simulate("spec-change-mid-way", seed=1, items=300)

    found = list(events(run))

    assert [event.at for event in found] == sorted(event.at for event in found)
    assert sum(event.kind is Happening.ITEM_ARRIVED for event in found) == run.n_items
    assert sum(event.kind is Happening.SPEC_PUBLISHED for event in found) == 2
    assert [event.answer for event in found if event.kind in (Happening.ANSWERED, Happening.UNSURE)] == list(
        range(run.n_answers)
    )


def test_nothing_is_claimed_before_it_is_there_nor_answered_before_it_is_claimed() -> None:
    arrived, claimed = set(), set()

    for event in events(simulate("data-shift", seed=1, items=300)):
        if event.kind is Happening.ITEM_ARRIVED:
            arrived.add(event.item)
        elif event.kind is Happening.CLAIMED:
            assert event.item in arrived
            claimed.add(event.answer)
        elif event.kind in (Happening.ANSWERED, Happening.UNSURE):
            assert event.answer in claimed
