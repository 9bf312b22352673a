"""The next turn is played while this one is written: who is asked what when, and what fails.

However a run was recorded, its log is the same, byte for byte.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.mill_engine import MillEngine
from tests.support.open_mill import open_mill
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineCrashed, EngineProtocolError
from vr_verify.model.run import Command
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter
from vr_verify.session.recorder import Keeping, Recorder

CELLS = ",".join(f'"{3 * slot}"' for slot in range(40))
TURNS = 12
ADD: Command = {"universe": 0, "slot": 1, "add": "3"}
GIVEN = {(4, 0): (ADD,), (5, 0): (ADD, ADD), (9, 0): (ADD,)}
SMALL, LARGE = 2**30, 0
HALTING = 450
"""A limit at which the run halts at turn 8, which is played ahead."""


def scenario(limit: int = 10**6) -> bytes:
    return b'{"cells":[%s],"limit":"%d","seed":"1"}' % (CELLS.encode(), limit)


class Recording:
    """One recording, and what was asked and written in it, in order."""

    def __init__(self, path: Path, keeping: Keeping, small_bytes: int, **changed: Any) -> None:
        self.path, self.keeping, self.small_bytes = path, keeping, small_bytes
        self.given = changed.get("given", {})
        self.limit = changed.get("limit", 10**6)
        self.without = changed.get("without", ())
        self.build = changed.get("build", open_mill())
        self.seen: list[str] = []
        self.on_write: Callable[[Engine, int], None] = lambda engine, turn: None

    def run(self, monkeypatch: pytest.MonkeyPatch) -> bytes:
        """Record; return the log's bytes."""
        with Engine(resolve_build(self.build)) as engine:
            can, send, write = engine.can, engine.process.send, RunLogWriter.write_turn

            def sent(call: str, args: dict[str, Any]) -> None:
                self.seen.append(call)
                send(call, args)

            def written(log: RunLogWriter, turn: int, *args: Any, **kept: Any) -> None:
                self.seen.append(f"write {turn}")
                self.on_write(engine, turn)
                write(log, turn, *args, **kept)

            with monkeypatch.context() as patch:
                patch.setattr(engine, "can", lambda what: what not in self.without and can(what))
                patch.setattr(engine.process, "send", sent)
                patch.setattr(RunLogWriter, "write_turn", written)
                recorder = Recorder(engine, scenario(self.limit), self.keeping, None, None)
                recorder.small_bytes = self.small_bytes
                recorder.record(self.path, TURNS, self.given)
        return self.path.read_bytes()


WAYS = [
    {"small_bytes": LARGE},
    {"small_bytes": LARGE, "without": ("advance",)},
    {"small_bytes": LARGE, "without": ("changed_rows",)},
]


