"""`vr-verify bisect`: the turn, the revision or the surroundings that two answers part at."""

from pathlib import Path
from typing import Any

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.cli.limits import limited
from vr_verify.report.documents import Document


@options.examples(
    "vr-verify bisect run.log --good rust --bad dir:engine",
    "vr-verify bisect run.log --repo . --good v1.0 --bad HEAD",
    "vr-verify bisect run.log --good rust --surroundings",
    "git bisect run vr-verify replay run.log --engine dir:. --against none --exit git-bisect",
)
@click.command()
@options.log_argument
@click.option(
    "--good",
    metavar="BUILD|REV",
    required=True,
    help="The build, or with --repo the revision, that is right; log:FILE is a recording of one.",
)
@click.option("--bad", metavar="BUILD|REV", help="The one that differs. Not with --surroundings.")
@click.option(
    "--repo",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Search the history of this git repository; merges are one step.",
)
@click.option("--name", metavar="ENGINE", help="With --repo: which engine of a revision.")
@click.option(
    "--surroundings",
    is_flag=True,
    help="Find what around the good build flips its answer: hash seed, threads, locale and others.",
)
@click.option(
    "--turns",
    metavar="A:B",
    callback=options.turn_range,
    help="Search only these turns, both ends included. [default: all]",
)
@click.option(
    "--assume-persists",
    is_flag=True,
    help="Search by halves, as if a difference showed in every later segment too. What is found "
    "is a divergent turn, not proven first.",
)
@click.option(
    "--runs",
    metavar="K",
    type=options.Whole(1),
    default=10,
    show_default=True,
    help="How many more runs to make of each build at the turn where they part, before anything "
    "is blamed, and of a build that differs from itself.",
)
@limited
@options.answer_form
def bisect(log: Path, **asked: Any) -> Document:
    """Find where a good and a bad build part along RUN.log, or which revision brought it.

    A build is compared with itself first: one that differs from itself is intermittent, and no
    turn or revision is blamed. BUILD: a name of `vr-verify engines`, or cmd:, venv:, dir:, wheel:,
    git:; REV: whatever git takes for a commit.

    It compares exactly: each segment starts from a recorded state, which undoes what was declared
    before it, so it could not be counted. For the first difference that is not declared take
    `vr-verify replay RUN.log --engine GOOD --against BAD --declared FILE`.
    """
    with progress.shown() as shown:
        return verbs.bisect.bisect(log, progress=shown, **asked)
