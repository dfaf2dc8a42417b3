"""Inviting, joining, changing and leaving; tokens that act for people."""

from __future__ import annotations

import time
from typing import Any

import pytest

from karat import actions, store
from karat.api.identity import FRESH_SECONDS
from karat.domain.ids import AnnotatorId
from karat.domain.people import SYSTEM, Actor, Role
from karat.domain.projects import Project
from tests.api.visitors import PASSWORD, Api, Visitor
from tests.builders import a_member, a_project, items

CAROL = {"email": "carol@example.org", "name": "Carol", "password": "carol's own words"}


@pytest.fixture
def project(api: Api) -> Project:
    return api.database.write(a_project)


@pytest.fixture
def lead(api: Api, project: Project) -> Visitor:
    return api.signed_in(_member(api, project, "lea", Role.LEAD).account_id)


def test_an_invited_person_joins_with_a_new_account(api: Api, project: Project, lead: Visitor) -> None:
    token = _invite(lead, project, role="reviewer")
    visitor = api.visitor()

    welcome = visitor.get(f"/api/invitations/{token}").json()
    me = visitor.post(f"/api/invitations/{token}/accept", CAROL).json()

    assert welcome == {"project_name": "Comments", "role": "reviewer", "email": "", "invited_by": "Lea"}
    assert [(place["project_id"], place["role"]) for place in me["memberships"]] == [(project.id, "reviewer")]
    assert visitor.get(f"/api/projects/{project.id}").status_code == 200


def test_an_invitation_is_accepted_once(api: Api, project: Project, lead: Visitor) -> None:
    token = _invite(lead, project)
    api.visitor().post(f"/api/invitations/{token}/accept", CAROL)

    assert api.visitor().get(f"/api/invitations/{token}").status_code == 404
    assert api.visitor().post(f"/api/invitations/{token}/accept", CAROL | {"email": "x@y.z"}).status_code == 404
    assert _invitations(lead, project)[0]["accepted_at"] is not None


def test_an_old_or_withdrawn_invitation_is_worthless(api: Api, project: Project, lead: Visitor) -> None:
    old = _invite(lead, project)
    api.clock.turn(days=13)
    withdrawn = _invite(lead, project)
    number = _invitations(lead, project)[0]["id"]
    api.clock.turn(days=1)

    assert lead.delete(f"/api/projects/{project.id}/invitations/{number}").status_code == 204
    assert lead.delete(f"/api/projects/{project.id}/invitations/{number}").status_code == 204
    assert [api.visitor().get(f"/api/invitations/{token}").status_code for token in (old, withdrawn)] == [404, 404]


def test_somebody_with_an_account_joins_with_its_password(api: Api, project: Project, lead: Visitor) -> None:
    account = api.account("carol@example.org")
    token = _invite(lead, project)

    wrong = api.visitor().post(f"/api/invitations/{token}/accept", CAROL)
    right = api.visitor().post(f"/api/invitations/{token}/accept", CAROL | {"password": PASSWORD})

    assert wrong.status_code == 403
    assert "another password" in wrong.json()["message"]
    assert right.json()["account_id"] == account.id


def test_an_invitation_never_takes_a_role_away(api: Api, project: Project, lead: Visitor) -> None:
    api.visitor().post(f"/api/invitations/{_invite(lead, project, role='lead')}/accept", CAROL)

    again = api.visitor().post(f"/api/invitations/{_invite(lead, project)}/accept", CAROL)

    assert again.status_code == 409
    assert _roles(lead, project)["carol@example.org"] == "lead"


def test_a_weak_password_is_refused_with_the_reason(api: Api, project: Project, lead: Visitor) -> None:
    token = _invite(lead, project)

    answer = api.visitor().post(f"/api/invitations/{token}/accept", CAROL | {"password": "aaaaaaaaaaaa"})

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["where"] == "password"
    assert api.visitor().get(f"/api/invitations/{token}").status_code == 200


def test_the_last_lead_can_neither_step_down_nor_leave(api: Api, project: Project, lead: Visitor) -> None:
    number = _members(lead, project)["lea@example.org"]["annotator_id"]
    path = f"/api/projects/{project.id}/members/{number}"

    demoted, removed = lead.patch(path, {"role": "annotator"}), lead.delete(path)

    assert (demoted.status_code, removed.status_code) == (409, 409)
    assert "somebody else a lead first" in removed.json()["message"]


def test_one_of_two_leads_may_leave_and_the_other_not(api: Api, project: Project, lead: Visitor) -> None:
    second = _member(api, project, "leo", Role.LEAD)
    membership = second.memberships[project.id]

    assert lead.delete(f"/api/projects/{project.id}/members/{membership.id}").status_code == 204
    number = _members(lead, project)["lea@example.org"]["annotator_id"]
    assert lead.delete(f"/api/projects/{project.id}/members/{number}").status_code == 409