@pytest.mark.parametrize("limit", [10**6, HALTING])
@pytest.mark.parametrize("given", [{}, GIVEN])
@pytest.mark.parametrize("cells", [0, 96])
@pytest.mark.parametrize("mode", ["full", "delta", "sparse"])
def test_every_way_gives_the_same_bytes(
    mode: str,
    cells: int,
    given: dict[tuple[int, int], tuple[Command, ...]],
    limit: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keeping, run = Keeping(mode, sketch_cells=cells), {"given": given, "limit": limit}
    plain = Recording(tmp_path / "plain.log", keeping, SMALL, **run).run(monkeypatch)
    for at, way in enumerate(WAYS):
        recording = Recording(tmp_path / f"{at}.log", keeping, **run, **way)
        assert recording.run(monkeypatch) == plain
        # Turn 1 is asked for when it is due, turn 2 before turn 1 is written.
        advances = 0 if "advance" in way.get("without", ()) else 2
        # Sparse without sketches: all turns without commands are asked for in one call.
        due = min(advances, 1) if mode == "sparse" and not cells else advances
        seen = recording.seen
        assert seen[: seen.index("write 1")].count("advance") == due
    with RunLog.open(tmp_path / "plain.log") as log:
        assert log.complete
        assert log.halted == (limit == HALTING)
        assert len(log.turns) == TURNS + 1 or log.halted


def test_the_next_turn_is_asked_for_before_this_one_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(tmp_path / "a.log", Keeping(), LARGE, given={(4, 0): (ADD,)})
    recording.run(monkeypatch)
    seen = recording.seen
    assert seen[seen.index("advance") :] == [
        *("advance", "changed_rows"),
        *("advance", "write 1", "changed_rows"),
        *("advance", "write 2", "changed_rows"),
        # Turn 4 has commands: it is asked for step by step, when turn 3 has been written.
        *("write 3", "step", "step", "changed_rows"),
        *(call for turn in range(4, 8) for call in ("advance", f"write {turn}", "changed_rows")),
        # Turn 9 is a keyframe: it is read whole before the next one is asked for.
        *("advance", "write 8", "changed_rows", "snapshot"),
        *(call for turn in range(9, 12) for call in ("advance", f"write {turn}", "changed_rows")),
        *("write 12", "snapshot", "rules_fired"),
    ]
    small = Recording(tmp_path / "b.log", Keeping(), SMALL)
    small.run(monkeypatch)
    assert "advance" not in small.seen
    sparse = Recording(tmp_path / "c.log", Keeping("sparse"), LARGE)
    sparse.run(monkeypatch)
    assert sparse.seen.count("advance") == 1, "all turns in one call"


class BreaksDown(MillEngine):
    """A mill that breaks in turn 5."""

    def grind(self) -> Any:
        """Grind until then."""
        if self.turn == 5:
            raise RuntimeError("the wheel broke")
        super().grind()


BROKEN = f"python-class:{__name__}:BreaksDown"


@pytest.mark.parametrize("small_bytes", [SMALL, LARGE])
@pytest.mark.parametrize("mode", ["full", "delta"])
def test_what_breaks_is_told_with_its_turn_and_all_before_is_kept(
    small_bytes: int, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    recording = Recording(path, Keeping(mode), small_bytes, build=BROKEN)
    with pytest.raises(EngineCrashed, match=r"turn 5\b.*the wheel broke"):
        recording.run(monkeypatch)
    with RunLog.open(path) as log:
        assert not log.complete
        assert list(log.turns) == list(range(5))


def test_an_engine_that_cannot_be_asked_fails_when_its_turn_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    recording = Recording(path, Keeping(), LARGE)
    plain = Engine.advance

    def refusing(engine: Engine, turns: Any) -> Any:
        if engine.turn == 3:
            raise EngineProtocolError(engine.name, "3 bytes came before it was asked")
        return plain(engine, turns)

    monkeypatch.setattr(Engine, "advance", refusing)
    with pytest.raises(EngineProtocolError, match="turn 4: 3 bytes came"):
        recording.run(monkeypatch)
    with RunLog.open(path) as log:
        assert list(log.turns) == list(range(4))


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_ctrl_c_while_a_turn_is_written_leaves_those_before(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    recording = Recording(path, Keeping(mode), LARGE)

    def interrupt(engine: Engine, turn: int) -> None:
        assert engine.turn == turn, "what is played ahead has not been taken"
        if turn == 6:
            raise KeyboardInterrupt

    recording.on_write = interrupt
    with pytest.raises(KeyboardInterrupt):
        recording.run(monkeypatch)
    with RunLog.open(path) as log:
        assert list(log.turns) == list(range(6))
    with Engine(resolve_build(open_mill())) as engine:
        recorder = Recorder(engine, scenario(), Keeping(mode), small_bytes=LARGE)
        assert recorder.resume(path, TURNS, {}) is None
    straight = Recording(tmp_path / "b.log", Keeping(mode), LARGE).run(monkeypatch)
    assert path.read_bytes() == straight
