"""Answers of an engine as typed values; what PROTOCOL.md does not allow is a ValueError.

Spec: PROTOCOL.md, section 6. It must not know processes; the client turns errors into blame.
"""

from typing import Annotated, Any, TypeVar

import msgspec

from vr_verify.model.report import Flaw
from vr_verify.model.run import Digests, Halt

_HEX_DIGITS = 64
_U32_MAX = 2**32 - 1
_U64_MAX = 2**64 - 1
T = TypeVar("T")


class Bulk(msgspec.Struct, frozen=True):
    """Bytes in a file of the worker's directory."""

    file: str
    offset: str
    bytes: str


class ArchiveBulk(msgspec.Struct, frozen=True):
    """The archive of one table."""

    universe: int
    table: str
    file: str
    offset: str
    bytes: str


class Description(msgspec.Struct, frozen=True):
    """What an engine says of itself."""

    name: str
    build: str
    rules_version: str
    counterpart: str | None
    capabilities: frozenset[str]
    rules: tuple[str, ...]


class Phases(msgspec.Struct, frozen=True):
    """A step as declared."""

    name: str
    phases: tuple[str, ...]


class Universe(msgspec.Struct, frozen=True):
    """Row counts of one universe, one for each table."""

    id: Annotated[int, msgspec.Meta(ge=0, le=_U32_MAX)]
    rows: tuple[int, ...]


class Opened(msgspec.Struct, frozen=True):
    """The answer to `restore`, and the part of `init`'s answer that is common to both."""

    turn: str
    universes: tuple[Universe, ...]
    state_digest: str | None = None
    ledger_digest: str | None = None
    events_digest: str | None = None


class Initialised(Opened, frozen=True, kw_only=True):
    """The answer to `init`."""

    schema: Bulk
    steps: tuple[Phases, ...]


class Stepped(msgspec.Struct, frozen=True):
    """The answer to `step`."""

    step: int
    turn: str
    universes: tuple[Universe, ...]
    turn_ended: bool
    halt: dict[str, Any] | None
    phase_digests: tuple[str, ...] | None = None
    state_digest: str | None = None
    ledger_digest: str | None = None
    events_digest: str | None = None


class Advanced(msgspec.Struct, frozen=True):
    """The end of the answer to `advance`."""

    turns: str


class Columns(msgspec.Struct, frozen=True):
    """The answer to `columns`: the length of each in bytes, and all of them in one bulk."""

    lengths: tuple[str, ...]
    values: Bulk


class TableCount(msgspec.Struct, frozen=True):
    """How many rows of one table have changed."""

    rows: str


class Changed(msgspec.Struct, frozen=True):
    """The answer to `changed_rows`: how many of each table, and all of them in one bulk."""

    tables: tuple[TableCount, ...]
    values: Bulk


class Snapshot(msgspec.Struct, frozen=True):
    """The answer to `snapshot`."""

    turn: str
    archives: tuple[ArchiveBulk, ...]


class Finding(msgspec.Struct, frozen=True):
    """One finding of an engine's own auditor."""

    rule: str
    severity: str
    universe: int
    entity: str
    message: str


class Audited(msgspec.Struct, frozen=True):
    """The answer to `audit`."""

    entities: str
    invariants: int
    findings: tuple[Finding, ...]


class Fired(msgspec.Struct, frozen=True):
    """The answer to `rules_fired`."""

    rules: dict[str, str]


class Resolved(msgspec.Struct, frozen=True):
    """The answer to `resolve`."""

    scenario: Bulk
    flaws: Bulk


class Generated(msgspec.Struct, frozen=True):
    """The answer to `generate`."""

    run: Bulk


class Reduced(msgspec.Struct, frozen=True):
    """The answer to `reductions`."""

    runs: Bulk


def read(answer: dict[str, Any], kind: type[T]) -> T:
    """Check an answer's shape; the ValueError names the key, what was expected and found."""
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def flaws(data: bytes) -> tuple[Flaw, ...]:
    """Read the list of flaws of a `resolve`; the ValueError names the key and what was expected."""
    try:
        return msgspec.json.decode(data, type=tuple[Flaw, ...])
    except msgspec.MsgspecError as error:
        raise ValueError(f"flaws: {error}") from error


def wide(text: str, key: str) -> int:
    """Read a decimal string of at most 64 bits, unsigned."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or int(text) > _U64_MAX:
        raise ValueError(f"expected {key} as a decimal string of 64 bits, found {text!r}")
    return int(text)


def digest(text: str | None, key: str) -> bytes | None:
    """Read a digest: 64 lower-case hex digits."""
    if text is None:
        return None
    if len(text) != _HEX_DIGITS or text.strip("0123456789abcdef"):
        raise ValueError(f"expected {key} as 64 lower-case hex digits, found {text!r}")
    return bytes.fromhex(text)


def digests(answer: Opened | Stepped, capabilities: frozenset[str]) -> Digests:
    """Read the digests of a turn's end; each must be there if its capability is declared."""
    found: list[bytes | None] = []
    keys = (("digest", "state_digest"), ("draws", "ledger_digest"), ("events", "events_digest"))
    for capability, key in keys:
        text = getattr(answer, key)
        if capability in capabilities and text is None:
            raise ValueError(f"expected the key {key}, since {capability} is declared")
        found.append(digest(text, key) if capability in capabilities else None)
    return Digests(*found)


def halt(value: dict[str, Any] | None) -> Halt | None:
    """Read a halt."""
    return None if value is None else Halt.from_json(value)
