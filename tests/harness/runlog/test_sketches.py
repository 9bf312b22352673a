"""Sketches in a log: kept as they are, all or none, and nothing else passes for one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.forge import Forge, keyframe
from tests.harness.runlog.logs import HALT, header_of, write_log
from tests.harness.runlog.runs import all_types, any_sketch, run_of, write_run
from tests.harness.runlog.test_agreement import agreed
from vr_verify.canonical.sketch import empty
from vr_verify.errors import BadLogError
from vr_verify.model.run import TableRows
from vr_verify.runlog import container, messages
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import header_message
from vr_verify.runlog.sketches import TurnSketch, sketch_message
from vr_verify.runlog.snapshots import Stored

HEADER = replace(header_of(), sketch_cells=96, snapshots="sparse")
ROWS = (TableRows(0, (5, 3)),)
ALIKE = TurnSketch(ROWS, empty(96).encode())
FEWER = TurnSketch((TableRows(0, (5,)),), ALIKE.data)


@pytest.mark.parametrize("mode", ["full", "delta", "sparse"])
def test_sketches_and_states_are_read_as_they_were_written(tmp_path: Path, mode: str) -> None:
    header = replace(header_of(), schema=all_types(), sketch_cells=96, snapshots=mode)
    states = run_of(header.schema, 0, 6, Random(3))
    path = tmp_path / "a.log"
    write_run(path, header, states)
    assert agreed(path) is not None
    with RunLog.open(path) as log:
        assert [log.sketch(turn) for turn in log.turns] == [any_sketch(header, s) for s in states]
        assert [log.state(turn) for turn in log.states] == [states[turn] for turn in log.states]


def test_a_log_without_sketches_is_the_bytes_that_it_was(tmp_path: Path) -> None:
    data = write_log(tmp_path / "a.log").read_bytes()
    assert b"sketch" not in data
    assert b"Sketch" in container.OPENING_SKETCHED
    with RunLog.open(tmp_path / "a.log") as log:
        assert log.sketch(1) is None


class Sketching(Forge):
    """A forge of logs with sketches."""

    def chunk(self, turn: int, stored: Sequence[Stored], opening: bool = False) -> "Sketching":
        """Append a chunk, with the schemas of sketches where it is the first."""
        records = [container.OPENING_SKETCHED] if opening else []
        records += [container.message_record(channel, turn, data) for channel, data in stored]
        self.raw_chunk(turn, b"".join(records), [channel for channel, _ in stored])
        return self


def told(turn: int, sketch: TurnSketch = ALIKE) -> Stored:
    """Return the message of a sketch."""
    return ("sketch", sketch_message(turn, sketch))


def begun() -> Forge:
    """Write the first turn of a log with sketches."""
    forge = Sketching(HEADER)
    return forge.first([told(0), *keyframe(small_state(0), HEADER)])


def sound() -> Forge:
    """Write a whole log: a turn without a state, one with, and one that halts."""
    forge = begun().turn(1, [told(1)], universes=())
    forge.turn(2, [told(2), *keyframe(small_state(2), HEADER)])
    return forge.turn(3, halt=HALT).end(3, "halted").closing()


def one_turn(*stored: Stored) -> Callable[[], Forge]:
    """Return what writes a first turn and one turn without a state, with these messages."""
    return lambda: begun().turn(1, stored, universes=()).end(1).closing()


def first_of(*sketches: Stored) -> Callable[[], Forge]:
    """Return what writes a first turn with these sketches."""
    stored = [*sketches, *keyframe(small_state(0), HEADER)]
    return lambda: Sketching(HEADER).first(stored).end(0).closing()


def undeclared() -> Forge:
    """Write the schemas of sketches in front of a header that names none."""
    plain = header_message(replace(HEADER, sketch_cells=0))
    return Sketching(HEADER).first([*keyframe(small_state(0), HEADER)], header=plain)


def unannounced() -> Forge:
    """Write a header that names sketches behind the schemas of a log without."""
    forge = Forge(HEADER)
    return forge.first([told(0), *keyframe(small_state(0), HEADER)])


def other_turn() -> Forge:
    """Write the sketch of turn 2 in turn 1."""
    return one_turn(told(2))()


HOSTILE: dict[str, tuple[Callable[[], Forge], str]] = {
    "missing": (one_turn(), "a sketch message"),
    "missing in the first turn": (first_of(), "a sketch message"),
    "twice": (one_turn(told(1), told(1)), "a seal message"),
    "of another turn": (other_turn, "sketch of turn 1"),
    "too short": (one_turn(told(1, TurnSketch(ROWS, ALIKE.data[:-1]))), "1732 bytes"),
    "too long": (one_turn(told(1, TurnSketch(ROWS, ALIKE.data + b"0"))), "1732 bytes"),
    "of other cells": (one_turn(told(1, TurnSketch(ROWS, empty(93).encode()))), "1732 bytes"),
    "of cells it does not have": (
        one_turn(told(1, TurnSketch(ROWS, b"a" + ALIKE.data[1:]))),
        "sketch of 96 cells",
    ),
    "too few row counts": (
        one_turn(told(1, FEWER)),
        "2 row",
    ),
    "no order": (one_turn(told(1, TurnSketch(ROWS * 2, ALIKE.data))), "ascending"),
    "row counts of no state": (
        first_of(told(0, TurnSketch((TableRows(0, (5, 4)),), ALIKE.data))),
        "row counts of its state",
    ),
    "universes of no state": (
        first_of(told(0, TurnSketch((TableRows(1, (5, 3)),), ALIKE.data))),
        "row counts of its state",
    ),
    "schemas without a header's word": (undeclared, "with sketches"),
    "a header's word without schemas": (unannounced, "without sketches"),
    "behind the state": (
        lambda: Sketching(HEADER).first([*keyframe(small_state(0), HEADER), told(0)]),
        "a sketch message",
    ),
    "of a turn that halted": (
        lambda: begun().turn(1, [told(1)], halt=HALT).end(1, "halted").closing(),
        "a seal message",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_sketch_is_a_bad_log(name: str, tmp_path: Path) -> None:
    forge, said = HOSTILE[name]
    path = forge().write(tmp_path / "a.log")
    with pytest.raises(BadLogError, match=said):
        RunLog.open(path)
    assert agreed(path) is None


def test_their_clean_twin_is_read(tmp_path: Path) -> None:
    path = sound().write(tmp_path / "a.log")
    assert agreed(path) is not None
    with RunLog.open(path) as log:
        assert [log.sketch(turn) for turn in log.turns] == [ALIKE, ALIKE, ALIKE, None]
        assert (log.complete, list(log.states)) == (True, [0, 2])


@pytest.mark.parametrize("cells", [1, 4, 97, 3 * 2**16 + 3, 2**32 - 1])
def test_a_header_with_cells_of_no_sketch_is_refused(cells: int) -> None:
    with pytest.raises(ValueError, match="multiple of 3"):
        header_message(replace(HEADER, sketch_cells=cells))
    message = messages.parse("Header", header_message(HEADER))
    assert message.sketch_cells == 96
