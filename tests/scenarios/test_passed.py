"""A canonical scenario passes through as it is; another seed changes nothing but the seed."""

import json
from pathlib import Path

import pytest

from tests.scenarios.scenario_files import write
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.resolve import resolve


def canonical() -> str:
    return resolve("small", None)[0].decode()


def test_a_canonical_scenario_is_its_own_resolution(tmp_path: Path) -> None:
    source = write(tmp_path, canonical(), "case.json")
    assert resolve(source, None) == (canonical().encode(), [])


def test_a_seed_replaces_only_the_seed(tmp_path: Path) -> None:
    source = write(tmp_path, canonical(), "case.json")
    found = json.loads(resolve(source, "77")[0])
    assert found["seed"] == 77
    assert found | {"seed": 7} == json.loads(canonical())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "expected an object, found list"),
        ("{}", "format: expected this key"),
        ("{ }", "expected canonical JSON"),
        (canonical().replace('"seed"', '"sead"', 1), "sead: expected no such key"),
        (canonical().replace('"rules_version":"1"', '"rules_version":"2"'), "rules_version: expec"),
        (canonical().replace("void-scenario/1", "void-scenario/9"), "format: expected 'void-sce"),
        (canonical() + "\n", "expected canonical JSON"),
    ],
)
def test_a_foreign_file_is_told_from_a_scenario(tmp_path: Path, text: str, message: str) -> None:
    source = write(tmp_path, text, "case.json")
    with pytest.raises(ScenarioError) as caught:
        resolve(source, None)
    assert str(caught.value).startswith(f"{source}: {message}")
