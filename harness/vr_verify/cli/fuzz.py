"""`vr-verify fuzz`: generated and changed runs on two engines."""

from pathlib import Path
from typing import Any

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.cli.limits import limited_to
from vr_verify.report.documents import Document

# As in verbs/fuzz.py, which is not imported before it is needed; a test compares them.
ANSWER_LIMIT_S = 60.0


@options.examples(
    "vr-verify fuzz --cases 1000 --seed 7",
    "vr-verify fuzz --against saboteur:field@3:python --from small.log",
    "vr-verify fuzz --from small.log --search --no-shrink --out found",
)
@click.command()
@options.engine_option("--engine", "One engine. [default: the first registered one]")
@options.engine_option(
    "--against",
    "The engine to compare it with. [default: the counterpart that the first one declares]",
)
@click.option(
    "--cases",
    metavar="N",
    type=options.Whole(1),
    default=100,
    help="How many runs to play. [default: 100]",
)
@click.option(
    "--seed",
    metavar="S",
    type=options.Whole(0),
    default=0,
    help="What all decisions follow from: the same seed on the same engines is the same campaign. "
    "[default: 0]",
)
@click.option(
    "--from",
    "sources",
    metavar="RUN.log|SCENARIO",
    multiple=True,
    help="A run to change, or a scenario; may be given several times. Needed where no engine "
    "generates runs.",
)
@click.option(
    "--size",
    metavar="N",
    type=click.IntRange(0, 1000),
    default=4,
    help="The greatest size of generated runs, 0 to 1000. [default: 4]",
)
@click.option(
    "--turns",
    metavar="N",
    type=options.Whole(1),
    default=30,
    help="How many turns a run has at most. [default: 30]",
)
@click.option(
    "--search",
    is_flag=True,
    help="Have hypothesis make the decisions, aimed at rules that fire and turns that are played.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("replays/regress"),
    help="Where faults are kept as logs, each under its own name. [default: replays/regress]",
)
@click.option(
    "--shrink/--no-shrink",
    default=True,
    help="Whether what is kept is made small first. [default: shrink]",
)
@options.declared_option
@limited_to(ANSWER_LIMIT_S)
@options.answer_form
def fuzz(**asked: Any) -> Document:
    """Play generated and changed runs on two engines, and keep each fault that parts them.

    A planted lie that must be found is part of every campaign: without it nothing is proven.
    """
    with progress.shown() as shown:
        return verbs.fuzz.fuzz(progress=shown, **asked)
