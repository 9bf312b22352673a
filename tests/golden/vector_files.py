"""Vectors as files: `golden/vectors/<room>/<file>/<function>.json`, written and read.

JSON for any language: integers beyond 2^53 are decimal strings, bytes are {"hex": "…"}.
"""

import json
from pathlib import Path
from typing import Any

from tests.golden.parameters import Arguments, Function, Structured
from tests.support.tree import ROOT
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.stream import draw_at, stream_key

FOLDER = ROOT / "golden" / "vectors"
FORMAT = "vr-vectors/1"
BLESS = "make both twins agree, then: .venv/bin/python -m tests.golden.make_vectors"
DRAWN = 12
_PRECISE_MAX = 2**53

_FORM = (
    "Integers beyond 2^53 are decimal strings, bytes and texts objects with their hex or text, "
    "null is no result"
)
_DRAWN_RULE = (
    "drawn n: argument k comes from u64 number n * {count} + k of the stream of stream_key(0, 0, "
    "0, 'golden', 2^32 - 1, '{place}', []): low + high 64 bits of (number * (high - low + 1)) of "
    "its range; of a list of values the one at the high 64 bits of (number * length); a key is "
    "stream_key(number, 0, 0, 'golden', 2^32 - 1, 'key', []). Cases outside the domain, and "
    "those that stand before, are left out."
)


def path_of(place: str) -> Path:
    """Return where the vectors of a function live."""
    module, name = place.split(".")
    return FOLDER / module / f"{name}.json"


def cases(function: Function | Structured) -> list[tuple[str, Arguments]]:
    """Return comments and arguments: first the boundaries, then drawn values."""
    if isinstance(function, Structured):
        return list(function.examples)
    kinds = function.parameters
    found: list[tuple[str, Arguments]] = []
    usual = {name: kind.usual() for name, kind in kinds.items()}
    found.append(("every argument at its usual value", tuple(usual.values())))
    lowest = tuple(kind.boundaries()[0] for kind in kinds.values())
    highest = tuple(kind.boundaries()[-1] for kind in kinds.values())
    found += [("every argument at its lowest", lowest), ("every argument at its highest", highest)]
    for name, kind in kinds.items():
        for value in kind.boundaries():
            comment = f"{name} at a boundary, the others at their usual value"
            found.append((comment, tuple((usual | {name: value}).values())))
    key = stream_key(0, 0, 0, "golden", NONE, function.place, [])
    for case in range(DRAWN):
        first = case * len(kinds)
        drawn = [k.drawn(draw_at(key, first + place)) for place, k in enumerate(kinds.values())]
        found.append((f"drawn {case}", tuple(drawn)))
    return _distinct([case for case in found if function.holds(*case[1])])


def document(function: Function | Structured, results: list[Any]) -> str:
    """Return the text of a function's file; `results` belong to its cases."""
    vectors = [
        {"comment": comment, "arguments": as_json(arguments), "result": as_json(result)}
        for (comment, arguments), result in zip(cases(function), results, strict=True)
    ]
    head: dict[str, Any] = {
        "format": FORMAT,
        "function": function.place,
        "law": "engine/RULES.md, " + function.place.split(".")[0],
        "comment": f"{function.unit_note}. {_FORM}",
    }
    if isinstance(function, Structured):
        head["parameters"] = list(function.parameters)
    else:
        head["drawn"] = _DRAWN_RULE.format(count=len(function.parameters), place=function.place)
        kinds = function.parameters.items()
        head["parameters"] = {name: _described(kind) for name, kind in kinds}
    lines = [f"  {json.dumps(vector, ensure_ascii=False)}" for vector in vectors]
    text = json.dumps(head, ensure_ascii=False, indent=1)
    return text.removesuffix("\n}") + ',\n "vectors": [\n' + ",\n".join(lines) + "\n ]\n}\n"


def read(path: Path) -> list[tuple[str, Arguments, Any]]:
    """Return (comment, arguments, result) of each vector of a file."""
    value = json.loads(path.read_text(encoding="utf-8"))
    assert value["format"] == FORMAT, f"{path}: format {value['format']}, expected {FORMAT}"
    return [
        (vector["comment"], tuple(from_json(vector["arguments"])), from_json(vector["result"]))
        for vector in value["vectors"]
    ]


def as_json(value: Any) -> Any:
    """Write a value so that every JSON reader keeps it."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, str):
        return {"text": value}
    return str(value) if abs(value) > _PRECISE_MAX else value


def from_json(value: Any) -> Any:
    """Read what `as_json` wrote."""
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(from_json(item) for item in value)
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"]) if "hex" in value else value["text"]
    return int(value)


def _described(kind: Any) -> Any:
    low, high, values = (getattr(kind, name, None) for name in ("low", "high", "values"))
    if low is not None:
        return {"low": as_json(low), "high": as_json(high)}
    return "a key" if values is None else {"values": as_json(values)}


def _distinct(found: list[tuple[str, Arguments]]) -> list[tuple[str, Arguments]]:
    """Keep the first of several cases with the same arguments."""
    first: dict[Arguments, str] = {}
    for comment, arguments in found:
        first.setdefault(arguments, comment)
    return [(comment, arguments) for arguments, comment in first.items()]
