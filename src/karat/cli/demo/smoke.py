"""`karat demo --smoke`: proves, as an annotator over HTTP, that the demo can be worked in."""

from karat.client import Client
from karat.client.shapes import ProjectCard


def label_one_item_of_each_project(address: str, sign_in_link: str) -> list[str]:
    """Sign in by link and submit one answer in every project.

    Returns
    -------
    list of str
        The projects in which it worked.

    Raises
    ------
    RuntimeError
        When a project has nothing to label.
    """
    with Client.by_link(address, sign_in_link) as client:
        return [_label_one(client, project) for project in client.projects()]


def _label_one(client: Client, project: ProjectCard) -> str:
    work = client.work(project["id"])
    assignments = work.next()
    if not assignments:
        raise RuntimeError(f"there is nothing to label in {project['name']!r}")
    picture = assignments[0]["item"]["image_url"]
    if picture is not None and not client.media(picture):
        raise RuntimeError(f"a picture of {project['name']!r} is empty")
    work.submit(assignments[0], work.desk()["spec"]["classes"][0]["key"], seconds=1)
    return project["name"]
