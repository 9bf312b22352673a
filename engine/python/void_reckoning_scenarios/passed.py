"""A canonical scenario that is already there: its form is checked, its content passed through.

The engines check every value of it (STATE.md); here a foreign file is told from a scenario.
"""

from void_reckoning_reference.shared.codec import CodecError, JsonValue, decode_json, encode_json
from void_reckoning_scenarios.canonical import FORMAT, RULES_VERSION
from void_reckoning_scenarios.errors import ScenarioError, did_you_mean

_KEYS = (
    "format",
    "rules_version",
    "name",
    "seed",
    "rules",
    "planet_classes",
    "designs",
    "factions",
    "state",
)


def pass_through(file: str, data: bytes, seed: int | None) -> bytes:
    """Return a canonical scenario as it is, or with another seed."""
    scenario = _checked(file, data)
    if seed is None:
        return data
    return encode_json(scenario | {"seed": seed}).encode()


def _checked(file: str, data: bytes) -> dict[str, JsonValue]:
    try:
        scenario = decode_json(data)
    except CodecError as error:
        raise ScenarioError(f"{file}: expected canonical JSON, found: {error}") from error
    if not isinstance(scenario, dict):
        found = type(scenario).__name__
        raise ScenarioError(f"{file}: expected an object, found {found}; is it a scenario?")
    for key in scenario:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS)
            raise ScenarioError(f"{file}: {key}: expected no such key, found {key!r}; {hint}")
    for key in _KEYS:
        if key not in scenario:
            raise ScenarioError(f"{file}: {key}: expected this key, found nothing; add it")
    for key, expected in (("format", FORMAT), ("rules_version", RULES_VERSION)):
        if scenario[key] != expected:
            found = repr(scenario[key])[:60]
            message = f"{file}: {key}: expected {expected!r}, found {found}; resolve it anew"
            raise ScenarioError(message)
    return scenario
