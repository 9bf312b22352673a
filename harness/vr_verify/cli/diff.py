"""`vr-verify diff`: two logs compared, without running any engine."""

from pathlib import Path

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.report.documents import Document


@options.examples("vr-verify diff mine.log yours.log", "vr-verify diff mine.log yours.log --json")
@click.command()
@options.named_log("left", "LEFT.log")
@options.named_log("right", "RIGHT.log")
@options.declared_option
@options.answer_form
def diff(left: Path, right: Path, declared: Path | None) -> Document:
    """Compare two logs: surroundings, commands, and every turn that both hold.

    Logs of other schemas are compared on the tables and columns that both have; what differs is
    named. Exit code 1 is a difference in what happened; another build or machine alone is none.
    """
    with progress.shown() as shown:
        return verbs.diff.diff(left, right, progress=shown, declared=declared)
