"""The client: one method for each thing that a program does with a Karat server."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from karat.client.connection import Connection
from karat.client.errors import Invalid, NotFound, Problem
from karat.client.polling import poll
from karat.client.shapes import (
    Event,
    Invitation,
    InvitationLink,
    Item,
    ItemDetail,
    Job,
    Me,
    Member,
    Overview,
    Project,
    ProjectCard,
    Release,
    Releases,
    ReviewQueue,
    SpecVersion,
)
from karat.client.work import Work

ProjectRef = int | str
"""A project's number, or its name."""
Progress = Callable[[int, int | None], None]
"""Called with how much is done and, where known, of how much."""

_PAGE = 200


class Client:
    """A program's way to a Karat server.

    Parameters
    ----------
    url : str
        Address of the server, as `karat serve` prints it.
    token : str
        An API token: made on the Account page, or with `karat admin create-token`. Do not write it into programs; read
        it from the environment.

    Examples
    --------
    >>> from karat.client import Client
    >>> with Client(url, token) as karat:
    ...     [project["name"] for project in karat.projects()]
    ['Comments']
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._connection = Connection(url, token)

    @classmethod
    def by_link(cls, url: str, link: str) -> "Client":
        """A client that signs in as a person does, with the last part of a sign-in link."""
        client = cls(url)
        try:
            client._connection.post("/api/sign-in/link", {"token": link})
        except BaseException:
            client.close()
            raise
        return client

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the client cannot be used any more."""
        self._connection.close()

    def me(self) -> Me:
        """On whose behalf this client acts, with roles and permissions."""
        return cast("Me", self._connection.get("/api/me"))

    # --- Projects and specs ---------------------------------------------------------------------------------------

    def projects(self) -> list[ProjectCard]:
        """The projects one belongs to; all of them for an admin."""
        return cast("list[ProjectCard]", self._connection.get("/api/projects")["projects"])

    def project(self, project: ProjectRef) -> Project:
        """One project with its quality policy."""
        return cast("Project", self._connection.get(self._path(project)))

    def create_project(
        self,
        name: str,
        question: str = "",
        classes: Sequence[str | Mapping[str, Any]] = (),
        *,
        spec: Mapping[str, Any] | None = None,
        media_kind: str = "text",
        policy: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> Project:
        """Create a project, and become its lead.

        Parameters
        ----------
        question, classes
            The decision; a class is its name, or a mapping with name, definition, include, exclude.
        spec : mapping
            The whole spec, instead of question and classes.
        media_kind : str
            "text" or "image".
        policy : mapping
            Fields of the quality policy that differ from their defaults.

        >>> made = client.create_project("Reviews", "Is it praise?", ["Praise", "Complaint"], policy={"overlap": 3})
        >>> made["policy"]["overlap"]
        3
        """
        if spec is None:
            entries = [{"name": entry} if isinstance(entry, str) else dict(entry) for entry in classes]
            spec = {"question": question, "classes": entries}
        body = {"name": name, "media_kind": media_kind, "spec": spec, "policy": dict(policy or {}), "note": note}
        return cast("Project", self._connection.post("/api/projects", body))

    def spec(self, project: ProjectRef) -> SpecVersion:
        """The current version of the label spec."""
        return cast("SpecVersion", self._connection.get(f"{self._path(project)}/spec"))

    def publish_spec(self, project: ProjectRef, spec: Mapping[str, Any], note: str) -> SpecVersion:
        """Make the next version of the spec; `note` says what changed and why."""
        return cast("SpecVersion", self._connection.post(f"{self._path(project)}/spec", {"spec": spec, "note": note}))

    # --- Data in --------------------------------------------------------------------------------------------------

    def import_file(
        self,
        path: str | os.PathLike[str],
        project: ProjectRef,
        mapping: Mapping[str, str] | None = None,
        *,
        name: str = "",
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Import a file of items, existing answers or gold labels: all of it, or nothing.

        Parameters
        ----------
        path
            CSV, TSV, JSONL, JSON, Parquet, or a zip of images. It is sent while it is read, whatever its size.
        mapping : mapping
            Column by role: id, content, label, annotator, gold, check, priority, time. None has them recognised.
        name : str
            Name of the batch; the file's name if empty.
        progress : callable
            Called with the rows read so far, and how many there are if that is known.

        Returns
        -------
        dict
            What was imported: n_items, n_answers, n_gold, batch.

        Raises
        ------
        Invalid
            When anything is wrong with the file; `problems` says what, line by line.

        >>> client.import_file(folder / "more.csv", "Comments")["n_items"]
        2
        """
        path = Path(path)
        with path.open("rb") as file:
            upload = self._connection.upload(f"{self._path(project)}/uploads", file, name=path.name)
        body = {"upload_id": upload["upload_id"], "mapping": dict(mapping or {}), "name": name or path.name}
        job = self._connection.post(f"{self._path(project)}/imports", body)
        return self.wait(project, job, progress=progress).get("result") or {}

    def job(self, project: ProjectRef, job_id: int) -> Job:
        """A job as it stands."""
        return cast("Job", self._connection.get(f"{self._path(project)}/jobs/{job_id}"))

    def wait(
        self, project: ProjectRef, job: Job | int, *, progress: Progress | None = None, seconds: float | None = None
    ) -> Job:
        """Wait until a job is done.

        Raises
        ------
        Invalid
            When it failed; `problems` says why.
        TimeoutError
            When it is not done after `seconds`. It goes on; ask again.
        """
        number = job if isinstance(job, int) else job["id"]

        def look() -> Job | None:
            now = self.job(project, number)
            if progress is not None:
                progress(now["n_done"], now["n_total"])
            return now if now["state"] in ("done", "failed") else None

        done = poll(look, seconds=seconds, what=f"job {number}")
        if done["state"] == "failed":
            problems = tuple(Problem(one["where"], one["message"]) for one in done["problems"])
            raise Invalid(done["error"] or f"job {number} failed", problems)
        return done

    # --- Items and review -----------------------------------------------------------------------------------------

    def items(
        self,
        project: ProjectRef,
        *,
        state: str | None = None,
        text: str | None = None,
        gold: bool | None = None,
        label: str | None = None,
    ) -> Iterator[Item]:
        """The items of a project, page after page as they are asked for.

        Parameters
        ----------
        state : str
            Only open, disputed or resolved ones.
        text : str
            Only those whose text or key contains this.
        gold : bool
            Only those with, or without, a gold label.
        label : str
            Only those with this label.

        >>> [item["key"] for item in client.items("Comments", state="open")]
        ['c1', 'c2']
        """
        path, cursor = f"{self._path(project)}/items", None
        while True:
            page = self._connection.get(path, state=state, q=text, gold=gold, label=label, cursor=cursor, limit=_PAGE)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def item(self, project: ProjectRef, item_id: int) -> ItemDetail:
        """An item with its history, and why its label is what it is."""
        return cast("ItemDetail", self._connection.get(f"{self._path(project)}/items/{item_id}"))

    def set_gold(
        self, project: ProjectRef, item_id: int, label: str, *, kind: str = "gold", provenance: str = ""
    ) -> ItemDetail:
        """Give an item its trusted label; `kind` is gold, honeypot or reference."""
        body = {"kind": kind, "label": label, "provenance": provenance}
        return cast("ItemDetail", self._connection.put(f"{self._path(project)}/items/{item_id}/gold", body))

    def review_queue(self, project: ProjectRef, *, why: str | None = None, limit: int = 20) -> ReviewQueue:
        """What waits for a reviewer; `why` is unsure, disagreement or skipped."""
        return cast("ReviewQueue", self._connection.get(f"{self._path(project)}/review", why=why, limit=limit))

    def resolve(self, project: ProjectRef, item_id: int, label: str | None, *, note: str = "") -> ItemDetail:
        """Decide an item; label None leaves it undecided on purpose, so that releases leave it out."""
        body = {"label": label, "undecidable": label is None, "note": note}
        return cast("ItemDetail", self._connection.post(f"{self._path(project)}/items/{item_id}/resolution", body))

    def overview(self, project: ProjectRef) -> Overview:
        """Progress, agreement, accuracy and people, each number with its evidence.

        >>> client.overview("Comments")["progress"]["n_items"]
        2
        """
        return cast("Overview", self._connection.get(f"{self._path(project)}/overview"))

    def events(self, project: ProjectRef) -> Iterator[Event]:
        """What has happened in the project, page after page as it is asked for."""
        cursor = None
        while True:
            page = self._connection.get(f"{self._path(project)}/events", cursor=cursor)
            yield from page["events"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    # --- Data out -------------------------------------------------------------------------------------------------

    def export(
        self,
        project: ProjectRef,
        path: str | os.PathLike[str],
        file_format: str = "jsonl",
        *,
        progress: Progress | None = None,
    ) -> Path:
        """Write the labels as they stand now to a file: jsonl, csv or parquet.

        >>> client.export("Comments", folder / "labels.jsonl").read_text().count("You are all idiots")
        1
        """
        return self._save(f"{self._path(project)}/export", Path(path), file_format, progress)

    def make_release(
        self, project: ProjectRef, *, note: str = "", leave_out_undecided: bool = False, seconds: float | None = None
    ) -> Release:
        """Have a release built, and wait until it is published or refused; its gate says why.

        >>> made = client.make_release("Comments")
        >>> made["state"], [check["name"] for check in made["gate"]["checks"] if not check["passed"]][:2]
        ('refused', ['items', 'decided'])
        """
        body = {"note": note, "leave_out_undecided": leave_out_undecided}
        number = self._connection.post(f"{self._path(project)}/releases", body)["number"]

        def look() -> Release | None:
            made = self.release(project, number)
            return None if made["state"] == "building" else made

        return poll(look, seconds=seconds, what=f"release {number}")

    def releases(self, project: ProjectRef) -> Releases:
        """The releases and refused attempts, newest first, and how the gate would judge one made now."""
        return cast("Releases", self._connection.get(f"{self._path(project)}/releases"))

    def release(self, project: ProjectRef, number: int) -> Release:
        """One release with its gate and files."""
        return cast("Release", self._connection.get(f"{self._path(project)}/releases/{number}"))

    def download(
        self,
        project: ProjectRef,
        number: int,
        path: str | os.PathLike[str],
        file_format: str = "jsonl",
        *,
        progress: Progress | None = None,
    ) -> Path:
        """Write the files of a release as a zip: labels, answers, annotators, manifest.json, spec.json."""
        return self._save(f"{self._path(project)}/releases/{number}/download", Path(path), file_format, progress)

    def media(self, image_url: str) -> bytes:
        """The picture of an item, by the `image_url` of its content."""
        with self._connection.download(image_url) as blocks:
            return b"".join(blocks)

    # --- People and work ------------------------------------------------------------------------------------------

    def work(self, project: ProjectRef) -> Work:
        """Label in this project, as the holder of the token."""
        return Work(self._connection, self._id(project))

    def members(self, project: ProjectRef) -> list[Member]:
        """The people of a project."""
        return cast("list[Member]", self._connection.get(f"{self._path(project)}/members")["members"])

    def invite(self, project: ProjectRef, role: str, *, email: str = "") -> str:
        """A link with which one person can join as annotator, reviewer, lead or engineer, within two weeks.

        >>> client.invite("Comments", "annotator").startswith(url + "/#/invitation/")
        True
        """
        body = {"role": role, "email": email}
        made = cast("InvitationLink", self._connection.post(f"{self._path(project)}/invitations", body))
        return self._connection.url + made["path"]

    def invitations(self, project: ProjectRef) -> list[Invitation]:
        """Open and used invitations, newest first."""
        return cast("list[Invitation]", self._connection.get(f"{self._path(project)}/invitations")["invitations"])

    def withdraw_invitation(self, project: ProjectRef, invitation_id: int) -> None:
        """Make an unused invitation worthless."""
        self._connection.delete(f"{self._path(project)}/invitations/{invitation_id}")

    # --- Helpers --------------------------------------------------------------------------------------------------

    def _path(self, project: ProjectRef) -> str:
        return f"/api/projects/{self._id(project)}"

    def _id(self, project: ProjectRef) -> int:
        if isinstance(project, int):
            return project
        # Asked each time: somebody may have renamed a project meanwhile, and another may have its name now.
        projects = self.projects()
        for card in projects:
            if card["name"] == project:
                return card["id"]
        known = ", ".join(repr(card["name"]) for card in projects) or "none"
        raise NotFound(f"there is no project named {project!r}, or you are not a member of it. You can see: {known}.")

    def _save(self, url_path: str, path: Path, file_format: str, progress: Progress | None) -> Path:
        """Write an answer to a file that takes its place when it is complete."""
        partial = path.with_name(path.name + ".part")
        n_bytes = 0
        with self._connection.download(url_path, format=file_format) as blocks, partial.open("wb") as file:
            for block in blocks:
                n_bytes += file.write(block)
                if progress is not None:
                    progress(n_bytes, None)
        return partial.replace(path)
