"""The log's messages: Protocol Buffers made from one table, no compiler needed (FORMAT.md).

The table is the law; the embedded descriptor set and the text in FORMAT.md are rendered from it.
"""

from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

PACKAGE: Final = "vr_verify.runlog.v1"

# Message → its fields in order; a field's number is its place, so fields are only ever appended.
FIELDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "Step": (("name", "string"), ("phases", "repeated string")),
    "Fact": (("what", "string"), ("value", "string")),
    "Halt": (
        ("error", "string"),
        ("step", "uint32"),
        ("phase", "string"),
        ("universe", "uint32"),
        ("table", "string"),
        ("slot", "uint32"),
        ("column", "string"),
    ),
    "Header": (
        ("format", "uint32"),
        ("engine", "string"),
        ("build", "string"),
        ("rules_version", "string"),
        ("scenario", "string"),
        ("schema", "string"),
        ("steps", "repeated Step"),
        ("first_turn", "uint64"),
        ("environment", "repeated Fact"),
        ("digests", "repeated string"),
        ("snapshots", "string"),
        ("sketch_cells", "uint32"),
    ),
    "Commands": (("turn", "uint64"), ("by_step", "string")),
    "Turn": (
        ("turn", "uint64"),
        ("universes", "repeated uint32"),
        ("state_digest", "bytes"),
        ("ledger_digest", "bytes"),
        ("events_digest", "bytes"),
        ("halt", "Halt"),
        ("run_chain", "bytes"),
        ("ledger_chain", "bytes"),
        ("events_chain", "bytes"),
    ),
    "Snapshot": (
        ("turn", "uint64"),
        ("universe", "uint32"),
        ("table", "string"),
        ("rows", "uint64"),
        ("codec", "string"),
        ("archive_bytes", "uint64"),
        ("data", "bytes"),
    ),
    "Delta": (
        ("turn", "uint64"),
        ("universe", "uint32"),
        ("table", "string"),
        ("rows", "uint64"),
        ("columns", "repeated uint32"),
        ("counts", "repeated uint64"),
        ("codec", "string"),
        ("data", "bytes"),
    ),
    "Seal": (("turn", "uint64"), ("seal", "bytes")),
    "End": (("reason", "string"), ("last_turn", "uint64"), ("run_chain", "bytes")),
    "Sketch": (
        ("turn", "uint64"),
        ("universes", "repeated uint32"),
        ("rows", "repeated uint64"),
        ("data", "bytes"),
    ),
}

# Channel → its message; a channel's id and its schema's id are its place here, from 1.
CHANNELS: Final[dict[str, str]] = {
    "header": "Header",
    "commands": "Commands",
    "turn": "Turn",
    "snapshot": "Snapshot",
    "delta": "Delta",
    "seal": "Seal",
    "end": "End",
    "sketch": "Sketch",
}
CHANNEL_IDS: Final = {name: at for at, name in enumerate(CHANNELS, start=1)}

# What only a log with sketches declares, so that all others are the bytes that they always were.
SKETCH_CHANNEL: Final = "sketch"
_OF_SKETCHES: Final = frozenset({"Sketch", "Header.sketch_cells"})

LARGE_FIELDS: Final = frozenset({"scenario", "schema", "by_step", "data", "columns", "counts"})
"""Fields that may be long; they take little more memory than they have bytes."""
SMALL_BYTES_MAX: Final = 2**20
_LENGTH_DELIMITED: Final = 2

_SCALARS: Final = {
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "uint32": descriptor_pb2.FieldDescriptorProto.TYPE_UINT32,
    "uint64": descriptor_pb2.FieldDescriptorProto.TYPE_UINT64,
}


def channels(sketched: bool) -> list[str]:
    """Return the channels of a log, with that of sketches or without it, in order of their ids."""
    return [name for name in CHANNELS if sketched or name != SKETCH_CHANNEL]


def _file(sketched: bool) -> descriptor_pb2.FileDescriptorProto:
    """Describe the table as one proto3 file."""
    file = descriptor_pb2.FileDescriptorProto(
        name="vr_verify/runlog.proto", package=PACKAGE, syntax="proto3"
    )
    for name, fields in FIELDS.items():
        if not sketched and name in _OF_SKETCHES:
            continue
        message = file.message_type.add(name=name)
        for number, (field, kind) in enumerate(fields, start=1):
            if not sketched and f"{name}.{field}" in _OF_SKETCHES:
                continue
            described = message.field.add(name=field, number=number)
            base = kind.removeprefix("repeated ")
            described.label = (
                descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL
                if base == kind
                else descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED
            )
            if base in _SCALARS:
                described.type = _SCALARS[base]
            else:
                described.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
                described.type_name = f".{PACKAGE}.{base}"
    return file


_POOL: Final = descriptor_pool.DescriptorPool()
_POOL.AddSerializedFile(_file(sketched=True).SerializeToString(deterministic=True))


def descriptor_set(sketched: bool) -> bytes:
    """Return what each MCAP schema record holds, so that stock tools can show the messages."""
    files = descriptor_pb2.FileDescriptorSet(file=[_file(sketched)])
    encoded: bytes = files.SerializeToString(deterministic=True)
    return encoded


_CLASSES: Final[dict[str, Any]] = {
    name: message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{PACKAGE}.{name}"))
    for name in FIELDS
}


def serialize(name: str, **fields: object) -> bytes:
    """Return the one encoding of a message of the table, by name."""
    encoded: bytes = _CLASSES[name](**fields).SerializeToString(deterministic=True)
    return encoded


def parse(name: str, data: bytes) -> Any:
    """Read a message; ValueError if the bytes are not the one encoding of such a message.

    Fields that the table does not hold and encodings that say the same in more bytes are refused,
    and so is, before it is parsed, a message of more small fields than one of its kind has.
    """
    _check_small_fields(name, data)
    try:
        message = _CLASSES[name].FromString(data)
    except DecodeError as error:
        raise ValueError(f"not a {PACKAGE}.{name}") from error
    message.DiscardUnknownFields()
    if message.SerializeToString(deterministic=True) != data:
        raise ValueError(f"not the one encoding of a {PACKAGE}.{name}")
    return message


def _check_small_fields(name: str, data: bytes) -> None:
    """Bound the bytes beside large fields: small fields take many times their size in memory."""
    left, at = SMALL_BYTES_MAX, 0
    while len(data) - at > left:
        # Only a large field can save it: step over the fields in front of the next one.
        start = at
        tag, at = _varint(data, at)
        if tag & 7 != _LENGTH_DELIMITED:
            _, at = _varint(data, at)
            length = 0
        else:
            length, at = _varint(data, at)
        number = tag >> 3
        large = 1 <= number <= len(FIELDS[name]) and FIELDS[name][number - 1][0] in LARGE_FIELDS
        left -= at - start + (0 if large else length)
        at += length
        if left < 0:
            wanted = f"at most {SMALL_BYTES_MAX} bytes beside {', '.join(sorted(LARGE_FIELDS))}"
            raise ValueError(f"expected {wanted} in a {PACKAGE}.{name}, found more")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a variable-length number; return it and the place behind it."""
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("not a Protocol Buffers message")


def proto_text() -> str:
    """Return the table as the text of a .proto file, for people."""
    lines = ['syntax = "proto3";', f"package {PACKAGE};"]
    for name, fields in FIELDS.items():
        lines += ["", f"message {name} {{"]
        lines += [f"  {kind} {field} = {at};" for at, (field, kind) in enumerate(fields, start=1)]
        lines.append("}")
    return "\n".join(lines) + "\n"
