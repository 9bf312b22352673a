"""Recordings that were cut short, through the command line: what is said, kept and gone on with."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.drifting_engines import DRIFT
from tests.cli.program import TIME_LIMIT_S, one_document, run, run_process
from tests.harness.runlog.test_damage import chunk_ends
from tests.support.toy_builds import MILL, TOY, module_path, toy_scenario
from vr_verify.runlog.reader import RunLog

__all__ = ["module_path"]

TURNS = 6
FULL = ("--snapshots", "full")


class Recording:
    """One recording as a command line; `path` is where its log goes."""

    def __init__(self, folder: Path, engine: str, scenario: str) -> None:
        self.folder = folder
        self.words = ["record", scenario, "--engine", engine]

    def whole(self, *more: str, turns: int = TURNS) -> bytes:
        """Record it in one go; return the log."""
        path = self.folder / "whole.log"
        result = self.run(path, *more, turns=turns)
        assert result.exit_code == 0, result.output
        return path.read_bytes()

    def run(self, path: Path, *more: str, turns: int = TURNS) -> Any:
        """Run the command line in this process."""
        return run(*self.words, "-o", str(path), "--turns", str(turns), *more)

    def resume(self, path: Path, *more: str, turns: int = TURNS) -> Any:
        """Go on with the log at `path`."""
        return self.run(path, "--resume", *more, turns=turns)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where logs go that are cut."""
    return tmp_path / "a.log"


def toy(folder: Path, cells: int = 3) -> Recording:
    """Record the toy: no capability, so it starts again from its first turn."""
    return Recording(folder, TOY, str(toy_scenario(folder, cells)))


def engines(folder: Path) -> list[Recording]:
    """List recordings by engines that can be restored and by one that cannot."""
    real = [Recording(folder, engine, "small") for engine in ("rust", "python")]
    return [*real, Recording(folder, MILL, "mill-20"), toy(folder)]


