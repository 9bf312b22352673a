"""The fuzzer itself: every target takes its corpus, the canary is found, a campaign is resumed."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.fuzz import __main__ as program
from tests.fuzz.campaign import Campaign
from tests.fuzz.mutation import mutated
from tests.fuzz.targets import CANARY, PACKAGE, TARGETS
from tests.fuzz.targets.canary import PlantedFaultError
from tests.fuzz.targets.log_parts import assemble, dismantle
from tests.harness.runlog import damage

SEEDS = Path(__file__).parent / "corpus"
CORPUS_BYTES_MAX = 200_000
CASES = 40


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_corpus_and_some_mutations_of_it(name: str) -> None:
    target = import_module(f"{PACKAGE}.{name}")
    seeds = [path.read_bytes() for path in sorted((SEEDS / name).iterdir())]
    outcomes = {target.run(data) for data in seeds}
    outcomes |= {target.run(mutated(seeds, number, 2**14)) for number in range(CASES)}
    assert outcomes >= {"taken", "refused"}


@pytest.mark.parametrize("name", [*TARGETS, CANARY])
def test_the_corpus_holds_a_file_for_each_seed(name: str) -> None:
    """Their bytes may be those of an older compressor; `write-seeds` makes them anew."""
    kept = {path.name for path in (SEEDS / name).iterdir()}
    made = import_module(f"{PACKAGE}.{name}").seeds()
    assert made
    assert kept >= {f"seed-{at:02}" for at in range(len(made))}


def test_the_corpus_is_small() -> None:
    assert sum(p.stat().st_size for p in SEEDS.rglob("*") if p.is_file()) < CORPUS_BYTES_MAX


def test_the_canary_fails_where_its_fault_is_and_not_beside_it() -> None:
    canary = import_module(f"{PACKAGE}.{CANARY}")
    assert canary.run(b"VR?") == "refused"
    with pytest.raises(PlantedFaultError):
        canary.run(b"VR!")


def test_a_log_comes_back_from_its_parts(tmp_path: Path) -> None:
    log = damage.write_log_of_all_kinds(tmp_path / "a.log").read_bytes()
    assert assemble(dismantle(log)) == log


def test_a_fuzzer_that_does_not_find_the_canary_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "CANARY_CASES", 1)
    words = ["archive", "--cases", "300", "--engine", "plain", "--corpus", str(tmp_path)]
    assert program.main(words) == 1
    told = capsys.readouterr().out
    assert "NOT coverage-guided" in told
    assert "canary: NOT FOUND within 1 cases" in told
    assert "archive" not in told


def test_a_campaign_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    first = Campaign.of("archive", tmp_path)
    first.run("plain", 300)
    assert (first.done, first.left, first.outcomes.total(), first.finding) == (300, 0, 300, "")
    kept = json.loads(first.state.read_text())
    assert kept == {"cases_done": 300, "cases_left": 0}
    first.state.write_text(json.dumps(kept | {"cases_left": 50}))
    second = Campaign.of("archive", tmp_path)
    second.run("plain", 1000)
    assert (second.done, second.outcomes.total()) == (350, 50)


def test_a_finding_ends_a_campaign_and_is_kept(tmp_path: Path) -> None:
    canary = Campaign.of(CANARY, tmp_path)
    canary.run("plain", program.CANARY_CASES)
    assert "PlantedFaultError" in canary.finding
    assert canary.outcomes["found"] == 1
    data = (canary.folder / "findings" / "finding").read_bytes()
    assert data.startswith(b"VR!")
    with pytest.raises(PlantedFaultError):
        program.main([CANARY, "--reproduce", str(canary.folder / "findings" / "finding")])
