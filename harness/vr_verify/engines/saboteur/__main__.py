"""The saboteur as a program: `python -m vr_verify.engines.saboteur --lie FAULT@TURN -- ENGINE…`.

It speaks the framing on its own streams and to the engine that it starts.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from vr_verify.engines import framing, identity
from vr_verify.engines.process import ErrorAnswer
from vr_verify.engines.registry import BuildSpec
from vr_verify.engines.saboteur.breakdown import BREAKDOWNS, ENDS
from vr_verify.engines.saboteur.faults import read_lie
from vr_verify.engines.saboteur.proxy import Saboteur
from vr_verify.errors import VrVerifyError


def respond(saboteur: Saboteur, frame: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer one frame; the true engine's error answers are passed on as they are."""
    try:
        yield from _answers(saboteur, frame["call"], frame["args"])
        return
    except ErrorAnswer as error:
        refusal = error
    except VrVerifyError as error:
        if not isinstance(error.__cause__, ErrorAnswer):
            raise
        refusal = error.__cause__
    yield {"error": {"kind": refusal.kind, "message": refusal.message}}


def _answers(saboteur: Saboteur, call: str, args: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the parts of an answer: one, or with `advance` one for each turn and the last."""
    if call != "advance":
        yield {"ok": saboteur.answer(call, args)}
        return
    played = 0
    for answer in saboteur.advance(args):
        played += 1
        yield {"turn": answer}
        saboteur.breaks_down = False
    yield {"ok": {"turns": str(played)}}


def serve(saboteur: Saboteur, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until the input ends, or the fault ends it."""
    while len(head := source.read(framing.HEAD_BYTES)) == framing.HEAD_BYTES:
        buffer = framing.FrameBuffer()
        buffer.feed(head + source.read(int.from_bytes(head, "little")))
        frame = buffer.take()
        if frame is None:
            return
        for part in respond(saboteur, frame):
            sent, fault = framing.encode({"seq": frame["seq"]} | part), saboteur.lie.fault
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
