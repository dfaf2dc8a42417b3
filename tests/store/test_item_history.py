"""The history of an item: everything that happened to it, oldest first, and what of it still counts."""

from __future__ import annotations

from functools import partial

from karat import actions, store
from karat.domain.items import GoldKind, GoldLabel
from karat.domain.people import Role
from karat.store.database import Database
from karat.store.item_history import Happening
from tests.builders import (
    NOW,
    a_claim,
    a_member,
    a_policy,
    a_project,
    a_skip,
    an_answer,
    annotators,
    items,
    later,
    revise,
)


def test_everything_that_happens_to_an_item_is_told_in_its_order_with_who_did_it(database: Database) -> None:
    project = database.write(lambda tx: a_project(tx, a_policy(overlap=3)))
    (item_id,) = database.write(lambda tx: items(tx, project, 1))
    ada, bo, cy = database.write(lambda tx: annotators(tx, project, 3))
    lead = database.write(lambda tx: a_member(tx, project, "lea", Role.LEAD))
    claim_id = database.write(lambda tx: an_answer(tx, project, ada, item_id, None, duration_ms=1_500, now=later(10)))
    database.write(lambda tx: revise(tx, ada, claim_id, "toxic", duration_ms=900, now=later(20)))
    database.write(lambda tx: a_skip(tx, project, bo, item_id, "not my language", now=later(30)))
    database.write(lambda tx: a_claim(tx, project, cy, item_id, now=later(40)))
    database.write(lambda tx: actions.assignments.expire_overdue(tx, now=later(5_000)))
    for label, at in (("fine", 6_000), ("toxic", 7_000)):
        database.write(
            partial(
                actions.reviews.resolve,
                actor=lead,
                project_id=project.id,
                item_id=item_id,
                label=label,
                note="R3",
                now=later(at),
            )
        )
    reference = GoldLabel(GoldKind.REFERENCE, "toxic", "two experts")
    database.write(lambda tx: actions.reviews.set_gold(tx, lead, project.id, item_id, reference, now=later(8_000)))

    with database.read() as db:
        found = store.item_history.history(db, item_id)

    assert found == [
        Happening(NOW, "imported", reason="item"),
        Happening(later(10), "claimed", by="Annotator0"),
        Happening(
            later(10),
            "submitted",
            by="Annotator0",
            is_unsure=True,
            reason="the spec is silent",
            spec_version=1,
            duration_ms=1_500,
            is_current=False,
        ),
        Happening(later(20), "revised", by="Annotator0", label="toxic", spec_version=1, duration_ms=900),
        Happening(later(30), "claimed", by="Annotator1"),
        Happening(later(30), "skipped", by="Annotator1", reason="not my language"),
        Happening(later(40), "claimed", by="Annotator2"),
        Happening(later(5_000), "expired", by="Annotator2"),
        Happening(later(6_000), "resolved", by="Lea", label="fine", reason="R3", spec_version=1, is_current=False),
        Happening(later(7_000), "resolved", by="Lea", label="toxic", reason="R3", spec_version=1),
        Happening(later(8_000), "gold_set", label="toxic", reason="reference: two experts"),
    ]
