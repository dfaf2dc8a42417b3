"""`karat settings`: every environment variable that Karat reads."""

import re
import textwrap

import click

from karat.cli.failures import Failure
from karat.cli.field_docs import field_docs
from karat.settings import Settings, read_settings

_PASSWORD = re.compile(r"(://[^:@/]*):[^@/]*@")


@click.command("settings")
def settings() -> None:
    """List the environment variables, with what they mean and what holds now."""
    try:
        current = read_settings()
    except ValueError as error:
        raise Failure(str(error)) from error
    docs, default = field_docs(Settings), Settings()
    for name, standard in vars(default).items():
        value = getattr(current, name)
        origin = "default" if value == standard else "set"
        click.echo(f"KARAT_{name.upper()} = {_shown(value)}  ({origin})")
        click.echo(textwrap.indent(textwrap.fill(docs[name], 96), "    "))


def _shown(value: object) -> str:
    """A value without its password; nothing is shown as such."""
    if isinstance(value, bool):
        return str(int(value))
    return _PASSWORD.sub(r"\1:***@", str(value)) or "(empty)"
