"""The turns at which a long run is looked at whole, and may be cut: fixed by its log alone.

Spec: contract, section 5. States are recomputed there, so that a run in parts proves the same as
one in a piece. It must not know how many parts are played at the same time.
"""

from typing import Final

from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.runlog.reader import RunLog

STATE_SMALL_MAX_BYTES: Final = 1024 * 1024
"""Up to this size a state is recomputed at every turn."""
TURNS_APART: Final = 128
"""From one milestone of a large state to the next, at least: each costs some turns' time."""
PARTS: Final = 16
"""A run of small states has about as many parts, long enough to be worth a restore."""


def state_bytes(schema: Schema, state: State) -> int:
    """Return the size of a state's values in bytes."""
    widths = [sum(column.width for column in table.columns) for table in schema.tables]
    return sum(
        data.rows * width
        for universe in state.universes
        for data, width in zip(universe.tables, widths, strict=True)
    )


def milestones(log: RunLog, small_bytes: int = STATE_SMALL_MAX_BYTES) -> tuple[int, ...]:
    """Return keyframes that lie some turns apart, ascending, without the first and last turn.

    A run that starts with a small state has them closer: all its turns are recomputed anyway.
    """
    apart = TURNS_APART
    if state_bytes(log.header.schema, log.state(log.turns[0])) <= small_bytes:
        apart = min(TURNS_APART, -(-len(log.turns) // PARTS))
    found: list[int] = []
    latest = log.turns[0]
    for turn in log.keyframes:
        if turn - latest >= apart and turn < log.turns[-1]:
            found.append(turn)
            latest = turn
    return tuple(found)
