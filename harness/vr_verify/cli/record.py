"""`vr-verify record`: play a scenario and write its log."""

from pathlib import Path
from typing import Any

import rich_click as click

from vr_verify import verbs
from vr_verify.canonical.sketch import CELLS_DEFAULT
from vr_verify.cli import options, progress
from vr_verify.cli.limits import limited
from vr_verify.model.run import SNAPSHOT_MODES
from vr_verify.report.documents import Document


@options.examples(
    "vr-verify record small --turns 30 --seed 7 -o small.log",
    "vr-verify record small --turns 60 --seed 7 -o small.log --resume",
    "vr-verify record million --engine rust --turns 10 --sketch -o million.log",
)
@click.command()
@click.argument("scenario")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="RUN.log",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    callback=options.output_file,
    help="The log to write; an existing one is replaced, or gone on with by --resume.",
)
@click.option(
    "--turns",
    metavar="N",
    type=options.Whole(1),
    help="How many turns to play; N turns store N + 1 states. [default: 30]",
)
@click.option(
    "--seed",
    metavar="S",
    type=options.Whole(0),
    help="The seed to use instead of the scenario's.",
)
@options.engine_option(
    "--engine",
    "The engine that plays, and that verbs on the log take by default. [default: the first "
    "registered one by name (see `vr-verify engines`), which need not be the fastest; with "
    "--resume the log's]",
)
@click.option(
    "--commands",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, readable=False, path_type=Path),
    help="Commands from outside the engine: a JSON file.",
)
@click.option(
    "--snapshots",
    type=click.Choice(SNAPSHOT_MODES),
    help="What the log keeps of each turn: its whole state, what changed in it, or, for most "
    "turns, its digest alone. [default: delta; with --resume the log's]",
)
@click.option(
    "--sketch",
    metavar="[CELLS]",
    type=options.Whole(
        0, f"give --sketch={CELLS_DEFAULT}, 0 for none, or --sketch as the last word"
    ),
    is_flag=False,
    flag_value=str(CELLS_DEFAULT),
    help=f"Give each turn a sketch of its changed rows ({CELLS_DEFAULT} cells unless given): by "
    "two of them `diff` names what differs where logs hold no states. [default: none; with "
    "--resume the log's]",
)
@click.option("--durable", is_flag=True, help="Wait for the disk after each turn.")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the log that is there, where it was cut or ended, up to N turns.",
)
@limited
@options.answer_form
def record(scenario: str, output: Path, **asked: Any) -> Document:
    """Play SCENARIO and write every turn to a log.

    SCENARIO is a file, the name of a shipped one, or a folder that the engine makes one of.
    """
    with progress.shown() as shown:
        return verbs.record.record(scenario, output, progress=shown, **asked)
