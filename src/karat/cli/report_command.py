"""`karat report`: what can be said about labels from a file of answers alone."""

import sys
import time
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command(
    "report",
    epilog="""
\b
Examples:
  karat report answers.csv
  karat report answers.csv --gold gold.csv --html report.html
  karat report "answers-*.parquet" --item task --annotator worker --label answer
  karat report export.json --labels labels.parquet
  karat report ratings.csv --annotator ada --annotator bo --annotator cy
  karat report grades.csv --ordinal --classes "poor,fair,good" --unsure "can't tell"
  cat answers.csv.gz | karat report - --json > report.json
\b
Reads CSV, TSV, JSONL, JSON, Parquet and Label Studio's JSON export, of any size, also compressed. One row is one
answer: who gave which item which class, and if known when. Columns are recognised by their usual names, such as task,
worker and label. Or one row is one item, with a column for each annotator. Several answers of one person to one item
are revisions: the latest counts.
\b
Needs no project and no server, and keeps nothing. How each number is made: docs/methods.
""",
)
@click.argument("sources", nargs=-1, required=True, metavar="FILE...")
@click.option("--item", default=None, metavar="COLUMN", help="Column with the item's name.")
@click.option(
    "--annotator",
    multiple=True,
    metavar="COLUMN",
    help="Column that says who gave the answer. Given several times: a column for each annotator, with their labels.",
)
@click.option("--label", default=None, metavar="COLUMN", help="Column with the class given, or Label Studio's control.")
@click.option("--time", "time_column", default=None, metavar="COLUMN", help="Column that says when it was given.")
@click.option("--gold", type=_FILE, default=None, help="Trusted labels: a file with the item's name and its class.")
@click.option("--unsure", multiple=True, metavar="LABEL", help="An answer that decides nothing; may be given again.")
@click.option("--classes", default=None, metavar="LIST", help="All classes in their order, with commas between.")
@click.option("--ordinal", is_flag=True, help="The classes are ordered, by value or as listed: near misses count less.")
@click.option("--merge-spellings", is_flag=True, help="Take classes that differ only by case or blanks for one.")
@click.option("--encoding", default=None, metavar="NAME", help="Of text files, where it is not UTF-8.")
@click.option("--html", type=_OUT, default=None, help="Write the report as one self-contained page.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of text.")
@click.option("--labels", type=_OUT, default=None, help="Write label, certainty and soft label of each item.")
@click.option("--method", default="auto", show_default=True, help="How labels are inferred; see docs/methods.")
@click.option("--seed", default=0, show_default=True, help="For what is drawn at random.")
def report(
    *,
    sources: tuple[str, ...],
    item: str | None,
    annotator: tuple[str, ...],
    label: str | None,
    time_column: str | None,
    gold: Path | None,
    unsure: tuple[str, ...],
    classes: str | None,
    ordinal: bool,
    merge_spellings: bool,
    encoding: str | None,
    html: Path | None,
    as_json: bool,
    labels: Path | None,
    method: str,
    seed: int,
) -> None:
    """Say how good labels in a file are, and what to do next.

    Also why they are not better, and what cannot be said: agreement, confusion pairs, annotators, consensus and doubt.
    FILE may be a pattern in quotes, or - for standard input.
    """
    from karat.formats.rating_classes import by_text, with_classes, with_merged_spellings  # noqa: PLC0415
    from karat.formats.rating_columns import RatingColumns  # noqa: PLC0415 - `karat --help` must not load numpy
    from karat.formats.rating_files import read_ratings  # noqa: PLC0415
    from karat.formats.soft_labels import write_soft_labels  # noqa: PLC0415
    from karat.quality.report import Source  # noqa: PLC0415
    from karat.quality.report import report as make_report  # noqa: PLC0415

    say = Stages()
    say("reading")
    one, wide = (annotator[0], ()) if len(annotator) == 1 else (None, annotator)
    columns = RatingColumns(item=item, annotator=one, label=label, time=time_column, wide=wide)
    read = read_ratings(sources, columns=columns, gold=gold, encoding=encoding)
    if merge_spellings:
        read = with_merged_spellings(read, classes or "")
    if classes is not None:
        read = with_classes(read, classes, unsure)
    source = Source(read.files, tuple(read.columns.described().items()), read.remarks)
    made = make_report(
        read.ratings,
        read.gold,
        method=method,
        unsure=by_text(read.ratings, unsure),
        ordered=ordinal,
        source=source,
        say=say,
        seed=seed,
    )
    say.done()
    click.echo(made.to_json() if as_json else str(made))
    if html is not None:
        html.write_text(made.to_html(), encoding="utf-8")
        click.echo(f"wrote the report to {html}", err=True)
    if labels is not None:
        n = write_soft_labels(labels, read.ratings, made.consensus)
        click.echo(f"wrote {n:,} labels to {labels}", err=True)


class Stages:
    """Says on stderr what is being done, once it has taken a while; in a terminal on one line that goes away."""

    _PATIENCE_SECONDS = 2.0

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, what: str) -> None:
        seconds = time.monotonic() - self._started
        if self._is_terminal:
            click.echo(f"\r\x1b[K{what} …", nl=False, err=True)
        elif seconds > self._PATIENCE_SECONDS:
            click.echo(f"{seconds:5.0f} s  {what}", err=True)

    def done(self) -> None:
        """Take the line away."""
        if self._is_terminal:
            click.echo("\r\x1b[K", nl=False, err=True)
