"""Loss of power at any moment of a durable recording (FORMAT.md, "A torn log").

What the writer returned from is there afterwards, whatever became of the bytes behind it; and the
log goes on from there to the same bytes.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.again import go_on, write_again
from tests.harness.runlog.disk import SECTOR_BYTES, Journal, journalled
from tests.harness.runlog.logs import HALT, commands_of, digests_of, header_of
from tests.harness.runlog.test_damage import chunk_ends, is_bad
from vr_verify.canonical.state import State
from vr_verify.canonical.tree import state_digest
from vr_verify.errors import BadLogError
from vr_verify.model.run import Digests
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter

TURNS = 5
MODES = ("full", "delta", "sparse")


@dataclass
class Model:
    """A log as it is without any loss of power, open for reading, and its states."""

    path: Path
    log: RunLog
    data: bytes
    states: list[State]


@contextmanager
def model_of(folder: Path, mode: str, halted: bool = False) -> Iterator[Model]:
    """Write a log whose turns take several sectors each, and open it."""
    path = folder / f"model-{mode}.log"
    header = replace(header_of(), snapshots=mode)
    noise = random.Random(mode)
    with RunLogWriter(path, header) as writer:
        for turn in range(TURNS + 1):
            state = small_state(turn, units=5, places=noise.choice((3, 700)))
            digests = replace(
                digests_of(header, turn),
                state=state_digest(header.schema, header.scenario_digest, state),
            )
            if turn == 0:
                writer.write_first(state, digests)
            elif halted and turn == TURNS:
                writer.write_turn(turn, commands_of(turn), None, Digests(), HALT)
            else:
                kept = state if writer.wants_state() else None
                writer.write_turn(turn, commands_of(turn), kept, digests)
        writer.finish()
    with RunLog.open(path) as log:
        yield Model(path, log, path.read_bytes(), [log.state(turn) for turn in log.states])


def written(
    model: Model, path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, syncs: bool = True
) -> Journal:
    """Write the model's log once more, and note what reached the disk when."""
    path.unlink(missing_ok=True)
    with journalled(monkeypatch, path, syncs) as journal:
        write_again(model.log, path, durable, lambda turn: vars(journal).update(promised=turn))
    assert path.read_bytes() == model.data
    return journal


def broken_promise(
    model: Model, path: Path, promised: int, before: bytes | None = None
) -> str | None:
    """Open what a loss of power left at `path`; say what is wrong with it, None if nothing is.

    `promised` is the last turn that must be there; the one behind the last: the end too. `before`
    is the log that was gone on with, which may be there still.
    """
    if not path.exists():
        return None if promised < 0 else "there is no file"
    try:
        log = RunLog.open(path)
    except BadLogError as error:
        return None if promised < 0 else error.message
    with log:
        if log.turns[-1] < min(promised, TURNS):
            return f"turn {promised} was promised, and the log ends at turn {log.turns[-1]}"
        data = path.read_bytes()
        if data != before and log.complete != (data == model.data):
            return "only the whole log is complete"
        if promised > TURNS and not log.complete:
            return "the end was promised"
        for turn in log.states:
            if log.state(turn) != model.log.state(turn):
                return f"turn {turn} has another state"
            if log.record(turn) != model.log.record(turn):
                return f"turn {turn} has another record"
    return None


def finished(model: Model, path: Path) -> bool:
    """Go on with what is left, if it is a log; whether its bytes come to be the model's."""
    if path.read_bytes() == model.data or is_bad(path):
        return True
    go_on(model.log, path, durable=False)
    return path.read_bytes() == model.data


def lose_power_often(
    model: Model, path: Path, journal: Journal, chances: int, resumes: bool = True
) -> list[str]:
    """Lose power at each operation so many times; return all promises that were broken."""
    broken = []
    for point in range(len(journal.operations) + 1):
        for at in range(chances):
            chance = random.Random(f"{model.log.header.snapshots} {point} {at}")
            image = journal.lose_power(point, chance)
            path.unlink(missing_ok=True)
            if image is not None:
                path.write_bytes(image)
            said = broken_promise(model, path, journal.promised_at(point), journal.start)
            if said is None and resumes and image and not finished(model, path):
                said = "going on gives other bytes"
            if said is not None:
                broken.append(f"point {point}, chance {at}: {said}")
    return broken


@pytest.mark.parametrize("mode", MODES)
def test_what_a_durable_writer_returned_from_survives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    with model_of(tmp_path, mode) as model:
        journal = written(model, tmp_path / "a.log", monkeypatch, durable=True)
        assert journal.promised == TURNS + 1
        assert lose_power_often(model, tmp_path / "a.log", journal, chances=5) == []


