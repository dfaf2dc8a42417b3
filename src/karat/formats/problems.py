"""What is wrong with a file, collected while it is read, so that one attempt shows everything there is to mend."""

from karat.domain.errors import Invalid, Problem

MAX_PROBLEMS = 20
"""Reading stops after so many: the rest of a file that is wrong in principle repeats itself."""


class EnoughProblems(Exception):
    """Raised by `ProblemList.add` when the list is full; whoever owns the list catches it."""


class ProblemList:
    """Problems in the order they were found, up to a limit."""

    def __init__(self, limit: int = MAX_PROBLEMS) -> None:
        self.found: list[Problem] = []
        self._limit = limit

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, where: str, message: str) -> None:
        """
        Raises
        ------
        EnoughProblems
            When this was the last one that fits: stop reading.
        """
        self.found.append(Problem(where, message))
        if len(self.found) >= self._limit:
            raise EnoughProblems

    def refuse(self, file_name: str) -> None:
        """Raise `Invalid` with every problem, if there is any."""
        if not self.found:
            return
        first = self.found[0]
        many = len(self.found)
        more = f" ({many - 1} more {'problem' if many == 2 else 'problems'} listed)" if many > 1 else ""
        raise Invalid(f"{file_name}, {first.where}: {first.message}{more}", tuple(self.found))


def refusal(file_name: str, where: str, message: str) -> Invalid:
    """One problem that ends the reading at once."""
    problem = Problem(where, message)
    return Invalid(f"{file_name}, {where}: {message}", (problem,))
