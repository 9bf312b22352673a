"""`vr-verify inspect`: what a log holds, without running any engine."""

from pathlib import Path
from typing import Any

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options
from vr_verify.cli.asked import Asked
from vr_verify.report.documents import ROWS_SHOWN, Document


@options.examples(
    "vr-verify inspect small.log",
    "vr-verify inspect small.log --turn 12 --entity 0/unit/17:2",
    "vr-verify inspect small.log --table unit --where hp=0..10 --where owner=1,2 --sort -kills",
    "vr-verify inspect small.log --turn 12 --table fleet --where destination=none --limit 5",
)
@click.command()
@options.log_argument
@click.option(
    "--turn",
    metavar="T",
    type=options.Whole(0),
    help="Show this turn's tables. [default with --table or --entity: the last turn]",
)
@click.option("--table", metavar="X", help="Show the live rows of this table.")
@click.option(
    "--where",
    metavar="COLUMN=VALUES",
    multiple=True,
    help="Only rows in which it is so: COLUMN=VALUE, COLUMN=LOW..HIGH (either end may be left out) "
    "or COLUMN=A,B,C, with values as they are printed here; `none` is asked for by name. May be "
    "given several times: all must pass.",
)
@click.option(
    "--sort",
    metavar="[-]COLUMN",
    help="Least first, with a minus greatest first; `none` is greater than all numbers. [default: "
    "in order of slots]",
)
@click.option(
    "--limit",
    metavar="N",
    type=options.Whole(0),
    help=f"So many rows at most. [default: {ROWS_SHOWN} in the text, all with --json]",
)
@click.option("--entity", metavar="ID", help="Show one entity, such as 0/unit/17:2.")
@options.answer_form
@click.pass_obj
def inspect(
    form: Asked,
    /,
    log: Path,
    turn: int | None,
    table: str | None,
    entity: str | None,
    **rows: Any,
) -> Document:
    """Show what RUN.log holds: its header and turns, or a turn's tables, rows and values."""
    if table is not None and entity is None and rows["limit"] is None and not form.json:
        rows["limit"] = ROWS_SHOWN
    return verbs.inspect.inspect(log, turn, table, entity, **rows)
