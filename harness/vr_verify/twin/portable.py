"""Values as JSON that any language can read, in the form of the golden vectors.

Integers beyond 2^53 are decimal strings, bytes and texts objects with their hex or text, arrays
are tuples, null is None; any other kind is an object that names it. Nothing is ever executed.
"""

import json
import struct
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from vr_verify.twin import records

FORM: Final = (
    "Integers beyond 2^53 are decimal strings, bytes and texts objects with their hex or text, "
    "null is no result, an array is a tuple; a float has the hex of its bits, big end first"
)
_PRECISE_MAX: Final = 2**53
_DEPTH_MAX: Final = 64


def as_json(value: Any, depth: int = 0) -> Any:
    """Write a value so that every JSON reader keeps it; ValueError where it has no such form."""
    if depth > _DEPTH_MAX:
        raise ValueError(f"expected values nested at most {_DEPTH_MAX} deep")
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return str(value) if abs(value) > _PRECISE_MAX else value
    if kind is float:
        return {"float": repr(value), "bits": struct.pack(">d", value).hex()}
    if kind is str:
        return {"text": value}
    if kind is bytes or kind is bytearray:
        return {"hex" if kind is bytes else "bytearray": value.hex()}
    if isinstance(value, Enum):
        return {"enum": kind.__name__, "member": value.name}
    if records.is_array(value):
        shape = list(value.shape)
        return {"array": value.dtype.str, "shape": shape, "hex": value.tobytes().hex()}
    return _parts_as_json(value, kind, depth + 1)


def _parts_as_json(value: Any, kind: type[Any], depth: int) -> Any:
    """Write a value that is made of others."""
    if kind is tuple:
        return [as_json(item, depth) for item in value]
    if kind is list:
        return {"list": [as_json(item, depth) for item in value]}
    if kind is dict:
        pairs = value.items()
        return {"map": [[as_json(key, depth), as_json(own, depth)] for key, own in pairs]}
    if kind is set or kind is frozenset:
        items = [as_json(item, depth) for item in value]
        return {kind.__name__: sorted(items, key=json.dumps)}
    names = records.field_names(kind)
    if names is None:
        raise ValueError(f"a value of type {kind.__name__} has no JSON form")
    fields = {name: as_json(getattr(value, name), depth) for name in names}
    return {"record": kind.__name__, "fields": fields}


def from_json(value: Any, kinds: Mapping[str, type[Any]]) -> Any:
    """Read what `as_json` wrote; ValueError where it did not.

    `kinds` are the record and enum types by name that may be made; no other name is looked up.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return int(value)
    if isinstance(value, list):
        return tuple(from_json(item, kinds) for item in value)
    if not isinstance(value, dict):
        raise ValueError(f"expected a vector's value, found {value!r}")
    try:
        return _named_from_json(value, kinds)
    except (KeyError, TypeError, AttributeError, struct.error) as error:
        raise ValueError(f"expected a vector's value, found {value!r}: {error}") from error


def _named_from_json(value: dict[str, Any], kinds: Mapping[str, type[Any]]) -> Any:
    """Read an object, whose first key names its kind."""
    match next(iter(value), None):
        case "text":
            return value["text"]
        case "hex":
            return bytes.fromhex(value["hex"])
        case "bytearray":
            return bytearray.fromhex(value["bytearray"])
        case "float":
            return struct.unpack(">d", bytes.fromhex(value["bits"]))[0]
        case "list" | "set" | "frozenset" as name:
            make = {"list": list, "set": set, "frozenset": frozenset}[name]
            return make(from_json(item, kinds) for item in value[name])
        case "map":
            return {from_json(k, kinds): from_json(v, kinds) for k, v in value["map"]}
        case "enum":
            return kinds[value["enum"]][value["member"]]
        case "record":
            fields = {name: from_json(own, kinds) for name, own in value["fields"].items()}
            kind = kinds[value["record"]]
            return kind(**{name: fields[name] for name in records.init_names(kind)})
    raise KeyError("no such kind of value")
