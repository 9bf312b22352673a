"""The mill: a toy engine with every capability, so that the harness can show all that it finds.

Cells take in rain (drawn), grind it and pay a toll. Digests are computed by the harness's own
code here: the mill tests the harness around them, `tests/harness/canonical` tests the digests.
"""

import json
from typing import Any

from vr_verify.canonical import archive, events, json_text, ledger, tree
from vr_verify.canonical.schema import parse_schema
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.model.run import NONE, StepSpec

STEPS = (StepSpec("morning", ("rain", "soak")), StepSpec("evening", ("grind", "pay")))
WATER_MAX = 10**6
CAPABILITIES = ("audit", "digest", "draws", "events", "phases", "resolve", "rules_fired")


def column(name: str, kind: str, maximum: int, scale: int = 1, unit: str = "count") -> Any:
    """Describe a column."""
    limits = {"max": str(maximum), "min": "0"}
    return {"name": name, "scale": str(scale), "type": kind, "unit": unit} | limits


ENTITY = [column("generation", "u32", 2**32 - 1), column("alive", "bool", 1)]
CELL = [*ENTITY, column("water", "i64", WATER_MAX, 4, "litres"), column("flour", "u32", 2**32 - 1)]
SCHEMA = json_text.encode(
    {
        "format": "vr-schema/1",
        "tables": [
            {"columns": CELL, "entity": True, "name": "cell"},
            {"columns": [column("toll", "u64", 2**63)], "entity": False, "name": "treasury"},
        ],
    }
)


