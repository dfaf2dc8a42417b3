"""Domain values as JSON text, and back. Unknown keys of a newer version are refused, never dropped."""

import json
from dataclasses import asdict
from typing import Any

from karat.domain.projects import QualityPolicy
from karat.domain.specs import ClassDefinition, Example, Rule, Spec


def dump(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def dump_policy(policy: QualityPolicy) -> str:
    return dump(asdict(policy))


def load_policy(text: str) -> QualityPolicy:
    return QualityPolicy(**json.loads(text))


def dump_spec(spec: Spec) -> str:
    return dump(asdict(spec))


def load_spec(text: str) -> Spec:
    raw = json.loads(text)
    return Spec(
        question=raw["question"],
        purpose=raw["purpose"],
        unsure=raw["unsure"],
        rules=tuple(Rule(**rule) for rule in raw["rules"]),
        classes=tuple(_load_class(definition) for definition in raw["classes"]),
    )


def _load_class(raw: dict[str, Any]) -> ClassDefinition:
    return ClassDefinition(
        key=raw["key"],
        name=raw["name"],
        definition=raw["definition"],
        include=tuple(Example(**example) for example in raw["include"]),
        exclude=tuple(Example(**example) for example in raw["exclude"]),
    )
