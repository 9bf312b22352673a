"""Memory: a worker that grows is ended and named, in whatever way and in whichever process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.planted_worker import worker
from tests.support.processes import marked, soon
from vr_verify.engines import keeper, memory
from vr_verify.errors import EngineOutOfMemory
from vr_verify.model.limits import Limits

MIB = 1024 * 1024
LIMITS = Limits(answer_s=30.0, memory_bytes=96 * MIB)
needs_proc = pytest.mark.skipif(not memory.watched(), reason="this system has no /proc")

PYTHON = "kept = []\nwhile True: kept.append(b'x' * 2**20); time.sleep(.002)"
# Mapped and touched by the C library: the interpreter knows nothing of it.
NATIVE = """libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
while True:
    libc.memset(ctypes.c_void_p(libc.malloc(ctypes.c_size_t(2**20))), 1, 2**20)
    time.sleep(.002)"""
CHILD = f"subprocess.run([sys.executable, '-c', {'import time;' + chr(10) + PYTHON!r}])"
SPREAD = """for _ in range(8):
    if os.fork() == 0: kept = b'x' * (16 * 2**20); time.sleep(30)
time.sleep(30)"""
FILES = """with open(folder + '/bulk', 'wb') as file:
    while True: file.write(b'x' * 2**20); file.flush(); time.sleep(.002)"""


@needs_proc
@pytest.mark.parametrize("planted", [PYTHON, NATIVE, CHILD, SPREAD])
def test_a_worker_that_grows_is_ended_at_its_limit(planted: str) -> None:
    with worker("kept = b'x' * (32 * 2**20)", LIMITS) as frugal:
        assert frugal.ask("planted", {}) == {"call": "planted"}
    with worker(planted, LIMITS) as growing:
        growing.ask("first", {})
        with pytest.raises(EngineOutOfMemory, match="in planted: more than its limit of 96 MiB"):
            growing.ask("planted", {})
        assert soon(lambda: not marked(growing.directory.name))


@needs_proc
def test_the_files_of_the_directory_count_too() -> None:
    folder = "folder = '/dev/shm/' + os.environ['VR_VERIFY_WORKER']\n"
    with worker(folder + FILES, LIMITS) as growing:
        if growing.directory.parent != Path("/dev/shm"):
            pytest.skip("no files in memory here")
        with pytest.raises(EngineOutOfMemory, match="more than its limit"):
            growing.ask("planted", {})
        assert not growing.directory.exists()


@needs_proc
def test_pages_that_children_share_count_once() -> None:
    forks = """kept = b'x' * (40 * 2**20)
for _ in range(6):
    if os.fork() == 0: time.sleep(30)
time.sleep(.4)"""
    with worker(forks, LIMITS) as forking:
        assert forking.ask("planted", {}) == {"call": "planted"}


def test_the_kernels_limit_stands_behind_it() -> None:
    # Address space that is never touched is no resident memory, so no watchdog sees it.
    planted = "kept = ctypes.create_string_buffer(0); import mmap; mmap.mmap(-1, {})"
    with worker(planted.format(2**30), LIMITS) as large:
        assert large.ask("planted", {}) == {"call": "planted"}
    with worker(planted.format(2**40), LIMITS) as huge:
        huge.ask("first", {})
        with pytest.raises(Exception, match="Cannot allocate memory"):
            huge.ask("planted", {})
    assert memory.address_space_bytes(96 * MIB) == 4 * 96 * MIB + 1024 * MIB
    assert memory.address_space_bytes(0) == 0


def test_a_kill_that_the_system_did_for_want_of_memory_is_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = iter([3, 4])
    monkeypatch.setattr(keeper, "oom_kills", lambda: next(counted))
    assert _cause_of_a_kill() == "oom"
    monkeypatch.setattr(keeper, "oom_kills", lambda: 4)
    assert _cause_of_a_kill() == "-"


def _cause_of_a_kill() -> str:
    """Keep a worker that is killed from outside, in this process, and say what is blamed."""
    ours, theirs = os.pipe()
    kept = keeper.Keeper(ours, 0, "")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"]) as killed:
        kept.worker = killed.pid
        killed.kill()
        kept.keep()
        killed.returncode = kept.status
    os.close(ours)
    os.close(theirs)
    assert kept.status == -9
    return kept.cause


def test_the_default_is_a_share_of_what_there_is() -> None:
    whole = memory.share_bytes(1)
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0 < whole <= total * 3 // 4
    assert memory.share_bytes(2) == whole // 2


def test_the_limit_of_a_group_counts(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("4:cpu:/x\n3:memory,io:/a/b\n0::/c\n")
    group = tmp_path / "sys/fs/cgroup"
    (group / "memory/a/b").mkdir(parents=True)
    (group / "memory/a/memory.limit_in_bytes").write_text("7000000\n")
    (group / "c").mkdir()
    (group / "c/memory.max").write_text("max\n")
    assert memory._available_bytes(tmp_path) == 7_000_000
    (group / "c/memory.max").write_text("5000000\n")
    assert memory._available_bytes(tmp_path) == 5_000_000


@needs_proc
def test_the_keeper_sees_every_process_below_it_by_either_way() -> None:
    with subprocess.Popen(["/bin/sh", "-c", "sleep 30 & sleep 30 & wait"]) as shell:
        assert soon(lambda: len(keeper.descendants(shell.pid)) == 2)
        listed = keeper.descendants(shell.pid)
        table = dict(keeper.parents())
        assert sorted(listed) == sorted(p for p, parent in table.items() if parent == shell.pid)
        assert all(keeper.resident_bytes(process) > 0 for process in listed)
        assert all(keeper.share_bytes(process) > 0 for process in listed)
        for process in listed:
            os.kill(process, 9)


def test_a_kernel_without_lists_of_children_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["/bin/sh", "-c", "sleep 30 & wait"]) as shell:
        assert soon(lambda: keeper.descendants(shell.pid))
        listed = keeper.descendants(shell.pid)
        monkeypatch.setattr(keeper.os.path, "exists", lambda _: False)
        monkeypatch.setattr(keeper, "children", lambda _: [])
        assert keeper.descendants(shell.pid) == listed
        for process in listed:
            os.kill(process, 9)


def test_the_kernels_count_of_kills_is_read_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"/proc/self/cgroup": "3:memory:/a\n0::/b\n", "/proc/vmstat": "x 1\noom_kill 2\n"}
    monkeypatch.setattr(keeper, "text_of", lambda path: files.get(path, ""))
    assert keeper.oom_kills() == 2
    files["/sys/fs/cgroup/memory/a/memory.oom_control"] = "under_oom 0\noom_kill 5\n"
    assert keeper.oom_kills() == 5
    files["/sys/fs/cgroup/b/memory.events"] = "oom 9\noom_kill 7\noom_group_kill 0\n"
    assert keeper.oom_kills() == 7
