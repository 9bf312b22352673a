"""The keeper: starts one worker, watches its memory, and leaves none of its processes behind.

Spec: PROTOCOL.md, section 6.4. A program of the standard library that `keeping.py` starts; it runs
until its worker ends or the harness lets go of it. It must not know frames, calls or engines.
"""

# Importing pathlib would take as long as all the rest of the start (10 of 24 ms measured).
# ruff: noqa: PTH106, PTH110, PTH114, PTH123, PTH208

import ctypes
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

INTERVAL_S = 0.05
END_WAIT_S = 8.0
PAUSE_S = 0.001
# The kernel kills the largest for want of memory; a worker goes long before its keeper.
OOM_SCORE = 500
LINUX = sys.platform == "linux"
# From <linux/prctl.h>: orphans below us become our children; the child ends when we do.
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
OOM_COUNTERS = (
    "/sys/fs/cgroup{}/memory.events",
    "/sys/fs/cgroup/memory{}/memory.oom_control",
    "/proc/vmstat",
)


def process_control(option: int, value: int) -> None:
    """Call prctl(2), which Python has no name for; a system without it gets what it can."""
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def text_of(path: str) -> str:
    """Read a file of the system; empty where there is none or its process has just ended."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def children(process: int) -> list[int]:
    """List the processes that a process has started and that have not been waited for."""
    folder = f"/proc/{process}/task"
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(folder):
            found += map(int, text_of(f"{folder}/{task}/children").split())
    return found


def parents() -> Iterator[tuple[int, int]]:
    """List every process of the machine with its parent, for kernels without lists of children."""
    with suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit() and (stat := text_of(f"/proc/{name}/stat")):
                yield int(name), int(stat.rpartition(")")[2].split()[1])


def descendants(process: int) -> list[int]:
    """List all processes below one, in whatever session they are."""
    below: dict[int, list[int]] | None = None
    if not os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        below = {}
        for child, parent in parents():
            below.setdefault(parent, []).append(child)
    found = [process]
    for one in found:
        found += children(one) if below is None else below.get(one, [])
    return found[1:]


def resident_bytes(process: int) -> int:
    """Return the memory that a process holds, pages that it shares with others included."""
    fields = text_of(f"/proc/{process}/statm").split()
    return int(fields[1]) * resource.getpagesize() if len(fields) > 1 else 0


def share_bytes(process: int) -> int:
    """Return a process's memory with shared pages divided among all that share them: slow."""
    for line in text_of(f"/proc/{process}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return resident_bytes(process)


def directory_bytes(directory: str) -> int:
    """Return what the files of the bulk directory take, which is mostly memory too."""
    total = 0
    if directory:
        with suppress(OSError), os.scandir(directory) as entries:
            for entry in entries:
                with suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


def over(limit_bytes: int, directory: str) -> bool:
    """Whether everything below us and the bulk directory together hold more than the limit."""
    files, below = directory_bytes(directory), descendants(os.getpid())
    if files + sum(map(resident_bytes, below)) <= limit_bytes:
        return False
    # Pages shared after a fork were counted once for each process: count again, exactly.
    return files + sum(map(share_bytes, below)) > limit_bytes


def oom_kills() -> int:
    """Count what the kernel has killed for want of memory: in our group, else in the machine."""
    groups = [line.split(":", 2) for line in text_of("/proc/self/cgroup").splitlines()]
    ours = [path for _, kind, path in groups if kind in ("", "memory")]
    for pattern in OOM_COUNTERS:
        for path in ours or [""]:
            for line in text_of(pattern.format(path)).splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return 0


def offer_to_oom_killer() -> None:
    """Have the kernel choose this process first; one that it would rather have stays as it is."""
    path = "/proc/self/oom_score_adj"
    with suppress(OSError):
        if int(text_of(path) or OOM_SCORE) < OOM_SCORE:
            with open(path, "w", encoding="ascii") as file:
                file.write(str(OOM_SCORE))


def remove(directory: str) -> None:
    """Remove the bulk directory and all that is in it; a link is removed and not followed."""
    for folder, folders, files in os.walk(directory, topdown=False):
        for name in (*files, *folders):
            path = f"{folder}/{name}"
            with suppress(OSError):
                (os.rmdir if name in folders and not os.path.islink(path) else os.unlink)(path)
    with suppress(OSError):
        os.rmdir(directory)


class Keeper:
    """One worker and all that it starts. `control` is the socket that the harness holds."""

    def __init__(self, control: int, limit_bytes: int, directory: str) -> None:
        self.control, self.limit_bytes, self.directory = control, limit_bytes, directory
        self.worker = 0
        self.status: int | None = None
        self.cause = "-"

    def start(self, argv: list[str], address_space_bytes: int) -> None:
        """Start the worker in a session of its own; it ends when this process does."""
        keeper = os.getpid()
        self.worker = os.fork()
        if self.worker:
            return
        try:
            os.setsid()
            process_control(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != keeper:  # it ended before we could ask for the signal
                os._exit(127)
            offer_to_oom_killer()
            if address_space_bytes:
                # A limit that we stand under already cannot be raised.
                _, hard = resource.getrlimit(resource.RLIMIT_AS)
                bounded = hard != resource.RLIM_INFINITY
                limit = min(address_space_bytes, hard) if bounded else address_space_bytes
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            os.execvp(argv[0], argv)  # noqa: S606 - to run what the caller named is the point
        except OSError as error:
            os.write(self.control, f"cannot {error.errno}\n".encode())
        finally:
            os._exit(127)

    def keep(self) -> None:
        """Wait until the worker ends, goes over its limit, or the harness lets go."""
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        ready = select.poll()
        ready.register(self.control, select.POLLIN)
        ready.register(woken, select.POLLIN)
        before = oom_kills()
        due_s = time.monotonic()
        while not self.reap():
            pause_ms = INTERVAL_S * 1000 if self.limit_bytes else None
            if any(source == self.control for source, _ in ready.poll(pause_ms)):
                return
            with suppress(BlockingIOError):
                os.read(woken, 4096)
            if self.limit_bytes and time.monotonic() >= due_s:
                if over(self.limit_bytes, self.directory):
                    self.cause = "memory"
                    return
                due_s = time.monotonic() + INTERVAL_S
        if self.status == -signal.SIGKILL and oom_kills() > before:
            self.cause = "oom"

    def reap(self) -> bool:
        """Wait for all children that have ended; whether the worker is among them."""
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.worker:
                    self.status = os.waitstatus_to_exitcode(ended[1])
        return self.status is not None

    def end(self) -> None:
        """Kill until nothing is left: what was started meanwhile is ours by then."""
        last_s = time.monotonic() + END_WAIT_S
        while time.monotonic() < last_s:
            if not LINUX:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.worker, signal.SIGKILL)
            for process in {self.worker, *descendants(os.getpid())}:
                with suppress(ProcessLookupError, PermissionError):
                    if process != self.worker or self.status is None:
                        os.kill(process, signal.SIGKILL)
            self.reap()
            try:
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            time.sleep(PAUSE_S)

    def report(self) -> None:
        """Tell the harness how the worker ended, if it still listens."""
        with suppress(OSError):
            os.write(self.control, f"ended {self.status} {self.cause}\n".encode())


def main() -> None:
    """Keep the worker of the command line: CONTROL LIMIT ADDRESS_SPACE DIRECTORY ARGV…."""
    control, limit, address_space = map(int, sys.argv[1:4])
    os.set_inheritable(control, False)
    # A request to end is the harness's to heed; it lets go of us then.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    process_control(PR_SET_CHILD_SUBREAPER, 1)
    keeper = Keeper(control, limit, sys.argv[4])
    keeper.start(sys.argv[5:], address_space)
    # The streams are the worker's alone, so that their end can be seen.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    keeper.keep()
    keeper.end()
    if keeper.directory:
        remove(keeper.directory)
    keeper.report()


if __name__ == "__main__":
    main()
