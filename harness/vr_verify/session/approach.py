"""Sides brought to the end of a turn along a log: from its nearest state, or from its start.

It must not compare sides; a side that cannot stand where it was put is its own fault.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from vr_verify.canonical.state import State
from vr_verify.compare.states import difference, entity_text, value_texts
from vr_verify.engines.client import ADVANCE_TURNS_MAX, Opening
from vr_verify.errors import EngineError, EngineProtocolError, SkippedError, UsageError
from vr_verify.model.run import Digests
from vr_verify.runlog.reader import RunLog
from vr_verify.session.turns import LiveSide, commands_of
from vr_verify.session.views import Hasher

_WANTED: Final = "wanted"


def start_side(log: RunLog, side: LiveSide) -> Opening:
    """Start a run of the log's scenario; a log that the engine cannot execute again is skipped."""
    header, engine = log.header, side.engine
    if engine.description.rules_version != header.rules_version:
        found = f"{side.name} has {engine.description.rules_version}"
        raise SkippedError(
            f"the log was recorded under rules version {header.rules_version}, {found}: "
            f"replay it with an engine of rules version {header.rules_version}"
        )
    try:
        opening = engine.init(header.scenario)
    except UsageError as error:
        if engine.name == header.engine:
            raise
        found = f"the log was recorded by engine {header.engine}, this one is {engine.name}"
        raise UsageError(f"{error.message}; {found}") from error
    if engine.schema.digest != header.schema.digest:
        found = f"{side.name} declares another one under the same rules version"
        raise SkippedError(f"the log's schema is {header.schema.digest.hex()[:16]}, {found}")
    if engine.steps != tuple(header.steps):
        names = [step.name for step in engine.steps]
        found = f"{side.name} declares {names}, or other phases in them"
        raise SkippedError(f"the log's steps are {[step.name for step in header.steps]}, {found}")
    return opening


def begin_side(log: RunLog, side: LiveSide, hasher: Hasher) -> Opening:
    """Bring a side to the log's first turn, from its snapshot where the log begins in mid-run."""
    opening, log_first = start_side(log, side), log.turns[0]
    if opening.turn == log_first:
        return opening
    if opening.turn > log_first or not side.engine.can("snapshot"):
        found = f"{side.name} starts at turn {opening.turn}"
        found += "" if opening.turn > log_first else " and cannot be restored to another"
        raise SkippedError(f"the log starts at turn {log_first}, {found}")
    opening = restore_side(side, log.state(log_first), hasher)
    # The turn's draws and events are in the recording that this log was cut from.
    return replace(opening, digests=Digests(opening.digests.state))


def restore_side(side: LiveSide, state: State, hasher: Hasher) -> Opening:
    """Put a recorded state into an engine, check that it stands there now, return its answer."""
    opening = side.engine.restore(state)
    reported = opening.digests.state
    if reported is not None and reported != (own := hasher.digest(state)):
        wanted = f"the digest {own.hex()} after restoring turn {state.turn}"
        lost = _lost(side, state, hasher)
        raise EngineProtocolError(side.name, f"expected {wanted}, found {reported.hex()}{lost}")
    return opening


def _lost(side: LiveSide, state: State, hasher: Hasher) -> str:
    """Name the first value that a restore did not bring back; empty if only the digest is wrong."""
    found = {_WANTED: state, side.name: side.engine.state()}
    hashed = {name: hasher.hashed(one) for name, one in found.items()}
    schema = side.engine.schema
    differences = difference(schema, hashed)
    if not differences.places:
        return ""
    place = differences.places[0]
    _, raw = value_texts(schema, place, found)
    column = schema.tables[place.table].columns[place.column].name
    values = f"expected raw {raw[_WANTED]}, found {raw[side.name]}"
    entities = f"{differences.entities} entities in {', '.join(differences.columns)}"
    entity = entity_text(schema, place, found)
    return f"; {entities} are not as restored, the first {column} of {entity}: {values}"


def approach(log: RunLog, sides: Sequence[LiveSide], turn: int, hasher: Hasher) -> int | None:
    """Bring sides to the end of a turn that did not halt; return the turn they were restored to.

    They are restored to the log's nearest state where all can be; else they must stand at the
    log's first turn, and None is returned. The turns between are played, and not compared.
    """
    restored = None
    if all(side.engine.can("snapshot") for side in sides):
        restored = log.state_before(turn)
        state = log.state(restored)
        for side in sides:
            restore_side(side, state, hasher)
    first = (log.turns[0] if restored is None else restored) + 1
    for start in range(first, turn + 1, ADVANCE_TURNS_MAX):
        _pass(log, sides, range(start, min(start + ADVANCE_TURNS_MAX, turn + 1)))
    return restored


def _pass(log: RunLog, sides: Sequence[LiveSide], turns: range) -> None:
    """Play turns on all sides at the same time, nothing asked in between."""
    steps = log.header.steps
    commands = [commands_of(log.record(turn).commands_by_step, steps) for turn in turns]
    advancing = [side.engine.advance(commands) for side in sides]
    for turn in turns:
        for side, results in zip(sides, advancing, strict=True):
            try:
                result = next(results)
            except EngineError as error:
                raise type(error)(side.name, f"turn {turn}: {error.detail}") from error
            if result.halt is not None:
                found = f"{side.name} halts at turn {turn}, which the log does not"
                raise SkippedError(f"{found}: ask for turns from {turn} on")
    for results in advancing:
        assert next(results, None) is None, "each turn was asked for once"
