"""Every verb on one page: what is clean gives nothing, what is tampered with one finding, in place.

The toy engine is the mill; from turn 4 on its slow wheel grinds a raw step of water too little in
one cell. More of each verb is in its own tests.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

import vr_verify
from tests.harness.twin import hulls
from tests.support.fuzz_mills import BASE, build
from tests.support.toy_builds import MILL, variant
from tests.support.tree import ROOT
from vr_verify.cli.app import COMMANDS
from vr_verify.model.report import Divergence
from vr_verify.verbs.bundle import bundle

SLOW: Final = variant("SlowWheelMill")
PLACE: Final = "state, turn 4, evening, grind, 3/cell/2:1, water"
TURNS: Final = 6
DECLARED: Final = """[[difference]]
path = "cell.flour"
reason = "a finer sieve"
expiry = "2999-12-31"
count_max = 9
"""
# What the machine has, not what a run did: these have no run to tamper with.
OF_THE_MACHINE: Final = {"engines", "doctor"}
# Parts of `replay`, and one that is no command.
BESIDE_COMMANDS: Final = {"bundle", "declared", "twin"}


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder for what a verb writes, a scenario, and the honest mill's log of it."""

    folder: Path
    scenario: Path
    log: Path


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Write a scenario and record the honest mill."""
    folder = tmp_path_factory.mktemp("honest")
    scenario, log = folder / "wet.json", folder / "mill.log"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        vr_verify.record(scenario, log, turns=TURNS, engine=MILL)
    return scenario, log


def placed(found: Divergence | None) -> list[str]:
    """Say where a divergence is; nothing where there is none."""
    if found is None:
        return []
    place = (found.kind, f"turn {found.turn}", found.step, found.phase, found.entity, found.column)
    return [", ".join(map(str, place))]


def recording(ground: Ground, tampered: bool) -> list[str]:
    build = f"saboteur:{'crash' if tampered else 'none'}@4:{MILL}"
    made = vr_verify.record(ground.scenario, ground.folder / "a.log", turns=TURNS, engine=build)
    return [] if made.outcome == "agreed" else [(made.message or "").partition(": in ")[0]]


def replaying(ground: Ground, tampered: bool) -> list[str]:
    return placed(vr_verify.replay(ground.log, MILL, SLOW if tampered else MILL).divergence)


def differing(ground: Ground, tampered: bool) -> list[str]:
    other = ground.folder / "other.log"
    vr_verify.record(ground.scenario, other, turns=TURNS, engine=SLOW if tampered else MILL)
    found = vr_verify.diff(ground.log, other)
    assert found.compared.turns == TURNS + 1
    values = [f"{row.entity} {row.column}" for row in found.values]
    return [f"turns {turns}, {value}" for turns in found.differing_turns for value in values]


def inspecting(ground: Ground, tampered: bool) -> list[str]:
    false = ground.folder / "false.log"
    build = f"saboteur:{'digest-of-truth' if tampered else 'none'}@4:{MILL}"
    vr_verify.record(ground.scenario, false, turns=TURNS, engine=build)
    return [f"turn {turn}" for turn in vr_verify.inspect(false, turn=4).states_false]


def bundling(ground: Ground, tampered: bool) -> list[str]:
    target, other = ground.folder / "bundle", SLOW if tampered else MILL
    report = bundle(ground.log, target, engine=MILL, against=other)
    assert (target / "run.log").is_file() is tampered
    if not tampered:
        return placed(report.divergence)
    return placed(vr_verify.replay(target / "run.log", MILL, other).divergence)


def declaring(ground: Ground, tampered: bool) -> list[str]:
    known = ground.folder / "known.toml"
    known.write_text(DECLARED)
    other = variant("FineSlowWheelMill" if tampered else "FineMill")
    report = vr_verify.replay(ground.log, MILL, other, declared=known)
    assert report.declared is not None
    assert report.declared[0].status == "held"
    return placed(report.divergence)


def fuzzing(ground: Ground, tampered: bool) -> list[str]:
    base = ground.folder / "base.json"
    base.write_bytes(BASE)
    engine = build("SlowWheel" if tampered else "HardyMill")
    options: Any = {"sources": [base], "out": ground.folder / "found", "shrink": False}
    found = vr_verify.fuzz(8, 0, engine=engine, against=build("HardyMill"), turns=6, **options)
    rows = [row.fault for row in found.findings]
    return [f"{row.kind}, {row.phase}, {row.table}.{row.column}" for row in rows]


def shrinking(ground: Ground, tampered: bool) -> list[str]:
    small = ground.folder / "small.log"
    made = vr_verify.shrink(ground.log, small, MILL, SLOW if tampered else MILL)
    assert small.exists() is tampered
    if made.fault is None:
        return []
    fault, size = made.fault, made.after
    assert size is not None
    return [f"{fault.kind}, {fault.phase}, {fault.table}.{fault.column}, {size.turns} turn"]


def stressing(ground: Ground, tampered: bool) -> list[str]:
    touchy = "python-class:tests.support.touchy_mills:Lasting"
    found = vr_verify.stress(ground.log, touchy if tampered else MILL, 2, ["second-run"])
    return [" and ".join(blame.settings) for blame in found.blamed]


def checking(ground: Ground, tampered: bool) -> list[str]:
    replays, answers = ground.folder / "replays" / "smoke", ground.folder / "golden" / "runs"
    replays.mkdir(parents=True)
    (replays / "wet.log").write_bytes(ground.log.read_bytes())
    mill = "python-class:tests.support.golden_mills:{}".format
    folders: Any = {"replays": replays.parent, "answers": answers}
    honest: Any = {"engine": MILL, "against": mill("SecondMill")}
    vr_verify.golden("bless", reason="the first answer", **honest, **folders)
    richer: Any = {"engine": mill("RicherMill"), "against": mill("SecondRicherMill")}
    checked = vr_verify.golden("check", **(richer if tampered else honest), **folders)
    assert len(checked.cases) == 1
    wrong = [case for case in checked.cases if case.verdict != "ok"]
    return [f"{case.log}: {case.verdict}, turn {case.first_changed_turn}" for case in wrong]


def bisecting(ground: Ground, tampered: bool) -> list[str]:
    return placed(vr_verify.bisect(ground.log, MILL, SLOW if tampered else MILL).divergence)


def twinning(ground: Ground, tampered: bool) -> list[str]:
    verdict = vr_verify.twin(
        hulls.damage, hulls.damage_off_by_one if tampered else hulls.damage_again
    )
    found = verdict.counterexample
    return [] if found is None else [f"{found.kind} at {found.path} for {found.arguments}"]


Verb = Callable[[Ground, bool], Iterable[str]]
# Each verb, what it is asked, and its one finding where something was tampered with.
VERBS: Final[dict[str, tuple[Verb, list[str]]]] = {
    "record": (recording, ["engine saboteur-mill crashed: turn 4, step evening"]),
    "replay": (replaying, [PLACE]),
    "bundle": (bundling, [PLACE]),
    "declared": (declaring, [PLACE]),
    "diff": (differing, ["turns 4:6, 3/cell/2:1 cell.water"]),
    "inspect": (inspecting, ["turn 4"]),
    "fuzz": (fuzzing, ["state, grind, cell.water"]),
    "shrink": (shrinking, ["state, grind, cell.water, 1 turn"]),
    "stress": (stressing, ["second-run again"]),
    "golden": (checking, ["replays/smoke/wet.log: outdated, turn 3"]),
    "bisect": (bisecting, [PLACE]),
    "twin": (twinning, ["value at $ for {'hp': '0', 'attack': '7300'}"]),
}
# These are seen to detect in the quick tests of their own too.
LONG: Final = {"bundle", "fuzz", "shrink", "stress"}


def test_no_verb_is_left_out() -> None:
    assert set(VERBS) == (set(COMMANDS) - OF_THE_MACHINE) | BESIDE_COMMANDS


@pytest.mark.parametrize(
    "verb", [pytest.param(one, marks=[pytest.mark.slow] * (one in LONG)) for one in VERBS]
)
def test_clean_gives_nothing_and_tampered_its_one_finding(
    honest: tuple[Path, Path], tmp_path: Path, verb: str
) -> None:
    ask, expected = VERBS[verb]
    (tmp_path / "clean").mkdir()
    (tmp_path / "tampered").mkdir()
    assert list(ask(Ground(tmp_path / "clean", *honest), False)) == []
    assert list(ask(Ground(tmp_path / "tampered", *honest), True)) == expected