def test_two_leads_who_remove_each_other_at_once_leave_one(api: Api, project: Project) -> None:
    people = [_member(api, project, name, Role.LEAD) for name in ("lea", "leo")]

    def remove(actor: Actor, other: AnnotatorId) -> Any:
        return api.database.submit_write(
            lambda tx: actions.members.remove(tx, actor, project.id, other, now=api.clock.now)
        )

    numbers = [person.memberships[project.id].id for person in people]
    failures = [future.exception() for future in (remove(people[0], numbers[1]), remove(people[1], numbers[0]))]

    assert sum(failure is None for failure in failures) == 1


def test_a_changed_role_holds_at_once(api: Api, project: Project, lead: Visitor) -> None:
    bo = _member(api, project, "bo", Role.ANNOTATOR)
    visitor = api.signed_in(bo.account_id)
    path = f"/api/projects/{project.id}"
    assert visitor.get(path).status_code == 403

    lead.patch(f"{path}/members/{bo.memberships[project.id].id}", {"role": "reviewer"})

    assert visitor.get(path).status_code == 200


def test_a_removed_member_is_an_outsider_at_once(api: Api, project: Project, lead: Visitor) -> None:
    bo = _member(api, project, "bo", Role.REVIEWER)
    visitor = api.signed_in(bo.account_id)
    path = f"/api/projects/{project.id}"
    assert visitor.get(path).status_code == 200

    lead.delete(f"{path}/members/{bo.memberships[project.id].id}")

    assert visitor.get(path).status_code == 404
    assert visitor.get("/api/projects").json() == {"projects": []}


