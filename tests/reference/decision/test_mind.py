"""The built-in mind: scores by hand, candidates, ties, draws, builds in sequence."""

from typing import Any

from tests.reference.support_scenario import (
    HULK,
    SCOUT,
    TREASURY_0,
    events,
    fired,
    kinds,
    running,
    table,
    tiny,
)
from void_reckoning_reference.decision.mind import build_score, decision, move_score
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.stream import draw_many, stream_key
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import Build


def minded(change: dict[str, int] | None = None) -> Turn:
    """Stand before the decision of faction 0, which now has a mind."""
    value = tiny()
    value["rules"] |= change or {}
    return with_mind(value)


def with_mind(value: dict[str, Any]) -> Turn:
    """Give faction 0 its mind."""
    table(value, "faction")["mind"] = [1, 0]
    return running(value, "decision")


def moves(turn: Turn) -> list[tuple[int, tuple[tuple[str, int], ...]]]:
    """Decide, and list each move's fleet and fields."""
    decision(turn)
    return [(event.slot, event.fields) for event in events(turn, "decision.move")]


def test_scores_from_hand() -> None:
    assert move_score(100 * ONE, 60 * ONE, 4, 3) == 5 * ONE + 3
    assert move_score(0, ONE, 0, 0) == -(ONE // 4)
    assert move_score(0, 1, 0, 0) == -1
    assert build_score(3, (5 << 32) + 7) == 15
    assert build_score(3, (1 << 32) - 1) == 0


def test_the_best_system_is_the_most_worth_for_its_way_and_threat() -> None:
    # From system 0: 50 · 2 at distance 3, 60 · 2 at 5, 100 · 1 less one unit's threat of 10 at 10.
    turn = minded()
    assert moves(turn) == [(0, (("target", 1), ("score", 100 * ONE // 7), ("options", 3)))]
    assert (turn.world.fleets[0].destination, turn.world.fleets[0].posture) == (1, 1)
    away = minded()
    away.world.planets[1].income = away.world.planets[2].income = 0
    assert moves(away)[0][1] == (("target", 3), ("score", 90 * ONE // 14), ("options", 3))


def test_the_lowest_slot_wins_a_tie() -> None:
    turn = minded()
    turn.world.planets[1].income, turn.world.planets[2].income = 70, 90
    assert moves(turn)[0][1][:2] == (("target", 1), ("score", 20 * ONE))


def test_a_fleet_under_way_unarmed_or_at_a_candidate_stays() -> None:
    for change in ({"posture": 1}, {"system": 1}, {"owner": 1}):
        turn = minded()
        for name, value in change.items():
            setattr(turn.world.fleets[0], name, value)
        assert moves(turn) == [], change
    unarmed = minded()
    unarmed.world.units[0].hp = unarmed.world.units[1].hp = 0
    assert moves(unarmed) == []


def test_systems_without_a_way_are_drawn_for_but_not_scored() -> None:
    value = tiny()
    for cells in table(value, "lane").values():
        del cells[1:]
    turn = with_mind(value)
    assert moves(turn)[0][1][2] == ("options", 1)
    (noise,) = [entry for entry in turn.ledger.entries() if entry.stream == "decision.noise"]
    assert (noise.count, noise.scope, noise.site) == (3, (0,), "decision.noise.roll")
    for cells in table(value, "lane").values():
        cells.clear()
    alone = with_mind(value)
    assert moves(alone) == []
    assert [entry.count for entry in alone.ledger.entries()] == [3, 2]


def test_without_candidates_nothing_is_drawn() -> None:
    turn = minded()
    for planet in turn.world.planets:
        planet.owner = 0
    assert moves(turn) == []
    assert {entry.stream for entry in turn.ledger.entries()} == {"decision.build"}


def test_noise_comes_from_the_fleets_own_stream_by_candidate() -> None:
    turn = minded({"noise": 1000 * ONE})
    key = stream_key(7, 0, 1, "decision", 0, "decision.noise", [0])
    noises = [(1000 * ONE * (draw >> 32)) >> 32 for draw in draw_many(key, 0, 3)]
    values = [(100, 3), (120, 5), (90, 10)]
    scores = [
        value * ONE // (4 + distance) + noise
        for (value, distance), noise in zip(values, noises, strict=True)
    ]
    best = max(scores)
    fields = (("target", 1 + scores.index(best)), ("score", best), ("options", 3))
    assert moves(turn) == [(0, fields)]


def test_each_faction_has_streams_of_its_own() -> None:
    value = tiny()
    table(value, "faction")["mind"] = [1, 1]
    value["designs"][SCOUT]["build_weight"] = 0
    turn = running(value, "decision", 1)
    decision(turn)
    draws = draw_many(stream_key(7, 0, 1, "decision", 1, "decision.build", [3]), 0, 2)
    (built,) = events(turn, "decision.build")
    assert built.fields == (("design", HULK), ("score", draws[HULK] >> 32))


def test_builds_see_the_balance_after_the_one_before() -> None:
    turn = minded({"reserve": 650})
    turn.world.planets[1].owner = turn.world.planets[2].owner = 0
    decision(turn)
    built = [(build.planet, build.design) for build in turn.world.builds]
    # 350 above the reserve: any design at planet 0, then what is left pays a scout or nothing.
    assert len(built) in (1, 3)
    assert turn.world.accounts[TREASURY_0].balance >= 650
    sequence = [event for event in events(turn) if event.kind != "decision.move"]
    assert [event.kind for event in sequence] == ["decision.build", "transaction"] * len(built)
    first = kinds(turn).index("decision.build")
    assert events(turn)[first + 1].cause == first
    assert len([e for e in turn.ledger.entries() if e.stream == "decision.build"]) == 3


def test_a_design_needs_weight_and_funds_and_the_planet_an_empty_queue() -> None:
    value = tiny()
    value["designs"][SCOUT]["build_weight"] = 0
    turn = with_mind(value)
    decision(turn)
    assert [build.design for build in turn.world.builds] == [HULK]
    poor = with_mind(value)
    poor.world.accounts[TREASURY_0].balance = 299
    decision(poor)
    assert poor.world.builds == []
    busy = with_mind(value)
    busy.world.builds.append(Build(alive=True, planet=0, turns_left=1))
    decision(busy)
    assert "decision_build" not in fired(busy)


def test_a_faction_without_a_mind_decides_nothing() -> None:
    turn = running(phase="decision")
    decision(turn)
    assert (events(turn), turn.ledger.entries(), turn.world.fleets[0].destination) == ([], [], NONE)