@pytest.mark.parametrize("number", range(4), ids=["rust", "python", "mill", "toy"])
@pytest.mark.parametrize("mode", ["full", "delta", "sparse"])
def test_a_cut_log_goes_on_to_the_bytes_of_an_uncut_one(
    tmp_path: Path, path: Path, number: int, mode: str
) -> None:
    recording, words = engines(tmp_path)[number], ("--snapshots", mode)
    whole = recording.whole(*words)
    ends = chunk_ends(whole)
    for size in (ends[0], (ends[3] + ends[4]) // 2, ends[-1] + 40):
        path.write_bytes(whole[:size])
        result = recording.resume(path, *words, "--durable")
        assert result.exit_code == 0, result.output
        assert path.read_bytes() == whole


def test_commands_and_a_closed_log_go_on(tmp_path: Path, path: Path) -> None:
    file = tmp_path / "commands.json"
    entry = '{{"turn":{},"step":"tick","commands":[{{"slot":1,"add":"5"}}]}}'
    file.write_text(f"[{entry.format(2)},{entry.format(5)}]")
    recording, words = toy(tmp_path), ("--commands", str(file))
    whole = recording.whole(*words)
    early = tmp_path / "early.json"
    early.write_text(f"[{entry.format(2)}]")
    assert recording.run(path, "--commands", str(early), turns=3).exit_code == 0
    result = recording.resume(path, *words, "--json")
    assert path.read_bytes() == whole
    assert one_document(result.stdout)["log"]["turns"] == TURNS + 1
    path.write_bytes(whole[: chunk_ends(whole)[4]])
    result = recording.resume(path)
    assert result.exit_code == 2
    assert "the log has other commands for step tick of turn 2" in result.stderr


def test_what_is_not_asked_for_is_as_the_log_has_it(tmp_path: Path, path: Path) -> None:
    recording = Recording(tmp_path, MILL, "mill-3")
    whole = recording.whole("--snapshots", "sparse")
    path.write_bytes(whole[: chunk_ends(whole)[4]])
    result = recording.resume(path)
    assert (result.exit_code, path.read_bytes()) == (0, whole), result.output
    path.write_bytes(whole[: chunk_ends(whole)[4]])
    result = recording.resume(path, "--snapshots", "delta")
    assert result.exit_code == 2
    assert "recorded with --snapshots sparse, not delta" in " ".join(result.stderr.split())
    unnamed = run("record", "mill-3", "-o", str(path), "--resume")
    assert unnamed.exit_code == 2, "the log's engine is not registered; no other is taken"
    assert "the log's engine" in unnamed.stderr


def test_what_cannot_be_gone_on_with_is_named_and_not_touched(tmp_path: Path, path: Path) -> None:
    recording = Recording(tmp_path, MILL, "mill-3")
    whole = recording.whole()
    seed = Recording(tmp_path, MILL, "mill-3")
    seed.words += ["--seed", "2"]
    build = Recording(tmp_path, "python-class:tests.cli.drifting_engines:DriftingMill", "mill-3")
    cases: list[tuple[Recording, tuple[str, ...], int, str]] = [
        (recording, (), TURNS, f"the log already holds all turns up to {TURNS}"),
        (recording, (), TURNS - 2, f"the log already holds all turns up to {TURNS}"),
        (recording, ("--snapshots", "sparse"), 9, "recorded with --snapshots delta, not sparse"),
        (seed, (), 9, "recorded with the scenario's seed 1, not 2"),
        (Recording(tmp_path, MILL, "mill-4"), (), 9, "recorded with the scenario "),
        (toy(tmp_path), (), 9, "recorded with the engine mill, not toy"),
        (build, (), 9, "recorded with the build MillEngine:"),
    ]
    for other, words, turns, said in cases:
        path.write_bytes(whole)
        result = other.resume(path, *words, turns=turns)
        assert result.exit_code == 2, result.output
        assert said in " ".join(result.stderr.split())
        assert path.read_bytes() == whole, said
    assert recording.resume(path, turns=9).exit_code == 0, "the clean twin"


def test_a_log_that_is_not_there_or_damaged_is_told_and_not_touched(
    tmp_path: Path, path: Path
) -> None:
    recording = toy(tmp_path)
    result = recording.resume(path)
    assert (result.exit_code, path.exists()) == (2, False)
    assert "there is no such file" in result.stderr
    whole = bytearray(recording.whole())
    ends = chunk_ends(whole)
    whole[ends[2] + 200] ^= 4
    for size in (len(whole), ends[3], ends[4] + 99):
        path.write_bytes(whole[:size])
        result = recording.resume(path)
        assert result.exit_code == 3, result.output
        assert "bad log at byte" in result.stderr
        assert path.read_bytes() == whole[:size]


def test_a_run_that_halted_is_closed_and_no_turn_follows(tmp_path: Path, path: Path) -> None:
    recording = Recording(tmp_path, MILL, str(tmp_path / "flood.json"))
    (tmp_path / "flood.json").write_text('{"cells":["1","2","3"],"limit":"40","seed":"1"}')
    whole = recording.whole(turns=50)
    halted = chunk_ends(whole)
    for size in (halted[-2], halted[-2] + 70, halted[-1], len(whole) - 1, halted[-3] + 60):
        path.write_bytes(whole[:size])
        result = recording.resume(path, turns=50)
        assert "halted" in result.output.lower()
        assert (result.exit_code, path.read_bytes()) == (0, whole)
    result = recording.resume(path, turns=50)
    assert result.exit_code == 2
    assert "a halt ends it" in result.stderr


@pytest.mark.parametrize(("engine", "mode"), [("DriftingToy", "delta"), ("DriftingMill", "sparse")])
def test_an_engine_that_comes_elsewhere_diverges_and_adds_nothing(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, mode: str
) -> None:
    """An engine that cannot be restored, or has no state to be restored to, plays again."""
    scenario = str(toy_scenario(tmp_path)) if engine == "DriftingToy" else "mill-3"
    recording = Recording(tmp_path, f"python-class:tests.cli.drifting_engines:{engine}", scenario)
    whole = recording.whole("--snapshots", mode)
    cut = whole[: chunk_ends(whole)[4] + 60]
    path.write_bytes(cut)
    monkeypatch.setenv(DRIFT, "3")
    result = recording.resume(path, "--snapshots", mode, "--json")
    assert result.exit_code == 1, result.output
    document = one_document(result.stdout)
    assert (document["outcome"], document["complete"]) == ("diverged", False)
    assert "another state at turn 4 than the log holds" in document["message"]
    assert path.read_bytes() == cut
    monkeypatch.delenv(DRIFT)
    assert recording.resume(path, "--snapshots", mode).exit_code == 0, "the clean twin"
    assert path.read_bytes() == whole


def in_shell(script: str, recording: Recording, path: Path, *more: str) -> Any:
    """Run a recording as a process of its own; `$@` in the script is its command line."""
    words = [*recording.words, "-o", str(path), "--turns", str(TURNS), *more]
    argv = ["sh", "-c", script, "sh", sys.executable, "-m", "vr_verify", *words]
    return subprocess.run(argv, capture_output=True, timeout=TIME_LIMIT_S, check=False)


def check_kept(recording: Recording, path: Path, whole: bytes) -> None:
    """Check that what was sealed before the disk was full opens, and goes on once it is not."""
    data = path.read_bytes()
    sealed = [end for end in chunk_ends(whole) if end <= len(data)]
    assert whole.startswith(data)
    with RunLog.open(path) as log:
        assert (log.complete, len(log.turns)) == (False, len(sealed))
    assert 1 < len(sealed) <= TURNS
    assert recording.resume(path, *FULL).exit_code == 0
    assert path.read_bytes() == whole


@pytest.mark.parametrize("durable", [(), ("--durable",)], ids=["plain", "durable"])
def test_a_file_that_may_not_grow_is_named_and_what_was_sealed_is_kept(
    tmp_path: Path, path: Path, durable: tuple[str, ...]
) -> None:
    recording = toy(tmp_path, cells=2000)
    whole = recording.whole(*FULL)
    blocks = (chunk_ends(whole)[3] + 700) // 512
    words = (*FULL, *durable)
    ended = in_shell(f'ulimit -f {blocks} && exec "$@"', recording, path, *words, "--json")
    assert ended.returncode == 74, ended.stderr
    document = one_document(ended.stdout)
    assert document["outcome"] == "io_failed"
    assert "a.log: cannot write the log: File too large" in document["message"]
    assert path.stat().st_size == blocks * 512
    check_kept(recording, path, whole)


def needs(*words: str) -> None:
    """Skip a test on a system that cannot make such a place."""
    try:
        made = subprocess.run(words, capture_output=True, timeout=TIME_LIMIT_S, check=False)
    except FileNotFoundError:
        pytest.skip(f"this system has no {words[0]}")
    if made.returncode != 0:
        pytest.skip(f"this system does not let us {' '.join(words)}")


def test_a_full_disk_is_named_and_what_was_sealed_is_kept(tmp_path: Path, path: Path) -> None:
    recording = toy(tmp_path, cells=8000)
    whole = recording.whole(*FULL)
    size, disk = chunk_ends(whole)[4] // 4096 * 4096, tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size={size} none {disk}"
    needs("unshare", "-rm", "sh", "-c", mount)
    script = f'{mount} || exit 99; "$@"; code=$?; cp {disk}/a.log {path}; exit $code'
    start = f"exec unshare -rm sh -c '{script}' sh"
    ended = in_shell(f'{start} "$@"', recording, disk / "a.log", *FULL)
    assert ended.returncode == 74, ended.stderr
    assert b"a.log: cannot write the log: No space left on device" in ended.stderr
    assert b"Traceback" not in ended.stderr
    check_kept(recording, path, whole)


def without_privilege() -> str:
    """Give the start of a script: the superuser may write everywhere unless we give that up."""
    if os.geteuid() != 0:
        return "exec"
    needs("unshare", "-U", "true")
    return "exec unshare -U"


@pytest.mark.parametrize("resume", [(), ("--resume",)], ids=["new", "resume"])
def test_a_log_that_may_not_be_written_is_named_and_kept(
    tmp_path: Path, path: Path, resume: tuple[str, ...]
) -> None:
    recording, start = toy(tmp_path), without_privilege()
    whole = recording.whole(*FULL)
    cut = whole[: chunk_ends(whole)[2] + 9]
    path.write_bytes(cut)
    path.chmod(0o400)
    ended = in_shell(f'{start} "$@"', recording, path, *FULL, *resume)
    assert ended.returncode == 74, ended.stderr
    assert b"a.log: cannot write a log here: Permission denied" in ended.stderr
    assert path.read_bytes() == cut
    path.chmod(0o600)
    ended = in_shell(f'{start} "$@"', recording, path, *FULL, *resume)
    assert (ended.returncode, path.read_bytes()) == (0, whole), "the clean twin"


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    recording, start, folder = toy(tmp_path), without_privilege(), tmp_path / "folder"
    folder.mkdir(mode=0o500)
    ended = in_shell(f'{start} "$@"', recording, folder / "a.log")
    folder.chmod(0o700)
    assert ended.returncode == 74, ended.stderr
    assert b"a.log: cannot write a log here: Permission denied" in ended.stderr
    assert list(folder.iterdir()) == []
    assert in_shell(f'{start} "$@"', recording, folder / "a.log").returncode == 0


def test_a_log_that_may_not_be_read_cannot_go_on(tmp_path: Path, path: Path) -> None:
    recording, start = toy(tmp_path), without_privilege()
    path.write_bytes(recording.whole())
    path.chmod(0)
    ended = in_shell(f'{start} "$@"', recording, path, "--resume")
    assert ended.returncode == 74, ended.stderr
    assert b"a.log: cannot read the log: Permission denied" in ended.stderr


@pytest.mark.parametrize("device", ["/dev/null", "/dev/full", "pipe"])
@pytest.mark.parametrize("resume", [(), ("--resume",)], ids=["new", "resume"])
def test_a_device_or_a_pipe_is_no_log(tmp_path: Path, device: str, resume: tuple[str, ...]) -> None:
    place = Path(device) if device.startswith("/") else tmp_path / device
    if device == "pipe":
        os.mkfifo(place)
    elif not place.exists():
        pytest.skip(f"this system has no {device}")
    result = toy(tmp_path).run(place, *resume)
    assert result.exit_code == 2
    assert f"{place.name}: " in result.stderr
    assert "it is not a regular file" in result.stderr


def test_a_reader_that_went_away_costs_the_answer_and_not_the_log(
    tmp_path: Path, path: Path
) -> None:
    recording = toy(tmp_path)
    whole = recording.whole()
    read, write = os.pipe()
    os.close(read)
    words = [*recording.words, "-o", str(path), "--turns", str(TURNS)]
    ended = run_process(*words, stdout=write)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (74, b"")
    assert path.read_bytes() == whole