def test_a_member_removed_by_another_process_is_an_outsider_within_seconds(
    api: Api, project: Project, lead: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo = _member(api, project, "bo", Role.REVIEWER)
    visitor = api.signed_in(bo.account_id)
    visitor.get(f"/api/projects/{project.id}")

    api.database.write(lambda tx: store.annotators.leave(tx, bo.memberships[project.id].id, now=api.clock.now))
    passed = time.monotonic() + FRESH_SECONDS
    monkeypatch.setattr("karat.api.identity.time.monotonic", lambda: passed)

    assert visitor.get(f"/api/projects/{project.id}").status_code == 404


def test_somebody_who_was_added_by_another_process_is_in_at_once(api: Api, project: Project) -> None:
    account = api.account("bo@example.org")
    visitor = api.signed_in(account.id)
    assert visitor.get(f"/api/projects/{project.id}").status_code == 404

    api.database.write(lambda tx: actions.members.add(tx, SYSTEM, project.id, account.id, Role.LEAD, now=api.clock.now))

    assert visitor.get(f"/api/projects/{project.id}").status_code == 200


def test_a_paused_member_stays_a_member_and_is_shown_as_paused(api: Api, project: Project, lead: Visitor) -> None:
    bo = _member(api, project, "bo", Role.ANNOTATOR)

    answer = lead.patch(f"/api/projects/{project.id}/members/{bo.memberships[project.id].id}", {"is_paused": True})

    assert answer.json()["is_paused"] is True
    assert answer.json()["role"] == "annotator"
    assert api.signed_in(bo.account_id).get(f"/api/projects/{project.id}/spec").status_code == 200


def test_a_paused_annotator_gets_no_new_work_until_resumed(api: Api, project: Project, lead: Visitor) -> None:
    api.database.write(lambda tx: items(tx, project, 3))
    bo = _member(api, project, "bo", Role.ANNOTATOR)
    visitor = api.signed_in(bo.account_id)
    path = f"/api/projects/{project.id}/members/{bo.memberships[project.id].id}"

    def ask_for_work() -> int:
        return visitor.post(f"/api/projects/{project.id}/work/next", {"hold": 1}).status_code

    lead.patch(path, {"is_paused": True})
    assert ask_for_work() == 403
    lead.patch(path, {"is_paused": False})
    assert ask_for_work() == 200


def test_a_returning_member_keeps_the_identity_answers_were_given_under(
    api: Api, project: Project, lead: Visitor
) -> None:
    account = api.account("carol@example.org")
    accept = CAROL | {"password": PASSWORD}
    api.visitor().post(f"/api/invitations/{_invite(lead, project)}/accept", accept)
    before = _members(lead, project)[account.email]["annotator_id"]
    lead.delete(f"/api/projects/{project.id}/members/{before}")

    api.visitor().post(f"/api/invitations/{_invite(lead, project)}/accept", accept)

    assert _members(lead, project)[account.email]["annotator_id"] == before


def test_members_of_other_projects_cannot_be_touched(api: Api, project: Project, lead: Visitor) -> None:
    other = api.database.write(lambda tx: a_project(tx, name="Other"))
    stranger = _member(api, other, "stranger", Role.ANNOTATOR)
    number = stranger.memberships[other.id].id

    assert lead.delete(f"/api/projects/{project.id}/members/{number}").status_code == 404
    assert lead.delete(f"/api/projects/{other.id}/members/{number}").status_code == 404


def test_a_token_acts_for_its_person(api: Api, project: Project, lead: Visitor) -> None:
    made = lead.post("/api/tokens", {"name": "pipeline"}).json()
    program = Visitor(api, "192.0.2.3", {"Authorization": f"Bearer {made['secret']}"})

    assert program.get("/api/me").json()["email"] == "lea@example.org"
    assert program.get(f"/api/projects/{project.id}/members").status_code == 200


def test_a_scoped_token_does_only_what_its_scope_says(api: Api, project: Project, lead: Visitor) -> None:
    made = lead.post("/api/tokens", {"name": "reader", "scope": ["read_spec"]}).json()
    program = Visitor(api, "192.0.2.3", {"Authorization": f"Bearer {made['secret']}"})

    assert program.get(f"/api/projects/{project.id}/spec").status_code == 200
    assert program.get(f"/api/projects/{project.id}/members").status_code == 403
    assert program.get("/api/me").json()["memberships"][0]["permissions"] == ["read_spec"]


def test_a_token_cannot_make_list_or_revoke_tokens(api: Api, lead: Visitor) -> None:
    made = lead.post("/api/tokens", {"name": "pipeline"}).json()
    program = Visitor(api, "192.0.2.3", {"Authorization": f"Bearer {made['secret']}"})

    answers = [
        program.get("/api/tokens"),
        program.post("/api/tokens", {"name": "child"}),
        program.delete(f"/api/tokens/{made['token']['id']}"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_revoked_or_outdated_token_is_refused(api: Api, lead: Visitor) -> None:
    first, second = (lead.post("/api/tokens", {"name": name, "expires_in_days": 1}).json() for name in "ab")
    programs = [Visitor(api, "192.0.2.3", {"Authorization": f"Bearer {made['secret']}"}) for made in (first, second)]
    assert [program.get("/api/me").status_code for program in programs] == [200, 200]

    lead.delete(f"/api/tokens/{first['token']['id']}")
    assert [program.get("/api/me").status_code for program in programs] == [401, 200]

    api.clock.turn(days=1)
    assert [program.get("/api/me").status_code for program in programs] == [401, 401]


def test_a_token_of_somebody_else_is_out_of_reach(api: Api, lead: Visitor) -> None:
    made = lead.post("/api/tokens", {"name": "pipeline"}).json()
    bo = api.signed_in(api.account("bo@example.org").id)

    assert bo.delete(f"/api/tokens/{made['token']['id']}").status_code == 404
    assert bo.get("/api/tokens").json() == {"tokens": []}


def test_the_secret_of_a_token_is_shown_once_and_its_use_is_noted(api: Api, lead: Visitor) -> None:
    made = lead.post("/api/tokens", {"name": "pipeline"}).json()
    Visitor(api, "192.0.2.3", {"Authorization": f"Bearer {made['secret']}"}).get("/api/me")

    listed = lead.get("/api/tokens")

    assert made["secret"] not in listed.text
    assert made["secret"].startswith(listed.json()["tokens"][0]["prefix"])
    assert listed.json()["tokens"][0]["last_used_at"] is not None


def test_an_unknown_permission_is_no_scope(api: Api, lead: Visitor) -> None:
    answer = lead.post("/api/tokens", {"name": "x", "scope": ["fly"]})

    assert answer.status_code == 422
    assert "read_spec" in answer.json()["message"]


def test_a_wrong_authorization_is_not_replaced_by_a_cookie(api: Api, lead: Visitor) -> None:
    for value in ("Bearer nonsense", "Basic abc", "Bearer"):
        assert lead.get("/api/me", headers={"Authorization": value}).status_code == 401


def test_everything_done_with_people_is_in_the_audit_trail(api: Api, project: Project, lead: Visitor) -> None:
    token = _invite(lead, project)
    api.visitor().post(f"/api/invitations/{token}/accept", CAROL)
    number = _members(lead, project)["carol@example.org"]["annotator_id"]
    lead.patch(f"/api/projects/{project.id}/members/{number}", {"is_paused": True})
    lead.delete(f"/api/projects/{project.id}/members/{number}")

    events = lead.get(f"/api/projects/{project.id}/events").json()["events"]

    assert [(event["kind"], event["by"]) for event in events] == [
        ("member_left", "Lea"),
        ("member_changed", "Lea"),
        ("member_joined", "Carol"),
        ("invitation_made", "Lea"),
        ("project_created", "Karat"),
    ]


def _member(api: Api, project: Project, name: str, role: Role) -> Actor:
    return api.database.write(lambda tx: a_member(tx, project, name, role))


def _invite(lead: Visitor, project: Project, *, role: str = "annotator") -> str:
    made = lead.post(f"/api/projects/{project.id}/invitations", {"role": role}).json()
    return str(made["path"]).removeprefix("/#/invitation/")


def _invitations(lead: Visitor, project: Project) -> list[dict[str, Any]]:
    return list(lead.get(f"/api/projects/{project.id}/invitations").json()["invitations"])


def _members(lead: Visitor, project: Project) -> dict[str, dict[str, Any]]:
    members = lead.get(f"/api/projects/{project.id}/members").json()["members"]
    return {member["email"]: member for member in members}


def _roles(lead: Visitor, project: Project) -> dict[str, str]:
    return {email: member["role"] for email, member in _members(lead, project).items()}
