"""The worker: one engine written as a Python class, served over the framing of PROTOCOL.md.

Spec: PROTOCOL.md, sections 6 and 7. Runs under the build's own interpreter, as a program.
It must know nothing but the standard library: the harness may not be installed there.
"""

import importlib
import importlib.metadata
import json
import logging
import mmap
import os
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

GROUP = "vr_verify.engines"
FRAME_MAX_BYTES = 1024 * 1024
ALIGNMENT_BYTES = 64
ANSWER_FILE = "answer.bin"
# What this file can do for any engine: it loops, and it reads and writes lists by file.
CAPABILITIES = ("advance", "bulk_commands", "columns")
# A page of candidates: as many as the protocol allows, or as few as make it this long.
CANDIDATES_MAX = 256
PAGE_BYTES = 1 << 18
# Canonical JSON spells these the long way; every other escape is as the standard library has it.
LONG_ESCAPES = {"\\n": "\\u000a", "\\r": "\\u000d", "\\t": "\\u0009"}
LONG_ESCAPES |= {"\\b": "\\u0008", "\\f": "\\u000c"}
SHORT_ESCAPE = re.compile(r'\\(["\\nrtbf])')
# Numbers that may need 64 bits: plain integers in Python, decimal strings in a frame.
_WIDE = ("turn", "entities")


class Refused(Exception):  # noqa: N818 - it is an answer of the protocol, not a fault of this file
    """A call that this worker cannot serve; `kind` is the error kind of the answer."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the frames' two streams to ourselves, so that a stray print cannot corrupt a frame.

    The engine's standard output becomes its standard error, and its standard input is empty.
    """
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


def read_frame(source: BinaryIO) -> dict[str, Any] | None:
    """Read one frame; None at the end of input."""
    head = source.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack("<I", head)
    body = source.read(length)
    if len(body) < length:
        return None
    frame: dict[str, Any] = json.loads(body)
    return frame


def write_frame(sink: BinaryIO, frame: dict[str, Any]) -> None:
    """Write one frame, its length checked against the limit of the protocol."""
    body = json.dumps(frame, ensure_ascii=False).encode("utf-8")
    if len(body) > FRAME_MAX_BYTES:
        message = f"an answer of {len(body)} bytes, {FRAME_MAX_BYTES} at most"
        error = {"kind": "engine", "message": message}
        body = json.dumps({"seq": frame["seq"], "error": error}).encode("utf-8")
    sink.write(struct.pack("<I", len(body)) + body)
    sink.flush()


def load_engine_class(target: str) -> Any:
    """Find `module:Class`, or `entry:NAME` among the entry points of this interpreter."""
    kind, _, name = target.partition(":")
    if kind == "entry":
        found = list(importlib.metadata.entry_points(group=GROUP, name=name))
        if not found:
            known = sorted(entry.name for entry in importlib.metadata.entry_points(group=GROUP))
            raise LookupError(f"no engine named {name!r} here; there are: {', '.join(known)}")
        return found[0].load()
    return getattr(importlib.import_module(kind), name)


