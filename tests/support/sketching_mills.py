"""Mills that sketch their turns or tell what has changed, and ones that do so wrongly."""

from typing import Any

from tests.support.mill_engine import MillEngine
from vr_verify.canonical.changed_rows import Changes
from vr_verify.canonical.changes import changes_between
from vr_verify.canonical.sketch import build


class ChangesMill(MillEngine):
    """Tells the rows that a turn has changed, from the states at its ends."""

    capabilities = (*MillEngine.capabilities, "changed_rows")

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run the next step; keep the state that a turn starts from."""
        if self.ordinal == 0:
            self.before = self.state()
        return super().step(commands, stop_after, phases)

    def changes(self) -> Changes:
        """Find what the last turn has changed."""
        return changes_between(self.schema, self.before, self.state())

    def changed_rows(self) -> list[tuple[Any, list[Any]]]:
        """Give slots and values of all tables."""
        tables = [table for universe in self.changes().universes for table in universe.tables]
        return [(table.slots, list(table.columns)) for table in tables]


class SketchMill(ChangesMill):
    """Sketches its turns itself."""

    capabilities = (*ChangesMill.capabilities, "sketch")

    def sketch(self, cells: int) -> bytes:
        """Give the sketch of the last turn."""
        return build(self.schema, self.changes(), cells).encode()


class FalseSketchMill(SketchMill):
    """In turn 3 one bit of the sketch is wrong."""

    def sketch(self, cells: int) -> bytes:
        """Give the sketch, spoiled."""
        truth = super().sketch(cells)
        return truth[:-1] + bytes([truth[-1] ^ (self.turn == 3)])


class ShortSketchMill(SketchMill):
    """Its sketches lack their last byte."""

    def sketch(self, cells: int) -> bytes:
        """Give a part of the sketch."""
        return super().sketch(cells)[:-1]


class OtherCellsMill(SketchMill):
    """Its sketches say that they have one cell more."""

    def sketch(self, cells: int) -> bytes:
        """Give the sketch with another number in front."""
        return (cells + 1).to_bytes(4, "little") + super().sketch(cells)[4:]
