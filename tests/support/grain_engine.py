"""The granary: a toy engine of a few wide columns, as many rows as the scenario says.

Values and trees are made when they are asked for, so a state of a million rows costs what is read
of it. `spoiled` are slots whose `weight` is one more than that of the others, from turn 1 on.
"""

import json
from typing import Any, Final

from tests.support.mill_engine import ENTITY, column
from vr_verify.canonical import json_text, tree
from vr_verify.canonical.schema import parse_schema
from vr_verify.canonical.tree import ColumnTree

ROWS: Final = 1_000_000
WEIGHT: Final = "weight"
GRAIN: Final = [*ENTITY, *(column(name, "i64", 2**62) for name in (WEIGHT, "age", "price"))]
SCHEMA: Final = json_text.encode(
    {
        "format": "vr-schema/1",
        "tables": [{"columns": GRAIN, "entity": True, "name": "grain"}],
    }
)
_hashed: dict[tuple[str, bytes], ColumnTree] = {}


def granary(name: str = "Granary") -> str:
    """Name a class of this module as a build."""
    return f"python-class:tests.support.grain_engine:{name}"


class Granary:
    """The honest one: nothing ever changes."""

    name = "granary"
    spoiled: tuple[int, ...] = ()

    def describe(self) -> dict[str, Any]:
        """Say who this is."""
        named = {"name": self.name, "build": "b", "rules_version": "1", "counterpart": None}
        capabilities = ["digest", "tree"]
        return named | {"capabilities": capabilities, "rules": []}

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run."""
        self.rows, self.turn = int(json.loads(scenario)["rows"]), 0
        self.scenario, self.schema = tree.blake3(scenario).digest(), parse_schema(SCHEMA)
        steps = [{"name": "day", "phases": ["rest"]}]
        return {"schema": SCHEMA, "steps": steps} | self.stand()

    def stand(self) -> dict[str, Any]:
        """Say where the run stands."""
        universes = [{"id": 0, "rows": [self.rows]}]
        return {"turn": self.turn, "universes": universes, "state_digest": self.digest()}

    def step(self, commands: list[Any], stop_after: int | None, phases: bool) -> dict[str, Any]:
        """Let a day pass."""
        self.turn += 1
        return {"step": 0, "halt": None, "turn_ended": True} | self.stand()

    def payload(self, name: str) -> bytes:
        """Make a column."""
        if name == "generation":
            return (3).to_bytes(4, "little") * self.rows
        if name == "alive":
            return b"\1" * self.rows
        values = bytearray(b"%08d" % len(name) * self.rows)
        if name == WEIGHT and self.turn > 0:
            for slot in self.spoiled:
                values[8 * slot] += 1
        return bytes(values)

    def tree(self, name: str) -> ColumnTree:
        """Hash a column, once for all states that have it so."""
        payload = self.payload(name)
        key = name, tree.blake3(payload).digest()
        if key not in _hashed:
            _hashed[key] = tree.build_column("grain", name, self.rows, payload)
        return _hashed[key]

    def digest(self) -> str:
        """Give the digest of the present state."""
        digests = [self.tree(one.name).digest for one in self.schema.tables[0].columns]
        table = tree.table_digest("grain", self.rows, digests)
        universe = tree.universe_digest(0, [table])
        pair = [(0, universe)]
        return tree.root_digest(self.schema.digest, self.scenario, self.turn, pair).hex()

    def tops(self) -> bytes:
        """Give the tops."""
        return b"".join(self.tree(one.name).levels[-1] for one in self.schema.tables[0].columns)

    def nodes(
        self, universe: int, table: str, column: str, level: int, first: int, count: int
    ) -> bytes:
        """Give nodes."""
        return self.tree(column).levels[level][32 * first : 32 * (first + count)]

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Give values."""
        width = self.schema.table(table).column(column).width
        return self.payload(column)[first * width : (first + count) * width]


class Spoiled(Granary):
    """One grain is another."""

    name = "spoiled"
    spoiled = (777_777,)


class Rotten(Granary):
    """A thousand grains are others, all over the granary."""

    name = "rotten"
    spoiled = tuple(range(5, ROWS, 1000))
