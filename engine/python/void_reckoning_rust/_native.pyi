"""Types of the native module, written by hand beside `engine/crates/pyo3-bridge`."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, TypeAlias, final

# The 3.11 typing of what has the buffer protocol: anything that `memoryview` takes.
Buffer: TypeAlias = bytes | bytearray | memoryview

# What a raw value must be: this one, at least the first and at most the second, one of these.
Filter: TypeAlias = int | tuple[int, int] | set[int] | frozenset[int]

VERSION: str
RULES_VERSION: str
RULES: list[str]

class ScenarioError(ValueError):
    """A scenario that is none; the message starts with the path of the value."""

    kind: ClassVar[str]

class CommandError(ValueError):
    """A call that may not be made like this, or not now."""

    kind: ClassVar[str]

@final
class View:
    """A column of a state as it was: read-only and without a copy, a row an item."""

    def __len__(self) -> int: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...

@final
class Advance:
    """The answers of whole turns, one by one; the run can be asked again when it has ended.

    Dropped before that, it leaves the run at the end of a turn: that of the last answer taken,
    or up to six further on.
    """

    def __iter__(self) -> Iterator[dict[str, Any]]: ...
    def __next__(self) -> dict[str, Any]: ...

@final
class Engine:
    """One run of the engine; `init` comes first. Answers are those of the protocol, section 7.1."""

    def __init__(self) -> None: ...
    def init(self, scenario: bytes) -> dict[str, Any]: ...
    def step(
        self, commands: bytes, stop_after: int | None = None, phases: bool = False
    ) -> dict[str, Any]: ...
    def advance(self, turns: bytes) -> Advance: ...
    def play(self, turns: bytes) -> int: ...
    def view(self, universe: int, table: str, column: str) -> View: ...
    def tops(self) -> bytes: ...
    def nodes(
        self, universe: int, table: str, column: str, level: int, first: int, count: int
    ) -> bytes: ...
    def changed_rows(self) -> list[tuple[bytes, list[bytes]]]: ...
    def sketch(self, cells: int) -> bytes: ...
    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Copy some values of a column; `view` gives all of them without a copy."""

    def snapshot(self) -> list[tuple[int, str, bytes]]: ...
    def restore(self, turn: int, archives: Sequence[tuple[int, str, Buffer]]) -> dict[str, Any]: ...
    def routes(self, universe: int, requests: bytes) -> bytes:
        """Next systems (u32 each) of packed requests (from, to: two u32 each) over the lanes."""

    def select(
        self,
        universe: int,
        table: str,
        filters: Sequence[tuple[str, Filter]] = (),
        sort: tuple[str, bool] | None = None,
        limit: int | None = None,
    ) -> tuple[bytes, int, bool]:
        """Find the live rows of a table as it is now that pass all filters; changes nothing.

        `filters` are columns and what their raw values must be, as in `("hp", (0, 10 << 32))`;
        `sort` is a column and whether its greatest value comes first; equal rows stay in the
        order of their slots. Returns the slots (u32 each), how many rows pass, and whether these
        are more than `limit`. CommandError for a table or column that is not there, TypeError for
        a filter that is none.
        """

    def draws(self) -> bytes: ...
    def events(self) -> bytes: ...
    def audit(self, level: str) -> dict[str, Any]: ...
    def rules_fired(self) -> dict[str, dict[str, int]]: ...

def nothing() -> None:
    """Do nothing: what any call over the bridge costs."""

def surroundings() -> tuple[int, str]:
    """Return threads and instruction set in use; CommandError if VR_THREADS or VR_ISA is wrong."""

def call(function: str, arguments: Sequence[Any]) -> Any:
    """Call a pure rule function by its name in RULES.md, as in `shared/fx.mul_floor`."""
