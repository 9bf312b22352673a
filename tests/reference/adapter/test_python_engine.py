"""The adapter of the reference: who it says it is, and a run from a shipped scenario."""

from void_reckoning_adapter.python import CAPABILITIES, PythonEngine
from void_reckoning_reference.turn import RULES


def test_it_says_who_it_is() -> None:
    engine = PythonEngine()
    description = engine.describe()
    assert description["name"] == "python"
    assert description["counterpart"] == "rust"
    assert description["rules_version"] == "1"
    assert description["rules"] == list(RULES)
    assert description["build"] == ""
    # A capability with a call of its own needs a method of that name.
    calls = (set(CAPABILITIES) - {"digest", "phases", "tree"}) | {"tops", "nodes"}
    for call in calls:
        assert callable(getattr(engine, call))


def test_a_shipped_scenario_is_resolved_and_played() -> None:
    engine = PythonEngine()
    scenario, _ = engine.resolve("small", "42")
    opening = engine.init(scenario)
    steps = opening["steps"]
    assert isinstance(steps, list)
    for _ in range(10 * len(steps)):
        assert engine.step([], None, False)["halt"] is None
    assert engine.audit("full")["findings"] == []
    assert engine.rules_fired()["rules"]["movement"] > 0
