"""The golden vectors: complete, up to date, and answered by both twins.

Every message ends with the command that blesses.
"""

from collections.abc import Mapping

import pytest

from tests.golden import vector_files
from tests.golden.catalogue import FUNCTIONS
from tests.golden.faces import ask_native, ask_reference
from tests.golden.law import pure_functions
from tests.golden.parameters import Function, Structured
from tests.golden.vector_files import BLESS
from tests.support.tree import ROOT

# Pure functions that the catalogue leaves to other tests, each with its reason.
_JSON = "the bridge takes JSON as a scenario and as commands only: tests/twins/test_json.py"
ELSEWHERE = {"shared/codec.encode_json": _JSON, "shared/codec.decode_json": _JSON}

Catalogue = Mapping[str, Function | Structured]
RULES = (ROOT / "engine" / "RULES.md").read_text(encoding="utf-8")


def faults(
    wanted: Catalogue,
    law: dict[str, tuple[str, ...]],
    elsewhere: dict[str, str],
) -> list[str]:
    """Return what is missing, unexpected or outdated in the catalogue and on the disk."""
    found = []
    for place, parameters in law.items():
        if place not in wanted and place not in elsewhere:
            found.append(f"missing: {place} of RULES.md is in no catalogue; add it, then {BLESS}")
        if place in wanted and tuple(wanted[place].parameters) != parameters:
            found.append(f"outdated: RULES.md says {place}{parameters}; {BLESS}")
    unknown = [place for place in [*wanted, *elsewhere] if place not in law]
    found += [f"unexpected: RULES.md has no {place}; {BLESS}" for place in unknown]
    return found + faults_on_disk(wanted)


def faults_on_disk(wanted: Catalogue) -> list[str]:
    """Return the files that are missing, unexpected, or made of other inputs."""
    files = set(vector_files.FOLDER.rglob("*.json"))
    found = []
    for place, function in wanted.items():
        path = vector_files.path_of(place)
        if path not in files:
            found.append(f"missing: {path.relative_to(ROOT)}; {BLESS}")
            continue
        inputs = [(comment, arguments) for comment, arguments, _ in vector_files.read(path)]
        if inputs != vector_files.cases(function):
            found.append(f"outdated: {path.relative_to(ROOT)} has other inputs; {BLESS}")
    spare = files - {vector_files.path_of(place) for place in wanted}
    return found + [f"unexpected: {path.relative_to(ROOT)}; {BLESS}" for path in sorted(spare)]


def wrong_answers(place: str) -> list[str]:
    """Return the vectors of a function that a twin answers differently."""
    found = []
    for comment, arguments, result in vector_files.read(vector_files.path_of(place)):
        for twin, ask in (("python", ask_reference), ("rust", ask_native)):
            answer = ask(place, arguments)
            if answer != result:
                said = f"{twin} says {answer}, the file {result}"
                found.append(f"{place}{arguments} ({comment}): {said}; {BLESS}")
    return found


def test_every_pure_function_of_the_rules_has_a_current_file() -> None:
    assert len(FUNCTIONS) > 25
    assert faults(FUNCTIONS, pure_functions(RULES), ELSEWHERE) == []


@pytest.mark.parametrize("place", sorted(FUNCTIONS))
def test_both_twins_answer_the_vectors(place: str) -> None:
    assert len(vector_files.cases(FUNCTIONS[place])) >= 2
    assert wrong_answers(place) == []


def test_the_check_finds_what_is_missing_unexpected_and_outdated() -> None:
    law = pure_functions(RULES)
    place = "economy/upkeep.refund"
    fewer = {name: function for name, function in FUNCTIONS.items() if name != place}
    (absent, file) = faults(fewer, law, ELSEWHERE)
    assert absent.startswith(f"missing: {place}")
    assert file.startswith("unexpected: golden/vectors/economy/upkeep/refund.json")
    more = law | {"economy/upkeep.tithe": ("cost",)}
    assert [fault.split(":")[0] for fault in faults(FUNCTIONS, more, ELSEWHERE)] == ["missing"]
    other = law | {place: ("price", "share")}
    assert [fault.split(":")[0] for fault in faults(FUNCTIONS, other, ELSEWHERE)] == ["outdated"]
    function = FUNCTIONS[place]
    assert isinstance(function, Function)
    kinds = dict(reversed(function.parameters.items()))
    turned = FUNCTIONS | {place: Function(place, kinds, "turned")}
    assert len(faults(turned, law, ELSEWHERE)) == 2


def test_a_wrong_answer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    place = "economy/upkeep.refund"
    assert wrong_answers(place) == []
    monkeypatch.setattr(f"void_reckoning_reference.{place.replace('/', '.')}", lambda *_: -1)
    found = wrong_answers(place)
    assert found
    assert all("python says -1" in fault and BLESS in fault for fault in found)
