"""The saboteur's side of the framing: every call goes to the true engine, some answers come false.

It lies at the end of its turn only, so the lie shows in the last phase of the last step. Values,
trees, changed rows and sketches agree with one another unless the lie says otherwise; a capability
that could not be kept so is not declared.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from blake3 import blake3

from vr_verify.canonical import ledger, tree
from vr_verify.canonical.changed_rows import Changes
from vr_verify.canonical.changes import changes_between
from vr_verify.canonical.state import State
from vr_verify.engines import answers
from vr_verify.engines.client import Engine, StepResult
from vr_verify.engines.process import ErrorAnswer
from vr_verify.engines.registry import BuildSpec
from vr_verify.engines.saboteur import bulks, lies
from vr_verify.engines.saboteur.breakdown import BREAKDOWNS
from vr_verify.engines.saboteur.faults import FAULTS, Lie

# What the harness may ask of a saboteur: calls that it does not know it could not lie about.
_PASSED_ON: Final = frozenset(
    {
        "audit",
        "changed_rows",
        "digest",
        "draws",
        "events",
        "phases",
        "resolve",
        "rules_fired",
        "sketch",
        "snapshot",
        "tree",
    }
)
# What it does by itself, whether the true engine can or not.
_OWN: Final = frozenset({"advance", "bulk_commands"})
_FALSE_DIGEST: Final = frozenset({"field", "order", "false-node"})
_FALSE_VALUES: Final = _FALSE_DIGEST | {"digest-of-truth"}
# With these a turn has changed other rows than the true engine knows of.
_OTHER_ROWS: Final = _FALSE_VALUES | {"planted"}

_READINGS: Final = {
    "values": bulks.place_values,
    "snapshot": bulks.place_snapshot,
    "tops": bulks.place_tops,
    "nodes": bulks.place_nodes,
}
_CHANGES: Final = {"changed_rows": bulks.place_changed_rows, "sketch": bulks.place_sketch}


class Saboteur:
    """The true engine, the lie, and whether the lie is being told."""

    def __init__(self, spec: BuildSpec, lie: Lie) -> None:
        self.spec, self.lie = spec, lie
        self.engine: Engine | None = None
        self.directory = Path()
        self.scenario_digest = b""
        self.digest_before: str | None = None
        self.lying = self.breaks_down = self.has_swallowed = False
        self.between_turns = True
        self._advancing = False
        self._false: State | None = None
        # What was shown at the end of the turn before, where that is asked for.
        self._before: State | None = None
        self._read: set[str] = set()
        self._kept: dict[str, bytes] = {}

    def answer(self, call: str, args: dict[str, Any]) -> dict[str, Any]:
        """Serve one call; ErrorAnswer where the true engine gives one.

        `breaks_down` says then whether the answer is the one that the fault breaks.
        """
        self.breaks_down = False
        if call == "describe":
            return self._describe(args)
        engine = self.engine
        assert engine is not None, "describe comes first"
        opening = {"init": self._init, "restore": self._restore, "step": self._step}
        if call in opening:
            return opening[call](engine, args)
        if call in _READINGS and self._reads_false(call, args):
            state = self._false_state(engine)
            named = _READINGS[call](self.directory, engine.schema, state, args)
            return self._false_nodes(named) if call == "nodes" else named
        if call in _CHANGES and self.lying and self.lie.fault in _OTHER_ROWS | {"row-left-out"}:
            engine.process.ask(call, args)  # who may not ask is refused as ever
            return _CHANGES[call](self.directory, engine.schema, self._changes(engine), args)
        if call in self._kept:
            return bulks.place(self.directory, [self._kept[call]])[0]
        if self.lying and call == "draws" and self.lie.fault == "draw":
            return bulks.place(self.directory, [self._false_draws(engine)])[0]
        return engine.process.ask(call, args)

    def advance(self, args: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Play whole turns, and give the answer to the last step of each, as `step` would.

        It advances over the turns before the lie, where it can, and is stepped from there on, so
        that a lie at a turn's end is told here too.
        """
        self.breaks_down = False
        engine = self.engine
        assert engine is not None, "describe comes first"
        turns = bulks.read_listed(self.directory, args["turns"])
        honest = len(turns) if self.lie.fault == "none" else max(0, self.lie.turn - 1 - engine.turn)
        for result in engine.advance(turns[:honest]):
            yield self._at_turn_end(engine, engine.answered)
            if result.halt is not None:
                return
        yield from self._advance_stepped(engine, turns[honest:])

    def _advance_stepped(self, engine: Engine, turns: list[Any]) -> Iterator[dict[str, Any]]:
        self._advancing = True
        try:
            for turn in turns:
                answer: dict[str, Any] = {}
                for commands in turn:
                    asked = {"commands": commands, "stop_after": None, "phases": False}
                    answer = self._step(engine, asked)
                    if answer["halt"] is not None:
                        break
                yield answer
                if answer["halt"] is not None:
                    return
        finally:
            self._advancing = False

    def _describe(self, args: dict[str, Any]) -> dict[str, Any]:
        self.directory = Path(args["directory"])
        self.engine = Engine(self.spec, directory=self.directory)
        described, fault = self.engine.description, self.lie.fault
        if missing := [need for need in FAULTS[fault].needs if not self.engine.can(need)]:
            reason = f"the fault {fault} needs an engine with the capability {missing[0]}"
            raise ErrorAnswer("scenario", f"{reason}; {described.name} has none")
        return {
            "name": f"saboteur-{described.name}",
            "build": f"{described.build} {self.lie.text}",
            "rules_version": described.rules_version,
            "counterpart": described.counterpart,
            "capabilities": sorted(described.capabilities & _PASSED_ON | _OWN),
            "rules": list(described.rules),
        }

    def _init(self, engine: Engine, args: dict[str, Any]) -> dict[str, Any]:
        """Start the run; the true engine's files stand in the directory that is ours too."""
        scenario = bulks.read(self.directory, args["scenario"])
        self.scenario_digest = blake3(scenario).digest()
        engine.init(scenario)
        if not lies.knows_column(self.lie, engine.schema):
            chosen = ".".join(self.lie.column or ())
            reason = f"the fault {self.lie.fault}: expected a column of integers, found {chosen}"
            raise ErrorAnswer("scenario", reason)
        return self._at_turn_end(engine, engine.answered)

    def _restore(self, engine: Engine, args: dict[str, Any]) -> dict[str, Any]:
        if self.lie.fault == "lost-in-restore" and int(args["turn"]) >= self.lie.turn:
            true = bulks.read_state(self.directory, engine.schema, args)
            engine.restore(lies.forgetful_state(self.lie, engine.schema, true))
            return self._at_turn_end(engine, engine.answered)
        answer = engine.process.ask("restore", args)
        engine.stand("restore", answers.read(answer, answers.Opened))
        return self._at_turn_end(engine, answer)

    def _at_turn_end(self, engine: Engine, answer: dict[str, Any]) -> dict[str, Any]:
        """Forget the lie: after `init` or `restore` it begins again at the end of a turn."""
        self.digest_before = answer.get("state_digest")
        self.lying = self.has_swallowed = False
        self.between_turns = True
        self._forget_stand()
        return self._without_digest(engine, answer)

    def _forget_stand(self) -> None:
        """Forget what was read and made up where the engine stood before."""
        self._false = None
        self._read.clear()
        self._kept.clear()

    def _without_digest(self, engine: Engine, answer: dict[str, Any]) -> dict[str, Any]:
        if self.lie.fault != "no-digest" or engine.turn < self.lie.turn:
            return answer
        return {key: value for key, value in answer.items() if key != "state_digest"}

    def _step(self, engine: Engine, args: dict[str, Any]) -> dict[str, Any]:
        self._note_before(engine)
        commands = self._swallowed(engine, bulks.read_listed(self.directory, args["commands"]))
        result = engine.step(commands, args["stop_after"], args["phases"])
        answer = engine.answered
        self._forget_stand()
        self.between_turns = result.turn_ended or result.halt is not None
        if result.halt is not None or not self._is_at_end(engine, result, args["stop_after"]):
            # Within a later turn a false state stays false; within the lie's own it is not yet.
            self.lying = self.lying and self.lie.lasts and result.halt is None
            return answer
        self.lying = self.lie.is_due(result.turn)
        self.breaks_down = self.lying and self.lie.fault in BREAKDOWNS
        before, self.digest_before = self.digest_before, answer.get("state_digest")
        if not self.lying:
            return answer
        return self._false_step(engine, answer, before, args["phases"])

    def _is_at_end(self, engine: Engine, result: StepResult, stop_after: int | None) -> bool:
        """Whether the turn's last phase has been played, even if it is a phase to stop after."""
        last_step, last_phase = len(engine.steps) - 1, len(engine.steps[-1].phases) - 1
        return result.turn_ended or (stop_after == last_phase and result.step == last_step)

    def _swallowed(self, engine: Engine, commands: list[Any]) -> list[Any]:
        """Return the commands to pass on: none to the first step of its time that has any."""
        turn = engine.turn + self.between_turns
        due = self.lie.fault == "swallowed-command" and turn >= self.lie.turn
        if not (due and commands) or self.has_swallowed:
            return commands
        self.has_swallowed = True
        return []

    def _false_step(
        self, engine: Engine, answer: dict[str, Any], before: str | None, watched: bool
    ) -> dict[str, Any]:
        """Put the lie into the answer that ends the turn."""
        fault = self.lie.fault
        if fault == "draw" and answer.get("ledger_digest") is not None:
            digest = ledger.ledger_digest(engine.turn, self._false_draws(engine))
            return answer | {"ledger_digest": digest.hex()}
        if fault == "planted":
            return _with_digest(answer, self._plant(engine))
        true = answer.get("state_digest")
        if true is None:
            return answer
        if fault == "no-digest":
            return self._without_digest(engine, answer)
        if fault == "late":
            return _with_digest(answer, before or true)
        hidden = {
            "right-only-when-watched": watched,
            "right-only-when-stepped": not self._advancing,
        }
        if fault == "wrong-digest" or not hidden.get(fault, True):
            return _with_digest(answer, lies.false_digest(self.lie, bytes.fromhex(true)).hex())
        if fault in _FALSE_DIGEST:
            state = self._false_state(engine)
            digest = tree.state_digest(engine.schema, self.scenario_digest, state)
            return _with_digest(answer, digest.hex())
        return answer

    def _note_before(self, engine: Engine) -> None:
        """Keep what is shown where a turn begins whose changed rows will not be the true ones."""
        if not self.between_turns:
            return
        is_due = self.lie.is_due(engine.turn + 1)
        needed = is_due and self.lie.fault in _OTHER_ROWS and any(map(engine.can, _CHANGES))
        self._before = self._shown(engine) if needed else None

    def _changes(self, engine: Engine) -> Changes:
        """Return the rows that are told as those that the last turn has changed."""
        if self.lie.fault == "row-left-out":
            return lies.false_changes(engine.changed_rows())
        assert self._before is not None, "the lie is told, so its turn was begun"
        return changes_between(engine.schema, self._before, self._shown(engine))

    def _plant(self, engine: Engine) -> str | None:
        """Put a false value into the true engine, and keep what a restore makes it forget."""
        for call in ("draws", "events"):
            if engine.can(call):
                self._kept[call] = bulks.read(self.directory, engine.process.ask(call, {}))
        engine.restore(lies.false_state(self.lie, engine.schema, engine.state()))
        return engine.answered.get("state_digest")

    def _reads_false(self, call: str, args: dict[str, Any]) -> bool:
        """Whether values are read that this lie is about; note that they were read."""
        if not self.lying:
            return False
        if self.lie.fault != "right-until-asked-twice":
            return self.lie.fault in _FALSE_VALUES
        if call in ("tops", "nodes"):
            return False
        named = [str(args[key]) for key in ("universe", "table", "column", "first") if key in args]
        key = ".".join([call, *named])
        again = key in self._read
        self._read.add(key)
        return again

    def _false_state(self, engine: Engine) -> State:
        """Return the state with the lie in it, made once for each turn's end."""
        if self._false is None:
            self._false = lies.false_state(self.lie, engine.schema, engine.state())
        return self._false

    def _shown(self, engine: Engine) -> State:
        """Return the state as whoever asks is shown it."""
        told = self.lying and self.lie.fault in _FALSE_VALUES
        return self._false_state(engine) if told else engine.state()

    def _false_nodes(self, named: dict[str, str]) -> dict[str, str]:
        """Return the answer to `nodes` with the lie in it, if that is the lie."""
        if self.lie.fault != "false-node":
            return named
        nodes = lies.false_nodes(bulks.read(self.directory, named))
        return bulks.place(self.directory, [nodes])[0]

    def _false_draws(self, engine: Engine) -> bytes:
        universe = engine.rows[0].universe if engine.rows else 0
        entries = lies.false_ledger(engine.draws(), engine.steps, universe)
        return ledger.encode_ledger(entries)


def _with_digest(answer: dict[str, Any], digest: str | None) -> dict[str, Any]:
    """Return an answer with another digest of the turn's end, after its last phase too."""
    if digest is None:
        return answer
    answer = answer | {"state_digest": digest}
    if answer.get("phase_digests"):
        answer["phase_digests"] = [*answer["phase_digests"][:-1], digest]
    return answer
