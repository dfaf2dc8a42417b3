"""The client's shapes say what the server sends: the same names, whatever anybody adds later."""

from __future__ import annotations

import pytest

from karat.client import shapes
from karat.schemas import base, events, imports, items, people, projects, quality, releases, specs, work

PAIRS = [
    (shapes.Estimate, base.EstimateShape),
    (shapes.Membership, people.MembershipShape),
    (shapes.Me, people.Me),
    (shapes.ProjectCard, projects.ProjectCard),
    (shapes.Project, projects.ProjectShape),
    (shapes.SpecVersion, specs.SpecVersionShape),
    (shapes.Job, imports.JobShape),
    (shapes.ItemContent, items.ItemContent),
    (shapes.ItemContent, work.WorkItem),
    (shapes.Consensus, items.ConsensusShape),
    (shapes.Item, items.ItemRow),
    (shapes.ItemDetail, items.ItemDetail),
    (shapes.ReviewItem, items.ReviewItem),
    (shapes.ReviewQueue, items.ReviewQueue),
    (shapes.Overview, quality.Overview),
    (shapes.Gate, releases.GateShape),
    (shapes.Release, releases.ReleaseShape),
    (shapes.Releases, releases.Releases),
    (shapes.Invitation, people.InvitationShape),
    (shapes.InvitationLink, people.NewInvitationLink),
    (shapes.Member, people.MemberShape),
    (shapes.Event, events.EventShape),
    (shapes.WorkAssignment, work.WorkAssignment),
    (shapes.WorkStream, work.WorkStream),
    (shapes.RecentAnswer, work.RecentAnswer),
    (shapes.WorkDesk, work.WorkDesk),
]


@pytest.mark.parametrize(("client_side", "server_side"), PAIRS, ids=lambda one: one.__name__)
def test_both_sides_name_the_same_fields(client_side: type, server_side: type[base.Shape]) -> None:
    assert list(client_side.__annotations__) == list(server_side.model_fields)


def test_no_shape_is_forgotten() -> None:
    defined = {one for one in vars(shapes).values() if isinstance(one, type) and one.__module__ == shapes.__name__}

    assert defined == {client_side for client_side, _ in PAIRS}
