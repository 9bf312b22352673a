"""`vr-verify replay`: execute a log again and compare everything."""

from fractions import Fraction
from pathlib import Path

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options, progress
from vr_verify.cli.limits import limited
from vr_verify.errors import UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.share import read_share
from vr_verify.report.documents import Document

TRACES = ("phases", "draws", "events")


def share(_: click.Context, __: click.Parameter, value: str | None) -> Fraction | None:
    """Read a share of turns."""
    if value is None:
        return None
    try:
        return read_share(value)
    except UsageError as error:
        raise click.BadParameter(error.message) from error


@options.examples(
    "vr-verify replay small.log",
    "vr-verify replay small.log --turns 12:12 --trace draws --json",
    "vr-verify replay small.log --against saboteur:field@12:python --bundle found",
    "vr-verify replay small.log --declared differences.toml",
    "vr-verify replay long.log --sample 5%",
    "vr-verify replay long.log --against none --audit off --jobs 2",
)
@click.command()
@options.log_argument
@options.engine_option("--engine", "The engine that executes. [default: the log's engine]")
@options.engine_option(
    "--against",
    "The engine beside it, or `none`. [default: the counterpart that the engine declares]",
)
@click.option(
    "--turns",
    metavar="A:B",
    callback=options.turn_range,
    help="Compare only these turns, both ends included. [default: all]",
)
@click.option(
    "--recompute",
    type=click.Choice(["auto", "every"]),
    default="auto",
    show_default=True,
    help="At which turns the digests are computed anew from the values.",
)
@click.option(
    "--trace",
    type=click.Choice(TRACES),
    multiple=True,
    help="Compare this as well at every turn; may be given several times.",
)
@click.option(
    "--audit",
    type=click.Choice(["off", "light", "full", "deep"]),
    default="light",
    show_default=True,
    help="How closely each side's own auditor looks at every turn.",
)
@click.option(
    "--sample",
    metavar="SHARE",
    callback=share,
    help="The engine beside plays only this share of the turns, as 0.05 or 5%, the first and last "
    "always; the report says what share that was. Not with --jobs.",
)
@click.option(
    "--jobs",
    type=options.Whole(1, "give 1 to play the run in one piece"),
    default=1,
    show_default=True,
    help="How many parts of the run to play at the same time. Parts are cut at recorded states, "
    "for large states 128 turns apart: shorter runs are one. Not with --sample or --declared.",
    metavar="N",
)
@click.option("--anyway", is_flag=True, help="Play on even if it, or its sample, will take hours.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first divergence.")
@click.option(
    "--bundle",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write what was found to this new directory: all that another machine needs to show it.",
)
@click.option("--redact", is_flag=True, help="Leave facts about this machine out of the bundle.")
@options.declared_option
@limited
@options.answer_form
def replay(  # noqa: PLR0913, PLR0917 - one name for each option
    log: Path,
    engine: str | None,
    against: str | None,
    turns: tuple[int, int] | None,
    recompute: str,
    trace: tuple[str, ...],
    audit: str,
    sample: Fraction | None,
    jobs: int,
    anyway: bool,
    fail_fast: bool,
    bundle: Path | None,
    redact: bool,
    declared: Path | None,
    limits: Limits,
) -> Document:
    """Execute RUN.log again; compare each turn with the log and two engines with each other."""
    if redact and bundle is None:
        raise click.UsageError("--redact is about a bundle: name one by --bundle DIR")
    with progress.shown() as shown:
        if bundle is not None:
            return verbs.bundle.bundle(
                log,
                bundle,
                redact,
                turns,
                shown,
                engine=engine,
                against=against,
                recompute=recompute,
                trace=trace,
                fail_fast=fail_fast,
                limits=limits,
                declared=declared,
                audit=audit,
                sample=sample,
                jobs=jobs,
                anyway=anyway,
            )
        return verbs.replay.replay(
            log,
            engine,
            against,
            turns,
            recompute,
            trace,
            fail_fast,
            progress=shown,
            limits=limits,
            declared=declared,
            audit=audit,
            sample=sample,
            jobs=jobs,
            anyway=anyway,
        )
