"""Mills whose faults hang on a known part of the run, so that the least run that fails is known."""

from dataclasses import replace
from typing import Any

from tests.support.fertile_mill import FertileMill
from tests.support.fuzz_mills import HardyMill
from vr_verify.canonical import archive
from vr_verify.canonical.state import State

TIPSY_FROM = 40
_ALIVE = 1


def build(name: str) -> str:
    """Name a class of this module as a build."""
    return f"python-class:tests.support.shrunk_mills:{name}"


class Tipsy(HardyMill):
    """Takes one toll too much where a cell of universe 3 is given much water in an evening."""

    name = "tipsy"
    capabilities = tuple(one for one in HardyMill.capabilities if one != "snapshot")

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run the next step, and remember what was given in it."""
        given = [c for c in commands if c["universe"] == 3 and int(c["add"]) >= TIPSY_FROM]
        self.spilled = bool(given) and self.ordinal == 1
        return super().step(commands, stop_after, phases)

    def pay(self) -> None:
        """Pay, and spill."""
        super().pay()
        self.treasury[3] += self.spilled


class Twofold(HardyMill):
    """From turn 2 on its third cell is a step too wet; where it has none, its toll is too high."""

    name = "twofold"

    def pay(self) -> None:
        """Pay, and spoil one or the other."""
        super().pay()
        if self.turn >= 2 and len(self.water[0]) >= 3:
            self.water[0][2] += 1
        elif self.turn >= 2:
            self.treasury[0] += 1


class FertileSlow(FertileMill):
    """Knows smaller runs itself; from turn 2 on one of its values is wrong in universe 3."""

    name = "fertile-slow"

    def grind(self) -> None:
        """Grind, and spoil it."""
        super().grind()
        if self.turn >= 2:
            self.water[3][-1] += 1


class Living(HardyMill):
    """Its cells may be dead: then nothing is told of them."""

    name = "living"

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run in which all cells live."""
        self.lives: dict[int, tuple[bytes, bytes]] = {}
        return super().init(scenario)

    def restore(self, turn: int, archives: list[tuple[int, str, bytes]]) -> dict[str, Any]:
        """Put a state in place of the present one, the dead included."""
        for universe, name, data in archives:
            if name == "cell":
                table = archive.decode_archive(data, self.schema, self.schema.positions[name])
                self.lives[universe] = bytes(table.columns[0]), bytes(table.columns[1])
        return super().restore(turn, archives)

    def state(self) -> State:
        """Give the canonical state."""
        whole = super().state()
        universes = []
        for universe in whole.universes:
            cells, treasury = universe.tables
            if universe.id in self.lives:
                life = self.lives[universe.id]
                values = [bytes(column) for column in cells.columns[_ALIVE + 1 :]]
                hidden = [_hidden(column, life[_ALIVE]) for column in values]
                cells = replace(cells, columns=(*life, *hidden))
            universes.append(replace(universe, tables=(cells, treasury)))
        return replace(whole, universes=tuple(universes))


def _hidden(values: bytes, alive: bytes) -> bytes:
    """Return a column with zeros for the dead."""
    width = len(values) // len(alive)
    parts = [values[at * width : (at + 1) * width] for at in range(len(alive))]
    return b"".join(p if a else bytes(width) for p, a in zip(parts, alive, strict=True))


class LivingSlow(Living):
    """The same; from turn 2 on the second cell of universe 3 has a step too much water."""

    name = "living-slow"

    def grind(self) -> None:
        """Grind, and spoil it."""
        super().grind()
        if self.turn >= 2:
            self.water[3][1] += 1
