"""What a replay was asked for and did not do, in words, so that nothing is passed over silently.

Spec: contract, section 3 (`--trace`, `--turns`). It must not judge; the verb does that.
"""

from collections.abc import Collection, Sequence

from vr_verify.engines.saboteur.faults import told_turns
from vr_verify.session.coverage import Coverage
from vr_verify.session.turns import LiveSide


def untraced(sides: Sequence[LiveSide], wanted: Collection[str]) -> list[str]:
    """Name each trace that was asked for and the sides that cannot give it."""
    said = []
    for trace in sorted(wanted):
        if blind := [side.name for side in sides if not side.engine.can(trace)]:
            verb = "does" if len(blind) == 1 else "do"
            names = " and ".join(blind)
            said.append(f"{trace} were not traced: {names} {verb} not declare them")
    return said


def clipped(asked: tuple[int, int] | None, first: int, last: int) -> list[str]:
    """Name the turns that were asked for and that the log does not hold."""
    if asked is None:
        return []
    outside = [(asked[0], min(asked[1], first - 1)), (max(asked[0], last + 1), asked[1])]
    spans = [(start, end) for start, end in outside if start <= end]
    return [
        f"turn {start} is not in the log"
        if start == end
        else f"turns {start} to {end} are not in the log"
        for start, end in spans
    ]


def untold_lies(sides: Sequence[LiveSide], coverage: Coverage) -> list[str]:
    """Name each saboteur whose turn was not compared: its silence proves nothing."""
    first, last = coverage.first_turn, coverage.last_turn
    if first is None or last is None:
        return []
    said = []
    for side in sides:
        for fault, turn, lasting in told_turns(side.engine.spec.text):
            if turn > last or (turn < first and not lasting):
                place = f"turn {turn} is outside the compared turns {first} to {last}"
                said.append(f"{side.name} never told its lie {fault}: {place}")
    return said
