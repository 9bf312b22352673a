"""`vr-verify record`: play a scenario and write its log."""

from pathlib import Path

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.report.documents import Document


@options.examples("vr-verify record small --turns 30 --seed 7 -o small.log")
@click.command()
@click.argument("scenario")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="RUN.log",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=options.output_file,
    help="The log to write; an existing one is replaced.",
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
@options.engine_option("--engine", "The engine that plays. [default: the first registered one]")
@click.option(
    "--commands",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, readable=False, path_type=Path),
    help="Commands from outside the engine: a JSON file.",
)
@click.option(
    "--snapshots",
    type=click.Choice(["full"]),
    default="full",
    show_default=True,
    help="What the log keeps of each turn: its whole state.",
)
@options.answer_form
def record(
    scenario: str,
    output: Path,
    turns: int | None,
    seed: int | None,
    engine: str | None,
    commands: Path | None,
    snapshots: str,
) -> Document:
    """Play SCENARIO, a file or the name of a shipped one, and write every turn to a log."""
    del snapshots  # the only value there is
    with progress.shown() as shown:
        return verbs.record.record(scenario, output, turns, seed, engine, commands, progress=shown)
