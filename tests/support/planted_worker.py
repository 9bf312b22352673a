"""A worker that answers every call with its name, but for what a test plants in it.

It speaks the framing by itself, so that nothing of the harness's own worker is in between.
"""

import sys
from dataclasses import replace

from vr_verify.engines.keeping import Launch
from vr_verify.engines.process import WorkerProcess
from vr_verify.model.limits import Limits

PROGRAM = """
import ctypes, json, os, signal, struct, subprocess, sys, time
def frame_of(value):
    body = json.dumps(value).encode()
    return struct.pack("<I", len(body)) + body
def answer(frame, key="ok"):
    os.write(1, frame_of({{"seq": frame["seq"], key: {{"call": frame["call"]}}}}))
def note(text):
    with open({note!r} + ".part", "w") as file:
        file.write(str(text))
    os.rename({note!r} + ".part", {note!r})
while len(head := sys.stdin.buffer.read(4)) == 4:
    frame = json.loads(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))
    if frame["call"] == "planted":
        {planted}
    answer(frame)
"""


def program(planted: str, note: str = "") -> tuple[str, ...]:
    """Return the command line of a worker with a fault in it; `note(text)` writes a file."""
    lines = planted.replace("\n", "\n        ")
    return (sys.executable, "-c", PROGRAM.format(planted=lines, note=note))


def bound(started: WorkerProcess, limits: Limits) -> None:
    """Set limits of time from now on: how long a start takes is the machine's affair."""
    started.launch = replace(started.launch, limits=limits)
    started._waited_s = 0.0


def worker(planted: str, limits: Limits | None = None, note: str = "") -> WorkerProcess:
    """Start a worker with a fault in it."""
    return WorkerProcess("planted", Launch(program(planted, note), None, limits or Limits()))
