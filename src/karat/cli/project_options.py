"""The options that say what a new project decides and how, shared by `project create` and `import --create`."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import click

from karat.cli.field_docs import field_docs
from karat.domain.errors import Invalid, Problem
from karat.domain.projects import QualityPolicy
from karat.domain.specs import ClassDefinition, Rule, Spec, class_key

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class SpecOptions:
    """The spec as given on the command line: a file, or its parts."""

    file: Path | None
    question: str
    classes: tuple[str, ...]
    purpose: str
    rules: tuple[str, ...]
    unsure: str

    def spec(self, classes: Sequence[str] = ()) -> Spec:
        """The spec; `classes` are taken where none were given."""
        if self.file is not None:
            return self._from_file(self.file)
        return Spec(
            question=self.question,
            classes=tuple(class_of(text) for text in self.classes or classes),
            purpose=self.purpose,
            rules=tuple(_rule_of(number, text) for number, text in enumerate(self.rules, start=1)),
            unsure=self.unsure,
        )

    def _from_file(self, file: Path) -> Spec:
        parts = {"--question": self.question, "--class": self.classes, "--purpose": self.purpose, "--rule": self.rules,
                 "--unsure": self.unsure}  # fmt: skip
        twice = [name for name, value in parts.items() if value]
        if twice:
            raise click.UsageError(f"{', '.join(twice)} cannot be given beside --spec: the file holds the whole spec.")
        return read_spec(file)


def spec_options(command: Command) -> Command:
    """Add the options of `SpecOptions`; the command gets them as `spec_file`, `question`, `classes`, …"""
    for option in reversed(
        [
            click.option("--question", default="", help="What annotators decide about each item."),
            click.option(
                "--class",
                "classes",
                multiple=True,
                metavar="NAME[: DEFINITION]",
                help="A class, in the order in which annotators see them. Give at least two.",
            ),
            click.option(
                "--spec",
                "spec_file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="The whole spec as JSON: question, classes with definitions and examples, rules. Instead of "
                "--question and --class.",
            ),
            click.option("--purpose", default="", help="What the labels are for."),
            click.option(
                "--rule",
                "rules",
                multiple=True,
                metavar="[ID: ]TEXT",
                help="A rule that settles a kind of edge case, numbered R1, R2, … unless it has an id.",
            ),
            click.option("--unsure", default="", help="When to answer “unsure”, and who resolves it."),
        ]
    ):
        command = option(command)
    return command


def policy_options(command: Command) -> Command:
    """Add one option for each field of the quality policy; what is not given is None."""
    docs, default = field_docs(QualityPolicy), QualityPolicy()
    for field in reversed(fields(QualityPolicy)):
        standard = getattr(default, field.name)
        command = click.option(
            f"--{field.name.replace('_', '-')}",
            type=type(standard),
            default=None,
            help=f"{docs[field.name]} [{standard:g}]",
        )(command)
    return command


def take_spec(options: dict[str, Any]) -> SpecOptions:
    """Take the spec's options out of those of the command."""
    return SpecOptions(
        file=options.pop("spec_file"),
        question=options.pop("question"),
        classes=options.pop("classes"),
        purpose=options.pop("purpose"),
        rules=options.pop("rules"),
        unsure=options.pop("unsure"),
    )


def take_policy(options: dict[str, Any]) -> QualityPolicy:
    """Take the policy's options out of those of the command."""
    given = {field.name: options.pop(field.name) for field in fields(QualityPolicy)}
    return QualityPolicy(**{name: value for name, value in given.items() if value is not None})


def class_of(text: str) -> ClassDefinition:
    """A class as typed: its name, and its definition behind a colon.

    >>> class_of("Card lost: the card is gone")
    ClassDefinition(key='card_lost', name='Card lost', definition='the card is gone', include=(), exclude=())
    """
    name, _, definition = text.partition(":")
    return ClassDefinition(class_key(name), name.strip(), definition.strip())


def read_spec(file: Path) -> Spec:
    """The spec in a JSON file, in the shape of the API.

    Raises
    ------
    Invalid
        When the file is not JSON, or not of that shape: lists every field that is wrong.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - `karat --help` must not load the server

    from karat.schemas.specs import SpecShape, spec_of  # noqa: PLC0415

    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file.name} is not JSON: {error}", (Problem(file.name, str(error)),)) from error
    try:
        return spec_of(SpecShape.model_validate(content))
    except ValidationError as error:
        found = [Problem(".".join(map(str, entry["loc"])) or "the spec", entry["msg"]) for entry in error.errors()]
        raise Invalid(f"{file.name}: {found[0].where}: {found[0].message}", tuple(found)) from error


def _rule_of(number: int, text: str) -> Rule:
    before, colon, after = text.partition(": ")
    if colon and before.strip() and len(before) <= 20 and " " not in before.strip():
        return Rule(before.strip(), after.strip())
    return Rule(f"R{number}", text.strip())
