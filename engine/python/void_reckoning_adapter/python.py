"""The reference behind the harness's protocol: entry point `python` of `vr_verify.engines`.

Law: PROTOCOL.md, sections 6 and 7.1. Adds to the engine who it is and the scenarios and runs
that it can make; decides nothing. It never imports the harness.
"""

from collections.abc import Iterator

from void_reckoning_reference.campaign.engine import Engine
from void_reckoning_reference.scenario import RULES_VERSION
from void_reckoning_reference.turn import RULES
from void_reckoning_scenarios.generate import generate
from void_reckoning_scenarios.reductions import Reduced, reductions
from void_reckoning_scenarios.resolve import resolve
from void_reckoning_scenarios.smaller.case import Turns
from void_reckoning_scenarios.wild.orders import Turn

CAPABILITIES = (
    "digest",
    "phases",
    "draws",
    "events",
    "snapshot",
    "tree",
    "changed_rows",
    "sketch",
    "audit",
    "rules_fired",
    "resolve",
    "generate",
    "reductions",
)


class PythonEngine(Engine):
    """The reference engine with every method of PROTOCOL.md, section 7.1."""

    def describe(self) -> dict[str, object]:
        """Say who answers; the build's identity is found by the harness from installed files."""
        return {
            "name": "python",
            "build": "",
            "rules_version": RULES_VERSION,
            "counterpart": "rust",
            "capabilities": list(CAPABILITIES),
            "rules": list(RULES),
        }

    def resolve(self, source: str, seed: str | None) -> tuple[bytes, list[dict[str, str]]]:
        """Return the canonical scenario of a path or shipped name, and the flaws found in it."""
        return resolve(source, seed)

    def generate(self, seed: int, size: int) -> tuple[bytes, list[Turn]]:
        """Return a run drawn from a seed: its canonical scenario, and commands by turn and step."""
        return generate(seed, size)

    def reductions(self, scenario: bytes, turns: Turns, after: int) -> Iterator[Reduced]:
        """Give smaller runs, from candidate `after` on: name, scenario or None, turns or None."""
        return reductions(scenario, turns, after)
