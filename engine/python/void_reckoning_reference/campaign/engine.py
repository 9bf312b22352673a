"""The engine: steps and phases in their one order, all or nothing by turn. No rule is here.

Law: RULES.md, part III; PROTOCOL.md, section 6. Plain Python values in and out; who it is says
`void_reckoning_adapter`. It has no public function of its own, so it is a twin by path only.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from void_reckoning_reference import audit
from void_reckoning_reference.campaign.cleanup import cleanup
from void_reckoning_reference.campaign.victory import victory
from void_reckoning_reference.combat_resolver.battle import combat
from void_reckoning_reference.combat_resolver.invasion import invasion
from void_reckoning_reference.combat_resolver.recharge import recharge
from void_reckoning_reference.decision.mind import decision
from void_reckoning_reference.decision.orders import orders
from void_reckoning_reference.economy.production import production
from void_reckoning_reference.economy.upkeep import economy
from void_reckoning_reference.observability.coverage import Coverage
from void_reckoning_reference.observability.events import EventLog
from void_reckoning_reference.observability.ledger import Ledger
from void_reckoning_reference.pathfinding.movement import movement
from void_reckoning_reference.playable import check_restored
from void_reckoning_reference.routes import Routes
from void_reckoning_reference.scenario import parse_scenario
from void_reckoning_reference.schema import COUNT_MAX, SCHEMA_TEXT, TABLES, Column
from void_reckoning_reference.shared.codec import (
    CodecError,
    JsonValue,
    encode_events,
    encode_json,
    encode_ledger,
)
from void_reckoning_reference.shared.digest import ColumnTree, events_digest, ledger_digest
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.sketch import ChangedTable, ChangedUniverse, sketch
from void_reckoning_reference.state import (
    Archive,
    State,
    changed_rows,
    decode_state,
    encode_state,
    first_out_of_range,
    pack_column,
    packed_values,
    unpack_worlds,
)
from void_reckoning_reference.turn import RULES, Turn
from void_reckoning_reference.world import World, in_play

Answer: TypeAlias = dict[str, object]

_OPEN = ("recharge",)
_FACTION = ("orders", "decision", "economy", "production", "movement", "combat", "invasion")
_CLOSE = ("cleanup", "victory")

# Each phase with its function and the columns that it may write.
_PHASES: dict[str, tuple[Callable[[Turn], None], str]] = {
    "recharge": (recharge, "unit.shield"),
    "orders": (
        orders,
        "fleet.destination fleet.posture unit.hp unit.shield build.* account.balance",
    ),
    "decision": (decision, "fleet.destination fleet.posture build.* account.balance"),
    "economy": (economy, "account.balance unit.hp unit.shield"),
    "production": (production, "build.* fleet.* unit.* faction.ships_built"),
    "movement": (
        movement,
        "fleet.system fleet.next fleet.destination fleet.progress fleet.posture",
    ),
    "combat": (combat, "unit.hp unit.shield unit.kills faction.ships_lost"),
    "invasion": (
        invasion,
        "planet.owner planet.occupier planet.occupied_turns build.turns_left faction.planets_taken",
    ),
    "cleanup": (cleanup, "unit.* fleet.* build.*"),
    "victory": (victory, "faction.eliminated_turn campaign.*"),
}


class CommandError(ValueError):
    """A call that is not legal now or names what there is not: a bug of the caller."""

    kind = "command"


class _Step:
    """One step of every turn; outside a faction step `faction` is NONE and it is in all worlds."""

    def __init__(self, name: str, phases: Sequence[str], universe: int, faction: int) -> None:
        self.name = name
        self.phases = phases
        self.universe = universe
        self.faction = faction


class Engine:
    """Plays one run after `init`. Digests in answers are hex text, wide numbers plain integers."""

    def __init__(self) -> None:
        self._steps: list[_Step] = []
        self._turn = 0
        self._next = 0
        self._over = True

    def init(self, scenario: bytes) -> Answer:
        """Begin the run of a canonical scenario; ScenarioError if it is none."""
        parsed = parse_scenario(scenario)
        self._data = parsed.data
        self._state = State(parsed.digest, parsed.worlds)
        self._routes = {world.universe: Routes(world) for world in parsed.worlds}
        self._steps = _steps(parsed.worlds)
        self._coverage = Coverage(RULES)
        self._ledger = Ledger()
        self._events = EventLog()
        steps = [{"name": step.name, "phases": list(step.phases)} for step in self._steps]
        return {"schema": SCHEMA_TEXT, "steps": steps} | self._stand(parsed.turn)

    def step(self, commands: Sequence[JsonValue], stop_after: int | None, phases: bool) -> Answer:
        """Run exactly the next step, or its phases up to ordinal `stop_after`.

        CommandError after a halt, after `stop_after`, for a phase that the step has not, or for
        commands that are together no canonical JSON.
        """
        if self._over:
            raise CommandError("expected init or restore, found a step of a run that is over")
        try:
            encode_json(list(commands))
        except CodecError as error:
            raise CommandError(f"commands: expected canonical JSON: {error}") from error
        step = self._steps[self._next]
        if stop_after is not None and not 0 <= stop_after < len(step.phases):
            found = f"expected stop_after 0 … {len(step.phases) - 1}, found {stop_after}"
            raise CommandError(found)
        if self._next == 0:
            self._ledger.clear()
            self._events.clear()
        answer: Answer = {"step": self._next, "turn": self._turn + 1, "halt": None}
        digests = []
        for ordinal, phase in enumerate(step.phases):
            halt = self._run_phase(step, phase, ordinal, commands)
            if halt is not None:
                self._undo()
                return answer | {"halt": halt} | self._ended(False)
            if phases:
                digests.append(self._state.digest(self._turn + 1, self._state.pack()).hex())
            if ordinal == stop_after:
                self._over = True
                break
        if phases:
            answer["phase_digests"] = digests
        return answer | self._advance()

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Return `count` packed values of one column from slot `first` on."""
        payload = self._payload(universe, table, column)
        rows = len(self._state.world(universe).rows(table))
        if not 0 <= first <= first + count <= rows:
            raise CommandError(f"expected slots of 0 … {rows}, found {count} from {first}")
        width = len(payload) // rows if rows else 0
        return payload[first * width : (first + count) * width]

    def tops(self) -> bytes:
        """Return the tops of all columns' digest trees, in canonical order."""
        trees = [
            ColumnTree(table, column.name, payload)
            for (_, table), payloads in self._state.pack().items()
            for column, payload in zip(TABLES[table], payloads, strict=True)
        ]
        return b"".join(tree.top() for tree in trees)

    def nodes(
        self, universe: int, table: str, column: str, level: int, first: int, count: int
    ) -> bytes:
        """Return `count` digests of one level of a column's tree, from node `first` on."""
        tree = ColumnTree(table, column, self._payload(universe, table, column))
        known = tree.levels[level] if 0 <= level < len(tree.levels) else []
        if not 0 <= first <= first + count <= len(known):
            found = f"{count} from {first} of level {level}"
            raise CommandError(f"expected nodes of 0 … {len(known)}, found {found}")
        return b"".join(known[first : first + count])

    def changed_rows(self) -> list[tuple[bytes, list[bytes]]]:
        """Return slots and values of the rows that the last turn changed, table by table."""
        packed = []
        for slots, columns in self._changes().values():
            numbers = b"".join(slot.to_bytes(4, "little") for slot in slots)
            packed.append((numbers, [b"".join(values) for values in columns]))
        return packed

    def sketch(self, cells: int) -> bytes:
        """Return the sketch of the rows that the last turn changed; SketchError for its size."""
        tables: dict[int, list[ChangedTable]] = {}
        for (universe, table), (slots, columns) in self._changes().items():
            changed = ChangedTable(table, slots, columns)
            tables.setdefault(universe, []).append(changed)
        return sketch([ChangedUniverse(*universe) for universe in tables.items()], cells)

    def snapshot(self) -> list[Archive]:
        """Return the state as it stands, as one archive for each universe and table."""
        return encode_state(self._state.pack())

    def restore(self, turn: int, archives: Iterable[Archive]) -> Answer:
        """Put a turn's end in place of the present state; answers as `init`, of this state.

        RestoreError for archives that are no state of this run, CommandError for a turn beyond the
        last that a run may have, ScenarioError for a state that cannot be played: nothing changes.
        """
        if not 0 <= turn <= COUNT_MAX:
            raise CommandError(f"turn: expected 0 … {COUNT_MAX}, found {turn}")
        worlds = unpack_worlds(decode_state(archives, self._kept))
        self._routes = check_restored(worlds, self._data)
        self._state.worlds = worlds
        self._ledger.clear()
        self._events.clear()
        return self._stand(turn)

    def draws(self) -> bytes:
        """Return the ledger of the turn so far; an ended turn's until the next step begins."""
        return encode_ledger(self._ledger.entries())

    def events(self) -> bytes:
        """Return the event stream of the turn so far, kept as the ledger is."""
        return encode_events(self._events.events())

    def audit(self, level: str) -> Answer:
        """Check the invariants, which are few enough to be the same at every level."""
        if level not in ("light", "full", "deep"):
            raise CommandError(f"expected the level light, full or deep, found {level}")
        worlds = self._state.worlds
        findings = [violation._asdict() for violation in audit.audit(worlds)]
        counts = {"entities": audit.entities(worlds), "invariants": len(audit.INVARIANTS)}
        return counts | {"findings": findings}

    def rules_fired(self) -> dict[str, dict[str, int]]:
        """Return how often each rule fired since `init`; an undone turn's count stays."""
        return {"rules": self._coverage.fired()}

    def _changes(self) -> dict[tuple[int, str], tuple[list[int], list[list[bytes]]]]:
        """Return slots and values of the rows that the last turn changed, by universe and table."""
        if self._over or self._next != 0:
            raise CommandError("expected the end of a turn, found the middle of one or of a run")
        slots_of = changed_rows(self._kept_before, self._kept)
        return {
            place: (slots, packed_values(self._kept, place, slots))
            for place, slots in slots_of.items()
        }

    def _payload(self, universe: int, table: str, column: str) -> bytes:
        """Return all values of one column, packed."""
        named = [known for known in TABLES.get(table, ()) if known.name == column]
        if not named or universe not in self._routes:
            raise CommandError(f"expected a column, found {universe}/{table}.{column}")
        return pack_column(self._state.world(universe).rows(table), named[0])

    def _run_phase(
        self, step: _Step, phase: str, ordinal: int, commands: Sequence[JsonValue]
    ) -> Answer | None:
        """Play one phase in the step's worlds, and return the halt if a value left its range."""
        function = _PHASES[phase][0]
        worlds = self._state.worlds
        if step.faction != NONE:
            worlds = [self._state.world(step.universe)]
        for world in worlds:
            turn = self._running(world, step, phase, ordinal, commands)
            if step.faction == NONE:
                self._reject_all(turn, first=ordinal == 0 and world is worlds[0])
                function(turn)
            elif phase == "orders" or in_play(world.factions[step.faction]):
                function(turn)
        place = first_out_of_range(worlds, _WRITTEN[phase])
        if place is None:
            return None
        return {"error": "range", "step": self._next, "phase": phase} | place._asdict()

    def _running(
        self, world: World, step: _Step, phase: str, ordinal: int, commands: Sequence[JsonValue]
    ) -> Turn:
        return Turn(
            world=world,
            routes=self._routes[world.universe],
            data=self._data,
            number=self._turn + 1,
            step=self._next,
            phase=phase,
            phase_ordinal=ordinal,
            faction=step.faction,
            commands=commands,
            ledger=self._ledger,
            events=self._events,
            coverage=self._coverage,
        )

    def _reject_all(self, turn: Turn, *, first: bool) -> None:
        """Turn down the commands of a step that takes none, once, before its first rule."""
        if first:
            for ordinal in range(len(turn.commands)):
                turn.reject(ordinal, "wrong_step")

    def _advance(self) -> Answer:
        """Go on to the next step; the last one ends the turn, unless the step was stopped."""
        if self._over:
            return self._ended(False)
        self._next = (self._next + 1) % len(self._steps)
        if self._next > 0:
            return self._ended(False)
        self._kept_before = self._kept
        return self._ended(True) | self._digests(self._turn + 1)

    def _ended(self, turn_ended: bool) -> Answer:
        return {"turn_ended": turn_ended, "universes": self._state.row_counts()}

    def _undo(self) -> None:
        """Bring back the state of the turn's start; the run is over."""
        self._state.unpack(self._kept)
        self._ledger.clear()
        self._events.clear()
        self._over = True

    def _stand(self, turn: int) -> Answer:
        """Stand at the end of a turn, before its ledger and events are anything but empty."""
        self._next = 0
        self._over = False
        digests = self._digests(turn)
        self._kept_before = self._kept
        return {"turn": turn, "universes": self._state.row_counts()} | digests

    def _digests(self, turn: int) -> Answer:
        """Note that a turn has ended, keep its state packed, and return its digests."""
        self._turn = turn
        self._kept = self._state.pack()
        return {
            "state_digest": self._state.digest(turn, self._kept).hex(),
            "ledger_digest": ledger_digest(turn, self.draws()).hex(),
            "events_digest": events_digest(turn, self.events()).hex(),
        }


def _steps(worlds: Iterable[World]) -> list[_Step]:
    """Return the steps of every turn: open, each faction slot of each universe, close."""
    steps = [_Step("open", _OPEN, NONE, NONE)]
    for world in worlds:
        for faction in range(len(world.factions)):
            steps.append(_Step(f"faction {len(steps) - 1}", _FACTION, world.universe, faction))
    return [*steps, _Step("close", _CLOSE, NONE, NONE)]


def _written(columns: str) -> dict[str, list[Column]]:
    """Return the columns that a phase may write, by table, all in schema order."""
    named = set(columns.split())
    written: dict[str, list[Column]] = {}
    for table, known in TABLES.items():
        chosen = [
            column for column in known if f"{table}.*" in named or f"{table}.{column.name}" in named
        ]
        if chosen:
            written[table] = chosen
    return written


_WRITTEN = {phase: _written(columns) for phase, (_, columns) in _PHASES.items()}
