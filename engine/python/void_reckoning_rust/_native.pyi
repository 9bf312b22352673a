"""Types of the native module, written by hand beside `engine/crates/pyo3-bridge`."""

from collections.abc import Sequence
from typing import Any, ClassVar, final

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
class Engine:
    """One run of the engine; `init` comes first. Answers are those of the protocol, section 7.1."""

    def __init__(self) -> None: ...
    def init(self, scenario: bytes) -> dict[str, Any]: ...
    def step(
        self, commands: bytes, stop_after: int | None = None, phases: bool = False
    ) -> dict[str, Any]: ...
    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes: ...
    def snapshot(self) -> list[tuple[int, str, bytes]]: ...
    def restore(self, turn: int, archives: Sequence[tuple[int, str, bytes]]) -> dict[str, Any]: ...
    def routes(self, universe: int, requests: bytes) -> bytes:
        """Next systems (u32 each) of packed requests (from, to: two u32 each) over the lanes."""

    def draws(self) -> bytes: ...
    def events(self) -> bytes: ...
    def audit(self, level: str) -> dict[str, Any]: ...
    def rules_fired(self) -> dict[str, dict[str, int]]: ...

def nothing() -> None:
    """Do nothing: what any call over the bridge costs."""

def call(function: str, arguments: Sequence[Any]) -> Any:
    """Call a pure rule function by its name in RULES.md, as in `shared/fx.mul_floor`."""
