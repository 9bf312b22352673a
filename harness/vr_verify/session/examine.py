"""Whether the sides agree at one turn's end, and if not, in what and who stands alone.

Spec: contract, sections 3 to 5. It must not know how a side came to stand there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vr_verify.compare.streams import odd_one_out
from vr_verify.session.views import Hasher, View


@dataclass(frozen=True, slots=True)
class Parting:
    """The kind of a divergence (contract, section 4), and the side that stands alone."""

    kind: str
    odd_one_out: str | None


def examine(views: Sequence[View], hasher: Hasher, recompute: bool) -> Parting | None:
    """Compare halts, state digests, ledger digests and event digests, in this order.

    With `recompute`, and whenever digests differ, every side's digest is held against its values.
    """
    halts = {view.name: view.halt for view in views}
    if len(set(halts.values())) > 1:
        return Parting("halt", odd_one_out(halts))
    hasher.hash([view for view in views if view.digests.state is None])
    differ = len({view.state_digest() for view in views}) > 1
    if recompute or differ:
        hasher.hash(views)
        known = [view for view in views if view.has_values]
        if liars := [view.name for view in known if view.own_digest() != view.state_digest()]:
            return Parting("digest", liars[0] if len(liars) == 1 else None)
    if differ:
        return Parting("state", odd_one_out({view.name: view.state_digest() for view in views}))
    return _streams(views)


def _streams(views: Sequence[View]) -> Parting | None:
    """Compare the digests of ledgers and events, each among the sides that report them."""
    ledgers = {v.name: v.digests.ledger for v in views if v.digests.ledger is not None}
    if len(set(ledgers.values())) > 1:
        return Parting("draws", odd_one_out(ledgers))
    events = {v.name: v.digests.events for v in views if v.digests.events is not None}
    if len(set(events.values())) > 1:
        return Parting("events", odd_one_out(events))
    return None


def digests_compared(views: Sequence[View]) -> int:
    """Count the digests of live sides that were held against another side's."""
    count = 0
    for kind in ("state", "ledger", "events"):
        reported = [v for v in views if getattr(v.digests, kind) is not None or kind == "state"]
        count += len([v for v in reported if v.name != "recorded"]) if len(reported) > 1 else 0
    return count
