"""`karat version`."""

import platform

import click

from karat import __version__


@click.command("version")
def version() -> None:
    """Say which Karat this is, and what it runs on."""
    click.echo(f"karat {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
