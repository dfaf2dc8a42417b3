"""Labeling from a program: claim, answer, skip, look back. For scripted annotators, and for tools of one's own."""

from typing import Any, cast

from karat.client.connection import Connection
from karat.client.shapes import RecentAnswer, WorkAssignment, WorkDesk, WorkStream


class Work:
    """The holder of the token as an annotator of one project; made by `Client.work`.

    Every call may be repeated: the server knows what it has done already, so a lost answer costs nothing.
    """

    def __init__(self, connection: Connection, project_id: int) -> None:
        self._connection = connection
        self._project_id = project_id

    def desk(self) -> WorkDesk:
        """The spec to work by, and how much one has done."""
        return cast("WorkDesk", self._connection.get(f"/api/projects/{self._project_id}/work"))

    def next(self, hold: int = 1) -> list[WorkAssignment]:
        """The items one holds, topped up to `hold`; empty when there is nothing to do right now.

        >>> work = client.work("Comments")
        >>> [assignment] = work.next()
        >>> assignment["item"]["text"]
        'You are all idiots'
        """
        path = f"/api/projects/{self._project_id}/work/next"
        stream = cast("WorkStream", self._connection.post(path, {"hold": hold}, is_repeatable=True))
        return stream["assignments"]

    def submit(
        self, assignment: WorkAssignment | str, label: str | None = None, *, unsure: str = "", seconds: float = 0
    ) -> None:
        """Answer with a class, or with `unsure` and the reason; on an item answered before, change the answer.

        Parameters
        ----------
        assignment
            As `next` returned it, or its id.
        label : str
            Key of a class.
        unsure : str
            Why the spec does not let one decide. Instead of a label.
        seconds : float
            Active time on this item.

        Raises
        ------
        Conflict
            When the claim expired: ask for the next item.

        >>> work = client.work("Comments")
        >>> work.submit(work.next()[0], "toxic", seconds=4)
        """
        answer = {"label": label, "unsure": bool(unsure), "reason": unsure, "duration_ms": round(seconds * 1000)}
        self._close(assignment, "submit", answer)

    def skip(self, assignment: WorkAssignment | str, reason: str) -> None:
        """Decline an item: it goes to others."""
        self._close(assignment, "skip", {"reason": reason})

    def recent(self) -> list[RecentAnswer]:
        """One's latest twenty answers and skips, newest first."""
        found = self._connection.get(f"/api/projects/{self._project_id}/work/recent")
        return cast("list[RecentAnswer]", found["answers"])

    def _close(self, assignment: WorkAssignment | str, how: str, body: dict[str, Any]) -> None:
        assignment_id = assignment if isinstance(assignment, str) else assignment["id"]
        self._connection.post(f"/api/work/{assignment_id}/{how}", {**body, "hold": 0}, is_repeatable=True)
