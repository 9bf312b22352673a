"""`vr-verify golden`: check the answers of recorded runs, bless new ones, list what there is."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.cli.console import PlainConsole
from vr_verify.cli.limits import limited
from vr_verify.model.limits import Limits
from vr_verify.report.documents import Document
from vr_verify.report.golden_document import GoldenReport
from vr_verify.report.text import render

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_FOLDER: Final = click.Path(path_type=Path)


@options.examples("vr-verify golden check", 'vr-verify golden bless --reason "trade comes first"')
@click.group(no_args_is_help=True)
def golden() -> None:
    """Hold recorded runs against their golden answers: replays/S/C.log, golden/runs/S/C.json.

    The folders are found from the nearest folder above that has `replays/` in it.
    """


def _pairs(command: Decorated) -> Decorated:
    """Add the paths, and the folders of questions and answers."""
    replays = click.option(
        "--replays", metavar="DIR", type=_FOLDER, help="Where the logs are. [default: replays]"
    )
    answers = click.option(
        "--answers",
        metavar="DIR",
        type=_FOLDER,
        help="Where the answers are. [default: golden/runs, beside the logs' folder]",
    )
    paths = click.argument("paths", metavar="[PATH]...", nargs=-1, type=_FOLDER)
    return paths(replays(answers(command)))


def _engines(command: Decorated) -> Decorated:
    """Add the engines."""
    engine = options.engine_option("--engine", "One engine. [default: the log's engine]")
    against = options.engine_option(
        "--against", "The other. [default: the counterpart that the engine declares]"
    )
    return engine(against(command))


@options.examples("vr-verify golden check", "vr-verify golden check replays/smoke --json")
@golden.command()
@_pairs
@_engines
@options.declared_option
@limited
@options.answer_form
def check(**asked: Any) -> Document:
    """Execute recorded runs and compare with their answers: ok, outdated, missing, unexpected.

    A changed encoding of the same values is told from changed values, and from a changed log. One
    file of declared differences serves all runs: its bounds hold for each, and one that no run
    meets fails where all runs are checked.
    """
    with progress.shown() as shown:
        return verbs.golden.golden("check", progress=shown, **asked)


@options.examples("vr-verify golden list", "vr-verify golden list replays/smoke")
@golden.command("list")
@_pairs
@options.answer_form
def list_answers(**asked: Any) -> Document:
    """List logs and answers, who agreed on each and why it was accepted.

    It executes nothing: "answered" says that log and answer belong together, not that it holds.
    What it lists never fails: it ends with 0, or with 5 where there is nothing to list.
    """
    return verbs.golden.golden("list", **asked)


@options.examples(
    'vr-verify golden bless replays/smoke/small.log --reason "insolvency comes after trade"',
    'vr-verify golden bless --reason "insolvency comes after trade" --yes',
)
@golden.command()
@_pairs
@_engines
@click.option("--reason", required=True, help="Why the new answer is right. It stands beside it.")
@options.declared_option
@click.option("--yes", is_flag=True, help="Do not ask. Needed where there is no terminal.")
@limited
@options.answer_form
def bless(  # noqa: PLR0913, PLR0917 - one name for each option
    paths: tuple[Path, ...],
    replays: Path | None,
    answers: Path | None,
    engine: str | None,
    against: str | None,
    reason: str,
    declared: Path | None,
    yes: bool,
    limits: Limits,
) -> Document:
    """Accept what two engines agree on as the new answer, with a reason.

    The first changed turn, the changed tables and fields are shown before anything is written. A
    log whose states are outdated is recorded anew: the same scenario, the same commands. Where
    engines agree but for declared differences, the answer names them.
    """
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(
            "there is no terminal to ask on: look with `golden check`, then add --yes"
        )
    with progress.shown() as shown:
        proposal = verbs.golden.propose(
            paths,
            reason,
            engine,
            against,
            replays=replays,
            answers=answers,
            progress=shown,
            limits=limits,
            declared=declared,
        )
    with proposal:
        if yes or not proposal.acceptable or _accepted(proposal.document):
            return proposal.accept()
        return proposal.declined()


def _accepted(document: GoldenReport) -> bool:
    """Show a proposal to a person, and ask."""
    PlainConsole(sys.stderr).print(render(document), end="", soft_wrap=True)
    return click.confirm("Accept these answers?", err=True)
