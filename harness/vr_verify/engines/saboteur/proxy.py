"""The saboteur's side of the framing: every call goes to the true engine, some answers come false.

It lies at the end of its turn only, so the lie shows in the last phase of the last step.
"""

from pathlib import Path
from typing import Any

from blake3 import blake3

from vr_verify.canonical import archive, ledger, tree
from vr_verify.canonical.state import State
from vr_verify.engines import answers
from vr_verify.engines.client import Engine
from vr_verify.engines.process import ErrorAnswer
from vr_verify.engines.registry import BuildSpec
from vr_verify.engines.saboteur import faults

_FILE = "saboteur.bin"
_NEEDS = {"draw": "draws", "late": "digest", "digest-of-truth": "digest", "wrong-digest": "digest"}
_ALIGNMENT_BYTES = 64


class Saboteur:
    """The true engine, the lie, and whether the lie is being told."""

    def __init__(self, spec: BuildSpec, fault: str, turn: int) -> None:
        self.spec, self.fault, self.fault_turn = spec, fault, turn
        self.engine: Engine | None = None
        self.directory = Path()
        self.scenario_digest = b""
        self.digest_before: str | None = None
        self.lying = False
        self._false: State | None = None

    def answer(self, call: str, args: dict[str, Any]) -> dict[str, Any]:
        """Serve one call; ErrorAnswer where the true engine gives one."""
        if call == "describe":
            return self._describe(args)
        engine = self.engine
        assert engine is not None, "describe comes first"
        opening = {"init": self._init, "restore": self._restore, "step": self._step}
        if call in opening:
            return opening[call](engine, args)
        if self.lying and call in ("values", "snapshot") and self.fault in faults.FALSE_STATE:
            lies = {"values": self._false_values, "snapshot": self._false_snapshot}
            return lies[call](engine, args)
        if self.lying and call == "draws" and self.fault == "draw":
            return self._placed([self._false_draws(engine)])[0]
        return engine.process.ask(call, args)

    def _describe(self, args: dict[str, Any]) -> dict[str, Any]:
        if self.fault_turn < 1:
            reason = f"the fault {self.fault}: expected a turn from 1, found {self.fault_turn}"
            raise ErrorAnswer("scenario", reason)
        self.directory = Path(args["directory"])
        self.engine = Engine(self.spec, directory=self.directory)
        described = self.engine.description
        need = _NEEDS.get(self.fault)
        if need is not None and not self.engine.can(need):
            reason = f"the fault {self.fault} needs an engine with the capability {need}"
            raise ErrorAnswer("scenario", f"{reason}; {described.name} has none")
        return {
            "name": f"saboteur-{described.name}",
            "build": f"{described.build} {self.fault}@{self.fault_turn}",
            "rules_version": described.rules_version,
            "counterpart": described.counterpart,
            "capabilities": sorted(described.capabilities),
            "rules": list(described.rules),
        }

    def _init(self, engine: Engine, args: dict[str, Any]) -> dict[str, Any]:
        """Start the run; the true engine's files stand in the directory that is ours too."""
        named = args["scenario"]
        with (self.directory / named["file"]).open("rb") as file:
            file.seek(int(named["offset"]))
            scenario = file.read(int(named["bytes"]))
        self.scenario_digest = blake3(scenario).digest()
        engine.init(scenario)
        return self._at_turn_end(engine.answered)

    def _restore(self, engine: Engine, args: dict[str, Any]) -> dict[str, Any]:
        answer = engine.process.ask("restore", args)
        engine.stand("restore", answers.read(answer, answers.Opened))
        return self._at_turn_end(answer)

    def _at_turn_end(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Forget the lie: after `init` or `restore` it begins again at the end of a turn."""
        self.digest_before = answer.get("state_digest")
        self.lying, self._false = False, None
        return answer

    def _step(self, engine: Engine, args: dict[str, Any]) -> dict[str, Any]:
        result = engine.step(args["commands"], args["stop_after"], args["phases"])
        answer, self._false = engine.answered, None
        lasting = self.fault in faults.FALSE_STATE
        last_step, last_phase = len(engine.steps) - 1, len(engine.steps[-1].phases) - 1
        stopped_at_end = args["stop_after"] == last_phase and result.step == last_step
        if result.halt is not None or not (result.turn_ended or stopped_at_end):
            # Within a later turn a false state stays false; within the lie's own it is not yet.
            self.lying = self.lying and lasting and result.halt is None
            return answer
        turn = result.turn
        self.lying = turn >= self.fault_turn if lasting else turn == self.fault_turn
        before, self.digest_before = self.digest_before, answer.get("state_digest")
        return self._false_step(engine, answer, before) if self.lying else answer

    def _false_step(
        self, engine: Engine, answer: dict[str, Any], before: str | None
    ) -> dict[str, Any]:
        """Put the lie into the answer that ends the turn."""
        if self.fault == "draw" and answer.get("ledger_digest") is not None:
            digest = ledger.ledger_digest(engine.turn, self._false_draws(engine))
            return answer | {"ledger_digest": digest.hex()}
        true = answer.get("state_digest")
        if true is None or self.fault in ("digest-of-truth", "draw"):
            return answer
        if self.fault == "late":
            false = before or true
        elif self.fault == "wrong-digest":
            false = faults.false_digest(bytes.fromhex(true)).hex()
        else:
            state = self._false_state(engine)
            false = tree.state_digest(engine.schema, self.scenario_digest, state).hex()
        answer = answer | {"state_digest": false}
        if answer.get("phase_digests"):
            answer["phase_digests"] = [*answer["phase_digests"][:-1], false]
        return answer

    def _false_state(self, engine: Engine) -> State:
        """Return the state with the lie in it, made once for each turn's end."""
        if self._false is None:
            true = engine.state()
            self._false = faults.false_state(self.fault, engine.schema, true)
        return self._false

    def _false_draws(self, engine: Engine) -> bytes:
        universe = engine.rows[0].universe if engine.rows else 0
        entries = faults.false_ledger(engine.draws(), engine.steps, universe)
        return ledger.encode_ledger(entries)

    def _false_values(self, engine: Engine, args: dict[str, Any]) -> dict[str, Any]:
        universe = next(u for u in self._false_state(engine).universes if u.id == args["universe"])
        at = engine.schema.positions[args["table"]]
        table = engine.schema.tables[at]
        index = table.positions[args["column"]]
        width, first = table.columns[index].width, int(args["first"])
        last = first + int(args["count"])
        payload = bytes(universe.tables[at].columns[index])
        return self._placed([payload[first * width : last * width]])[0]

    def _false_snapshot(self, engine: Engine, _args: dict[str, Any]) -> dict[str, Any]:
        state, schema = self._false_state(engine), engine.schema
        pairs = [
            (universe.id, table.name, data)
            for universe in state.universes
            for table, data in zip(schema.tables, universe.tables, strict=True)
        ]
        blocks = [archive.encode_archive(schema.digest, d.rows, d.columns) for _, _, d in pairs]
        named = zip(pairs, self._placed(blocks), strict=True)
        listed = [{"universe": u, "table": name} | bulk for (u, name, _), bulk in named]
        return {"turn": str(state.turn), "archives": listed}

    def _placed(self, blocks: list[bytes]) -> list[dict[str, Any]]:
        """Write false data beside the true engine's, and name them."""
        named: list[dict[str, Any]] = []
        with (self.directory / _FILE).open("wb") as file:
            for block in blocks:
                file.write(bytes(-file.tell() % _ALIGNMENT_BYTES))
                bulk = {"file": _FILE, "offset": str(file.tell()), "bytes": str(len(block))}
                named.append(bulk)
                file.write(block)
        return named