@pytest.mark.slow
@pytest.mark.parametrize("halted", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_what_a_durable_writer_returned_from_survives_in_thousands_of_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, halted: bool
) -> None:
    """Six of these: more than 20,000 losses of power."""
    with model_of(tmp_path, mode, halted) as model:
        journal = written(model, tmp_path / "a.log", monkeypatch, durable=True)
        assert len(journal.operations) * 160 * 6 > 20_000
        assert lose_power_often(model, tmp_path / "a.log", journal, chances=160) == []


@pytest.mark.parametrize(
    ("durable", "syncs"), [(True, False), (False, True)], ids=["lying-disk", "not-durable"]
)
def test_without_synchronising_turns_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, syncs: bool
) -> None:
    """The planted fault, and what `--durable` is for."""
    with model_of(tmp_path, "delta") as model:
        journal = written(model, tmp_path / "a.log", monkeypatch, durable, syncs)
        assert [one.kind for one in journal.operations if one.kind in ("sync", "name")] == []
        broken = lose_power_often(model, tmp_path / "a.log", journal, 8, resumes=False)
        assert len(broken) > 50
        assert any("was promised, and the log ends at" in one for one in broken)
        assert any("there is no file" in one for one in broken)


def resumed(model: Model, path: Path, cut: bytes, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """Go on durably with a log that was cut, and note it."""
    path.write_bytes(cut)
    with RunLog.open(path) as log, journalled(monkeypatch, path) as journal:
        journal.promised = log.turns[-1]
        go_on(model.log, path, True, lambda turn: vars(journal).update(promised=turn))
    assert path.read_bytes() == model.data
    return journal


def logs_to_go_on_with(model: Model, journal: Journal) -> list[bytes]:
    """Make a torn log of each operation behind the first promise, and a shorter one."""
    images = [
        journal.lose_power(point, random.Random(f"tail {point}"))
        for point in range(1, len(journal.operations))
        if journal.promised_at(point) >= 0
    ]
    torn = [image for image in images if image is not None and image != model.data]
    return [*torn, shorter(model)]


def shorter(model: Model) -> bytes:
    """Return the model's log as it is closed two turns before its end."""
    path = model.path.with_name("shorter.log")
    write_again(model.log, path, durable=False, last=TURNS - 2)
    return path.read_bytes()


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("mode", MODES)
def test_power_lost_again_while_a_log_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, every: int
) -> None:
    path = tmp_path / "a.log"
    with model_of(tmp_path, mode) as model:
        images = logs_to_go_on_with(model, written(model, path, monkeypatch, durable=True))
        assert len(images) > 4 * TURNS
        for image in images[::-every]:
            journal = resumed(model, path, image, monkeypatch)
            assert lose_power_often(model, path, journal, chances=5 // every) == []


def test_bytes_cut_off_that_came_back_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault is a writer that does not wait for its own cut before it goes on."""
    path = tmp_path / "a.log"
    with model_of(tmp_path, "full") as model:
        journal = resumed(model, path, shorter(model), monkeypatch)
        assert lose_power_often(model, path, journal, 20, resumes=False) == []
        assert [one.kind for one in journal.operations[:2]] == ["cut", "sync"]
        del journal.operations[1]
        broken = lose_power_often(model, path, journal, 20, resumes=False)
        assert any("expected the CRC" in one for one in broken)


def test_a_flipped_bit_in_a_torn_logs_end_is_damage(tmp_path: Path) -> None:
    """Only zeros for a whole sector are torn: one wrong bit of the last chunk is told."""
    path = tmp_path / "a.log"
    with model_of(tmp_path, "full") as model:
        start, end = chunk_ends(model.data)[TURNS - 1 : TURNS + 1]
        cut = bytearray(model.data[:end])
        assert all(any(cut[at : at + SECTOR_BYTES]) for at in range(start, end, SECTOR_BYTES))
        bits = random.Random(20261121).sample(range(start * 8, end * 8), 400)
        not_told = []
        for bit in [*range(start * 8, (start + 49) * 8), *bits]:
            cut[bit // 8] ^= 1 << bit % 8
            path.write_bytes(cut)
            cut[bit // 8] ^= 1 << bit % 8
            if not is_bad(path):
                not_told.append(bit)
        assert not_told == []
        path.write_bytes(cut)
        assert broken_promise(model, path, TURNS) is None, "the clean twin"
        cut[end - SECTOR_BYTES :] = bytes(SECTOR_BYTES)
        path.write_bytes(cut)
        assert broken_promise(model, path, TURNS - 1) is None, "a lost sector is no damage"
