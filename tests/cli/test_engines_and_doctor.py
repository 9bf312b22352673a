"""`engines` and `doctor`: what they find, and each check seen to fail on a planted fault."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.program import one_document, run
from vr_verify.engines.registry import BuildSpec, Registered
from vr_verify.errors import UsageError
from vr_verify.report.documents import EngineRow
from vr_verify.verbs import doctor as doctor_verb
from vr_verify.verbs import engines as engines_verb

DIES = "import sys; sys.exit('no library libgame')"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The registry's content, as text of a build by name; tests fill it in."""
    builds: dict[str, str] = {}

    def list_engines() -> list[Registered]:
        return [Registered(name, "fake", "1", "") for name in sorted(builds)]

    def resolve_build(name: str) -> BuildSpec:
        if builds[name] == "dies":
            return BuildSpec(name, name, (sys.executable, "-c", DIES), f"{name}:{'0' * 64}")
        if builds[name] == "unknown":
            raise UsageError(f"unknown engine {name!r}")
        return real(builds[name])

    real = engines_verb.resolve_build
    monkeypatch.setattr(engines_verb, "list_engines", list_engines)
    monkeypatch.setattr(doctor_verb, "list_engines", list_engines)
    monkeypatch.setattr(engines_verb, "resolve_build", resolve_build)
    return builds


TOY_BUILD = "python-class:tests.support.toy_engine:ToyEngine"


@pytest.fixture
def _toy_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    root = str(Path(__file__).resolve().parents[2])
    monkeypatch.setenv("PYTHONPATH", root)


@pytest.mark.usefixtures("_toy_on_path")
def test_a_working_engine_is_described_and_a_broken_one_is_listed(
    registered: dict[str, str],
) -> None:
    registered |= {"toy": TOY_BUILD, "broken": "dies", "gone": "unknown"}
    result = run("engines", "--json")
    assert result.exit_code == 0
    broken, gone, toy = one_document(result.stdout)["engines"]
    assert (toy["name"], toy["rules_version"], toy["capabilities"]) == (
        "toy",
        "1",
        ["advance", "bulk_commands", "columns"],
    )
    assert len(toy["build"].rpartition(":")[2]) == 64
    assert "error" not in toy
    assert (broken["outcome"], gone["outcome"]) == ("cannot_build", "usage")
    assert "libgame" in broken["error"]
    assert "Traceback" not in broken["error"]


def test_no_engine_that_works_is_4_and_says_what_to_do(registered: Mapping[str, str]) -> None:
    result = run("engines")
    assert result.exit_code == 4
    assert "No engine is registered." in result.stdout
    assert isinstance(registered, dict)
    registered["broken"] = "dies"
    result = run("engines")
    assert result.exit_code == 4
    assert "No registered engine starts." in result.stdout


@pytest.mark.usefixtures("_toy_on_path")
def test_a_fit_machine_is_0_and_a_broken_engine_makes_it_unfit(
    registered: dict[str, str],
) -> None:
    registered["toy"] = TOY_BUILD
    clean = run("doctor", "--json")
    assert clean.exit_code == 0, clean.stdout
    assert {check["fit"] for check in one_document(clean.stdout)["checks"]} == {True}
    registered["broken"] = "dies"
    result = run("doctor")
    assert result.exit_code == 1
    assert result.stdout.startswith("UNFIT: 1 of ")
    assert "FAIL  engine broken" in result.stdout
    assert "Install the engine's distribution again" in result.stdout


def test_a_machine_without_engines_is_unfit(registered: dict[str, str]) -> None:
    assert registered == {}
    result = run("doctor")
    assert result.exit_code == 1
    assert "FAIL  engines" in result.stdout


def test_the_python_check_finds_an_old_one() -> None:
    assert doctor_verb.python_version((3, 11)).fit
    assert not doctor_verb.python_version((3, 10)).fit
    assert doctor_verb.python_version((4, 0)).fit


def test_the_system_check_finds_what_is_not_proven() -> None:
    assert doctor_verb.system("Linux", "aarch64", "little").fit
    assert not doctor_verb.system("Linux", "s390x", "big").fit
    assert not doctor_verb.system("Linux", "x86_64", "big").fit
    assert not doctor_verb.system("Windows", "AMD64", "little").fit


def test_the_digest_check_finds_a_wrong_digest() -> None:
    assert doctor_verb.blake3_digests(doctor_verb.BLAKE3_VECTORS).fit
    wrong = doctor_verb.BLAKE3_VECTORS | {0: "0" * 64}
    assert not doctor_verb.blake3_digests(wrong).fit
    assert not doctor_verb.blake3_digests({}).fit, "no vector proves nothing"


def test_the_space_check_finds_a_full_and_a_missing_folder(tmp_path: Path) -> None:
    assert doctor_verb.free_space("x", tmp_path, 1).fit
    full = doctor_verb.free_space("x", tmp_path, 2**62)
    assert not full.fit
    assert str(tmp_path) in (full.advice or "")
    assert doctor_verb.free_space("x", tmp_path / "none", 1).found == "not writable"


def _row(
    name: str, counterpart: str | None, rules: str = "1", error: str | None = None
) -> EngineRow:
    return EngineRow(
        name=name, outcome="agreed", counterpart=counterpart, rules_version=rules, error=error
    )


@pytest.mark.parametrize(
    ("rows", "fits"),
    [
        ([_row("a", None)], []),
        ([_row("a", "b"), _row("b", "a")], [True]),
        ([_row("a", "b"), _row("b", "a", rules="2")], [False]),
        ([_row("a", "b"), _row("b", "a", error="dies")], [False]),
        ([_row("b", "a")], [False]),
        ([_row("a", "b"), _row("b", "c"), _row("c", None)], [True, True]),
    ],
)
def test_counterparts_must_work_and_have_one_rules_version(
    rows: list[EngineRow], fits: list[bool]
) -> None:
    assert [check.fit for check in doctor_verb.counterparts_agree(rows)] == fits


def test_the_doctor_says_where_memory_cannot_be_watched() -> None:
    watched, blind = doctor_verb.memory_watch(watched=True), doctor_verb.memory_watch(watched=False)
    assert watched.found == watched.expected
    assert "only a worker's address space is limited" in blind.found
    assert watched.fit
    assert blind.fit
