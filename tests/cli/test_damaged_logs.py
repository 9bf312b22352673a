"""Damaged logs through the command line: exit code 3, or 0 and `"complete": false` for a cut.

Never 1, which would say that engines part, and never 70, which would say that we failed.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import one_document, run, run_process
from vr_verify.runlog import container

MILL = "python-class:tests.support.mill_engine:MillEngine"
ROOT = Path(__file__).resolve().parents[2]
TURNS = 5
QUICK_FILES = 6
FULL_FILES = 72


@pytest.fixture(autouse=True)
def _engines_find_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A recorded run of a few turns, in which nothing is found to be wrong."""
    path, scenario = tmp_path / "mill.log", tmp_path / "mill.json"
    cells = [str(1000 + 3 * slot) for slot in range(20)]
    scenario.write_text(json.dumps({"cells": cells, "limit": "1000000", "seed": "1"}))
    result = run("record", str(scenario), "--engine", MILL, "-o", str(path), "--turns", str(TURNS))
    assert result.exit_code == 0, result.stderr
    return path


def sealed_sizes(data: bytes) -> list[int]:
    """Offsets behind each chunk, read by the record heads alone."""
    offset, ends = len(container.PREFACE), []
    while data[offset] == 6:
        offset += 9 + int.from_bytes(data[offset + 1 : offset + 9], "little")
        ends.append(offset)
    return ends


def damaged(data: bytes, files: int) -> Iterator[tuple[str, bytes, set[tuple[int, bool]]]]:
    """Give name, bytes and allowed (exit code, complete) of files of each kind of damage in turn.

    A cut behind two sealed turns or more is replayed; one behind the first state alone compares
    no turn, which is 5 at most.
    """
    draw = random.Random(20261121)
    ends, size = sealed_sizes(data), len(data)
    bad = {(3, False)}
    for at in range(files // 6):
        bit = draw.randrange(size * 8)
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(flipped), bad
        early, late = draw.randrange(ends[0]), draw.randrange(ends[1], size)
        yield f"cut to {early}", data[:early], bad
        yield f"cut to {late}", data[:late], {(0, False)}
        place, length = draw.randrange(size), draw.randrange(1, 2000)
        noise = draw.randbytes(length)
        yield f"noise at {place}", data[:place] + noise + data[place + length :], bad
        hole = draw.randrange(ends[-1])  # one that reaches the end of the file would be a cut
        yield f"hole at {hole}", data[:hole] + data[hole + length :], bad
        yield f"{at} twice", data[: ends[at % 4]] + data[ends[0] :] + data, bad


def replayed(path: Path, process: bool) -> tuple[int, bool, str]:
    """Replay a file; give exit code, the report's word on completeness and standard error."""
    words = ["replay", str(path), "--engine", MILL, "--against", "none", "--json"]
    if process:
        ended = run_process(*words)
        code, out, err = ended.returncode, ended.stdout.decode(), ended.stderr.decode()
    else:
        result = run(*words)
        code, out, err = result.exit_code, result.stdout, result.stderr
    return code, bool(out) and one_document(out).get("complete") is True, err


def check_files(log: Path, files: int, process: bool) -> Counter[int]:
    """Replay damaged copies of a log; give the exit codes."""
    data, codes = log.read_bytes(), Counter[int]()
    path = log.with_name("damaged.log")
    for name, changed, allowed in damaged(data, files):
        assert changed != data, name
        path.write_bytes(changed)
        code, complete, err = replayed(path, process)
        assert (code, complete) in allowed, f"{name}: {code}, complete {complete}: {err}"
        assert "Traceback" not in err, name
        codes[code] += 1
    return codes


def test_some_damaged_logs_are_3_and_cut_ones_0_and_incomplete(log: Path) -> None:
    code, complete, _ = replayed(log, process=False)
    assert (code, complete) == (0, True), "the log without damage"
    assert check_files(log, QUICK_FILES, process=False) == {3: 5, 0: 1}


@pytest.mark.slow
def test_many_damaged_logs_as_a_person_replays_them(log: Path) -> None:
    codes = check_files(log, FULL_FILES, process=True)
    print(f"damaged logs through the command line: {codes.total()} files: {dict(codes)}")
    assert codes == {3: 60, 0: 12}


@pytest.mark.parametrize("verb", ["inspect", "diff"])
def test_other_verbs_say_3_for_damage(verb: str, log: Path) -> None:
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 4
    bad = log.with_name("bad.log")
    bad.write_bytes(data)
    words = [verb, str(bad)] if verb == "inspect" else [verb, str(log), str(bad)]
    assert run(*words).exit_code == 3
    words[-1] = str(log)
    assert run(*words).exit_code == 0
