"""The fast engine behind the harness's protocol: entry point `rust` of `vr_verify.engines`.

Law: PROTOCOL.md, sections 6 and 7.1. Hands calls to the native module, adds who it is and the
scenarios and runs that it can make; decides nothing. It never imports the harness.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from void_reckoning_reference.shared.codec import CodecError, JsonValue, encode_json
from void_reckoning_rust import _native
from void_reckoning_scenarios.generate import generate
from void_reckoning_scenarios.reductions import Reduced, reductions
from void_reckoning_scenarios.resolve import resolve
from void_reckoning_scenarios.smaller.case import Turns
from void_reckoning_scenarios.wild.orders import Turn

CAPABILITIES = (
    "digest",
    "phases",
    "draws",
    "events",
    "snapshot",
    "audit",
    "rules_fired",
    "resolve",
    "generate",
    "reductions",
    "advance",
    "isa",
    "tree",
    "changed_rows",
    "sketch",
)

# The commands of one turn, by step.
Commands: TypeAlias = Sequence[Sequence[JsonValue]]


class RustEngine:
    """The native engine with every method of PROTOCOL.md, section 7.1."""

    def __init__(self) -> None:
        self._engine = _native.Engine()

    def describe(self) -> dict[str, object]:
        """Say who answers; the build's identity is found by the harness from installed files.

        The module's CommandError if the environment asks for threads or instructions that are not.
        """
        _native.surroundings()
        return {
            "name": "rust",
            "build": "",
            "rules_version": _native.RULES_VERSION,
            "counterpart": "python",
            "capabilities": list(CAPABILITIES),
            "rules": list(_native.RULES),
        }

    def init(self, scenario: bytes) -> dict[str, object]:
        """Begin the run of a canonical scenario; the module's ScenarioError if it is none."""
        return self._engine.init(scenario)

    def step(
        self, commands: Sequence[JsonValue], stop_after: int | None, phases: bool
    ) -> dict[str, object]:
        """Run exactly the next step, or its phases up to ordinal `stop_after`.

        The module's CommandError if it may not run now, or for commands without canonical JSON.
        """
        return self._engine.step(_text(commands), stop_after, phases)

    def advance(self, turns: Sequence[Commands]) -> Iterator[dict[str, object]]:
        """Play whole turns, and give the answer to the last step of each; a halt is the last.

        The module's CommandError as of `step`, after the turns before. To be taken to its end.
        """
        texts: list[bytes] = []
        refusal: _native.CommandError | None = None
        for commands_by_step in turns:
            try:
                texts.append(_text([tuple(commands) for commands in commands_by_step]))
            except _native.CommandError as error:
                refusal = error
                break
        for answer in self._engine.advance(b"[" + b",".join(texts) + b"]"):
            yield answer
            if answer["halt"] is not None:
                refusal = None
        if refusal is not None:
            raise refusal

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> memoryview:
        """Return `count` packed values of one column from slot `first` on, without a copy.

        They stay as they are when the world moves on.
        """
        rows = memoryview(self._engine.view(universe, table, column))
        if not 0 <= first <= first + count <= len(rows):
            place = f"{universe}/{table}.{column}"
            raise _native.CommandError(f"no {count} values of {place} from {first} on")
        return rows[first : first + count].cast("B")

    def tops(self) -> bytes:
        """Return the tops of the trees of all columns, 32 bytes each."""
        return self._engine.tops()

    def nodes(
        self, universe: int, table: str, column: str, level: int, first: int, count: int
    ) -> bytes:
        """Return `count` digests of one level of a column's tree from node `first` on."""
        return self._engine.nodes(universe, table, column, level, first, count)

    def changed_rows(self) -> list[tuple[bytes, list[bytes]]]:
        """Return the rows that the last turn has changed: slots and values, by table."""
        return self._engine.changed_rows()

    def sketch(self, cells: int) -> bytes:
        """Return the sketch of the turn that has just ended, of so many cells."""
        return self._engine.sketch(cells)

    def snapshot(self) -> list[tuple[int, str, bytes]]:
        """Return the state as it stands, as one archive for each universe and table."""
        return self._engine.snapshot()

    def restore(
        self, turn: int, archives: Sequence[tuple[int, str, bytes | memoryview]]
    ) -> dict[str, object]:
        """Put a turn's end in place of the present state; answers as `init`, of this state."""
        return self._engine.restore(turn, list(archives))

    def draws(self) -> bytes:
        """Return the ledger of the turn so far; an ended turn's until the next step begins."""
        return self._engine.draws()

    def events(self) -> bytes:
        """Return the event stream of the turn so far, kept as the ledger is."""
        return self._engine.events()

    def audit(self, level: str) -> dict[str, object]:
        """Check the invariants; reads only."""
        return self._engine.audit(level)

    def rules_fired(self) -> dict[str, dict[str, int]]:
        """Return how often each rule fired since `init`."""
        return self._engine.rules_fired()

    def resolve(self, source: str, seed: str | None) -> tuple[bytes, list[dict[str, str]]]:
        """Return the canonical scenario of a path or shipped name, and the flaws found in it."""
        return resolve(source, seed)

    def generate(self, seed: int, size: int) -> tuple[bytes, list[Turn]]:
        """Return a run drawn from a seed: its canonical scenario, and commands by turn and step."""
        return generate(seed, size)

    def reductions(self, scenario: bytes, turns: Turns, after: int) -> Iterator[Reduced]:
        """Give smaller runs, from candidate `after` on: name, scenario or None, turns or None."""
        return reductions(scenario, turns, after)


def _text(commands: Sequence[JsonValue]) -> bytes:
    try:
        return encode_json(tuple(commands)).encode()
    except CodecError as error:
        raise _native.CommandError(f"commands: {error}") from error
