"""A program that writes logs in processes of their own, to be killed at any moment.

Run as a module. It reads orders, one line of JSON each: {"model", "path", "bytes"}. For each it
starts a process that says "process PID", writes `model` again to `path` and says "turn N" once turn
N is written; after "bytes" bytes, if that is not null, it kills itself, in mid-write. One more line
lets us wait for it: until then its PID stays its own. Then we say "ended CODE".
"""

import json
import os
import signal
import sys
from io import FileIO
from pathlib import Path
from typing import Any

from tests.harness.runlog.again import write_again
from vr_verify.runlog import sink
from vr_verify.runlog.reader import RunLog


class Mortal(FileIO):
    """A file whose writer dies by SIGKILL once so many bytes are written, not one more."""

    bytes_left = 0

    def write(self, data: Any) -> int:
        """Write what may still be written."""
        kept = memoryview(data)[: self.bytes_left]
        super().write(kept)
        Mortal.bytes_left -= len(kept)
        if len(kept) < len(data):
            os.kill(os.getpid(), signal.SIGKILL)
        return len(kept)


def say(text: str) -> None:
    """Tell the parent."""
    os.write(1, f"{text}\n".encode())


def write(order: dict[str, Any]) -> None:
    """Write the log, in a process of its own."""
    say(f"process {os.getpid()}")
    if order["bytes"] is not None:
        Mortal.bytes_left = order["bytes"]
        vars(sink)["FileIO"] = Mortal
    with RunLog.open(order["model"]) as model:
        write_again(model, Path(order["path"]), False, lambda turn: say(f"turn {turn}"))


def serve() -> None:
    """Take orders until there are none."""
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            write(json.loads(line))
            os._exit(0)
        sys.stdin.readline()
        _, status = os.waitpid(process, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    serve()
