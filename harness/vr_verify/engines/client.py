"""An engine as the harness uses it: one worker process, typed calls, every answer validated.

Spec: PROTOCOL.md, section 6. It must not compare anything, and it trusts nothing it is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vr_verify.canonical import archive, events, json_text, ledger
from vr_verify.canonical.schema import parse_schema
from vr_verify.canonical.state import STATE_BYTES_MAX, State, TableData
from vr_verify.engines import answers, run_text
from vr_verify.engines.process import ErrorAnswer
from vr_verify.engines.reading import StateReading
from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineCrashed, EngineError, EngineProtocolError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.report import Flaw
from vr_verify.model.run import Command, Digests, Halt, StepSpec, TableRows, TurnCommands

ADVANCE_TURNS_MAX = 1000
SCHEMA_BYTES_MAX, SCENARIO_BYTES_MAX = 2**24, 2**28


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


class Engine(StateReading):
    """A started engine, `describe`d. Use it as a context manager: its process ends with it.

    `answered` is its last answer as it came, in an `advance` that of the last turn taken; `turn`
    and `rows` say where the run stands.
    """

    def __init__(
        self, spec: BuildSpec, limits: Limits | None = None, directory: Path | None = None
    ) -> None:
        self.steps: tuple[StepSpec, ...] = ()
        self._step_next = 0
        self._phases_asked = self._stopping = self._commanded = False
        super().__init__(spec, limits, directory)

    @property
    def place_next(self) -> str:
        """The turn and the step that the next `step` plays, in words."""
        if not self.steps:
            return "the start"
        turn = self.turn + (1 if self._step_next == 0 else 0)
        return f"turn {turn}, step {self.steps[self._step_next].name}"

    def init(self, scenario: bytes) -> Opening:
        """Start a run from a resolved scenario; UsageError when the engine refuses it."""
        args = {"scenario": self._place([scenario])[0]}
        answer = self._ask("init", args, answers.Initialised)
        text = self._bulk("init", answer.schema, SCHEMA_BYTES_MAX)
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
        self._commanded = bool(commands)
        args = {"stop_after": stop_after, "phases": phases}
        self._send_listed("step", "commands", list(commands), args)

    def end_step(self) -> StepResult:
        """Wait for the step that was begun, and check that it is the one that was due."""
        answer = self._receive("step", answers.Stepped)
        if answer.step != self._step_next:
            raise self._broken("step", f"expected step {self._step_next}, found {answer.step}")
        return self._stepped(answer)

    def advance(self, turns: Sequence[TurnCommands]) -> Iterator[StepResult]:
        """Play whole turns, and give the result of the last step of each; a halt is the last one.

        The first turns are asked for at once, so that several engines work at the same time. All
        results must be taken before the next call.
        """
        assert self._step_next == 0, "a turn has been begun by steps"
        if not self.can("advance"):
            return self._stepped_turns(turns)
        parts = [turns[i : i + ADVANCE_TURNS_MAX] for i in range(0, len(turns), ADVANCE_TURNS_MAX)]
        if parts:
            self._begin_advance(parts[0])
        return self._advanced(parts)

    def _stepped_turns(self, turns: Sequence[TurnCommands]) -> Iterator[StepResult]:
        """Play whole turns step by step, for an engine that cannot advance by itself."""
        for commands_by_step in turns:
            results = []
            for commands in commands_by_step:
                results.append(self.step(commands))
                if results[-1].halt is not None:
                    yield results[-1]
                    return
            yield results[-1]

    def _begin_advance(self, turns: Sequence[TurnCommands]) -> None:
        self._phases_asked = self._stopping = False
        self._commanded = any(any(turn) for turn in turns)
        self._send_listed("advance", "turns", [list(map(list, turn)) for turn in turns], {})

    def _advanced(self, parts: Sequence[Sequence[TurnCommands]]) -> Iterator[StepResult]:
        """Read what `advance` streams back, part by part."""
        for number, turns in enumerate(parts):
            if number:
                self._begin_advance(turns)
            halted = False
            for count in range(1, len(turns) + 1):
                result = self._end_turn()
                halted = result.halt is not None
                if halted or count == len(turns):
                    self._end_advance(count)
                yield result
                if halted:
                    return

    def _end_turn(self) -> StepResult:
        """Read the result of one turn of `advance`, which tells of its last step only."""
        key, frame = self._receive_part("advance")
        if key != "turn":
            raise self._broken("advance", "expected the key turn for each turn, found ok")
        self.answered = frame
        answer = self._checked("advance", lambda: answers.read(frame, answers.Stepped))
        last = len(self.steps) - 1
        if not 0 <= answer.step <= last or (answer.halt is None and answer.step != last):
            raise self._broken("advance", f"expected step {last} or a halt, found {answer.step}")
        if answer.step > 0:
            self.turn += 1
        self._step_next = answer.step
        return self._stepped(answer)

    def _end_advance(self, count: int) -> None:
        told = self.answered
        answer = self._receive("advance", answers.Advanced)
        self.answered = told
        if answer.turns != str(count):
            raise self._broken("advance", f"expected {count} turns, found {answer.turns!r}")

    def _stepped(self, answer: answers.Stepped) -> StepResult:
        """Check a step's answer against where the run stands, and move on."""
        turn = self._checked("step", lambda: answers.wide(answer.turn, "turn"))
        if turn != self.turn + (1 if self._step_next == 0 else 0):
            raise self._broken("step", f"found turn {turn} in step {answer.step} after {self.turn}")
        halt = self._checked("step", lambda: answers.halt(answer.halt))
        digests = Digests()
        if answer.turn_ended:
            capabilities = self.description.capabilities
            digests = self._checked("step", lambda: answers.digests(answer, capabilities))
        self._move_on(answer, turn, halt)
        return StepResult(
            answer.step, turn, answer.turn_ended, halt, digests, self._phase_digests(answer, halt)
        )

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
        return self._checked(
            "events", lambda: events.declared(events.decode_events(data), self.steps)
        )

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

    def resolve(self, source: str, seed: str | None) -> tuple[bytes, tuple[Flaw, ...]]:
        """Turn a path or shipped name into a scenario and its flaws; only before `init`."""
        answer = self._ask("resolve", {"source": source, "seed": seed}, answers.Resolved)
        scenario = self._bulk("resolve", answer.scenario, SCENARIO_BYTES_MAX)
        self._checked("resolve", lambda: json_text.decode_canonical(scenario))
        flaws = self._bulk("resolve", answer.flaws)
        return scenario, self._checked("resolve", lambda: answers.flaws(flaws))

    def generate(self, seed: int, size: int) -> tuple[bytes, tuple[TurnCommands, ...]]:
        """Have a run made: its scenario, and commands by turn and step; needs `generate`.

        `seed` is a u64, `size` 0 to 1000. How many steps a turn has is known after `init` only.
        """
        args = {"seed": str(seed), "size": size}
        answer = self._ask("generate", args, answers.Generated)
        data = self._bulk("generate", answer.run, run_text.RUN_BYTES_MAX)
        return self._checked("generate", lambda: run_text.read_run(data))

    def reductions(
        self, scenario: bytes, turns: Sequence[TurnCommands], after: int
    ) -> list[run_text.Reduction]:
        """Ask for runs smaller than this one, from candidate `after` on; needs `reductions`.

        They come in pages: go on after the last one; an empty list is the end.
        """
        text = run_text.write_run(scenario, turns)
        args = {"run": self._place([text])[0], "after": after}
        answer = self._ask("reductions", args, answers.Reduced)
        data = self._bulk("reductions", answer.runs, run_text.RUN_BYTES_MAX)
        return self._checked("reductions", lambda: run_text.read_reductions(data))

    def _blamed(self, call: str, error: ErrorAnswer) -> EngineError | UsageError:
        """Blame the engine where it refuses what was not given."""
        if error.kind == "scenario" and call == "generate":
            return EngineProtocolError(self.process.name, f"in {call}: {error.message}")
        if error.kind == "command" and call in ("step", "advance") and not self._commanded:
            words = f"in {call}, without commands: {error.message}{self.process.last_words()}"
            return EngineCrashed(self.process.name, words)
        return super()._blamed(call, error)

    def _move_on(self, answer: answers.Stepped, turn: int, halt: Halt | None) -> None:
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
        size = sum(
            archive.archive_bytes(table, rows)
            for universe in universes
            for table, rows in zip(self.schema.tables, universe.rows, strict=True)
        )
        if size > STATE_BYTES_MAX:
            raise self._broken(call, f"expected a state of at most 4 GiB, found {size} bytes")
        return tuple(TableRows(universe.id, universe.rows) for universe in universes)

    def _encoded(self, data: TableData) -> bytes:
        return archive.encode_archive(self.schema.digest, data.rows, data.columns)
