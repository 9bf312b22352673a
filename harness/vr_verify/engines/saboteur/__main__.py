"""The saboteur as a program: `python -m vr_verify.engines.saboteur --fault F --turn T -- ENGINE…`.

It speaks the framing on its own streams and to the engine that it starts.
"""

import argparse
import sys
from typing import Any, BinaryIO

from vr_verify.engines import framing, identity
from vr_verify.engines.process import ErrorAnswer
from vr_verify.engines.registry import BuildSpec
from vr_verify.engines.saboteur.faults import FAULTS
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
    """Answer until the input ends."""
    while len(head := source.read(framing.HEAD_BYTES)) == framing.HEAD_BYTES:
        buffer = framing.FrameBuffer()
        buffer.feed(head + source.read(int.from_bytes(head, "little")))
        frame = buffer.take()
        if frame is None:
            return
        sink.write(framing.encode(respond(saboteur, frame)))
        sink.flush()


def main() -> None:
    """Start the true engine and lie about it."""
    parser = argparse.ArgumentParser(prog="saboteur", description="an engine that lies on request")
    parser.add_argument("--fault", choices=sorted(FAULTS), required=True)
    parser.add_argument("--turn", type=int, required=True)
    parser.add_argument("engine", nargs="+", help="command line of the true engine, after --")
    chosen = parser.parse_args()
    argv = tuple(chosen.engine)
    spec = BuildSpec(" ".join(argv), "engine", argv, identity.of_command("engine", argv))
    saboteur = Saboteur(spec, chosen.fault, chosen.turn)
    try:
        serve(saboteur, sys.stdin.buffer, sys.stdout.buffer)
    except VrVerifyError as error:
        sys.exit(error.message)
    finally:
        if saboteur.engine is not None:
            saboteur.engine.close()


if __name__ == "__main__":
    main()
