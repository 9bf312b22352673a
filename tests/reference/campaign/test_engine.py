"""The engine: steps, stops, digests, halts that undo, restore, several universes."""

import copy
from typing import Any

import pytest

from tests.reference.support_scenario import add_unit, design, encoded, table, tiny
from void_reckoning_reference.campaign.engine import CommandError, Engine
from void_reckoning_reference.playable import ScenarioError
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.state import RestoreError


def lively() -> dict[str, Any]:
    """Make a scenario in two universes in which both factions think, fight and build."""
    value = tiny()
    value["rules"] |= {"noise": ONE, "hit_min": ONE // 10, "hit_max": ONE // 2, "reserve": 200}
    table(value, "faction")["mind"] = [1, 1]
    for _ in range(4):
        add_unit(value, 1)
    second = copy.deepcopy(value["state"]["universes"][0])
    second["id"] = 5
    value["state"]["universes"].append(second)
    return value


def begun(value: dict[str, Any]) -> tuple[Engine, dict[str, Any]]:
    """Begin a run."""
    engine = Engine()
    return engine, dict(engine.init(encoded(value)))


def play(engine: Engine, turns: int = 1, steps: int = 6) -> dict[str, Any]:
    """Play whole turns without commands; return the last answer."""
    answer: dict[str, Any] = {}
    for _ in range(turns * steps):
        answer = dict(engine.step([], None, False))
        assert answer["halt"] is None
    return answer


def test_steps_count_the_factions_of_all_universes() -> None:
    _, opening = begun(lively())
    names = [step["name"] for step in opening["steps"]]
    assert names == ["open", "faction 0", "faction 1", "faction 2", "faction 3", "close"]
    assert opening["steps"][0]["phases"] == ["recharge"]
    assert opening["steps"][5]["phases"] == ["cleanup", "victory"]
    assert opening["universes"] == [
        {"id": universe, "rows": [1, 2, 5, 4, 3, 4, 0, 2, 7]} for universe in (0, 5)
    ]
    assert opening["turn"] == 0


def test_a_turn_ends_with_its_last_step_and_carries_digests() -> None:
    engine, opening = begun(lively())
    answers = [dict(engine.step([], None, True)) for _ in range(6)]
    assert [answer["turn_ended"] for answer in answers] == [False] * 5 + [True]
    assert {answer["turn"] for answer in answers} == {1}
    assert [len(answer["phase_digests"]) for answer in answers] == [1, 7, 7, 7, 7, 2]
    assert answers[5]["phase_digests"][-1] == answers[5]["state_digest"]
    assert answers[5]["state_digest"] != opening["state_digest"]
    drawn, happened = engine.draws(), engine.events()
    assert len(drawn) > 8
    assert len(happened) > 8
    engine.step([], None, False)
    assert engine.draws() == engine.events() == bytes(8)


def test_asking_for_phases_changes_nothing() -> None:
    watched, _ = begun(lively())
    unwatched, _ = begun(lively())
    for _ in range(30):
        left = dict(watched.step([], None, True))
        right = dict(unwatched.step([], None, False))
        watched.audit("light")
        assert left.get("state_digest") == right.get("state_digest")
    assert watched.draws() == unwatched.draws()
    assert watched.events() == unwatched.events()


def test_restore_equals_straight_through_from_every_turn() -> None:
    straight, _ = begun(lively())
    kept = [straight.snapshot()]
    digests = []
    for _ in range(8):
        digests.append(play(straight))
        kept.append(straight.snapshot())
    for turn in range(8):
        other, _ = begun(lively())
        assert other.restore(turn, kept[turn])["turn"] == turn
        found = play(other)
        assert found == digests[turn]
        assert other.snapshot() == kept[turn + 1]


def test_restore_answers_with_the_digests_of_the_state_and_of_empty_lists() -> None:
    engine, _ = begun(lively())
    ended = play(engine, 3)
    archives = engine.snapshot()
    other, opening = begun(lively())
    answer = other.restore(3, archives)
    assert answer["state_digest"] == ended["state_digest"]
    assert other.draws() == other.events() == bytes(8)
    back = dict(other.restore(0, begun(lively())[0].snapshot()))
    assert back == {key: opening[key] for key in back}


def test_restore_takes_only_archives_of_this_run() -> None:
    engine, opening = begun(lively())
    archives = engine.snapshot()
    with pytest.raises(RestoreError, match="expected archives"):
        engine.restore(0, archives[:-1])
    universe, name, data = archives[0]
    with pytest.raises(RestoreError, match="offset"):
        engine.restore(0, [(universe, name, data[:-1]), *archives[1:]])
    flag = data[:64] + b"\2" + data[65:]
    with pytest.raises(RestoreError, match="alive: expected 0 or 1"):
        engine.restore(0, [(universe, name, flag), *archives[1:]])
    assert engine.restore(0, archives)["state_digest"] == opening["state_digest"]


def test_restore_refuses_what_rules_cannot_play_and_changes_nothing() -> None:
    engine, opening = begun(lively())
    archives = engine.snapshot()
    richer = lively()
    richer["designs"].append(design("new"))
    table(richer, "unit")["design"][0] = len(richer["designs"]) - 1
    other = begun(richer)[0].snapshot()
    with pytest.raises(ScenarioError, match=r"^state\.universes\[0\]\.tables\.unit\.design"):
        engine.restore(5, other)
    assert engine.snapshot() == archives
    assert engine.restore(0, archives)["state_digest"] == opening["state_digest"]


def halting() -> dict[str, Any]:
    """Make a scenario in which faction 1 launches one ship more than can be counted."""
    value = tiny()
    table(value, "faction")["ships_built"] = [0, 10**9]
    builds = table(value, "build")
    row = {"generation": 0, "alive": 1, "planet": 3, "owner": 1, "design": 0, "turns_left": 2}
    for name, cell in row.items():
        builds[name].append(cell)
    return value


def test_a_halt_names_its_place_and_undoes_the_turn() -> None:
    engine, _ = begun(halting())
    before = play(engine, 1, 4)
    snapshot = engine.snapshot()
    move = {"kind": "move", "fleet": "0/fleet/0:0", "destination": "0/system/1:0"}
    engine.step([], None, False)
    assert engine.step([move], None, False)["halt"] is None
    assert engine.snapshot() != snapshot
    answer = dict(engine.step([], None, True))
    assert answer["halt"] == {
        "error": "range",
        "step": 2,
        "phase": "production",
        "universe": 0,
        "table": "faction",
        "slot": 1,
        "column": "ships_built",
    }
    assert (answer["turn"], answer["turn_ended"]) == (2, False)
    assert answer["universes"] == before["universes"]
    assert engine.snapshot() == snapshot
    assert engine.draws() == engine.events() == bytes(8)
    with pytest.raises(CommandError, match="over"):
        engine.step([], None, False)
    assert engine.restore(1, snapshot)["state_digest"] == before["state_digest"]


def test_one_ship_less_is_counted() -> None:
    value = halting()
    table(value, "faction")["ships_built"] = [0, 10**9 - 1]
    engine, _ = begun(value)
    assert play(engine, 3, 4)["turn"] == 3


def test_a_stopped_step_shows_its_phases_and_only_restore_leads_on() -> None:
    engine, _ = begun(lively())
    archives = engine.snapshot()
    full = dict(engine.step([], None, False)), dict(engine.step([], None, True))
    for stop in range(7):
        engine.restore(0, archives)
        engine.step([], None, False)
        answer = dict(engine.step([], stop, True))
        assert answer["phase_digests"] == full[1]["phase_digests"][: stop + 1]
        assert not answer["turn_ended"]
        with pytest.raises(CommandError, match="restore"):
            engine.step([], None, False)
    engine.restore(0, archives)
    with pytest.raises(CommandError, match="stop_after"):
        engine.step([], 1, False)


def test_commands_outside_a_faction_step_are_rejected_once() -> None:
    engine, _ = begun(lively())
    engine.step([{"kind": "dance"}, 3], None, False)
    events = engine.events()
    assert events[:8] == (2).to_bytes(8, "little")
    assert events.count(b"wrong_step") == 2
    for _ in range(5):
        engine.step(["late"], None, False)
    assert engine.events().count(b"wrong_step") == 3
    assert engine.rules_fired()["rules"]["order_rejected"] == 7


def test_a_faction_out_of_play_keeps_its_step_and_does_nothing() -> None:
    value = tiny()
    faction = table(value, "faction")
    for name, cells in faction.items():
        cells.append(cells[0])
        assert name in faction
    faction["account"][2], faction["eliminated_turn"][2] = 5, 1
    accounts = table(value, "account")
    for name, cell in (("generation", 0), ("alive", 1), ("kind", 0), ("owner", 2), ("balance", 0)):
        accounts[name].append(cell)
    value["factions"].append(value["factions"][0])
    table(value, "planet")["owner"][1] = 2
    engine, _ = begun(value)
    for _ in range(3):
        engine.step([], None, False)
    before = engine.snapshot()
    answer = engine.step([{"kind": "dance"}], None, False)
    assert answer["step"] == 3
    assert engine.snapshot() == before
    assert engine.events().count(b"dead_faction") == 1


def test_values_are_the_columns_of_the_snapshot() -> None:
    engine, _ = begun(lively())
    assert engine.values(5, "system", "x", 1, 2) == ONE.to_bytes(8, "little") + (2 * ONE).to_bytes(
        8, "little"
    )
    assert engine.values(0, "planet", "class", 0, 4) == bytes(16)
    assert engine.values(0, "unit", "alive", 7, 0) == b""
    for place in ((1, "unit", "hp", 0, 1), (0, "ship", "hp", 0, 1), (0, "unit", "hull", 0, 1)):
        with pytest.raises(CommandError, match="expected a column"):
            engine.values(*place)
    with pytest.raises(CommandError, match="expected slots"):
        engine.values(0, "unit", "hp", 7, 1)


def test_universes_draw_apart() -> None:
    value = lively()
    engine, _ = begun(value)
    play(engine, 6)
    archives = {(universe, name): data for universe, name, data in engine.snapshot()}
    assert archives[0, "unit"] != archives[5, "unit"]


def test_nothing_runs_before_init() -> None:
    with pytest.raises(CommandError, match="init"):
        Engine().step([], None, False)
