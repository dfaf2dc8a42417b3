"""What the answers of a project say about its labels: the fit that the item pages, Overview and releases rest on."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from karat import store
from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import GoldKind
from karat.quality.consensus import Consensus, consensus
from karat.quality.ratings import Ratings
from karat.store.connection import Reader
from karat.store.consensus import ItemConsensus

_NEGLIGIBLE = 0.001


@dataclass(frozen=True)
class Inference:
    """A fit, the answers it rests on, and how right it is where the truth is known."""

    ratings: Ratings
    consensus: Consensus
    reference_right: int
    reference_graded: int

    def items(self) -> Iterator[ItemConsensus]:
        """Label, certainty and soft label of each item that has answers, one by one: there may be millions."""
        keys = self.consensus.classes
        n_answers = np.bincount(self.ratings.item, minlength=self.ratings.n_items)
        for row, item_id in enumerate(self.ratings.items):
            yield ItemConsensus(
                item_id=_item_id(item_id),
                label=str(self.consensus.labels[row]),
                certainty=round(float(self.consensus.certainty[row]), 4),
                probabilities={
                    str(key): round(float(share), 4)
                    for key, share in zip(keys, self.consensus.probabilities[row], strict=True)
                    if share >= _NEGLIGIBLE
                },
                n_answers=int(n_answers[row]),
            )


def infer(db: Reader, project_id: ProjectId) -> Inference | None:
    """Infer labels from every standing answer of the project; None while there are no answers.

    A blend of votes and models wherever people can be compared, with one another or with gold; a plain vote where they
    cannot. Gold is held fixed and, from thirty labels on, decides how far the blend is trusted. Reference labels are
    never used for inference: they grade it.
    """
    project = store.projects.get(db, project_id)
    classes = store.specs.get(db, project_id, project.spec_version).spec.class_keys()
    ratings = store.ratings.standing(db, project_id, classes)
    if ratings.n_items == 0:
        return None
    labels = store.gold.all_labels(db, project_id)
    known = set(ratings.classes)
    gold = {
        item_id: gold.label
        for item_id, gold in labels.items()
        if gold.kind is not GoldKind.REFERENCE and gold.label in known
    }
    reference = {item_id: gold.label for item_id, gold in labels.items() if gold.kind is GoldKind.REFERENCE}
    fitted = consensus(ratings, method=_method(ratings, gold), gold=gold)
    right, graded = _grade(ratings, fitted, reference)
    return Inference(ratings, fitted, right, graded)


def _method(ratings: Ratings, gold: Mapping[ItemId, str]) -> str:
    is_shared = len(ratings.item) > ratings.n_items
    return "auto" if ratings.n_annotators > 1 and (is_shared or gold) else "majority"


def _grade(ratings: Ratings, fitted: Consensus, reference: Mapping[ItemId, str]) -> tuple[int, int]:
    graded = [
        (str(fitted.labels[row]), reference[_item_id(item_id)])
        for row, item_id in enumerate(ratings.items)
        if item_id in reference
    ]
    return sum(given == true for given, true in graded), len(graded)


def _item_id(name: Hashable) -> ItemId:
    assert isinstance(name, int), "ratings from the store are named by item id"
    return ItemId(name)
