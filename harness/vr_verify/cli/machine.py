"""`vr-verify engines` and `vr-verify doctor`: what this machine has, and whether it is fit."""

import rich_click as click

from vr_verify import verbs
from vr_verify.cli import options
from vr_verify.report.documents import Document


@options.examples("vr-verify engines --json")
@click.command()
@options.answer_form
def engines() -> Document:
    """List the registered engines with build, rules version, counterpart and capabilities."""
    return verbs.engines.engines()


@options.examples("vr-verify doctor")
@click.command()
@options.answer_form
def doctor() -> Document:
    """Check whether this machine is fit: Python, memory files, disk, digests, engines."""
    return verbs.doctor.doctor()
