"""The command line as a whole: its help is the manual, and there at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from karat.cli.main import COMMANDS, main
from tests.cli.conftest import CommandLine

HELP_SECONDS = 0.3
SPENT = "import resource, subprocess, sys; subprocess.run([sys.executable, '-m', 'karat', '--help'], check=True, \
stdout=subprocess.DEVNULL); used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)"


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that name it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = list(commands())


def test_the_commands_are_those_that_were_promised() -> None:
    assert {" ".join(path) for path, command in ALL if not isinstance(command, click.Group)} == {
        "serve", "worker", "demo", "import", "export", "version", "settings",
        "project create", "project list", "project show",
        "report", "simulate", "release create", "release list", "release download",
        "admin create-account", "admin sign-in-link", "admin invite", "admin create-token", "admin rebuild-statistics",
    }  # fmt: skip


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_help_explains_every_option(karat: CommandLine, path: tuple[str, ...], command: click.Command) -> None:
    shown = karat.done(*path, "--help")

    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.name} is not explained"
            assert all(name in shown for name in parameter.opts)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_index_says_what_the_command_says_of_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.help is not None
    assert command.help.splitlines()[0] == COMMANDS[name].summary
    assert command.name == name


def test_help_shows_chapters_examples_variables_and_exit_codes(karat: CommandLine) -> None:
    shown = karat.done("--help")

    for words in ("Run it:", "Work with data:", "karat import answers.csv --project rte", "KARAT_HOME", "Exit codes:"):
        assert words in shown


def test_help_costs_little() -> None:
    """CPU time of a fresh process, best of three."""
    seconds = [float(subprocess.check_output([sys.executable, "-c", SPENT], text=True)) for _ in range(3)]

    assert min(seconds) < HELP_SECONDS


def test_help_loads_neither_the_server_nor_the_kernels() -> None:
    show = "import sys; from karat.cli.main import main; main(['--help'], standalone_mode=False); print(*sys.modules)"

    loaded = subprocess.check_output([sys.executable, "-c", show], text=True).splitlines()[-1].split()

    assert not {"numpy", "scipy", "psycopg", "fastapi", "pydantic", "structlog", "duckdb", "httpx"} & set(loaded)


def test_python_runs_it_as_a_module() -> None:
    shown = subprocess.check_output([sys.executable, "-m", "karat", "version"], text=True)

    assert shown.startswith("karat 0.")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["prject"], "Did you mean 'project'?"),
        (["frobnicate"], "`karat --help` lists those there are"),
        (["import"], "Missing argument 'FILE'"),
        (["project", "create"], "Missing option '--name'"),
        (["serve", "--port", "99999"], "is not in the range"),
        (["serve", "--without-worker"], "on SQLite jobs run inside the server"),
        (["export", "--project", "x", "--format", "xlsx"], "'xlsx' is not one of 'jsonl', 'csv', 'parquet'"),
    ],
)
def test_what_is_mistyped_is_answered_with_what_would_be_right(
    karat: CommandLine, words: list[str], answer: str
) -> None:
    assert answer in karat.fails(*words)


@pytest.mark.parametrize("words", [["project", "list"], ["project", "show", "x"], ["export", "--project", "x"],
                                   ["admin", "rebuild-statistics"], ["worker"]])  # fmt: skip
def test_a_folder_without_data_is_not_taken_for_an_installation(karat: CommandLine, words: list[str]) -> None:
    said = karat.fails(*words)

    assert "there is no Karat data in" in said
    assert "KARAT_HOME" in said
    assert not karat.home.exists()


def test_a_setting_that_does_not_read_is_named(karat: CommandLine) -> None:
    karat.settings["KARAT_PORT"] = "many"

    assert "KARAT_PORT is 'many'; it must be a whole number" in karat.fails("project", "list")
    assert "KARAT_PORT is 'many'" in karat.fails("settings")
    assert "KARAT_LOG_LEVEL is 'loud'" in CommandLine(karat.home, {"KARAT_LOG_LEVEL": "loud"}).fails("serve")


@pytest.mark.parametrize("address", ["mysql://ada:secret@host/name", "postgres//host", "host/name"])
def test_a_database_that_is_not_postgresql_is_refused_and_not_replaced_by_sqlite(
    karat: CommandLine, address: str
) -> None:
    karat.settings["KARAT_DATABASE_URL"] = address

    message = karat.fails("project", "list")

    assert "it must be postgresql://user:password@host/name, or empty" in message
    assert "secret" not in message


def test_the_version_is_given_where_people_ask_for_it(karat: CommandLine) -> None:
    assert karat.done("--version").startswith("karat ")


def test_a_database_that_does_not_answer_is_named(karat: CommandLine) -> None:
    karat.home.parent.joinpath("home").write_text("a file where the folder should be", encoding="utf-8")

    assert "Error:" in karat.fails(
        "project", "create", "--name", "x", "--question", "?", "--class", "a", "--class", "b"
    )


def test_settings_lists_every_variable_with_its_meaning_and_no_password(karat: CommandLine) -> None:
    karat.settings["KARAT_DATABASE_URL"] = "postgresql://ada:geheim@db.example.org/karat"

    shown = karat.done("settings")

    assert "KARAT_DATABASE_URL = postgresql://ada:***@db.example.org/karat  (set)" in shown
    assert "KARAT_SESSION_DAYS = 14  (default)\n    How long a sign-in lasts." in shown
    assert "\n\n" not in shown


def test_a_fault_of_our_own_says_how_to_see_where(tmp_path: Path) -> None:
    break_it = (
        "from karat.cli import version_command; version_command.platform = None; from karat.cli.main import main; "
    )
    run = [sys.executable, "-c", break_it + "main(['version'])"]
    plain = {name: value for name, value in os.environ.items() if name != "KARAT_LOG_LEVEL"}

    short = subprocess.run(run, env=plain, capture_output=True, text=True, check=False)
    long = subprocess.run(run, env=plain | {"KARAT_LOG_LEVEL": "debug"}, capture_output=True, text=True, check=False)

    assert (short.returncode, "Traceback" in short.stderr) == (3, False)
    assert "a fault in Karat: AttributeError" in short.stderr
    assert "KARAT_LOG_LEVEL=debug" in short.stderr
    assert "Traceback" in long.stderr


def test_a_package_that_is_missing_is_named_with_the_extra_that_brings_it() -> None:
    hide = "import sys; sys.modules['structlog'] = None; from karat.cli.main import main; main(['project', 'list'])"

    result = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert "this command needs structlog. Install it with: pip install 'karat[server]'" in result.stderr
