"""What a replay was asked for and did not do, in words, so that nothing is passed over silently.

Spec: contract, section 3 (`--trace`, `--turns`). It must not judge; the verb does that.
"""

from collections.abc import Collection, Sequence

from vr_verify.engines.saboteur.faults import Lie, lies_of
from vr_verify.session.lockstep import AUDIT_OFF, Lockstep
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


def unaudited(level: str) -> list[str]:
    """Say so where nobody was to look for broken invariants."""
    return ["nothing was audited: the audit was off"] if level == AUDIT_OFF else []


def repeated(sides: Sequence[LiveSide]) -> list[str]:
    """Say so where all live sides are one build: that compares it with nothing but itself."""
    if len(sides) < 2 or len({side.engine.spec.build for side in sides}) > 1:
        return []
    return ["both sides are one build: what was compared is whether it repeats itself"]


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


def untold_lies(lockstep: Lockstep) -> list[str]:
    """Name each saboteur that had no occasion to lie: its silence proves nothing."""
    coverage = lockstep.found.coverage
    first, last = coverage.first_turn, coverage.last_turn
    if first is None or last is None:
        return []
    return [
        f"{side.name} never told its lie {lie.text}: {reason}"
        for side in lockstep.sides
        for lie in lies_of(side.engine.spec.text)
        if (reason := _no_occasion(lie, lockstep, side, first, last)) is not None
    ]


def _no_occasion(lie: Lie, lockstep: Lockstep, side: LiveSide, first: int, last: int) -> str | None:
    """Say why a lie could not be told while these turns were compared; None if it could."""
    log = lockstep.log
    if lie.fault == "none":
        return None
    if lie.fault == "row-left-out":
        return "a replay does not ask for changed rows"
    if lie.turn > last or (lie.turn < first and not lie.lasts):
        return f"turn {lie.turn} is outside the compared turns {first} to {last}"
    sample = lockstep.sample if side is lockstep.sides[-1] else None
    if sample is not None and not lie.lasts and lie.turn not in sample:
        return f"turn {lie.turn} is not in the sample"
    if lie.fault == "lost-in-restore":
        restorable = all(side.engine.can("snapshot") for side in lockstep.sides)
        latest = first - 1 if sample is None else sample.chosen[-1] - 1
        restored = (latest > log.turns[0] - 1) and restorable
        if not restored or log.state_before(latest) < lie.turn:
            return f"nothing was restored to turn {lie.turn} or a later one"
    if lie.fault == "swallowed-command":
        played = range(max(first, lie.turn, log.turns[0] + 1), last + 1)
        if not any(any(log.record(turn).commands_by_step) for turn in played):
            return f"the log has no command from turn {lie.turn} on"
    if lie.fault == "right-only-when-watched" and "phases" in lockstep.options.trace:
        return "phases were traced at every turn"
    if lie.fault == "right-only-when-stepped" and lockstep.found.coverage.advanced_to < lie.turn:
        return "every turn from there on was played step by step"
    return None
