"""The permission matrix: every route and every kind of visitor, as one table.

A route that is missing from the table fails the test, so that nobody adds one without deciding who may use it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import httpx
import pytest

from karat import actions, store
from karat.api.app import ROUTES
from karat.api.routing import operation_id
from karat.domain.ids import MediaId, UploadId
from karat.domain.people import SYSTEM, Actor, Role
from karat.domain.projects import Project
from karat.domain.releases import Gate, ReleaseState
from karat.store.media import Media
from karat.store.release_files import describe
from karat.store.uploads import Upload
from tests.api.visitors import PASSWORD, Api, Visitor
from tests.builders import a_batch, a_member, a_project, an_account, items

VISITORS = ("anonymous", "outsider", "annotator", "reviewer", "engineer", "lead", "admin", "scoped_token")
"""The outsider is an annotator elsewhere, the admin no member, the token the lead's, for reading the spec only."""

EVERYBODY = " ".join(VISITORS)
SIGNED_IN = EVERYBODY.removeprefix("anonymous ")
PEOPLE = SIGNED_IN.removesuffix(" scoped_token")
MEMBERS = "annotator reviewer engineer lead admin scoped_token"
WORKING = "annotator reviewer lead"
READING_ITEMS = "reviewer engineer lead admin"
REVIEWING = "reviewer lead admin"
DATA = "engineer lead admin"
LEADING = "lead admin"


@dataclass
class World:
    """A project with everything that a route may be asked for."""

    api: Api
    project: Project
    visitor: Visitor
    item: int
    victim: int
    invitation: int
    link: str
    picture: str
    upload: str
    job: int

    def claim(self) -> str:
        """An assignment of the visitor's own, or of nobody."""
        answer = self.visitor.post(f"/api/projects/{self.project.id}/work/next", {"hold": 1})
        return str(answer.json()["assignments"][0]["id"]) if answer.status_code == 200 else "nobodys"

    def token(self) -> int:
        """A token of the visitor's own, or of nobody."""
        answer = self.visitor.post("/api/tokens", {"name": "mine"})
        return int(answer.json()["token"]["id"]) if answer.status_code == 200 else 1


Path = str | Callable[[World], str]


@dataclass(frozen=True)
class Row:
    """One route: how to ask, and who gets an answer."""

    operation: str
    method: str
    path: Path
    allowed: str
    body: Any = None

    def ask(self, world: World) -> httpx.Response:
        template = self.path if isinstance(self.path, str) else self.path(world)
        path = template.format(
            p=world.project.id, item=world.item, victim=world.victim, i=world.invitation, job=world.job
        )
        body = self.body(world) if callable(self.body) else self.body
        if isinstance(body, bytes):
            return world.visitor.request(self.method, path, content=body)
        return world.visitor.request(self.method, path, **({} if body is None else {"json": body}))


SPEC = {"question": "Is it rude?", "classes": [{"name": "Toxic"}, {"name": "Fine"}, {"name": "Rude"}]}
INVITATION = "to-be-accepted"
NEW_PERSON = {"email": "new@example.org", "name": "New", "password": PASSWORD}
NEW = "another long password"
NEW_PROJECT = {"name": "Another", "media_kind": "text", "spec": SPEC}

