"""Whether the sides agree at one turn's end, and if not, in what and who stands alone.

Spec: contract, sections 3 to 5. It must not know how a side came to stand there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vr_verify.compare.states import HashedState
from vr_verify.compare.streams import odd_one_out
from vr_verify.session.declared import Weighing
from vr_verify.session.views import Hasher, View


@dataclass(frozen=True, slots=True)
class Parting:
    """The kind of a divergence (contract, section 4), and the side that stands alone."""

    kind: str
    odd_one_out: str | None


def examine(
    views: Sequence[View], hasher: Hasher, recompute: bool, weighing: Weighing | None = None
) -> Parting | None:
    """Compare halts, state digests, ledger digests and event digests, in this order.

    With `recompute` every side's digest is held against its values; whenever digests differ, at
    least against those values that differ, read by the sides' trees where states are large.
    States that differ in nothing but what `weighing` excuses are equal here.
    """
    halts = {view.name: view.halt for view in views}
    if len(set(halts.values())) > 1:
        return Parting("halt", odd_one_out(halts))
    hasher.hash([view for view in views if view.digests.state is None])
    differ = len({view.state_digest() for view in views}) > 1
    if recompute or differ:
        lying = None if recompute else hasher.descend(views)
        if lying is None or lying:
            hasher.hash(views)
        excused = differ and weighing is not None and _excused(views, weighing)
        known = [view for view in views if view.has_values]
        false = {view.name for view in known if view.own_digest() != view.state_digest()}
        if liars := [view.name for view in known if view.name in false.union(lying or ())]:
            return Parting("digest", liars[0] if len(liars) == 1 else None)
        if differ and not excused:
            return Parting("state", _odd_one_out(views, weighing))
    return _streams(views)


def _excused(views: Sequence[View], weighing: Weighing) -> bool:
    """Whether all that differs is declared. Views are hashed as far as they have values."""
    sides = _known_sides(views)
    return weighing.excuses(sides, [view.name for view in views if view.name not in sides])


def _known_sides(views: Sequence[View]) -> dict[str, HashedState]:
    """Return the views whose values are known: their own, or others' of the same digest."""
    by_digest = {view.own_digest(): view.hashed for view in views if view.hashed is not None}
    found = ((v.name, v.hashed or by_digest.get(v.state_digest())) for v in views)
    return {name: hashed for name, hashed in found if hashed is not None}


def _odd_one_out(views: Sequence[View], weighing: Weighing | None) -> str | None:
    """Name the side that stands alone, by what is not declared where that is known of all."""
    if weighing is None or weighing.unseen:
        return odd_one_out({view.name: view.state_digest() for view in views})
    return weighing.odd_one_out(_known_sides(views))


def changed_by_reading(first: Sequence[View], again: Sequence[View]) -> Parting | None:
    """Compare the values of each side as read once and as read again, both hashed."""
    pairs = zip(first, again, strict=True)
    known = [(one, other) for one, other in pairs if one.hashed is not None]
    liars = [one.name for one, other in known if one.own_digest() != other.own_digest()]
    return Parting("digest", liars[0] if len(liars) == 1 else None) if liars else None


def _streams(views: Sequence[View]) -> Parting | None:
    """Compare the digests of ledgers and events, each among the sides that report them."""
    ledgers = {v.name: v.digests.ledger for v in views if v.digests.ledger is not None}
    if len(set(ledgers.values())) > 1:
        return Parting("draws", odd_one_out(ledgers))
    events = {v.name: v.digests.events for v in views if v.digests.events is not None}
    if len(set(events.values())) > 1:
        return Parting("events", odd_one_out(events))
    return None


def digests_compared(views: Sequence[View]) -> dict[str, int]:
    """Count the digests of live sides that were held against another side's, by their kind."""
    counts = {}
    for kind in ("state", "ledger", "events"):
        reported = [v for v in views if getattr(v.digests, kind) is not None or kind == "state"]
        live = [v for v in reported if v.name != "recorded"]
        counts[kind] = len(live) if len(reported) > 1 else 0
    return counts
