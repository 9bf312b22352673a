"""`stress` over mills that hang on one thing each: it is named, and the honest mill gives nothing.

What a factor really changes is tested in `engines/test_factors.py`, what is made of the answers in
`session/test_flipping.py`.
"""

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from tests.support.touchy_mills import COINS, TURN
from tests.support.toy_builds import MILL, TOY, toy_scenario, variant
from tests.support.tree import ROOT
from vr_verify.bisection.repetition import Repetition
from vr_verify.engines.factors import FACTORS, Setting, refusal
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import SkippedError, UsageError
from vr_verify.report import json as report_json
from vr_verify.report import schema
from vr_verify.report.stress_document import SettingRow, Stress
from vr_verify.report.text import render
from vr_verify.verbs.record import record
from vr_verify.verbs.stress import stress

TURNS = 6
SMALL = ROOT / "replays" / "smoke" / "small.log"

# Each mill, the factor that it hangs on, and a setting that shows it.
QUICK = [
    ("Punctual", "time-zone", "AHEAD-14", "changes"),
    ("Lasting", "second-run", "again", "changes"),
    ("Forgetful", "load", "each", "changes"),
    ("Shy", "tracing", "all", "changes"),
]
OTHERS = [
    ("Hashing", "hash-seed", "0", "steadies"),
    ("Threading", "threads", "8", "changes"),
    ("Bound", "processors", "first", "changes"),
    ("Unwashed", "memory-fill", "0x5a", "changes"),
    ("Spelling", "locale", "C", "changes"),
    ("Rooted", "directory", "long", "changes"),
    ("Crowded", "environment-size", "100000", "changes"),
    ("Losing", "load", "each", "changes"),
    ("Placed", "address-layout", "fixed", "steadies"),
    ("Rounding", "instruction-set", "c-library", "changes"),
    ("Vectored", "instruction-set", "engine", "changes"),
    ("Undigested", "time-zone", "UTC0", "changes"),
    ("Lying", "directory", "root", "changes"),
]


def touchy(name: str) -> str:
    """Name a touchy mill as a build."""
    return f"python-class:tests.support.touchy_mills:{name}"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Record the honest mill, in surroundings in which no touchy one is in a mood."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONHASHSEED", "VR_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "BEHIND+11:30")
    scenario = tmp_path / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    path = tmp_path / "mill.log"
    record(scenario, path, turns=TURNS, engine=MILL)
    return path


def checked(document: Stress) -> Stress:
    """Hold a document against the published schema, and see that it can be set as a page."""
    jsonschema.validate(json.loads(report_json.encode(document)), schema.generate())
    assert max(map(len, render(document, 96).plain.splitlines())) < 200
    return document


def blamed_factors(document: Stress) -> list[str]:
    return list(dict.fromkeys(b.settings[0].split(" ")[0] for b in document.blamed))


def row(document: Stress, factor: str, setting: str) -> SettingRow:
    (listed,) = [one.settings for one in document.factors if one.factor == factor]
    return {one.setting: one for one in listed}[setting]


def varied_here(name: str, factor: str, setting: str) -> bool:
    """Whether this machine can vary it; a reason is never taken for granted."""
    settings: list[Setting] = [s for f in FACTORS if f.name == factor for s in f.settings]
    (wanted,) = [one for one in settings if one.name == setting]
    return refusal(resolve_build(touchy(name)), wanted, ("isa", "snapshot")) is None


def assert_blamed(document: Stress, factor: str, setting: str, effect: str) -> None:
    """See one factor blamed, at the setting that shows it, with the command that does so again."""
    assert (document.outcome, document.complete) == ("intermittent", True)
    assert blamed_factors(document) == [factor]
    found = row(document, factor, setting)
    assert found.effect == effect
    assert f"{factor} {setting}" in [b.settings[0] for b in document.blamed]
    assert {b.reproduce.partition("--vary")[2].strip() for b in document.blamed} == {factor}
    text = render(document, 96).plain
    assert text.startswith("INTERMITTENT: ")
    assert f"it depends on {factor}\n" in text


@pytest.mark.parametrize(("name", "factor", "setting", "effect"), QUICK)
def test_each_factor_finds_the_mill_that_hangs_on_it(
    log: Path, name: str, factor: str, setting: str, effect: str
) -> None:
    found = checked(stress(log, touchy(name), times=1, vary=[factor]))
    assert_blamed(found, factor, setting, effect)
    clean = checked(stress(log, MILL, times=1, vary=[factor]))
    assert (clean.outcome, clean.blamed) == ("agreed", ())
    assert clean.recorded is not None
    assert (clean.recorded.verdict, clean.recorded.differing) == ("no difference", 0)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "factor", "setting", "effect"), QUICK + OTHERS)
