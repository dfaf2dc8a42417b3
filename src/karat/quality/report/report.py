"""What a report can do: print itself, become a page, become JSON."""

from __future__ import annotations

from dataclasses import dataclass

from karat.quality.report.contents import Contents
from karat.quality.report.page import as_page
from karat.quality.report.plain import as_json
from karat.quality.report.text import as_text


@dataclass(frozen=True, slots=True)
class Report(Contents):
    """How good labels are, why they are not better, and what to do next. Printed, it is a text for the terminal."""

    def __str__(self) -> str:
        return as_text(self)

    def to_html(self) -> str:
        """One self-contained page: no script, nothing is loaded from elsewhere."""
        return as_page(self)

    def to_json(self) -> str:
        """Everything in the report but the labels themselves, as JSON."""
        return as_json(self)

    def _repr_html_(self) -> str:
        return self.to_html()
