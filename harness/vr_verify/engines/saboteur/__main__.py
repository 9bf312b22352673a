"""The saboteur as a program: `python -m vr_verify.engines.saboteur --lie FAULT@TURN -- ENGINE…`.

It speaks the framing on its own streams and to the engine that it starts.
"""

import argparse
import sys
from pathlib import Path
from typing import Any, BinaryIO

from vr_verify.engines import framing, identity
from vr_verify.engines.process import ErrorAnswer
from vr_verify.engines.registry import BuildSpec
from vr_verify.engines.saboteur.breakdown import BREAKDOWNS, ENDS
from vr_verify.engines.saboteur.faults import read_lie
from vr_verify.engines.saboteur.proxy import Saboteur
from vr_verify.errors import VrVerifyError


def respond(saboteur: Saboteur, frame: dict[str, Any]) -> dict[str, Any]:
    """Answer one frame; the true engine's error answers are passed on as they are."""
    try:
        return {"seq": frame["seq"], "ok": saboteur.answer(frame["call"], frame["args"])}
    except ErrorAnswer as error:
        refusal = error
    except VrVerifyError as error:
        if not isinstance(error.__cause__, ErrorAnswer):
            raise
        refusal = error.__cause__
    return {"seq": frame["seq"], "error": {"kind": refusal.kind, "message": refusal.message}}


def serve(saboteur: Saboteur, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until the input ends, or the fault ends it."""
    while len(head := source.read(framing.HEAD_BYTES)) == framing.HEAD_BYTES:
        buffer = framing.FrameBuffer()
        buffer.feed(head + source.read(int.from_bytes(head, "little")))
        frame = buffer.take()
        if frame is None:
            return
        sent, fault = framing.encode(respond(saboteur, frame)), saboteur.lie.fault
        if saboteur.breaks_down:
            sent = BREAKDOWNS[fault](sent)
        sink.write(sent)
        sink.flush()
        if saboteur.breaks_down and fault in ENDS:
            return


def main() -> None:
    """Start the true engine and lie about it."""
    parser = argparse.ArgumentParser(prog="saboteur", description="an engine that lies on request")
    parser.add_argument("--lie", type=read_lie, required=True, help="FAULT@TURN")
    parser.add_argument("--folder", type=Path, help="where the true engine starts; else: here")
    parser.add_argument("engine", nargs="+", help="command line of the true engine, after --")
    chosen = parser.parse_args()
    argv = tuple(chosen.engine)
    build = identity.of_command("engine", argv)
    spec = BuildSpec(" ".join(argv), "engine", argv, build, folder=chosen.folder)
    saboteur = Saboteur(spec, chosen.lie)
    try:
        serve(saboteur, sys.stdin.buffer, sys.stdout.buffer)
    except VrVerifyError as error:
        sys.exit(error.message)
    finally:
        if saboteur.engine is not None:
            saboteur.engine.close()


if __name__ == "__main__":
    main()