def test_of_all_factors_the_one_is_blamed_that_a_mill_hangs_on(
    log: Path, name: str, factor: str, setting: str, effect: str
) -> None:
    if not varied_here(name, factor, setting):
        pytest.skip(f"{factor} {setting} cannot be varied here")
    found = checked(stress(log, touchy(name), times=1))
    assert_blamed(found, factor, setting, effect)
    if effect == "changes":
        counted = row(found, factor, setting).counted
        assert (counted.verdict, counted.differing) == ("differs", counted.runs)
        assert counted.turn is not None
        assert name in ("Losing", "Lying") or counted.turn in (TURN, TURN + 1)
        assert counted.kind == ("digest" if name == "Lying" else "state")


@pytest.mark.slow
def test_the_honest_mill_and_a_toy_without_digests_give_one_answer_under_all_factors(
    log: Path, tmp_path: Path
) -> None:
    toy = tmp_path / "toy.log"
    record(toy_scenario(tmp_path), toy, turns=3, engine=TOY)
    for path, build in ((log, MILL), (toy, TOY)):
        found = checked(stress(path, build, times=2))
        assert (found.outcome, found.blamed, found.complete) == ("agreed", (), True)
        assert [one.factor for one in found.factors] == [one.name for one in FACTORS]
        assert found.recorded is not None
        assert (found.recorded.differing, found.recorded.runs) == (0, found.runs)
        assert found.together is not None
        for one in found.factors:
            for setting in one.settings:
                refused = setting.reason is not None
                assert setting.counted.runs == (0 if refused else 2)
                wanted = "not varied" if refused else "no difference"
                assert setting.counted.verdict == wanted
    assert row(found, "load", "each").reason == (
        "the engine does not declare the capability snapshot"
    )


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["rust", "python"])
def test_the_real_engines_give_one_answer_under_all_factors(engine: str) -> None:
    found = checked(stress(SMALL, engine, times=1))
    assert (found.outcome, found.blamed) == ("agreed", ())
    assert found.runs > 25


