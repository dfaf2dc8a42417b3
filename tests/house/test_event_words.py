"""Whatever the audit trail may show has words for it: the interface never shows a code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from karat.domain.events import EventKind

LOCALES = Path(__file__).parents[2] / "ui" / "src" / "locales"


@pytest.mark.parametrize("language", ["en", "de", "es", "zh"])
def test_every_kind_of_event_has_words(language: str) -> None:
    catalogue = (LOCALES / language / "audit.ts").read_text(encoding="utf-8")
    said = set(re.findall(r"^  (\w+):", catalogue, re.MULTILINE))

    assert {kind.value for kind in EventKind} <= said
