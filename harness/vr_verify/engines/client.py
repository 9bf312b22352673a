"""An engine as the harness uses it: one worker process, typed calls, every answer validated.

Spec: PROTOCOL.md, section 6. It must not compare anything, and it trusts nothing it is told.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from vr_verify.canonical import archive, events, ledger
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.canonical.state import State, TableData, Universe, check_state
from vr_verify.engines import answers
from vr_verify.engines.process import ErrorAnswer, Launch, WorkerProcess
from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineCrashed, EngineError, EngineProtocolError, UsageError
from vr_verify.model.run import Command, Digests, Halt, StepSpec, TableRows

PROTOCOL = 1
_REQUEST_FILE = "request.bin"
_ALIGNMENT_BYTES = 64
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opening:
    """The answer to `init` or `restore`: where the run stands."""

    turn: int
    rows: tuple[TableRows, ...]
    digests: Digests


@dataclass(frozen=True, slots=True)
class StepResult:
    """The answer to `step`. `digests` are all None unless the turn ended."""

    step: int
    turn: int
    turn_ended: bool
    halt: Halt | None
    digests: Digests
    phase_digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What the engine's own auditor says of the present state."""

    entities: int
    invariants: int
    findings: tuple[answers.Finding, ...]


class Engine:
    """A started engine, `describe`d. Use it as a context manager: its process ends with it.

    `answered` is its last answer as it came; `turn` and `rows` say where the run stands.
    """

    def __init__(
        self, spec: BuildSpec, launch: Launch | None = None, directory: Path | None = None
    ) -> None:
        self.spec = spec
        self.process = WorkerProcess(spec.name, launch or Launch(spec.argv), directory)
        self.schema = Schema(tables=(), text=b"", digest=b"")
        self.steps: tuple[StepSpec, ...] = ()
        self.turn = 0
        self.rows: tuple[TableRows, ...] = ()
        self._step_next = 0
        self._phases_asked = self._stopping = False
        self.answered: dict[str, Any] = {}
        # Whatever ends the first call, Ctrl-C included, ends the process that was started for it.
        with ExitStack() as undo:
            undo.callback(self.close)
            args = {"protocol": PROTOCOL, "directory": str(self.process.directory)}
            self.description = self._ask("describe", args, answers.Description)
            undo.pop_all()
        self.name = self.process.name = self.description.name

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def can(self, capability: str) -> bool:
        """Whether the engine declares a capability."""
        return capability in self.description.capabilities

    @property
    def place_next(self) -> str:
        """The turn and the step that the next `step` plays, in words."""
        turn = self.turn + (1 if self._step_next == 0 else 0)
        return f"turn {turn}, step {self.steps[self._step_next].name}"

    def init(self, scenario: bytes) -> Opening:
        """Start a run from a resolved scenario; UsageError when the engine refuses it."""
        args = {"scenario": self._place([scenario])[0]}
        answer = self._ask("init", args, answers.Initialised)
        text = self._bulk("init", answer.schema)
        self.schema = self._checked("init", lambda: parse_schema(text))
        self.steps = tuple(StepSpec(step.name, step.phases) for step in answer.steps)
        if not self.steps:
            raise self._broken("init", "expected steps with at least one entry, found none")
        return self.stand("init", answer)

    def restore(self, state: State) -> Opening:
        """Put a state in place of the present one; needs `snapshot`, and `init` before it."""
        archives = [
            (universe.id, table.name, self._encoded(data))
            for universe in state.universes
            for table, data in zip(self.schema.tables, universe.tables, strict=True)
        ]
        bulks = self._place([block for _, _, block in archives])
        named = zip(archives, bulks, strict=True)
        listed = [{"universe": u, "table": t} | bulk for (u, t, _), bulk in named]
        args = {"turn": str(state.turn), "archives": listed}
        opening = self.stand("restore", self._ask("restore", args, answers.Opened))
        if opening.turn != state.turn:
            raise self._broken("restore", f"expected turn {state.turn}, found {opening.turn}")
        return opening

    def step(
        self, commands: Sequence[Command], stop_after: int | None = None, phases: bool = False
    ) -> StepResult:
        """Run the next step with its commands; `stop_after` is a phase's ordinal."""
        self.begin_step(commands, stop_after, phases)
        return self.end_step()

    def begin_step(
        self, commands: Sequence[Command], stop_after: int | None = None, phases: bool = False
    ) -> None:
        """Ask for the next step without waiting, so that several engines work at once."""
        self._phases_asked, self._stopping = phases, stop_after is not None
        args = {"commands": list(commands), "stop_after": stop_after, "phases": phases}
        try:
            self.process.send("step", args)
        except ValueError as error:
            raise UsageError(f"the commands of one step make {error}") from error

    def end_step(self) -> StepResult:
        """Wait for the step that was begun, and check that it is the one that was due."""
        answer = self._receive("step", answers.Stepped)
        if answer.step != self._step_next:
            raise self._broken("step", f"expected step {self._step_next}, found {answer.step}")
        turn = self._checked("step", lambda: answers.wide(answer.turn, "turn"))
        if turn != self.turn + (1 if self._step_next == 0 else 0):
            raise self._broken("step", f"found turn {turn} in step {answer.step} after {self.turn}")
        halt = self._checked("step", lambda: answers.halt(answer.halt))
        digests = Digests()
        if answer.turn_ended:
            capabilities = self.description.capabilities
            digests = self._checked("step", lambda: answers.digests(answer, capabilities))
        self._advance(answer, turn, halt)
        return StepResult(
            answer.step, turn, answer.turn_ended, halt, digests, self._phase_digests(answer, halt)
        )

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Read `count` packed values of one column from slot `first` on."""
        args = {"universe": universe, "table": table, "column": column}
        args |= {"first": str(first), "count": str(count)}
        return self._bulk("values", self._ask("values", args, answers.Bulk))

    def state(self) -> State:
        """Read the whole present state, as a snapshot where the engine can give one."""
        call = "snapshot" if self.can("snapshot") else "values"
        state = self._snapshot() if call == "snapshot" else self._values_of_all()
        self._checked(call, lambda: check_state(self.schema, state))
        return state

    def draws(self) -> tuple[ledger.LedgerEntry, ...]:
        """Read the draw ledger of the turn so far."""
        data = self._bulk("draws", self._ask("draws", {}, answers.Bulk))
        entries = self._checked("draws", lambda: ledger.decode_ledger(data))
        if entries != self._checked("draws", lambda: ledger.arrange(entries, self.steps)):
            raise self._broken("draws", "expected entries in canonical order, summed, none zero")
        return entries

    def events(self) -> tuple[events.Event, ...]:
        """Read the event stream of the turn so far."""
        data = self._bulk("events", self._ask("events", {}, answers.Bulk))
        return self._checked("events", lambda: events.decode_events(data))

    def audit(self, level: str) -> Audit:
        """Have the engine's own auditor look at the present state."""
        answer = self._ask("audit", {"level": level}, answers.Audited)
        entities = self._checked("audit", lambda: answers.wide(answer.entities, "entities"))
        return Audit(entities, answer.invariants, answer.findings)

    def rules_fired(self) -> dict[str, int]:
        """Count how often each rule fired since `init`."""
        fired = self._ask("rules_fired", {}, answers.Fired).rules
        return self._checked(
            "rules_fired", lambda: {name: answers.wide(n, name) for name, n in fired.items()}
        )

    def resolve(self, source: str, seed: str | None) -> tuple[bytes, tuple[str, ...]]:
        """Turn a path or shipped name into a scenario and its flaws; only before `init`."""
        answer = self._ask("resolve", {"source": source, "seed": seed}, answers.Resolved)
        return self._bulk("resolve", answer.scenario), answer.flaws

    def _advance(self, answer: answers.Stepped, turn: int, halt: Halt | None) -> None:
        """Note where the run stands after a step, and check that the turn ends when it must."""
        last = self._step_next == len(self.steps) - 1
        if not self._stopping and answer.turn_ended != (last and halt is None):
            found = f"found turn_ended {answer.turn_ended} after step {answer.step}"
            raise self._broken("step", f"{found} of {len(self.steps)}, halt {halt}")
        self.rows = self._rows("step", answer.universes)
        self._step_next = 0 if last else self._step_next + 1
        # A halt undoes the whole turn.
        self.turn = turn if halt is None else turn - 1

    def _phase_digests(self, answer: answers.Stepped, halt: Halt | None) -> tuple[bytes, ...]:
        """Read the digest after each phase, where they were asked for."""
        if not self._phases_asked or halt is not None:
            return ()
        listed = answer.phase_digests
        wanted = len(self.steps[answer.step].phases)
        if listed is None or len(listed) != wanted:
            found = "none" if listed is None else len(listed)
            raise self._broken("step", f"expected {wanted} phase_digests, found {found}")
        return self._checked(
            "step", lambda: tuple(answers.digest(text, "phase_digests") or b"" for text in listed)
        )

    def stand(self, call: str, answer: answers.Opened) -> Opening:
        """Check and keep where `init` or `restore` says that the run stands."""
        self.turn = self._checked(call, lambda: answers.wide(answer.turn, "turn"))
        self.rows = self._rows(call, answer.universes)
        self._step_next = 0
        capabilities = self.description.capabilities
        digests = self._checked(call, lambda: answers.digests(answer, capabilities))
        return Opening(self.turn, self.rows, digests)

    def _rows(self, call: str, universes: tuple[answers.Universe, ...]) -> tuple[TableRows, ...]:
        """Check that there is one row count for each table, universes ascending."""
        ids = [universe.id for universe in universes]
        if ids != sorted(set(ids)):
            raise self._broken(call, f"expected universes ascending by id, found {ids}")
        for universe in universes:
            if len(universe.rows) != len(self.schema.tables) or min(universe.rows, default=0) < 0:
                wanted = f"{len(self.schema.tables)} row counts in universe {universe.id}"
                raise self._broken(call, f"expected {wanted}, found {universe.rows}")
        return tuple(TableRows(universe.id, universe.rows) for universe in universes)

    def _encoded(self, data: TableData) -> bytes:
        return archive.encode_archive(self.schema.digest, data.rows, data.columns)

    def _snapshot(self) -> State:
        """Read the state as archives, which must be those of every table in canonical order."""
        answer = self._ask("snapshot", {}, answers.Snapshot)
        turn = self._checked("snapshot", lambda: answers.wide(answer.turn, "turn"))
        wanted = [(rows.universe, table.name) for rows in self.rows for table in self.schema.tables]
        found = [(item.universe, item.table) for item in answer.archives]
        if (turn, found) != (self.turn, wanted):
            expected = f"turn {self.turn}, archives {wanted}"
            raise self._broken("snapshot", f"expected {expected}; found turn {turn}, {found}")
        listed = iter(answer.archives)
        universes = []
        for rows in self.rows:
            tables = tuple(self._decoded(next(listed), i) for i in range(len(self.schema.tables)))
            if (counts := tuple(table.rows for table in tables)) != rows.rows:
                place = f"the rows {rows.rows} in universe {rows.universe}"
                raise self._broken("snapshot", f"expected {place}, found {counts}")
            universes.append(Universe(rows.universe, tables))
        return State(turn, tuple(universes))

    def _decoded(self, item: answers.ArchiveBulk, table_index: int) -> TableData:
        bulk = answers.Bulk(item.file, item.offset, item.bytes)
        data = self._bulk("snapshot", bulk)
        return self._checked(
            "snapshot", lambda: archive.decode_archive(data, self.schema, table_index)
        )

    def _values_of_all(self) -> State:
        """Read the state column by column."""
        universes = []
        for rows in self.rows:
            tables = []
            for table, count in zip(self.schema.tables, rows.rows, strict=True):
                columns = []
                for column in table.columns:
                    data = self.values(rows.universe, table.name, column.name, 0, count)
                    if len(data) != count * column.width:
                        wanted = (
                            f"{count} values of {column.width} bytes of {table.name}.{column.name}"
                        )
                        raise self._broken("values", f"expected {wanted}, found {len(data)}")
                    columns.append(data)
                tables.append(TableData(count, tuple(columns)))
            universes.append(Universe(rows.universe, tuple(tables)))
        return State(self.turn, tuple(universes))

    def _place(self, blocks: Sequence[bytes]) -> list[dict[str, str]]:
        """Write bulk data for the engine to read, and name each."""
        named = []
        with (self.process.directory / _REQUEST_FILE).open("wb") as file:
            for block in blocks:
                file.write(bytes(-file.tell() % _ALIGNMENT_BYTES))
                bulk = {"file": _REQUEST_FILE, "offset": str(file.tell())}
                named.append(bulk | {"bytes": str(len(block))})
                file.write(block)
        return named

    def _bulk(self, call: str, bulk: answers.Bulk) -> bytes:
        """Read a bulk that the engine has named, which must lie in its own directory."""
        if Path(bulk.file).name != bulk.file:
            raise self._broken(call, f"expected a file of the directory, found {bulk.file!r}")
        offset = self._checked(call, lambda: answers.wide(bulk.offset, "offset"))
        length = self._checked(call, lambda: answers.wide(bulk.bytes, "bytes"))
        path = self.process.directory / bulk.file
        size = path.stat().st_size if path.is_file() else -1
        if offset + length > size:
            wanted = f"{length} bytes at {offset} of {bulk.file}"
            raise self._broken(call, f"expected {wanted}, found a file of {size} bytes")
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def _ask(self, call: str, args: dict[str, Any], kind: type[T]) -> T:
        self.process.send(call, args)
        return self._receive(call, kind)

    def _receive(self, call: str, kind: type[T]) -> T:
        """Wait for an answer of a known shape, and blame an error answer on whom it concerns."""
        try:
            self.answered = self.process.receive()
        except ErrorAnswer as error:
            raise self._blamed(call, error) from error
        return self._checked(call, lambda: answers.read(self.answered, kind))

    def _blamed(self, call: str, error: ErrorAnswer) -> EngineError | UsageError:
        name = self.process.name
        if error.kind == "scenario":
            return UsageError(f"engine {name} refuses the scenario: {error.message}")
        if error.kind == "command" and call == "step":
            where = self.place_next
            return UsageError(f"engine {name} refuses the commands of {where}: {error.message}")
        if error.kind in ("command", "unsupported"):
            return EngineProtocolError(name, f"in {call}: {error.kind}: {error.message}")
        return EngineCrashed(name, f"in {call}: {error.message}{self.process.last_words()}")

    def _broken(self, call: str, problem: str) -> EngineProtocolError:
        return EngineProtocolError(self.process.name, f"answer to {call}: {problem}")

    def _checked(self, call: str, read: Callable[[], T]) -> T:
        """Run a reader of what the engine sent; its ValueError blames the engine."""
        try:
            return read()
        except ValueError as error:
            raise self._broken(call, str(error)) from error
