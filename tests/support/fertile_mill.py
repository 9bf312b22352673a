"""A mill that makes runs and makes them smaller; the plain one leaves both to the harness.

Spec: PROTOCOL.md, section 6.5. Its order of cuts: cells, commands, the water of a cell.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tests.support.mill_engine import CAPABILITIES, WATER_MAX, MillEngine
from vr_verify.canonical import json_text

Turns = list[list[list[dict[str, Any]]]]
Candidate = tuple[str, bytes | None, Turns | None]


class FertileMill(MillEngine):
    """Has every capability there is."""

    name = "fertile"
    capabilities = (*CAPABILITIES, "snapshot", "generate", "reductions")

    def generate(self, seed: int, size: int) -> tuple[bytes, Turns]:
        """Make a run of `size` + 1 cells and turns."""
        cells = [str((seed * 7 + slot * 13) % 50) for slot in range(size + 1)]
        value = {"cells": cells, "limit": str(WATER_MAX), "seed": str(seed % 1000)}
        water = {"add": str(seed % 9), "universe": 3, "slot": seed % (size + 1)}
        return json_text.encode(value), [[[water], []] for _ in range(size + 1)]

    def reductions(self, scenario: bytes, turns: Turns, after: int) -> Iterator[Candidate]:
        """Offer the run without each cell, without each turn's commands, with each cell dry."""
        return islice(self.candidates(json.loads(scenario), turns), after, None)

    def candidates(self, value: dict[str, Any], turns: Turns) -> Iterator[Candidate]:
        """Give all candidates in order."""
        cells = value["cells"]
        for slot in range(len(cells) if len(cells) > 1 else 0):
            fewer = value | {"cells": cells[:slot] + cells[slot + 1 :]}
            yield f"cell {slot}", json_text.encode(fewer), without_cell(turns, slot)
        for number, steps in enumerate(turns):
            if any(steps):
                kept = [*turns[:number], [[] for _ in steps], *turns[number + 1 :]]
                yield f"commands of turn {number + 1}", None, kept
        for slot, water in enumerate(cells):
            if water != "0":
                dry = value | {"cells": [*cells[:slot], "0", *cells[slot + 1 :]]}
                yield f"water of cell {slot}", json_text.encode(dry), None


def without_cell(turns: Turns, slot: int) -> Turns:
    """Drop the commands about a cell, and renumber those about later ones."""
    return [
        [
            [c | {"slot": c["slot"] - (c["slot"] > slot)} for c in step if c["slot"] != slot]
            for step in steps
        ]
        for steps in turns
    ]


class ShyMill(FertileMill):
    """Declares both capabilities and has neither method."""

    name = "shy"
    generate = reductions = None  # type: ignore[assignment]


class CrossMill(FertileMill):
    """Refuses to make anything, and says that the scenario is to blame."""

    name = "cross"

    def generate(self, seed: int, size: int) -> tuple[bytes, Turns]:
        """Refuse."""
        error = ValueError("cells: expected other ones")
        error.kind = "scenario"  # type: ignore[attr-defined]
        raise error

    def reductions(self, scenario: bytes, turns: Turns, after: int) -> Iterator[Candidate]:
        """Refuse as well."""
        self.generate(0, 0)
        yield from ()
