"""`vr-verify inspect`: what a log holds, without running any engine."""

from pathlib import Path

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options
from vr_verify.report.documents import Document


@options.examples(
    "vr-verify inspect small.log", "vr-verify inspect small.log --turn 12 --entity 0/unit/17:2"
)
@click.command()
@options.log_argument
@click.option(
    "--turn",
    metavar="T",
    type=options.Whole(0),
    help="Show this turn's tables. [default with --table or --entity: the last turn]",
)
@click.option("--table", metavar="X", help="Show the rows of this table.")
@click.option("--entity", metavar="ID", help="Show one entity, such as 0/unit/17:2.")
@options.answer_form
def inspect(log: Path, turn: int | None, table: str | None, entity: str | None) -> Document:
    """Show what RUN.log holds: its header and turns, or a turn's tables, rows and values."""
    return verbs.inspect.inspect(log, turn, table, entity)
