"""What is wrong with a scenario's source and was played all the same, in counts and first examples.

All of them stand in the JSON document. It must not know what a kind means.
"""

from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from vr_verify.model.report import Flaw
from vr_verify.report import layout
from vr_verify.report.layout import counted

_SHOWN_OF_A_KIND = 2


def flaws(found: Sequence[Flaw] | None, width: int) -> list[Text]:
    """Set the flaws by kind: how many, and the first few by file and key."""
    if not found:
        return []
    lines = [layout.heading(f"Flaws of the scenario's source ({len(found):,})")]
    for kind, same in groupby(sorted(found, key=lambda flaw: flaw.kind), lambda flaw: flaw.kind):
        listed = list(same)
        files = counted(len({flaw.file for flaw in listed}), "file")
        head = f"{kind}: {counted(len(listed), 'time')} in {files}"
        lines += layout.prose(head, width, indent=layout.INDENT, style="bold")
        for flaw in listed[:_SHOWN_OF_A_KIND]:
            text = f"{flaw.file}#{flaw.key}: {flaw.found}; {flaw.done}"
            lines += layout.prose(text, width, indent=layout.INDENT * 3)
        if len(listed) > _SHOWN_OF_A_KIND:
            more = f"and {len(listed) - _SHOWN_OF_A_KIND:,} more"
            lines += layout.prose(more, width, indent=layout.INDENT * 3, style="dim")
    said = "Each was played over as its line says; --json lists every one by file and key."
    return lines + layout.prose(said, width, indent=layout.INDENT)