def as_wire(value: Any) -> Any:
    """Turn an engine's answer into its form in a frame: wide integers as decimal strings."""
    if isinstance(value, dict):
        return {
            key: str(item) if key in _WIDE and isinstance(item, int) else as_wire(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [as_wire(item) for item in value]
    return value


def run_parts(text: str) -> tuple[bytes, list[Any]]:
    """Take a run apart: the scenario's own bytes, and the turns."""
    first = len('{"scenario":')
    decoder = json.JSONDecoder()
    _, last = decoder.raw_decode(text, first)
    turns: list[Any]
    turns, _ = decoder.raw_decode(text, last + len(',"turns":'))
    return text[first:last].encode("utf-8"), turns


def canonical_text(value: Any) -> bytes:
    """Write a value as canonical JSON (PROTOCOL.md, section 1)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    text = SHORT_ESCAPE.sub(lambda found: LONG_ESCAPES.get(found[0], found[0]), text)
    return text.encode("utf-8")


def page_text(candidates: Iterable[tuple[str, bytes | None, Any]]) -> bytes:
    """Write the first candidates of many, each as an object of the protocol."""
    pieces: list[bytes] = []
    length = 0
    for name, scenario, turns in candidates:
        told = canonical_text(name), scenario or b"null", canonical_text(turns)
        pieces.append(b'{"name":%s,"scenario":%s,"turns":%s}' % told)
        length += len(pieces[-1])
        if len(pieces) == CANDIDATES_MAX or length >= PAGE_BYTES:
            break
    return b"[" + b",".join(pieces) + b"]"


def part(mapped: memoryview, bulk: dict[str, str]) -> memoryview:
    """Return the bytes that a bulk names in the file that it names."""
    first = int(bulk["offset"])
    return mapped[first : first + int(bulk["bytes"])]


class Service:
    """One engine object and the directory that bulk data travel through."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.directory = Path()
        self.turn = self.turn_ended = 0
        self.schema = b""
        self.universes: list[dict[str, Any]] = []

    def at_turn_end(self, answer: dict[str, Any]) -> None:
        """Note the turn that the state now belongs to, which a snapshot names."""
        self.turn = self.turn_ended = answer["turn"]
        self.universes = answer.get("universes", [])

    def answer(self, call: str, args: dict[str, Any]) -> dict[str, Any]:
        """Serve one call of the protocol."""
        method = getattr(self, f"call_{call}", None)
        if method is None:
            raise Refused("unsupported", f"no call named {call!r}")
        result: dict[str, Any] = method(args)
        return result

    def engine_method(self, name: str) -> Any:
        """Look up an optional method of the engine."""
        method = getattr(self.engine, name, None)
        if method is None:
            raise Refused("unsupported", f"this engine has no method {name!r}")
        return method

    def write_bulks(self, blocks: Iterable[Any]) -> list[dict[str, str]]:
        """Write blocks into the answer file, aligned, and name each."""
        named: list[dict[str, str]] = []
        with (self.directory / ANSWER_FILE).open("wb") as file:
            for block in blocks:
                file.write(bytes(-file.tell() % ALIGNMENT_BYTES))
                offset = file.tell()
                file.write(block)
                bulk = {"file": ANSWER_FILE, "offset": str(offset)}
                named.append(bulk | {"bytes": str(file.tell() - offset)})
        return named

    def read_bulk(self, bulk: dict[str, str]) -> bytes:
        """Read a bulk that the harness has named."""
        with (self.directory / bulk["file"]).open("rb") as file:
            file.seek(int(bulk["offset"]))
            return file.read(int(bulk["bytes"]))

    def map_file(self, name: str) -> memoryview:
        """Map a file of bulks, read-only; it stays mapped for as long as a part of it is held."""
        with (self.directory / name).open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def call_describe(self, args: dict[str, Any]) -> dict[str, Any]:
        """Take the directory, and say who answers."""
        if args["protocol"] != 1:
            raise Refused("unsupported", f"protocol {args['protocol']}; this worker speaks 1")
        self.directory = Path(args["directory"])
        described = dict(self.engine.describe())
        own = [name for name in CAPABILITIES if name not in described["capabilities"]]
        described["capabilities"] = [*described["capabilities"], *own]
        result: dict[str, Any] = as_wire(described)
        return result

    def call_init(self, args: dict[str, Any]) -> dict[str, Any]:
        """Start a run."""
        answer = dict(self.engine.init(self.read_bulk(args["scenario"])))
        self.at_turn_end(answer)
        self.schema = answer.pop("schema")
        (schema,) = self.write_bulks([self.schema])
        result: dict[str, Any] = as_wire(answer)
        return result | {"schema": schema}

    def read_list(self, given: Any) -> list[Any]:
        """Read a list that may be too long for a frame and come as a bulk of its JSON."""
        listed: list[Any] = json.loads(self.read_bulk(given)) if isinstance(given, dict) else given
        return listed

    def call_step(self, args: dict[str, Any]) -> dict[str, Any]:
        """Run the next step."""
        return self.step(self.read_list(args["commands"]), args["stop_after"], args["phases"])

    def advance(self, args: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Play whole turns, and give the answer to the last step of each; a halt is the last."""
        turns = self.read_list(args["turns"])
        if own := getattr(self.engine, "advance", None):
            for told in own(turns):
                self.note(told)
                yield as_wire(told)
            return
        for commands_by_step in turns:
            answer: dict[str, Any] = {}
            for commands in commands_by_step:
                answer = self.step(commands, None, False)
                if answer["halt"] is not None:
                    break
            yield answer
            if answer["halt"] is not None:
                return

    def step(self, commands: list[Any], stop_after: int | None, phases: bool) -> dict[str, Any]:
        """Run the next step of the engine."""
        answer = self.engine.step(commands, stop_after, phases)
        self.note(answer)
        result: dict[str, Any] = as_wire(answer)
        return result

    def note(self, answer: dict[str, Any]) -> None:
        """Note the turn and the row counts that a step has led to."""
        if answer["turn_ended"]:
            self.at_turn_end(answer)
        else:
            self.turn = self.turn_ended if answer["halt"] is not None else answer["turn"]
            self.universes = answer.get("universes", [])

    def call_values(self, args: dict[str, Any]) -> dict[str, Any]:
        """Give a part of one column."""
        first, count = int(args["first"]), int(args["count"])
        values = self.engine.values(args["universe"], args["table"], args["column"], first, count)
        return self.write_bulks([values])[0]

    def call_columns(self, _args: dict[str, Any]) -> dict[str, Any]:
        """Give all columns of the state, one after another in one bulk."""
        tables = json.loads(bytes(self.schema))["tables"]
        columns = [
            self.engine.values(universe["id"], table["name"], column["name"], 0, rows)
            for universe in self.universes
            for table, rows in zip(tables, universe["rows"], strict=True)
            for column in table["columns"]
        ]
        (bulk,) = self.write_bulks([b"".join(columns)])
        return {"lengths": [str(len(memoryview(one).cast("B"))) for one in columns], "values": bulk}

    def call_tops(self, _args: dict[str, Any]) -> dict[str, Any]:
        """Give the tops of all columns' digest trees."""
        return self.write_bulks([self.engine_method("tops")()])[0]

    def call_nodes(self, args: dict[str, Any]) -> dict[str, Any]:
        """Give digests of one level of a column's tree."""
        place = args["universe"], args["table"], args["column"], args["level"]
        nodes = self.engine_method("nodes")(*place, int(args["first"]), int(args["count"]))
        return self.write_bulks([nodes])[0]

    def call_changed_rows(self, _args: dict[str, Any]) -> dict[str, Any]:
        """Give the rows that the last turn has changed, in one bulk."""
        tables = list(self.engine_method("changed_rows")())
        parts = [part for slots, columns in tables for part in (slots, *columns)]
        (bulk,) = self.write_bulks([b"".join(parts)])
        counts = [len(memoryview(slots).cast("B")) // 4 for slots, _ in tables]
        return {"tables": [{"rows": str(count)} for count in counts], "values": bulk}

    def call_sketch(self, args: dict[str, Any]) -> dict[str, Any]:
        """Give the sketch of the last turn."""
        return self.write_bulks([self.engine_method("sketch")(args["cells"])])[0]

    def call_snapshot(self, _args: dict[str, Any]) -> dict[str, Any]:
        """Give the whole state as archives."""
        archives = list(self.engine_method("snapshot")())
        bulks = self.write_bulks(archive for _, _, archive in archives)
        named = zip(archives, bulks, strict=True)
        listed = [{"universe": u, "table": t} | bulk for (u, t, _), bulk in named]
        return {"turn": str(self.turn), "archives": listed}

    def call_restore(self, args: dict[str, Any]) -> dict[str, Any]:
        """Put a state in place of the present one."""
        maps = {name: self.map_file(name) for name in {a["file"] for a in args["archives"]}}
        archives = [(a["universe"], a["table"], part(maps[a["file"]], a)) for a in args["archives"]]
        answer = self.engine_method("restore")(int(args["turn"]), archives)
        self.at_turn_end(answer)
        result: dict[str, Any] = as_wire(answer)
        return result

    def call_draws(self, _args: dict[str, Any]) -> dict[str, Any]:
        """Give the ledger of the turn so far."""
        return self.write_bulks([self.engine_method("draws")()])[0]

    def call_events(self, _args: dict[str, Any]) -> dict[str, Any]:
        """Give the event stream of the turn so far."""
        return self.write_bulks([self.engine_method("events")()])[0]

    def call_audit(self, args: dict[str, Any]) -> dict[str, Any]:
        """Check the invariants."""
        result: dict[str, Any] = as_wire(self.engine_method("audit")(args["level"]))
        return result

    def call_rules_fired(self, _args: dict[str, Any]) -> dict[str, Any]:
        """Count how often each rule fired."""
        fired = self.engine_method("rules_fired")()["rules"]
        return {"rules": {name: str(times) for name, times in fired.items()}}

    def call_resolve(self, args: dict[str, Any]) -> dict[str, Any]:
        """Turn a path or a shipped name into a scenario."""
        scenario, flaws = self.engine_method("resolve")(args["source"], args["seed"])
        text = json.dumps(list(flaws), sort_keys=True, separators=(",", ":")).encode()
        scenario_bulk, flaws_bulk = self.write_bulks([scenario, text])
        return {"scenario": scenario_bulk, "flaws": flaws_bulk}

    def call_generate(self, args: dict[str, Any]) -> dict[str, Any]:
        """Make a run from a seed."""
        scenario, turns = self.engine_method("generate")(int(args["seed"]), args["size"])
        run = b'{"scenario":%s,"turns":%s}' % (bytes(scenario), canonical_text(turns))
        return {"run": self.write_bulks([run])[0]}

    def call_reductions(self, args: dict[str, Any]) -> dict[str, Any]:
        """Offer smaller runs."""
        scenario, turns = run_parts(self.read_bulk(args["run"]).decode("utf-8"))
        offered = self.engine_method("reductions")(scenario, turns, args["after"])
        return {"runs": self.write_bulks([page_text(offered)])[0]}


def played(service: Service, frame: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer `advance`: a frame for each turn as it ends, then their number."""
    turns = 0
    for answer in service.advance(frame["args"]):
        turns += 1
        yield {"seq": frame["seq"], "turn": answer}
    yield {"seq": frame["seq"], "ok": {"turns": str(turns)}}


def respond(service: Service, frame: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer one frame; what the engine raises becomes an error answer, its trace goes to stderr.

    An exception may carry `kind`, one of the protocol's error kinds; without one it is `engine`.
    A panic of native code is no `Exception`: it ends the worker, and the harness says so.
    """
    try:
        if frame["call"] == "advance":
            yield from played(service, frame)
        else:
            yield {"seq": frame["seq"], "ok": service.answer(frame["call"], frame["args"])}
    except Exception as error:
        kind = getattr(error, "kind", "engine")
        named = isinstance(kind, str) and kind in ("scenario", "command", "unsupported")
        message = str(error) if named else f"{type(error).__name__}: {error}"
        if not named:
            logging.exception("%s failed", frame["call"])
        error_answer = {"kind": kind if named else "engine", "message": message}
        yield {"seq": frame["seq"], "error": error_answer}


def main() -> None:
    """Serve the engine named on the command line until the input ends."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    source, sink = take_over_streams()
    service = Service(load_engine_class(sys.argv[1])())
    while (frame := read_frame(source)) is not None:
        for answer in respond(service, frame):
            write_frame(sink, answer)


if __name__ == "__main__":
    main()