@pytest.mark.slow
def test_a_coin_is_p_of_k_with_an_interval_that_holds_its_chance(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(COINS, str(tmp_path / "coins"))
    found = checked(stress(log, touchy("Tossing"), times=1, vary=["time-zone"]))
    assert (found.outcome, found.blamed) == ("intermittent", ())
    plain = found.plain
    assert plain is not None
    assert plain.interval is not None
    assert (plain.verdict, plain.turn, plain.kind) == ("p of k", TURN, "state")
    assert plain.runs >= 10
    assert 0 < plain.differing < plain.runs
    low, high = map(Fraction, plain.interval)
    assert low < Fraction(1, 2) < high
    text = render(found, 96).plain
    assert "no factor was seen to explain it" in text
    assert f"{plain.differing} of {plain.runs} ({plain.interval[0]} to " in text
    assert "Clopper-Pearson" in text
    clean = stress(log, MILL, times=1, vary=["time-zone"])
    assert (clean.outcome, clean.plain and clean.plain.differing) == ("agreed", 0)


def test_a_build_that_always_differs_from_the_log_alike_has_diverged(log: Path) -> None:
    found = checked(stress(log, variant("SlowWheelMill"), times=1, vary=["second-run"]))
    assert (found.outcome, found.blamed) == ("diverged", ())
    assert found.recorded is not None
    assert (found.recorded.verdict, found.recorded.turn) == ("differs", 4)
    assert "differ alike from the log: turn 4, state" in render(found, 96).plain
    halting = stress(log, variant("ShallowMill"), times=1, vary=["second-run"])
    assert halting.recorded is not None
    assert (halting.outcome, halting.recorded.kind) == ("diverged", "halt")


@pytest.mark.slow
def test_two_factors_that_matter_only_together_are_named_together(
    log: Path,
) -> None:
    several = ["threads", "time-zone", "second-run"]
    found = checked(stress(log, touchy("Paired"), times=1, vary=several))
    assert found.outcome == "intermittent"
    (blame,) = found.blamed
    assert (blame.settings, blame.effect) == (("threads 1", "time-zone UTC0"), "changes")
    assert blame.reproduce.endswith("--vary threads --vary time-zone")
    assert "threads 1 and time-zone UTC0 together" in " ".join(render(found, 96).plain.split())
    assert stress(log, MILL, times=1, vary=several).blamed == ()


@pytest.mark.slow
def test_an_engine_that_breaks_down_under_a_factor_is_the_outcome(log: Path) -> None:
    found = checked(stress(log, touchy("Brittle"), times=1, vary=["memory-fill"]))
    assert (found.outcome, blamed_factors(found)) == ("crashed", ["memory-fill"])
    assert found.message is not None
    assert found.message.startswith("with memory-fill python-debug: ")
    assert "the wheel broke" in found.message
    counted = row(found, "memory-fill", "python-debug").counted
    assert (counted.failure, counted.turn, counted.kind) == ("crashed", TURN, "crashed")
    assert row(found, "memory-fill", "0xa5").counted.verdict == "no difference"


def test_an_engine_that_fails_at_once_is_told_and_nothing_is_varied(log: Path) -> None:
    found = checked(stress(log, "cmd:/nowhere/engine", times=1))
    assert (found.outcome, found.complete, found.runs) == ("cannot_build", False, 1)
    assert found.factors == ()
    assert "/nowhere" not in str(found.message)
    broken = "python-class:tests.support.broken_mills:Aborting"
    found = checked(stress(log, broken, times=1))
    assert (found.outcome, found.runs) == ("crashed", 1)


def test_what_cannot_be_varied_is_never_passed(log: Path) -> None:
    found = checked(stress(log, variant("BlindMill"), times=1, vary=["load"]))
    assert found.outcome == "nothing_compared"
    setting = row(found, "load", "each")
    assert (setting.counted.verdict, setting.counted.runs) == ("not varied", 0)
    assert setting.reason == "the engine does not declare the capability snapshot"
    assert "the engine does not declare the capability snapshot" in render(found, 96).plain
    only_first = stress(log, MILL, times=1, vary=["time-zone"], turns=(0, 0))
    assert (only_first.outcome, only_first.turns) == ("nothing_compared", 0)


@pytest.mark.slow
def test_a_range_is_played_from_the_recorded_state_before_it(log: Path) -> None:
    vary = ["load", "tracing"]
    clean = checked(stress(log, MILL, times=1, vary=vary, turns=(4, 5)))
    assert (clean.outcome, clean.turns) == ("agreed", 2)
    assert (clean.first_turn, clean.last_turn) == (4, 5)
    found = stress(log, touchy("Shy"), times=1, vary=vary, turns=(4, 5))
    assert blamed_factors(found) == ["tracing"]
    assert found.blamed[0].reproduce.endswith("--turns 4:5 --vary tracing")
    blind = stress(log, variant("BlindMill"), times=1, vary=["tracing"], turns=(4, 5))
    assert blind.outcome == "agreed", "without a snapshot it plays from the start"


@pytest.mark.slow
def test_the_same_work_gives_the_same_document(log: Path) -> None:
    texts = {
        report_json.encode(stress(log, touchy("Punctual"), times=1, vary=["time-zone"]))
        for _ in range(2)
    }
    assert len(texts) == 1
    assert str(log.parent).encode() not in texts.pop()


def test_ctrl_c_leaves_what_was_found(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play, played = Repetition.play, []

    def stopped(self: Repetition, settings: tuple[Setting, ...] = ()) -> object:
        played.append(settings)
        if len(played) == 4:
            raise KeyboardInterrupt
        return play(self, settings)

    monkeypatch.setattr(Repetition, "play", stopped)
    found = checked(stress(log, MILL, times=1, vary=["time-zone"]))
    assert (found.outcome, found.complete, found.runs) == ("interrupted", False, 3)
    assert "3 runs give one answer" in str(found.message)


def test_what_makes_no_sense_is_refused(log: Path) -> None:
    with pytest.raises(UsageError, match="unknown factor 'weather'; there are: hash-seed"):
        stress(log, MILL, vary=["weather"])
    with pytest.raises(UsageError, match="times of 1 or more"):
        stress(log, MILL, times=0)
    with pytest.raises(UsageError, match="the log holds 0 to 6"):
        stress(log, MILL, turns=(7, 9))
    with pytest.raises(SkippedError, match="rules version"):
        stress(log, variant("NewRulesMill"))
