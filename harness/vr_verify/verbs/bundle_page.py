"""README.txt of a bundle: what was found, and the one command that shows it again.

It must not know how a bundle is made.
"""

from typing import Protocol

from vr_verify.model.report import Report
from vr_verify.report import divergence_text

_FILES = """\
  run.log           the recorded turns that show it
  report.json       the report, by the schema {schema}
  report.txt        the same for people
  environment.json  builds{host}"""


class Span(Protocol):
    """The turns that the bundle holds, and whether replaying them was seen to show it."""

    @property
    def first(self) -> int:
        """The first turn."""

    @property
    def last(self) -> int:
        """The last turn, at which the finding is."""

    @property
    def shown_again(self) -> bool:
        """Whether a replay of the bundle's log showed the finding before it was sealed."""


def page(log: str, report: Report, span: Span, command: str, redacted: bool) -> str:
    """Return the text; `command` is run in the bundle's own folder."""
    builds = [f"  {name}: {side.build}" for name, side in (report.sides or {}).items()]
    shown = (
        "Run before this was sealed, it showed the same." if span.shown_again else _doubt(report)
    )
    lines = [
        f"{_what(report)}.",
        "",
        "Show it again, in this folder:",
        "",
        f"  {command}",
        "",
        shown,
        "",
        f"Turns {span.first} to {span.last} of {log} are here. The builds were:",
        "",
        *builds,
        "",
        "Files:",
        "",
        _FILES.format(schema=report.schema, host="" if redacted else " and facts about the host"),
    ]
    if redacted:
        lines += [
            "",
            "Facts about the host were removed; paths in the command are cut to their last part.",
            "Scenario, commands and states are as recorded, since digests bind them.",
        ]
    return "\n".join(lines) + "\n"


def _what(report: Report) -> str:
    if report.divergence is not None:
        return f"DIVERGED at {divergence_text.headline(report.divergence)}"
    if not report.violations:
        return f"{report.outcome}: {report.message}"
    first = min(report.violations, key=lambda violation: violation.turn)
    return f"VIOLATED at turn {first.turn}: {first.rule}, {first.entity or 'no entity'}"


def _doubt(report: Report) -> str:
    """Say why it may not show the same."""
    if report.divergence is not None and report.divergence.reproduced is False:
        return "It was seen once and not when its turn ran again: it may not show the same."
    return "Run before this was sealed, it did not show the same: see report.txt for what was seen."
