"""The running turn, as a phase sees it: one universe's world, the rule data, and what it leaves.

Each phase of RULES.md, part III, is one function of this value. No twin by path. Knows the order of
no phase and the content of no rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from void_reckoning_reference.observability.coverage import Coverage
from void_reckoning_reference.observability.events import EventLog
from void_reckoning_reference.observability.ledger import Ledger
from void_reckoning_reference.routes import Routes
from void_reckoning_reference.rule_data import RuleData
from void_reckoning_reference.shared.codec import Event, JsonValue, LedgerEntry
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.stream import draw_many, stream_key
from void_reckoning_reference.world import World

RULES = (
    "recharge",
    "order_move",
    "order_stop",
    "order_build",
    "order_disband",
    "order_rejected",
    "decision_move",
    "decision_build",
    "income",
    "blockade",
    "upkeep",
    "insolvency",
    "production",
    "launch",
    "fleet_formed",
    "movement",
    "arrival",
    "interception",
    "battle",
    "hit",
    "critical",
    "shield_absorb",
    "destruction",
    "occupation",
    "conquest",
    "cleanup",
    "elimination",
    "victory",
)


@dataclass(slots=True)
class Turn:
    """One phase of one step in one universe.

    `number` is the turn being played, `step` and `phase_ordinal` count from 0, `faction` is the
    slot of the step's faction or NONE in `open` and `close`.
    """

    world: World
    routes: Routes
    data: RuleData
    number: int
    step: int
    phase: str
    phase_ordinal: int
    faction: int
    commands: Sequence[JsonValue]
    ledger: Ledger
    events: EventLog
    coverage: Coverage

    def draw(self, stream: str, site: str, scope: Sequence[int], count: int) -> list[int]:
        """Draw u64 numbers for items 0 … count - 1 of a stream that has this one site.

        The draws are the rule's, so they are counted here and nowhere else.
        """
        universe = self.world.universe
        key = stream_key(
            self.data.seed, universe, self.number, self.phase, self.faction, stream, scope
        )
        place = (universe, self.step, self.phase_ordinal, self.phase, stream, tuple(scope), site)
        self.ledger.add(LedgerEntry(*place, count))
        return draw_many(key, 0, count)

    def emit(
        self,
        kind: str,
        entity: tuple[str, int] | None,
        fields: Sequence[tuple[str, int]],
        cause: int = NONE,
        reason: str = "",
    ) -> int:
        """Append an event about an entity (table, slot) or about none; return its sequence number.

        `cause` is the sequence number of the event that brought it about, or NONE.
        """
        table, slot, generation = "", NONE, 0
        if entity is not None:
            table, slot = entity
            generation = self.world.rows(table)[slot].generation
        place = (self.world.universe, self.step, self.phase, kind, table, slot, generation)
        return self.events.append(Event(*place, cause, tuple(fields), reason))

    def fire(self, rule: str, times: int = 1) -> None:
        """Count that a rule did something."""
        self.coverage.fire(rule, times)

    def reject(self, ordinal: int, reason: str) -> None:
        """Turn down the step's command `ordinal`."""
        self.emit("order.rejected", None, (("ordinal", ordinal),), NONE, reason)
        self.fire("order_rejected")
