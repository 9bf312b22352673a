"""A log's header and turns as values, and as messages (FORMAT.md, "Messages").

Reading refuses what the writer would not have written; a ValueError says what and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import blake3

from vr_verify.canonical import json_text, sketch
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.model.run import SNAPSHOT_MODES, Command, Digests, Halt, StepSpec, TurnCommands
from vr_verify.runlog import messages

FORMAT: Final = 1
DIGEST_NAMES: Final = ("state", "ledger", "events")
TEXT_BYTES_MAX: Final = {"scenario": 2**28, "schema": 2**24, "commands": 2**26}
"""Size limits in bytes of the JSON texts, since a parsed text takes many times its size."""
TEXT_BRACKETS_MAX: Final = 2**20
"""Lists and objects of a JSON text, which take the most for their bytes; those in texts count."""


@dataclass(frozen=True)
class LogHeader:
    """What a run is made of. `scenario` is canonical JSON; `has` names the digests of each turn.

    `snapshots` is one of `SNAPSHOT_MODES`: how the states of its turns are kept. `sketch_cells`
    is the size of the sketch that every turn has, 0 if none has one.

    The state digest is always one of them: where an engine has none, the harness computes it.
    """

    engine: str
    build: str
    rules_version: str
    scenario: bytes
    schema: Schema
    steps: tuple[StepSpec, ...]
    first_turn: int
    environment: dict[str, str] = field(default_factory=dict)
    has: tuple[str, ...] = ("state",)
    snapshots: str = "delta"
    sketch_cells: int = 0

    @cached_property
    def scenario_digest(self) -> bytes:
        """BLAKE3 of the scenario text, 32 bytes."""
        return blake3.blake3(self.scenario).digest()


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One recorded turn without its state. The first state has no commands: an empty tuple."""

    turn: int
    commands_by_step: TurnCommands
    digests: Digests
    halt: Halt | None
    run_chain: bytes
    ledger_chain: bytes | None
    events_chain: bytes | None
    seal: bytes


def header_message(header: LogHeader) -> bytes:
    """Write a header, of a canonical scenario; ValueError for one that no reader would take."""
    data = messages.serialize(
        "Header",
        format=FORMAT,
        engine=header.engine,
        build=header.build,
        rules_version=header.rules_version,
        scenario=header.scenario.decode(),
        schema=header.schema.text.decode(),
        steps=[{"name": step.name, "phases": step.phases} for step in header.steps],
        first_turn=header.first_turn,
        environment=[
            {"what": what, "value": value} for what, value in sorted(header.environment.items())
        ],
        digests=[name for name in DIGEST_NAMES if name in header.has],
        snapshots=header.snapshots,
        sketch_cells=header.sketch_cells,
    )
    _read_header(data)  # a scenario is checked where it comes in, and takes long to read
    return data


def parse_header(data: bytes) -> LogHeader:
    """Read a header message; ValueError says what is wrong."""
    header = _read_header(data)
    json_text.decode_canonical(header.scenario)
    return header


def _read_header(data: bytes) -> LogHeader:
    message = messages.parse("Header", data)
    _require(message.format == FORMAT, f"log format {FORMAT}", message.format)
    _require(
        message.snapshots in SNAPSHOT_MODES,
        f"snapshots of {', '.join(SNAPSHOT_MODES)}",
        message.snapshots,
    )
    scenario = _sized_text("scenario", message.scenario)
    schema = parse_schema(_sized_text("schema", message.schema))
    facts = {fact.what: fact.value for fact in message.environment}
    order = [fact.what for fact in message.environment]
    _require(order == sorted(facts), "facts of the environment in order", order)
    has = tuple(message.digests)
    known = tuple(name for name in DIGEST_NAMES if name in has)
    _require(has == known and has[:1] == ("state",), "digests: state, then ledger, events", has)
    _require(len(message.steps) > 0, "at least one step", "none")
    if message.sketch_cells:
        sketch.check_cells(message.sketch_cells)
    return LogHeader(
        engine=message.engine,
        build=message.build,
        rules_version=message.rules_version,
        scenario=scenario,
        schema=schema,
        steps=tuple(StepSpec(step.name, tuple(step.phases)) for step in message.steps),
        first_turn=message.first_turn,
        environment=facts,
        has=has,
        snapshots=message.snapshots,
        sketch_cells=message.sketch_cells,
    )


def commands_text(commands_by_step: Sequence[Sequence[Command]]) -> bytes:
    """Write the commands of a turn, by step, as canonical JSON."""
    text = json_text.encode([list(commands) for commands in commands_by_step])
    _check_text("commands", text)
    return text


def parse_commands(text: bytes, header: LogHeader, halted: bool) -> TurnCommands:
    """Read the commands of a turn; a halted one may lack those of steps that never came."""
    steps = json_text.decode_canonical(text)
    _require(isinstance(steps, list), "commands as a list of steps", type(steps).__name__)
    fits = len(steps) <= len(header.steps) if halted else len(steps) == len(header.steps)
    _require(fits, f"commands of {len(header.steps)} steps", len(steps))
    for step in steps:
        whole = isinstance(step, list) and all(isinstance(command, dict) for command in step)
        _require(whole, "a list of objects for each step", type(step).__name__)
    return tuple(tuple(step) for step in steps)


def parse_commands_message(data: bytes, turn: int) -> bytes:
    """Read a Commands message; return the text, of which only the size is checked."""
    message = messages.parse("Commands", data)
    _require(message.turn == turn, f"commands of turn {turn}", message.turn)
    return _sized_text("commands", message.by_step)


def turn_digests(message: Any, header: LogHeader) -> Digests:
    """Read the digests of a Turn message: all that the header names, none after a halt."""
    found: dict[str, bytes | None] = {}
    for name in DIGEST_NAMES:
        digest: bytes = getattr(message, f"{name}_digest")
        wanted = 32 if name in header.has and not message.HasField("halt") else 0
        _require(len(digest) == wanted, f"a {name} digest of {wanted} bytes", len(digest))
        found[name] = digest or None
    return Digests(**found)


def turn_halt(message: Any) -> Halt | None:
    """Read the halt of a Turn message."""
    if not message.HasField("halt"):
        return None
    names = ("error", "step", "phase", "universe", "table", "slot", "column")
    return Halt(**{name: getattr(message.halt, name) for name in names})


def _sized_text(what: str, text: str) -> bytes:
    encoded = text.encode()
    _check_text(what, encoded)
    return encoded


def _check_text(what: str, text: bytes) -> None:
    """Refuse a JSON text that would take too much memory when it is parsed."""
    limit = TEXT_BYTES_MAX[what]
    _require(len(text) <= limit, f"{what} of at most {limit} bytes", len(text))
    brackets = text.count(b"[") + text.count(b"{")
    wanted = f"{what} of at most {TEXT_BRACKETS_MAX} opening brackets"
    _require(brackets <= TEXT_BRACKETS_MAX, wanted, brackets)


def _require(holds: bool, expected: str, found: object) -> None:
    if not holds:
        raise ValueError(f"expected {expected}, found {found!r:.80}")
