"""The fast engine's typed face over the native module `void_reckoning_rust._native`.

It gives the native functions names, types and docstrings; it decides nothing. Knows neither the
harness nor the reference.
"""

from void_reckoning_rust._native import (
    RULES,
    RULES_VERSION,
    VERSION,
    Advance,
    CommandError,
    Engine,
    ScenarioError,
    View,
    call,
    surroundings,
)

__all__ = [
    "RULES",
    "RULES_VERSION",
    "VERSION",
    "Advance",
    "CommandError",
    "Engine",
    "ScenarioError",
    "View",
    "call",
    "surroundings",
]
