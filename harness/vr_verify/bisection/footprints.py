"""What a side left at a turn's end, as far as digests tell, and whether two left the same.

Spec: contract, sections 4 and 5. It must not know how a side came to stand there.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vr_verify.canonical.state import State
from vr_verify.compare.streams import odd_one_out
from vr_verify.model.run import Digests, Halt
from vr_verify.runlog.reader import RunLog
from vr_verify.session.turns import LiveSide, TurnResult
from vr_verify.session.views import Hasher

_STREAMS: Final = (("draws", "ledger"), ("events", "events"))


@dataclass(frozen=True, slots=True)
class Footprint:
    """A side at one turn: its halt, the digests that it tells, the digest of its own values.

    `own` is None where the values were not read. A turn that halted left nothing but the halt.
    """

    halt: Halt | None
    told: Digests = Digests()  # noqa: RUF009 - frozen, so one for all is safe
    own: bytes | None = None

    @property
    def state(self) -> bytes | None:
        """The digest of the values, or the one that is told where they were not read."""
        return self.told.state if self.own is None else self.own

    @property
    def lies(self) -> bool:
        """Whether the digest that is told is known not to be that of the values."""
        return None not in (self.own, self.told.state) and self.own != self.told.state


def parting_kind(left: Footprint, right: Footprint) -> str | None:
    """Return the kind of a divergence (contract, section 4), None where both left the same.

    Two sides that tell the same lie of the same values do not differ.
    """
    if left.halt != right.halt:
        return "halt"
    if _states_differ(left, right):
        return "digest" if left.lies or right.lies else "state"
    for kind, name in _STREAMS:
        pair = [getattr(one.told, name) for one in (left, right)]
        if None not in pair and pair[0] != pair[1]:
            return kind
    return None


def _states_differ(left: Footprint, right: Footprint) -> bool:
    for pair in ((left.own, right.own), (left.told.state, right.told.state)):
        if None not in pair and pair[0] != pair[1]:
            return True
    told = (left.told.state, right.told.state)
    return None in told and None not in (left.state, right.state) and left.state != right.state


def alone(kind: str, sides: Mapping[str, Footprint]) -> str | None:
    """Name the side that stands alone in what differs; None where none does."""
    if kind == "digest":
        liars = [name for name, one in sides.items() if one.lies]
        return liars[0] if len(liars) == 1 else None
    keys: dict[str, Hashable] = {}
    for name, one in sides.items():
        key = one.halt if kind == "halt" else _key(kind, one)
        if kind == "halt" or key is not None:
            keys[name] = key
    return odd_one_out(keys)


def _key(kind: str, one: Footprint) -> bytes | None:
    return {"draws": one.told.ledger, "events": one.told.events}.get(kind, one.state)


def recorded_footprint(log: RunLog, turn: int) -> Footprint:
    """Return what a log says of a turn."""
    record = log.record(turn)
    return Footprint(record.halt, record.digests)


def live_footprints(
    sides: Sequence[LiveSide], results: Mapping[str, TurnResult], hasher: Hasher, recompute: bool
) -> tuple[dict[str, Footprint], dict[str, State]]:
    """Return what live sides left at the turn that they have just played, and the states read.

    A side's values are read with `recompute`, and where it tells no digest. Equal values are
    hashed once.
    """
    left: dict[str, Footprint] = {}
    states: dict[str, State] = {}
    hashed: list[tuple[State, bytes]] = []
    for side in sides:
        result = results[side.name]
        if result.halt is not None:
            left[side.name] = Footprint(result.halt)
        elif recompute or result.digests.state is None:
            state = states[side.name] = side.engine.state()
            own = next((digest for known, digest in hashed if known == state), None)
            if own is None:
                own = hasher.digest(state)
                hashed.append((state, own))
            left[side.name] = Footprint(None, result.digests, own)
        else:
            left[side.name] = Footprint(None, result.digests)
    return left, states
