"""vr-verify: proves that two engines play the same game, turn by turn, to the last bit.

The verbs are a typed Python API: `vr_verify.record(...)`, `replay(...)` and all others return the
document that `--json` writes; `vr_verify.twin(f, g)` compares two functions. The harness knows no
engine: it finds them by entry points.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vr_verify.twin import CallableRoom
    from vr_verify.verbs.bisect import bisect
    from vr_verify.verbs.diff import diff
    from vr_verify.verbs.fuzz import fuzz
    from vr_verify.verbs.golden import golden
    from vr_verify.verbs.inspect import inspect
    from vr_verify.verbs.record import record
    from vr_verify.verbs.replay import replay
    from vr_verify.verbs.shrink import shrink
    from vr_verify.verbs.stress import stress

    twin: CallableRoom

__all__ = [
    "bisect",
    "diff",
    "fuzz",
    "golden",
    "inspect",
    "record",
    "replay",
    "shrink",
    "stress",
    "twin",
]


def __getattr__(name: str) -> Any:
    """Import a verb when it is first asked for, so that importing the package costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "twin":
        return import_module("vr_verify.twin")  # a room that can be called
    return getattr(import_module(f"vr_verify.verbs.{name}"), name)
