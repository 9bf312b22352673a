"""`vr-verify shrink`: a failing run made small."""

from pathlib import Path

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.cli.limits import limited
from vr_verify.model.limits import Limits
from vr_verify.report.documents import Document

TRIES_DEFAULT = 2000


@options.examples(
    "vr-verify shrink failing.log -o small.log",
    "vr-verify shrink failing.log --engine rust --against saboteur:field@12:python",
    "vr-verify shrink failing.log -o small.log --resume --tries 5000",
)
@click.command()
@options.log_argument
@click.option(
    "-o",
    "--output",
    metavar="SMALL.log",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=options.output_file,
    help="The log to write. [default: replays/regress/, under the name of the fault]",
)
@options.engine_option("--engine", "The engine that executes. [default: the log's engine]")
@options.engine_option(
    "--against",
    "The engine beside it, or `none`. [default: the counterpart that the engine declares]",
)
@click.option(
    "--tries",
    type=options.Whole(1),
    default=TRIES_DEFAULT,
    show_default=True,
    help="How many smaller runs may be played, for each way to start.",
)
@click.option("--resume", is_flag=True, help="Go on from SMALL.log, as an earlier shrink left it.")
@options.declared_option
@limited
@options.answer_form
def shrink(
    log: Path,
    output: Path | None,
    engine: str | None,
    against: str | None,
    tries: int,
    resume: bool,
    declared: Path | None,
    limits: Limits,
) -> Document:
    """Make the run of RUN.log minimal: it still fails in the same way at the same place.

    Cut are, in this order: turns after the fault, turns before it (by a start from a later state),
    entities, what the engine itself knows to leave out, commands, scenario, values, and the seed;
    then the same without a later start. The smaller log stays. SMALL.log is written after every
    success, and Ctrl-C leaves the last one; the engines are those of `replay`.
    """
    with progress.shown() as shown:
        return verbs.shrink.shrink(
            log,
            output,
            engine,
            against,
            tries,
            resume,
            progress=shown,
            limits=limits,
            declared=declared,
        )