# What ends something comes last.
MATRIX = [
    Row("health_get", "GET", "/api/health", EVERYBODY),
    Row("sign_in_with_password", "POST", "/api/sign-in", EVERYBODY, {"email": "root@x.org", "password": PASSWORD}),
    Row("sign_in_with_link", "POST", "/api/sign-in/link", EVERYBODY, lambda world: {"token": world.link}),
    Row("invitations_welcome", "GET", f"/api/invitations/{INVITATION}", EVERYBODY),
    Row(
        "invitations_accept",
        "POST",
        f"/api/invitations/{INVITATION}/accept",
        EVERYBODY,
        NEW_PERSON,
    ),
    Row("media_get", "GET", lambda world: world.picture, EVERYBODY),
    Row("me_get", "GET", "/api/me", SIGNED_IN),
    Row("me_change_password", "POST", "/api/me/password", PEOPLE, {"current_password": PASSWORD, "password": NEW}),
    Row("tokens_list_all", "GET", "/api/tokens", PEOPLE),
    Row("tokens_create", "POST", "/api/tokens", PEOPLE, {"name": "pipeline"}),
    Row("tokens_revoke", "DELETE", lambda world: f"/api/tokens/{world.token()}", PEOPLE),
    Row("projects_list_all", "GET", "/api/projects", SIGNED_IN),
    Row("projects_create", "POST", "/api/projects", LEADING, NEW_PROJECT),
    Row("projects_get", "GET", "/api/projects/{p}", READING_ITEMS),
    Row("projects_change", "PATCH", "/api/projects/{p}", LEADING, {"note": "x"}),
    Row("specs_current", "GET", "/api/projects/{p}/spec", MEMBERS),
    Row("specs_history", "GET", "/api/projects/{p}/spec/history", MEMBERS),
    Row("members_list_all", "GET", "/api/projects/{p}/members", LEADING),
    Row("members_change", "PATCH", "/api/projects/{p}/members/{victim}", LEADING, {"is_paused": True}),
    Row("invitations_list_all", "GET", "/api/projects/{p}/invitations", LEADING),
    Row("invitations_make", "POST", "/api/projects/{p}/invitations", LEADING, {"role": "annotator"}),
    Row("events_page", "GET", "/api/projects/{p}/events", LEADING),
    Row("work_desk", "GET", "/api/projects/{p}/work", WORKING),
    Row("work_next_items", "POST", "/api/projects/{p}/work/next", WORKING, {"hold": 1}),
    Row("work_recent", "GET", "/api/projects/{p}/work/recent", WORKING),
    Row("work_submit", "POST", lambda world: f"/api/work/{world.claim()}/submit", WORKING, {"label": "fine"}),
    Row("work_skip", "POST", lambda world: f"/api/work/{world.claim()}/skip", WORKING, {"reason": "blank"}),
    Row("items_page", "GET", "/api/projects/{p}/items", READING_ITEMS),
    Row("items_get", "GET", "/api/projects/{p}/items/{item}", READING_ITEMS),
    Row("overview_get", "GET", "/api/projects/{p}/overview", DATA),
    Row("review_waiting", "GET", "/api/projects/{p}/review", REVIEWING),
    Row("review_resolve", "POST", "/api/projects/{p}/items/{item}/resolution", REVIEWING, {"label": "fine"}),
    Row("uploads_upload", "POST", "/api/projects/{p}/uploads?name=a.csv", DATA, b"id,text\n1,a\n"),
    Row("imports_request", "POST", "/api/projects/{p}/imports", DATA, lambda world: {"upload_id": world.upload}),
    Row("jobs_get", "GET", "/api/projects/{p}/jobs/{job}", DATA),
    Row("exports_export", "GET", "/api/projects/{p}/export?format=csv", DATA),
    Row("releases_page", "GET", "/api/projects/{p}/releases", DATA),
    Row("releases_request", "POST", "/api/projects/{p}/releases", DATA, {"note": "x"}),
    Row("releases_get", "GET", "/api/projects/{p}/releases/1", DATA),
    Row("releases_download", "GET", "/api/projects/{p}/releases/1/download", DATA),
    Row("items_set_gold", "PUT", "/api/projects/{p}/items/{item}/gold", LEADING, {"kind": "gold", "label": "fine"}),
    Row("specs_publish", "POST", "/api/projects/{p}/spec", LEADING, {"spec": SPEC, "note": "Rude."}),
    Row("invitations_withdraw", "DELETE", "/api/projects/{p}/invitations/{i}", LEADING),
    Row("members_remove", "DELETE", "/api/projects/{p}/members/{victim}", LEADING),
    Row("sign_in_end", "POST", "/api/sign-out", EVERYBODY),
]


def test_every_route_is_in_the_table() -> None:
    routes = {operation_id(route) for module in ROUTES for route in module.router.routes}

    assert routes == {row.operation for row in MATRIX}


@pytest.mark.parametrize("visitor", VISITORS)
def test_each_visitor_may_do_exactly_what_the_table_says(api: Api, visitor: str) -> None:
    world = _world(api, visitor)
    surprises = []
    for row in MATRIX:
        answer = row.ask(world)
        if reason := _surprise(row, visitor, answer):
            surprises.append(f"{row.operation}: {reason}, but {answer.status_code} {answer.text[:200]}")

    assert surprises == []


