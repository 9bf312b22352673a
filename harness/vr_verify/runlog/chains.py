"""Chains over a run and the seal over its bytes (FORMAT.md, "Chains").

A chain says what happened and is the same for any two recordings of one run; the seal says that
the bytes of this one file are those that were written.
"""

from typing import Any, Final

from blake3 import blake3

from vr_verify.canonical import json_text
from vr_verify.canonical.packing import derived, text, u64
from vr_verify.model.run import Halt

SEAL_BYTES: Final = 32
"""A seal ends its message, and that message its chunk: these are the last bytes of a turn."""

NO_SEAL: Final = bytes(SEAL_BYTES)
"""What stands for the previous seal in the first one."""

_START_CONTEXT: Final = "vr-verify 2026-11 run chain start v1"
_TURN_CONTEXT: Final = "vr-verify 2026-11 run chain turn v1"
_LEDGER_CONTEXT: Final = "vr-verify 2026-11 ledger chain v1"
_EVENTS_CONTEXT: Final = "vr-verify 2026-11 events chain v1"
_SEAL_CONTEXT: Final = "vr-verify 2026-11 log seal v1"


def chain_start(schema_digest: bytes, scenario_digest: bytes, rules_version: str) -> bytes:
    """Return the value that all three chains start from."""
    return derived(_START_CONTEXT, schema_digest + scenario_digest + text(rules_version))


def run_chain(
    previous: bytes, turn: int, commands: bytes, state: bytes | None, halt: Halt | None
) -> bytes:
    """Bind one turn: its commands by step (canonical JSON), its state digest, its halt."""
    halted = None if halt is None else json_text.encode(halt.as_json())
    parts = [previous, u64(turn), u64(len(commands)), commands]
    parts += [b"\0"] if state is None else [b"\1", state]
    parts += [b"\0"] if halted is None else [b"\1", u64(len(halted)), halted]
    return derived(_TURN_CONTEXT, b"".join(parts))


def ledger_chain(previous: bytes, turn: int, digest: bytes | None) -> bytes:
    """Bind one turn's ledger digest; a turn without one leaves the chain as it is."""
    return previous if digest is None else derived(_LEDGER_CONTEXT, previous + u64(turn) + digest)


def events_chain(previous: bytes, turn: int, digest: bytes | None) -> bytes:
    """Bind one turn's events digest; a turn without one leaves the chain as it is."""
    return previous if digest is None else derived(_EVENTS_CONTEXT, previous + u64(turn) + digest)


def seal_over(previous: bytes) -> Any:
    """Return a BLAKE3 hasher, fed with the previous seal, for all record bytes since."""
    return blake3(previous, derive_key_context=_SEAL_CONTEXT)
