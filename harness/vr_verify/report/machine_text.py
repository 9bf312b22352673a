"""The engines there are and the machine's fitness, for people.

It must not know how an engine is started or a check is made.
"""

from rich.text import Text

from vr_verify.report import layout
from vr_verify.report.documents import Check, Checkup, EngineList, EngineRow
from vr_verify.report.layout import counted


def engine_list(document: EngineList, width: int) -> list[Text]:
    """Set each engine with what it declares, or with why it does not start."""
    working = sum(row.error is None for row in document.engines)
    title = f"{counted(len(document.engines), 'engine')} registered, {working} of them working"
    lines = layout.prose(title, width, style="bold")
    if document.message:
        lines += layout.prose(document.message, width, indent=layout.INDENT)
    for row in document.engines:
        lines += [layout.heading(row.name), *layout.facts(_engine(row), width)]
    return lines


def _engine(row: EngineRow) -> list[tuple[str, str]]:
    if row.error is not None:
        return [("outcome", row.outcome), ("error", row.error)]
    return [
        ("build", layout.short(row.build or "")),
        ("rules version", row.rules_version or ""),
        ("counterpart", row.counterpart or "none"),
        ("rules", str(row.rules or 0)),
        ("capabilities", ", ".join(row.capabilities or ()) or "none"),
    ]


def checkup(document: Checkup, width: int) -> list[Text]:
    """Set the verdict, then each check; a failing one says what to do."""
    failing = [check for check in document.checks if not check.fit]
    total = counted(len(document.checks), "check")
    if failing:
        lines = [Text(f"UNFIT: {len(failing)} of {total} failed", "bold red"), Text("")]
    else:
        lines = [Text(f"FIT: {total} passed", "bold green"), Text("")]
    column = max((len(check.name) for check in document.checks), default=0)
    for check in document.checks:
        lines += _check(check, column, width)
    return lines


def _check(check: Check, column: int, width: int) -> list[Text]:
    mark, style = ("ok  ", "green") if check.fit else ("FAIL", "bold red")
    left = len(layout.INDENT) * 3 + len(mark) + column
    told = check.found if check.fit else f"expected {check.expected}, found {check.found}"
    told += f"\n{check.advice}" if check.advice and not check.fit else ""
    lines: list[Text] = []
    for number, line in enumerate(layout.prose(told, width - left)):
        label = f"{check.name:<{column}}" if number == 0 else " " * column
        state = (mark if number == 0 else " " * len(mark), style)
        lines.append(Text.assemble(layout.INDENT, state, layout.INDENT, label, "  ", line))
    return lines
