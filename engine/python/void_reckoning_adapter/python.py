"""The reference behind the harness's protocol: entry point `python` of `vr_verify.engines`.

Law: PROTOCOL.md, sections 6 and 7.1. Adds to the engine who it is and the scenarios that it can
resolve; decides nothing. It never imports the harness.
"""

from void_reckoning_reference.campaign.engine import Engine
from void_reckoning_reference.scenario import RULES_VERSION
from void_reckoning_reference.turn import RULES
from void_reckoning_scenarios.resolve import resolve

CAPABILITIES = (
    "digest",
    "phases",
    "draws",
    "events",
    "snapshot",
    "audit",
    "rules_fired",
    "resolve",
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
