"""Two recordings of one run searched for the first turn at which they part, nothing executed.

Digests are compared turn by turn; values are read at the first difference, else at the last turn.
It must not judge.
"""

from collections.abc import Mapping
from functools import partial

from vr_verify.bisection.footprints import alone, parting_kind, recorded_footprint
from vr_verify.errors import UsageError
from vr_verify.runlog.reader import RunLog
from vr_verify.session.examine import Parting
from vr_verify.session.lockstep import (
    DIFFERING_TURNS_KEPT_MAX,
    Comparison,
    FirstDivergence,
    Progress,
)
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.trace import Streams
from vr_verify.session.views import Hasher, View


def refuse_other_run(log: RunLog, other: RunLog, name: str) -> None:
    """Raise UsageError for a recording whose digests cannot be those of the same run."""
    pairs = {
        "scenario": (log.header.scenario_digest, other.header.scenario_digest),
        "schema": (log.header.schema.digest, other.header.schema.digest),
        "steps": (log.header.steps, other.header.steps),
    }
    differing = [what for what, (one, two) in pairs.items() if one != two]
    if differing:
        said = f"it has another {' and another '.join(differing)}"
        raise UsageError(f"{name} is no recording of this run: {said}; see vr-verify diff")


def common_range(logs: Mapping[str, RunLog], turns: tuple[int, int]) -> tuple[int, int] | None:
    """Return the part of a range that all recordings hold, None if there is none."""
    first = max(turns[0], *(log.turns[0] for log in logs.values()))
    last = min(turns[1], *(log.turns[-1] for log in logs.values()))
    return (first, last) if first <= last else None


def scan(
    logs: Mapping[str, RunLog], turns: tuple[int, int], progress: Progress | None = None
) -> Comparison:
    """Compare the first two recordings at all these turns, which both hold.

    Others are beside them in what is kept of the first difference. Commands are compared first.
    """
    one, other = list(logs.values())[:2]
    first, last = turns
    found = Comparison()
    for turn in range(first, last + 1):
        kind = _kind(one, other, turn)
        found.last_differs = kind is not None
        if kind is not None:
            if found.first is None:
                found.first = _frozen(logs, turn, kind, turn - 1 if turn > first else None)
            if len(found.differing_turns) < DIFFERING_TURNS_KEPT_MAX:
                found.differing_turns.append(turn)
        if progress is not None:
            progress("turns", turn - first + 1, last - first + 1)
    if found.first is None:
        # As everywhere, the last state is held against its own values.
        frozen = _frozen(logs, last, "state", last - 1 if last > first else None)
        if frozen.parting.kind == "digest":
            found.first, found.last_differs = frozen, True
            found.differing_turns.append(last)
    return found


def _kind(one: RunLog, other: RunLog, turn: int) -> str | None:
    """Return the kind in which two recordings of a turn differ."""
    if turn > max(one.turns[0], other.turns[0]):
        given = [log.record(turn).commands_by_step for log in (one, other)]
        longest = max(map(len, given))
        padded = [(*by_step, *((),) * (longest - len(by_step))) for by_step in given]
        if padded[0] != padded[1]:
            return "commands"
    return parting_kind(recorded_footprint(one, turn), recorded_footprint(other, turn))


def _frozen(
    logs: Mapping[str, RunLog], turn: int, kind: str, last_equal: int | None
) -> FirstDivergence:
    """Read the values of the first difference, as far as they are kept."""
    one = next(iter(logs.values()))
    sides = list(logs)[:2]
    held = {n: log for n, log in logs.items() if n in sides or _same_before(one, log, turn)}
    left = {name: recorded_footprint(log, turn) for name, log in held.items()}
    views = tuple(
        View(
            name,
            left[name].told,
            left[name].halt,
            partial(log.state, turn) if turn in log.states else None,
        )
        for name, log in held.items()
    )
    header = one.header
    Hasher(header.schema, header.scenario_digest, Stopwatch()).hash(views)
    if kind == "state" and (liars := [view.name for view in views if _lies(view)]):
        parting = Parting("digest", liars[0] if len(liars) == 1 else None)
    else:
        parting = Parting(kind, None if kind == "commands" else alone(kind, left))
    return FirstDivergence(turn, last_equal, parting, views, Streams({}, {}))


def _lies(view: View) -> bool:
    """Whether a recorded digest is not that of the values that were recorded with it."""
    return view.has_values and view.own_digest() != view.state_digest()


def _same_before(one: RunLog, other: RunLog, turn: int) -> bool:
    """Whether two recordings were equal at the turn before, so that this turn tells of it alone."""
    if turn not in other.turns:
        return False
    if turn - 1 not in one.turns or turn - 1 not in other.turns:
        return turn == one.turns[0] == other.turns[0]
    pair = (recorded_footprint(log, turn - 1) for log in (one, other))
    return parting_kind(*pair) is None
