"""`karat demo --smoke`: proves, as an annotator over HTTP, that the demo can be worked in."""

from typing import Any

import httpx


def label_one_item_of_each_project(address: str, sign_in_link: str) -> list[str]:
    """Sign in by link and submit one answer in every project.

    Returns
    -------
    list of str
        The projects in which it worked.

    Raises
    ------
    RuntimeError
        When a project has nothing to label, or a request fails.
    """
    with httpx.Client(base_url=address, headers={"X-Karat": "1"}, timeout=30) as http:
        _ok(http.post("/api/sign-in/link", json={"token": sign_in_link}))
        return [_label_one(http, project) for project in _ok(http.get("/api/projects"))["projects"]]


def _label_one(http: httpx.Client, project: dict[str, Any]) -> str:
    desk = _ok(http.get(f"/api/projects/{project['id']}/work"))
    stream = _ok(http.post(f"/api/projects/{project['id']}/work/next", json={"hold": 1}))
    if not stream["assignments"]:
        raise RuntimeError(f"there is nothing to label in {project['name']!r}")
    assignment = stream["assignments"][0]
    picture = assignment["item"]["image_url"]
    if picture is not None and not http.get(picture).raise_for_status().content:
        raise RuntimeError(f"a picture of {project['name']!r} is empty")
    label = desk["spec"]["classes"][0]["key"]
    _ok(http.post(f"/api/work/{assignment['id']}/submit", json={"label": label, "duration_ms": 1000, "hold": 0}))
    return str(project["name"])


def _ok(response: httpx.Response) -> Any:
    if response.is_error:
        raise RuntimeError(f"{response.request.url.path} answered {response.status_code}: {response.text}")
    return response.json()
