"""Every flipped bit and every cut of a small log, through the real reader, with counts.

What opens must say what the original says, or a sealed beginning of it and that it was cut; all
else must be a BadLogError. Memory: `damage.EXTRA_BYTES_MAX` beyond one read of the sound log.
"""

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.harness.runlog import damage
from tests.harness.runlog.damage import Said, Tally
from tests.harness.runlog.limited import limited
from tests.harness.runlog.test_damage import chunk_ends
from vr_verify.runlog import container, reader, scan
from vr_verify.runlog.chunk import ChunkReader
from vr_verify.runlog.container import Tally as ContainerTally
from vr_verify.runlog.source import LogSource

PROCESSES = 2
QUICK_FLIPS = 500
FULL_CASES_MIN = 100_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete log of every kind of chunk."""
    return damage.write_log_of_all_kinds(tmp_path_factory.mktemp("logs") / "whole.log")


@pytest.fixture(scope="module")
def said(log: Path) -> Said:
    """What the complete log says."""
    return damage.read_all(log)


def cut_copy(log: Path, path: Path, size: int) -> Path:
    """Copy the first bytes of a log."""
    path.write_bytes(log.read_bytes()[:size])
    return path


def sizes_of_cuts(log: Path) -> dict[str, int]:
    """Sizes of logs that were cut: behind a turn, within one, behind the end, within the footer."""
    ends, size = chunk_ends(log.read_bytes()), log.stat().st_size
    return {"sealed": ends[4], "turn": ends[4] + 200, "end": ends[-1], "closing": size - 100}


def shown(what: str, tally: Tally) -> None:
    """Print the counts of a run; pytest shows them with -s or -rP."""
    counts = ", ".join(f"{name} {count}" for name, count in sorted(tally.counts.items()))
    print(f"{what}: {tally.counts.total()} cases: {counts}")


def test_the_log_holds_every_kind_of_chunk_and_of_storage(log: Path, said: Said) -> None:
    with reader.RunLog.open(log) as found:
        kept = [place.kept for place in found._places]
        assert kept == ["keyframe", "delta", "delta", "keyframe", "delta", "none"]
        one, other = found.state(1), found.state(2)
        assert one.universes == other.universes, "a turn that changed nothing"
    data = log.read_bytes()
    assert all(codec in data for codec in (b"\x03raw", b"\x04zstd", b"\x07columns"))
    assert list(said.states) == damage.states_of_all_kinds()
    assert (said.complete, said.halted) == (True, True)


def test_a_sample_of_flips_of_a_complete_log(log: Path, said: Said, tmp_path: Path) -> None:
    path = Path(shutil.copy(log, tmp_path / "a.log"))
    bits = random.Random(20261121).sample(range(path.stat().st_size * 8), QUICK_FLIPS)
    tally = damage.flip_all(path, said, bits)
    assert (tally.counts, tally.wrong) == (Counter(bad=QUICK_FLIPS), [])
    assert damage.outcome_of(path, said) == "equal"


@pytest.mark.parametrize("place", ["sealed", "turn", "end", "closing"])
def test_a_sample_of_flips_of_a_cut_log(place: str, log: Path, said: Said, tmp_path: Path) -> None:
    path = cut_copy(log, tmp_path / "a.log", sizes_of_cuts(log)[place])
    assert damage.outcome_of(path, said) == "prefix"
    bits = random.Random(7).sample(range(path.stat().st_size * 8), QUICK_FLIPS // 4)
    tally = damage.flip_all(path, said, bits)
    assert tally.wrong == []
    assert tally.counts.total() == QUICK_FLIPS // 4


def test_a_sample_of_cuts(log: Path, said: Said, tmp_path: Path) -> None:
    path = Path(shutil.copy(log, tmp_path / "a.log"))
    size = path.stat().st_size
    tally = damage.cut_all(path, said, range(size - 1, -1, -173))
    assert tally.wrong == []
    assert set(tally.counts) == {"bad", "prefix"}
    before = chunk_ends(log.read_bytes())[0] // 173 + 1
    assert tally.counts["bad"] <= before, "only a log without a sealed state is bad for a cut"


def test_the_judge_tells_another_content_from_a_beginning(said: Said) -> None:
    assert damage.judge(said, said) == "equal"
    fields = {name: getattr(said, name) for name in Said.__dataclass_fields__}
    beginning = fields | {"complete": False, "halted": False}
    beginning |= {"records": said.records[:3], "states": said.states[:3]}
    assert damage.judge(said, Said(**beginning)) == "prefix"
    changes: list[dict[str, Any]] = [
        {"complete": True},
        {"states": (*said.states[:2], said.states[3])},
        {"states": said.states[:2]},
        {"records": (*said.records[:2], said.records[3])},
        {"header": damage.header_of()},
    ]
    for change in changes:
        assert damage.judge(said, Said(**(beginning | change))) == "wrong", change


def unchecked(patch: pytest.MonkeyPatch) -> None:
    """Take the CRC and the seal of chunks out of the reader."""

    def stated_crc(source: LogSource, start: int, _: int, __: ContainerTally | None) -> int:
        at = start - container.CHUNK_HEAD.size + container.CHUNK_CRC_AT
        return int.from_bytes(source.read(at, 4), "little")

    def any_seal(chunk: ChunkReader, progress: Any) -> None:
        progress.at.seal = chunk.take("seal", sealed=False)[-32:]
        chunk.take_end()

    patch.setattr(scan, "chunk_crc", stated_crc)
    patch.setattr(reader, "chunk_crc", stated_crc)
    patch.setattr(scan, "_read_seal", any_seal)


def test_a_reader_without_crc_and_seal_is_found_out(
    log: Path, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cut_copy(log, tmp_path / "a.log", sizes_of_cuts(log)["sealed"])
    ends = chunk_ends(log.read_bytes())
    bits = random.Random(11).sample(range(ends[2] * 8, ends[4] * 8), QUICK_FLIPS)
    assert damage.flip_all(path, said, bits).wrong == [], "the reader as it is"
    unchecked(monkeypatch)
    tally = damage.flip_all(path, said, bits)
    assert tally.counts["wrong"] > QUICK_FLIPS // 20


def swallow(size: int) -> int:
    """Take so much memory."""
    return len(bytearray(size))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux limits memory so")
def test_the_memory_limit_is_one(log: Path) -> None:
    with limited(log) as submit:
        assert submit(swallow, damage.EXTRA_BYTES_MAX // 2).result() > 0
        with pytest.raises(MemoryError):
            submit(swallow, 2 * damage.EXTRA_BYTES_MAX).result()


def flip_copy(path: Path, said: Said, first: int, step: int) -> Tally:
    """Flip every so many bits of a copy of a log."""
    copy = Path(shutil.copy(path, path.with_suffix(f".{first}")))
    return damage.flip_all(copy, said, range(first, copy.stat().st_size * 8, step))


def cut_copies(path: Path, said: Said, first: int, step: int) -> Tally:
    """Cut a copy of a log to every so many sizes."""
    copy = Path(shutil.copy(path, path.with_suffix(f".{first}")))
    return damage.cut_all(copy, said, range(copy.stat().st_size - 1 - first, -1, -step))


def in_shares(log: Path, work: Any, path: Path, said: Said, stride: int = 1) -> Tally:
    """Share the cases of a log among limited processes."""
    total = Tally()
    with limited(log, PROCESSES) as submit:
        step = PROCESSES * stride
        jobs = [submit(work, path, said, at * stride, step) for at in range(PROCESSES)]
        for job in jobs:
            total += job.result()
    return total


@pytest.mark.slow
@pytest.mark.prints
def test_every_flip_of_a_complete_log(log: Path, said: Said, tmp_path: Path) -> None:
    path = Path(shutil.copy(log, tmp_path / "a.log"))
    tally = in_shares(log, flip_copy, path, said)
    shown("flips of a complete log", tally)
    cases = path.stat().st_size * 8
    assert (tally.wrong, tally.counts) == ([], Counter(bad=cases))
    assert cases >= FULL_CASES_MIN


@pytest.mark.slow
@pytest.mark.prints
def test_every_cut_of_a_complete_log(log: Path, said: Said, tmp_path: Path) -> None:
    path = Path(shutil.copy(log, tmp_path / "a.log"))
    tally = in_shares(log, cut_copies, path, said)
    shown("cuts of a complete log", tally)
    size, first_sealed = path.stat().st_size, chunk_ends(path.read_bytes())[0]
    assert tally.wrong == []
    assert tally.counts == Counter(bad=first_sealed, prefix=size - first_sealed)


@pytest.mark.slow
@pytest.mark.prints
@pytest.mark.parametrize(
    ("place", "stride"), [("sealed", 7), ("turn", 1), ("end", 7), ("closing", 7)]
)
def test_flips_of_cut_logs(place: str, stride: int, log: Path, said: Said, tmp_path: Path) -> None:
    path = cut_copy(log, tmp_path / "a.log", sizes_of_cuts(log)[place])
    tally = in_shares(log, flip_copy, path, said, stride)
    shown(f"flips of a log cut in its {place}", tally)
    assert tally.wrong == []
    assert tally.counts["bad"] > 0
    assert tally.counts.total() >= path.stat().st_size * 8 // stride
