"""The agreement sums of a project, kept up to date as items change."""

from collections.abc import Sequence

from karat.domain.ids import ProjectId
from karat.domain.tallies import ItemTally
from karat.quality.agreement.sums import AgreementSums
from karat.store import statistics
from karat.store.connection import Reader, Writer


class Agreement:
    """The agreement sums of a project's measured items, with the classes that their positions stand for.

    Classes are only ever appended, so that sums of earlier spec versions stay valid.
    """

    def __init__(self, classes: Sequence[str] = (), sums: AgreementSums | None = None) -> None:
        self.classes = list(classes)
        self.sums = sums or AgreementSums()

    def add(self, tally: ItemTally) -> None:
        if tally.measures_agreement():
            self.sums = self.sums.add(self._positions(tally))

    def remove(self, tally: ItemTally) -> None:
        if tally.measures_agreement():
            self.sums = self.sums.remove(self._positions(tally))

    def _positions(self, tally: ItemTally) -> list[int]:
        counts = tally.class_counts()
        self.classes += sorted(set(counts) - set(self.classes))
        return [counts[key] for key in self.classes]


def load(db: Reader, project_id: ProjectId) -> Agreement:
    """The sums as last saved; empty for a project without measured answers."""
    saved = statistics.agreement(db, project_id)
    return Agreement(saved["classes"], AgreementSums.from_json(saved["sums"])) if saved else Agreement()


def save(tx: Writer, project_id: ProjectId, agreement: Agreement) -> None:
    statistics.set_agreement(tx, project_id, {"classes": agreement.classes, "sums": agreement.sums.to_json()})