def _surprise(row: Row, visitor: str, answer: httpx.Response) -> str | None:
    """What should have happened, when something else did."""
    if visitor in row.allowed.split():
        return None if answer.is_success else "allowed"
    if visitor == "anonymous":
        return None if answer.status_code == 401 else "must sign in"
    if visitor == "outsider" and isinstance(row.path, str) and "{p}" in row.path:
        return None if answer.status_code == 404 else "must not learn that the project exists"
    # An assignment of somebody else is as good as none.
    refusals = (403, 404) if row.operation in ("work_submit", "work_skip") else (403,)
    return None if answer.status_code in refusals else "refused"


def _world(api: Api, visitor: str) -> World:
    project = api.database.write(a_project)
    people = {role.value: _member(api, project, role.value, role) for role in Role}
    people["outsider"] = _member(api, api.database.write(lambda tx: a_project(tx, name="Else")), "out", Role.ANNOTATOR)
    victim = _member(api, project, "victim", Role.ANNOTATOR)
    _invitation(api, project, INVITATION)
    item, *_ = api.database.write(lambda tx: items(tx, project, 20))
    return World(
        api=api,
        project=project,
        visitor=_visitor(api, visitor, people),
        item=item,
        victim=victim.memberships[project.id].id,
        invitation=_invitation(api, project, "to be withdrawn"),
        link=_link(api),
        picture=_picture(api, project),
        upload=_upload(api, project),
        job=_release(api, project),
    )


def _visitor(api: Api, visitor: str, people: dict[str, Actor]) -> Visitor:
    if visitor == "anonymous":
        asking = api.visitor()
    elif visitor == "scoped_token":
        asking = api.with_token(people["lead"].account_id, scope=frozenset({"read_spec"}))
    elif visitor == "admin":
        asking = api.signed_in(api.database.write(lambda tx: an_account(tx, "admin", is_admin=True)))
    else:
        asking = api.signed_in(people[visitor].account_id)
    api.give_everybody_a_password()
    return _Steadfast(api, asking.address, asking.headers, asking.cookies)


def _member(api: Api, project: Project, name: str, role: Role) -> Actor:
    return api.database.write(lambda tx: a_member(tx, project, name, role))


def _invitation(api: Api, project: Project, secret: str) -> int:
    invitation = api.database.write(
        lambda tx: actions.invitations.make(
            tx, SYSTEM, project.id, email="", role=Role.REVIEWER, secret=secret, now=api.clock.now
        )
    )
    return invitation.id


def _link(api: Api) -> str:
    root = api.account("root@x.org", is_admin=True)
    api.database.write(
        lambda tx: actions.sign_in.make_link(tx, SYSTEM, root.id, link="a link", is_reusable=True, now=api.clock.now)
    )
    return "a link"


def _picture(api: Api, project: Project) -> str:
    """The signed address of a picture: whoever has it may see it."""
    picture = Media(MediaId("a-picture"), "0" * 64, "image/png", 3, width=1, height=1)
    batch_id = api.database.write(lambda tx: a_batch(tx, project.id))
    api.database.write(lambda tx: store.media.add_many(tx, project.id, batch_id, [picture]))
    path = store.media_files.path_of(api.settings.home, picture.sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"png")
    return str(api.app.state.context.media_url(picture.id))


def _upload(api: Api, project: Project) -> str:
    """A file that waits to be imported."""
    upload = Upload(UploadId("a-file"), project.id, "items.csv", 13, api.clock.now)
    api.database.write(lambda tx: store.uploads.add(tx, upload, by=None))
    return upload.id


def _release(api: Api, project: Project) -> int:
    """The job that has built the project's first release."""
    folder = store.release_files.folder_of(api.settings.home, project.id, 1)
    folder.mkdir(parents=True)
    for name in ("labels.jsonl", "manifest.json", "spec.json"):
        (folder / name).write_text("{}\n")
    manifest = {"files": [asdict(file) for file in describe(folder)]}
    asked = api.database.write(
        lambda tx: actions.releases.request(
            tx, SYSTEM, project.id, note="", leave_out_undecided=False, now=api.clock.now
        )
    )
    api.database.write(
        lambda tx: store.releases.close(tx, asked.id, ReleaseState.PUBLISHED, gate=Gate((), 0), manifest=manifest)
    )
    with api.database.read() as db:
        job = store.jobs.newest(db, project.id, actions.releases.job_of(asked.id))
    assert job is not None
    return job.id


class _Steadfast(Visitor):
    """Stays who it is: signing in as somebody else on the way, or out, must not change whom the next row asks."""

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        cookies = dict(self.cookies)
        answer = super().request(method, path, **options)
        self.cookies = cookies
        return answer