class RefusalError(Exception):
    """A bad scenario or command; the worker passes `kind` on."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class MillEngine:
    """Two universes with the same rule and other water."""

    name = "mill"
    rules_version = "1"
    capabilities: tuple[str, ...] = (*CAPABILITIES, "snapshot")

    def __init__(self) -> None:
        self.schema = parse_schema(SCHEMA)

    def describe(self) -> dict[str, Any]:
        """Say who this is."""
        named = {"name": self.name, "build": "b", "rules_version": self.rules_version}
        rules = ["rain", "soak", "grind", "pay", "flood"]
        return named | {
            "counterpart": "mill",
            "capabilities": list(self.capabilities),
            "rules": rules,
        }

    def resolve(self, source: str, seed: str | None) -> tuple[bytes, list[dict[str, str]]]:
        """Make a scenario of `mill-N` (N cells), or read a file."""
        if source.startswith("mill-"):
            cells = [str(3 * slot) for slot in range(int(source.removeprefix("mill-")))]
            value = {"cells": cells, "limit": str(WATER_MAX), "seed": seed or "1"}
            return json_text.encode(value), []
        with open(source, "rb") as file:  # noqa: PTH123 - the shortest way
            value = json.loads(file.read())
        found = {
            "file": "",
            "key": "/cells",
            "kind": "missing",
            "found": "none",
            "done": "none made",
        }
        return json_text.encode(value), [] if value.get("cells") else [found]

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run."""
        value = json.loads(scenario)
        if not value.get("cells"):
            raise RefusalError("scenario", "cells: expected at least one, found none")
        water = [int(text) for text in value["cells"]]
        self.scenario, self.limit = tree.blake3(scenario).digest(), int(value["limit"])
        self.idle_from = int(value.get("idle_from", str(2**32)))
        self.seed, self.turn, self.ordinal = int(value["seed"]), 0, 0
        self.water = {0: water, 3: [2 * amount for amount in water]}
        self.flour = {universe: [0] * len(water) for universe in self.water}
        self.treasury = dict.fromkeys(self.water, 0)
        self.fired = dict.fromkeys(self.describe()["rules"], 0)
        self.ledger: list[ledger.LedgerEntry] = []
        self.stream: list[events.Event] = []
        steps = [{"name": step.name, "phases": list(step.phases)} for step in STEPS]
        return {"schema": SCHEMA, "steps": steps} | self.opening()

    def opening(self) -> dict[str, Any]:
        """Say where the run stands."""
        return {"turn": self.turn, "universes": self.universes()} | self.digests()

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run the next step, phase by phase."""
        if self.ordinal == 0:
            self.kept = self.memory()
            self.turn, self.ledger, self.stream = self.turn + 1, [], []
        step, ordinal = STEPS[self.ordinal], self.ordinal
        for command in commands:
            if command.keys() != {"universe", "slot", "add"}:
                raise RefusalError("command", f"expected universe, slot and add, found {command}")
            self.water[command["universe"]][command["slot"]] += int(command["add"])
        answer: dict[str, Any] = {"step": ordinal, "turn": self.turn, "halt": None}
        after: list[str] = []
        for at, phase in enumerate(step.phases):
            self.fired[phase] += 1
            if self.turn < self.idle_from:
                getattr(self, phase)()
            if (halt := self.out_of_range(phase)) is not None:
                self.recall(self.kept)
                ended = {"halt": halt, "turn_ended": False, "universes": self.universes()}
                return answer | ended
            if phases:
                after.append(self.state_digest())
            if stop_after == at:
                return answer | {"turn_ended": False, "universes": self.universes()}
        self.ordinal = (ordinal + 1) % len(STEPS)
        answer |= {"turn_ended": self.ordinal == 0, "universes": self.universes()}
        answer |= {"phase_digests": after} if phases else {}
        return answer | (self.digests() if self.ordinal == 0 else {})

    def rain(self) -> None:
        """Each cell takes a number that depends on the seed, the turn and its slot only."""
        for universe, water in self.water.items():
            for slot in range(len(water)):
                water[slot] += (self.seed * 31 + self.turn * 7 + slot * 5 + universe) % 11
            place = (universe, 0, "rain", "mill.rain", (self.turn,), "mill.rain.drops")
            self.ledger.append(ledger.LedgerEntry(*place, len(water)))

    def soak(self) -> None:
        """Water sinks to the next cell."""
        for water in self.water.values():
            for slot in range(1, len(water)):
                sunk = water[slot - 1] // 4
                water[slot - 1], water[slot] = water[slot - 1] - sunk, water[slot] + sunk

    def grind(self) -> None:
        """Water becomes flour; the first cell's flour is an event."""
        for universe, water in self.water.items():
            for slot, amount in enumerate(water):
                ground = amount // 10
                water[slot] -= ground
                self.flour[universe][slot] += ground
            fields = (("flour", self.flour[universe][0]),)
            event = (universe, 1, "grind", "ground", "cell", 0, 1, NONE, fields, "the wheel turned")
            self.stream.append(events.Event(*event))

    def pay(self) -> None:
        """The miller takes a tenth of the first cell's flour."""
        for universe, flour in self.flour.items():
            taken = flour[0] // 10
            flour[0] -= taken
            self.treasury[universe] += taken

    def out_of_range(self, phase: str) -> dict[str, Any] | None:
        """Find the first cell with more water than the scenario's limit."""
        for universe, water in self.water.items():
            for slot, amount in enumerate(water):
                if amount > self.limit:
                    place = {"universe": universe, "table": "cell", "slot": slot}
                    named = {"error": "flood", "step": self.ordinal, "phase": phase}
                    return named | place | {"column": "water"}
        return None

    def memory(self) -> tuple[int, Any, Any, Any]:
        """Copy what a halt must bring back."""
        copies = [{key: list(row) for key, row in d.items()} for d in (self.water, self.flour)]
        return self.turn, copies[0], copies[1], dict(self.treasury)

    def recall(self, kept: tuple[int, Any, Any, Any]) -> None:
        """Undo the turn."""
        self.turn, self.water, self.flour, self.treasury = kept
        self.ordinal = 0

    def universes(self) -> list[dict[str, Any]]:
        """Give the row counts."""
        return [{"id": universe, "rows": [len(row), 1]} for universe, row in self.water.items()]

    def state(self) -> State:
        """Give the canonical state."""
        universes = []
        for universe, water in self.water.items():
            rows = len(water)
            alive = (1).to_bytes(4, "little") * rows, b"\1" * rows
            amounts = b"".join(amount.to_bytes(8, "little") for amount in water)
            ground = b"".join(flour.to_bytes(4, "little") for flour in self.flour[universe])
            cells = TableData(rows, (*alive, amounts, ground))
            treasury = TableData(1, (self.treasury[universe].to_bytes(8, "little"),))
            universes.append(Universe(universe, (cells, treasury)))
        return State(self.turn, tuple(universes))

    def state_digest(self) -> str:
        """Give the digest of the present state."""
        return tree.state_digest(self.schema, self.scenario, self.state()).hex()

    def digests(self) -> dict[str, str]:
        """Give all digests of a turn's end."""
        drawn, happened = self.draws(), self.events()
        return {
            "state_digest": self.state_digest(),
            "ledger_digest": ledger.ledger_digest(self.turn, drawn).hex(),
            "events_digest": events.events_digest(self.turn, happened).hex(),
        }

    def draws(self) -> bytes:
        """Give the ledger of the turn so far."""
        return ledger.encode_ledger(ledger.arrange(self.ledger, STEPS))

    def events(self) -> bytes:
        """Give the event stream of the turn so far."""
        return events.encode_events(self.stream)

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Give a part of a column."""
        found = next(u for u in self.state().universes if u.id == universe)
        at = self.schema.positions[table]
        spec = self.schema.tables[at]
        width = spec.column(column).width
        payload = bytes(found.tables[at].columns[spec.positions[column]])
        return payload[first * width : (first + count) * width]

    def snapshot(self) -> list[tuple[int, str, bytes]]:
        """Give the state as archives."""
        return [
            (u.id, table.name, archive.encode_archive(self.schema.digest, data.rows, data.columns))
            for u in self.state().universes
            for table, data in zip(self.schema.tables, u.tables, strict=True)
        ]

    def restore(self, turn: int, archives: list[tuple[int, str, bytes]]) -> dict[str, Any]:
        """Put a state in place of the present one."""
        self.turn, self.ordinal, self.ledger, self.stream = turn, 0, [], []
        for universe, name, data in archives:
            table = archive.decode_archive(data, self.schema, self.schema.positions[name])
            if name == "cell":
                self.water[universe] = list(memoryview(bytes(table.columns[2])).cast("q"))
                self.flour[universe] = list(memoryview(bytes(table.columns[3])).cast("I"))
            else:
                self.treasury[universe] = int.from_bytes(table.columns[0], "little")
        return self.opening()

    def audit(self, level: str) -> dict[str, Any]:
        """Find cells that are dry, a finding that a test can plant by a scenario."""
        dry = [slot for slot, amount in enumerate(self.water[0]) if amount == 0]
        findings = [
            {
                "rule": "wet",
                "severity": "major",
                "universe": 0,
                "entity": f"0/cell/{slot}:1",
                "message": "a dry cell",
            }
            for slot in dry
        ]
        return {"entities": len(self.water[0]), "invariants": 1, "findings": findings}

    def rules_fired(self) -> dict[str, Any]:
        """Count how often each rule fired."""
        return {"rules": self.fired}
