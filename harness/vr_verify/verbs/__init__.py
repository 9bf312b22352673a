"""One file per command: what it does, returned as a document. Nothing here prints or exits.

A verb's module is imported when it is first named, so that `vr-verify --help` stays quick.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from vr_verify.engines.uninterrupted import uninterrupted

if TYPE_CHECKING:
    from vr_verify.verbs import (
        bisect,
        bundle,
        diff,
        doctor,
        engines,
        fuzz,
        golden,
        inspect,
        record,
        replay,
        shrink,
        stress,
    )

__all__ = [
    "bisect",
    "bundle",
    "diff",
    "doctor",
    "engines",
    "fuzz",
    "golden",
    "inspect",
    "record",
    "replay",
    "shrink",
    "stress",
]


def __getattr__(name: str) -> ModuleType:
    """Import the module of one verb."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with uninterrupted():  # an import loses an interrupt
        return import_module(f"{__name__}.{name}")
