"""`karat simulate`: a workforce with known truth labels a world, into files or a pipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karat.cli.failures import Failure

if TYPE_CHECKING:
    from karat.simulation import SimulatedRun

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command(
    "simulate",
    epilog="""
\b
Examples:
  karat simulate --list
  karat simulate copy-ring | karat report -
  karat simulate slow-drift --seed 3 --output answers.parquet --truth truth.parquet
  karat simulate my-world.yaml --items 100000 --annotators 500 --output answers.csv
\b
WORLD is a name that --list shows, or a YAML file; `--describe` prints a world to begin from. The same world and seed
give the same answers. What can be planted, and where the ranges come from: docs/methods/simulation.md.
\b
Beside the truth of the items, --truth writes that of annotators, answers and faults, into truth-annotators.parquet
and so on.
""",
)
@click.argument("world", required=False)
@click.option("--seed", default=0, show_default=True, help="For everything that is drawn at random.")
@click.option("--items", type=click.IntRange(1), default=None, help="How many, instead of what the world says.")
@click.option("--annotators", type=click.IntRange(1), default=None, help="How many, instead of what the world says.")
@click.option("--output", type=_OUT, default=None, help="Write the answers here instead of printing them as CSV.")
@click.option("--truth", type=_OUT, default=None, help="Write what is true here, and beside.")
@click.option("--list", "is_list", is_flag=True, help="Say which worlds there are.")
@click.option("--describe", is_flag=True, help="Print the world as YAML instead of simulating it.")
def simulate(
    *,
    world: str | None,
    seed: int,
    items: int | None,
    annotators: int | None,
    output: Path | None,
    truth: Path | None,
    is_list: bool,
    describe: bool,
) -> None:
    """Let a simulated workforce with known truth label a world.

    For trying what Karat makes of copying, drift, spam, unclear rules and much else, before it happens.
    """
    if is_list:
        _list_worlds()
        return
    if world is None:
        raise Failure("which world? `karat simulate --list` shows them; a YAML file is a world too.")
    from karat.simulation import SimulationError, world_source  # noqa: PLC0415 - `karat --help` must not load numpy
    from karat.simulation import simulate as run_world  # noqa: PLC0415

    try:
        if describe:
            click.echo(world_source(world), nl=False)
            return
        run = run_world(world, seed=seed, items=items, annotators=annotators)
    except SimulationError as error:
        raise Failure(str(error)) from error
    _write(run, output, truth)


def _write(run: SimulatedRun, output: Path | None, truth: Path | None) -> None:
    from karat.formats.simulated import write_answers, write_truth  # noqa: PLC0415

    if truth is not None:
        for path in write_truth(truth, run):
            click.echo(f"wrote {path}", err=True)
    if output is None:
        write_answers(sys.stdout.buffer, run)
        return
    n = write_answers(output, run)
    click.echo(f"wrote {n:,} answers of {run.n_annotators:,} annotators to {output}", err=True)


def _list_worlds() -> None:
    from karat.simulation import load_world, world_names  # noqa: PLC0415

    names = world_names()
    formatter = click.HelpFormatter(width=110)
    formatter.write_dl([(name, load_world(name).about) for name in names])
    click.echo(formatter.getvalue(), nl=False)
