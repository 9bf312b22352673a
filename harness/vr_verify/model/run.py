"""The parts of a run as values: commands, steps, digests, halts, row counts.

Spec: engines/PROTOCOL.md, sections 2 and 6. It must not know how they are stored or sent.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

NONE: Final = 2**32 - 1
"""No entity: the slot or universe of something that is about none (PROTOCOL.md, notation)."""

SNAPSHOT_MODES: Final = ("full", "delta", "sparse")
"""How a log keeps the states of its turns (contract, section 8)."""

Command = dict[str, Any]
"""One input from outside the engine: a canonical JSON object."""

TurnCommands = tuple[tuple[Command, ...], ...]
"""The commands of one turn: for each step in order, the commands given to it."""


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step of the turn that an engine declares: its name and its phases' names in order."""

    name: str
    phases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests at a turn's end, 32 bytes each; None where the engine declares none."""

    state: bytes | None = None
    ledger: bytes | None = None
    events: bytes | None = None


@dataclass(frozen=True, slots=True)
class TableRows:
    """Row counts of one universe, one for each table of the schema, in schema order."""

    universe: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Halt:
    """A named error that ended the run, and its place.

    A place that does not apply is `NONE` where it is a number and empty where it is a text.
    """

    error: str
    step: int = NONE
    phase: str = ""
    universe: int = NONE
    table: str = ""
    slot: int = NONE
    column: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Return the halt as PROTOCOL.md section 6 writes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> "Halt":
        """Read the protocol's halt object; ValueError on a missing, extra or ill-typed key."""
        wanted: dict[str, type[str] | type[int]] = {
            "error": str,
            "step": int,
            "phase": str,
            "universe": int,
            "table": str,
            "slot": int,
            "column": str,
        }
        if value.keys() != wanted.keys():
            raise ValueError(f"expected the keys {sorted(wanted)}, found {sorted(value)}")
        for key, kind in wanted.items():
            if type(value[key]) is not kind:
                raise ValueError(f"expected {key} of type {kind.__name__}, found {value[key]!r}")
        halt = cls(**value)  # type: ignore[arg-type]  # checked just above, key by key
        if not all(0 <= number <= NONE for number in (halt.step, halt.universe, halt.slot)):
            raise ValueError(f"expected step, universe and slot as u32, found {halt}")
        return halt
