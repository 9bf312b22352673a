"""Both engines on `small`, where states that no run leaves behind are restored and played on."""

from typing import Any

from tests.twins.pair import Commands, Pair, plain, small
from tests.twins.states import Archives, Tables, read
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine

TURNS = 5


class Bench:
    """Both engines some turns on; each test restores a state of its own."""

    def __init__(self, turns: int) -> None:
        self.pair = Pair(small())
        for _ in range(turns):
            self.pair.turn()
        self.turn = turns
        self.start: Archives = self.pair.same("snapshot")

    def tables(self) -> Tables:
        """Return the rows of the state to tamper with."""
        return read(self.start)

    def answer(self, archives: Archives) -> str:
        """Restore a state on both: empty if both take it, else the kind with which both refuse."""
        python, rust = (self._kind(one, archives) for one in (self.pair.python, self.pair.rust))
        assert python[0] == rust[0], f"python: {python}, rust: {rust}"
        return python[0]

    def _kind(self, engine: PythonEngine | RustEngine, archives: Archives) -> tuple[str, str]:
        """Restore a state on one engine; return kind and message of the refusal, or empty ones."""
        before = plain(engine.snapshot())
        try:
            engine.restore(self.turn, archives)
        except ValueError as error:
            kind, message = getattr(error, "kind", "none"), str(error)
        else:
            return "", ""
        assert plain(engine.snapshot()) == before, "a refused state has changed something"
        assert message.startswith("state.universes") == (kind == "scenario"), message
        return kind, message

    def play(self, commands: Commands | None = None) -> list[dict[str, Any]]:
        """Play the turns that follow on both, up to a halt; return each turn's last answer."""
        answers = []
        for _ in range(TURNS):
            answers.append(self.pair.turn(commands))
            self.pair.same("audit", "full")
            self.pair.same("rules_fired")
            if answers[-1]["halt"] is not None:
                break
        return answers
