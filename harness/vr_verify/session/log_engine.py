"""Which registered build plays a log again: looked up, never started from the log's word.

Spec: contract, section 8. A log is untrusted: its engine and build are compared with what is
registered here and with nothing else, so no prefix and no path in it has any effect.
"""

from collections.abc import Sequence
from typing import Final

from vr_verify.engines.builds.spec import Progress, ignore_progress
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import (
    BuildSpec,
    list_engines,
    resolve_build,
    resolve_registered,
)
from vr_verify.errors import EngineError, SkippedError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.runlog.records import LogHeader

NO_ENGINE: Final = "none"
"""What a caller names in place of an engine to compare with nothing but the log."""


def engine_of_log(header: LogHeader) -> BuildSpec:
    """Find the registered build that recorded a log, else the one registered under its name.

    UsageError where there is neither.
    """
    for registered in list_engines():
        if registered.build == header.build:
            return resolve_registered(registered.name)
    try:
        return resolve_registered(header.engine)
    except UsageError as error:
        advice = "name the engine to replay it with by --engine"
        raise UsageError(f"the log's engine: {error.message}; {advice}") from error


def build_against(
    engine: Engine, against: str | None, progress: Progress = ignore_progress
) -> BuildSpec | None:
    """Find the build to compare an engine with: by default the counterpart that it declares.

    None for `NO_ENGINE`, and where it declares none. UsageError where the counterpart is unknown.
    """
    if against == NO_ENGINE:
        return None
    if against is not None:
        return resolve_build(against, progress)
    counterpart = engine.description.counterpart
    if counterpart is None:
        return None
    try:
        return resolve_registered(counterpart)
    except UsageError as error:
        advice = "name another by --against, or none"
        raise UsageError(f"the counterpart of {engine.name}: {error.message}; {advice}") from error


def refuse_other_rules(header: LogHeader, engines: Sequence[Engine]) -> None:
    """Raise SkippedError for an engine of another rules version; name the builds that would do.

    They are looked for within the limits of the engines that run.
    """
    wanted = header.rules_version
    others = [engine for engine in engines if engine.description.rules_version != wanted]
    if not others:
        return
    found = ", ".join(f"{live.name} has {live.description.rules_version}" for live in others)
    fitting = [spec.build for spec in fitting_builds(wanted, others[0].limits)]
    advice = f"registered builds of it: {', '.join(fitting)}" if fitting else "none is registered"
    raise SkippedError(
        f"the log was recorded under rules version {wanted}, {found}: "
        f"replay it with an engine of rules version {wanted}; {advice}"
    )


def fitting_builds(rules_version: str, limits: Limits) -> list[BuildSpec]:
    """Start each registered engine, and return those that play by a rules version, by name.

    `limits` bound each of them: one that does not describe itself within them fits nothing.
    """
    fitting = []
    for registered in list_engines():
        spec = resolve_registered(registered.name)
        try:
            with Engine(spec, limits) as engine:
                version = engine.description.rules_version
        except EngineError:
            continue  # what does not start fits nothing
        if version == rules_version:
            fitting.append(spec)
    return fitting
