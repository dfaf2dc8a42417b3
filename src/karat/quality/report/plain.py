"""A report as JSON: every number of it, without the labels themselves."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from karat.quality.report.contents import Contents

_LEFT_OUT = frozenset({"consensus"})


def as_json(report: Contents) -> str:
    """Indented JSON, with the names of `Contents` and its sections; names of items and classes as they are, or as text
    where JSON has no such value."""
    return json.dumps(_plain(report), ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name not in _LEFT_OUT
        }
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)
