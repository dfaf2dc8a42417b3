"""`karat`: the index of everything the command line can do. Each command is loaded when it is run."""

from typing import Any

import click

from karat import __version__
from karat.cli.failures import failures_as_messages
from karat.cli.lazy_group import Entry, LazyGroup

_MEASURE, _RUN, _DATA, _CARE = "Measure what you have", "Run it", "Work with data", "Look after it"

COMMANDS = {
    "report": Entry("report_command", "report", "Say how good labels in a file are, and what to do next.", _MEASURE),
    "simulate": Entry(
        "simulate_command", "simulate", "Let a simulated workforce with known truth label a world.", _MEASURE
    ),
    "demo": Entry("demo_command", "demo", "Start a demo with two projects and show links that sign in.", _RUN),
    "serve": Entry("serve_commands", "serve", "Serve Karat in the browser until Ctrl-C.", _RUN),
    "worker": Entry("serve_commands", "worker", "Run jobs beside servers that share a PostgreSQL database.", _RUN),
    "project": Entry("project_commands", "project", "Create, list and show projects.", _DATA),
    "import": Entry("import_command", "import_file", "Import items, existing answers and gold labels.", _DATA),
    "export": Entry("export_command", "export", "Write the labels of a project as they stand now.", _DATA),
    "release": Entry("release_commands", "release", "Create, list and download releases.", _DATA),
    "admin": Entry(
        "admin_commands", "admin", "Make accounts, links, tokens and invitations; rebuild statistics.", _CARE
    ),
    "settings": Entry(
        "settings_command", "settings", "List the environment variables, with what they mean and what holds now.", _CARE
    ),
    "version": Entry("version_command", "version", "Say which Karat this is, and what it runs on.", _CARE),
}

_EPILOG = """
\b
What people have answered, in a file of any tool:
  karat report answers.csv --html report.html
\b
A project of your own, from an empty folder:
  karat project create --name Toxicity --question "Is this comment toxic?" \\
      --class "Toxic: attacks or demeans a person" --class "Fine: everything else"
  karat import comments.csv --project Toxicity --id id --content text
  karat admin create-account --email ada@example.org --name Ada --admin
  karat serve
\b
What people have answered elsewhere, to see how far they can be believed:
  karat project create --name rte --question "Does it follow?" --class 0 --class 1 --overlap 10
  karat import answers.csv --project rte --id task --annotator worker --label label --gold-file gold.csv
  karat export --project rte --format csv --output labels.csv
\b
Everything is kept in the folder ./karat-data, or where the environment variable KARAT_HOME says, or in the
PostgreSQL database of KARAT_DATABASE_URL; `karat settings` lists all variables. Commands work directly on that
data as the owner of the machine, also while a server is running on it.
\b
Exit codes: 0 done, 1 the answer is no (a refused release), 2 could not be done, 3 a fault in Karat.
"""


class Karat(LazyGroup):
    """The whole command line: what fails in any command becomes a message here."""

    def invoke(self, ctx: click.Context) -> Any:
        with failures_as_messages():
            return super().invoke(ctx)


@click.group(
    cls=Karat,
    entries=COMMANDS,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Karat: annotation that knows how good its labels are."""


if __name__ == "__main__":
    main(prog_name="karat")
