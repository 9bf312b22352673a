"""One side at one turn's end: what it reports, and what its own values say.

Values are fetched and hashed once, and only when somebody asks.
"""

from collections.abc import Callable, Mapping, Sequence

from vr_verify.canonical import tree
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.compare.states import HashedState
from vr_verify.model.run import Digests, Halt
from vr_verify.session.descent import Descended, descend
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.tree_sides import HeldTree, LiveTree, TreeSide


class View:
    """A side at a turn. `load` gives its values while it still stands there.

    None for `load`: only digests are known of it, as of a turn that a sparse log has no state of.
    `live` are the trees of an engine whose state is too large to be read in vain.
    `read_whole` is False where `hashed` holds what differs and no more.
    """

    def __init__(
        self,
        name: str,
        digests: Digests,
        halt: Halt | None,
        load: Callable[[], State] | None,
        live: LiveTree | None = None,
    ) -> None:
        self.name, self.digests, self.halt = name, digests, halt
        self.has_values = load is not None
        self.live = live
        self.read_whole = True
        self._load = load
        self._state: State | None = None
        self.hashed: HashedState | None = None

    def state(self) -> State:
        """Return the side's values."""
        if self._state is None:
            assert self._load is not None, "ask a view without values for nothing but its digests"
            self._state = self._load()
        return self._state

    def again(self) -> "View":
        """Return the same side with nothing read yet."""
        return View(self.name, self.digests, self.halt, self._load, self.live)

    def settle(self, hashed: HashedState) -> None:
        """Take what a descent has shown of the side for its values."""
        self._state, self.hashed = hashed.state, hashed
        self.read_whole = self.live is None

    def own_digest(self) -> bytes:
        """Return the digest of the side's own values, which `Hasher.hash` has computed."""
        assert self.hashed is not None, "hash the views first"
        return self.hashed.tree.digest

    def state_digest(self) -> bytes:
        """Return the digest that the side reports, or that of its values if it reports none."""
        return self.own_digest() if self.digests.state is None else self.digests.state


class Hasher:
    """Hashes the values of views; equal values are hashed once."""

    def __init__(self, schema: Schema, scenario_digest: bytes, watch: Stopwatch) -> None:
        self._schema, self._scenario_digest, self._watch = schema, scenario_digest, watch

    def digest(self, state: State) -> bytes:
        """Return the digest of one state."""
        return tree.state_digest(self._schema, self._scenario_digest, state)

    def hashed(self, state: State) -> HashedState:
        """Return a state with its digest tree."""
        return HashedState(state, tree.build_state(self._schema, self._scenario_digest, state))

    def descended(self, sides: Mapping[str, TreeSide]) -> Descended | None:
        """Compare sides of one turn by their trees; None where that is no way."""
        with self._watch.part("compare"):
            return descend(self._schema, self._scenario_digest, sides)

    def descend(self, views: Sequence[View]) -> tuple[str, ...] | None:
        """Read what differs by the live sides' trees, where no value of them was read yet.

        Return who lies about its tree; None if that is no way, or if it shows no difference: then
        values must be read whole.
        """
        live = [view for view in views if view.live is not None]
        held = [view for view in views if view.live is None and view.has_values]
        if not live or len(live) + len(held) < 2 or any(view.hashed for view in live):
            return None
        self.hash(held)
        sides: dict[str, TreeSide] = {}
        for view in views:
            if view.live is not None:
                sides[view.name] = view.live
            elif view.hashed is not None:
                sides[view.name] = HeldTree(view.hashed)
        found = self.descended(sides)
        if found is None or not (found.liars or found.differ):
            return None
        for view in views:
            if view.name in found.sides:
                view.settle(found.sides[view.name])
        return found.liars

    def hash(self, views: Sequence[View]) -> None:
        """Fill in `hashed` where it is missing and there are values."""
        for view in views:
            if view.hashed is not None or not view.has_values:
                continue
            with self._watch.part("transport"):
                state = view.state()
            with self._watch.part("compare"):
                twin = next((v for v in views if v.hashed and v.hashed.state == state), None)
            if twin is not None:
                view.hashed = twin.hashed
                continue
            with self._watch.part("digest"):
                view.hashed = self.hashed(state)
