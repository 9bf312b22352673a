"""`vr-verify stress`: one build in changed surroundings."""

from pathlib import Path

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.cli.limits import limited
from vr_verify.model.limits import Limits
from vr_verify.report.documents import Document

# As in bisection/flipping.py and engines/factors.py, which are not imported before they are needed;
# a test compares them.
TIMES_DEFAULT = 3
FACTOR_NAMES = (
    "hash-seed",
    "threads",
    "processors",
    "memory-fill",
    "locale",
    "time-zone",
    "directory",
    "environment-size",
    "second-run",
    "load",
    "tracing",
    "address-layout",
    "instruction-set",
)


@options.examples(
    "vr-verify stress small.log",
    "vr-verify stress small.log --times 10 --vary threads",
)
@click.command()
@options.log_argument
@options.engine_option("--engine", "The engine that executes. [default: the log's engine]")
@click.option(
    "--times",
    metavar="K",
    type=options.Whole(1),
    default=TIMES_DEFAULT,
    help="How often each setting is played; where answers differ, it is more often. "
    f"[default: {TIMES_DEFAULT}]",
)
@click.option(
    "--vary",
    metavar="FACTOR",
    type=click.Choice(FACTOR_NAMES),
    multiple=True,
    help=f"Vary only this; may be given several times. {', '.join(FACTOR_NAMES)}.",
)
@click.option(
    "--turns",
    metavar="A:B",
    callback=options.turn_range,
    help="Play and compare only these turns, both ends included. [default: all]",
)
@limited
@options.answer_form
def stress(
    log: Path,
    engine: str | None,
    times: int,
    vary: tuple[str, ...],
    turns: tuple[int, int] | None,
    limits: Limits,
) -> Document:
    """Play RUN.log on one build again and again under what must not matter.

    Each factor is varied by itself: surroundings of the process, and manners of playing. All runs
    must give one answer, and that of the log, without declared differences: those are between
    engines. What differs from run to run is told as "p of k".
    """
    with progress.shown() as shown:
        return verbs.stress.stress(log, engine, times, vary, turns, shown, limits)
