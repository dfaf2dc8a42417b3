"""The label spec on the wire."""

from datetime import datetime

from pydantic import Field

from karat.domain.specs import ClassDefinition, Example, Rule, Spec, class_key
from karat.schemas.base import Shape


class ExampleShape(Shape):
    text: str = Field(max_length=10_000)
    note: str = Field(default="", max_length=2_000)


class ClassShape(Shape):
    """One class. A missing key is made from the name."""

    key: str = Field(default="", max_length=64)
    name: str = Field(max_length=200)
    definition: str = Field(default="", max_length=10_000)
    include: list[ExampleShape] = Field(default=[], max_length=50)
    exclude: list[ExampleShape] = Field(default=[], max_length=50)


class RuleShape(Shape):
    id: str = Field(max_length=20)
    text: str = Field(max_length=5_000)


class SpecShape(Shape):
    question: str = Field(max_length=2_000)
    purpose: str = Field(default="", max_length=2_000)
    classes: list[ClassShape] = Field(max_length=500)
    rules: list[RuleShape] = Field(default=[], max_length=200)
    unsure: str = Field(default="", max_length=5_000)


class SpecVersionShape(Shape):
    number: int
    spec: SpecShape
    note: str
    created_at: datetime


class SpecHistory(Shape):
    versions: list[SpecVersionShape]


class NewSpecVersion(Shape):
    spec: SpecShape
    note: str = Field(min_length=1, max_length=2_000)
    """What changed and why."""


def spec_of(shape: SpecShape) -> Spec:
    """The spec that was sent; a class without a key gets one from its name."""
    return Spec(
        question=shape.question,
        purpose=shape.purpose,
        unsure=shape.unsure,
        rules=tuple(Rule(rule.id, rule.text) for rule in shape.rules),
        classes=tuple(_class_of(entry) for entry in shape.classes),
    )


def _class_of(shape: ClassShape) -> ClassDefinition:
    return ClassDefinition(
        key=shape.key or class_key(shape.name),
        name=shape.name,
        definition=shape.definition,
        include=tuple(Example(example.text, example.note) for example in shape.include),
        exclude=tuple(Example(example.text, example.note) for example in shape.exclude),
    )
