"""`engines`: the registered engines, each started once and asked what it is.

Spec: contract, sections 3 and 7. One that does not start is listed with its error.
"""

from vr_verify.engines.client import Engine
from vr_verify.engines.registry import list_engines, resolve_build
from vr_verify.errors import EngineError, UsageError
from vr_verify.model.outcome import Outcome
from vr_verify.report.documents import EngineList, EngineRow
from vr_verify.report.layout import condensed

NONE_REGISTERED = (
    "No engine is registered. Install a distribution with entry points in the group "
    "`vr_verify.engines`, such as void-reckoning-engine, or name a build with a prefix such as "
    "cmd:COMMAND LINE."
)


def engines() -> EngineList:
    """Return the engines there are; the outcome is cannot_build when none of them works."""
    rows = tuple(described(registered.name) for registered in list_engines())
    if any(row.error is None for row in rows):
        return EngineList(outcome=str(Outcome.AGREED), engines=rows)
    message = "No registered engine starts." if rows else NONE_REGISTERED
    return EngineList(outcome=str(Outcome.CANNOT_BUILD), engines=rows, message=message)


def described(name: str) -> EngineRow:
    """Start one engine, ask what it is, and end it."""
    try:
        spec = resolve_build(name)
        with Engine(spec) as engine:
            said = engine.description
            return EngineRow(
                name=name,
                outcome=str(Outcome.AGREED),
                build=spec.build,
                rules_version=said.rules_version,
                counterpart=said.counterpart,
                capabilities=tuple(sorted(said.capabilities)),
                rules=len(said.rules),
            )
    except (EngineError, UsageError) as error:
        return EngineRow(name=name, outcome=error.outcome, error=condensed(error.message))
