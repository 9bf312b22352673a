"""Each invariant finds its planted fault with the exact message, and nothing in a clean world."""

from collections.abc import Callable

import pytest

from tests.reference.support_scenario import encoded, running, tiny
from void_reckoning_reference.audit import INVARIANTS, Violation, audit, entities
from void_reckoning_reference.campaign.engine import CommandError, Engine
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.world import Build, Fleet, World


def world() -> World:
    """Make a world without fault."""
    return running().world


def gone_planet(w: World) -> None:
    w.planets[1].alive = False
    w.planets[1].system = w.planets[1].owner = w.planets[1].income = w.planets[1].occupier = 0
    w.builds.append(Build(alive=True, planet=1))


def in_lane(w: World, following: int, destination: int, progress: int) -> None:
    fleet = w.fleets[0]
    fleet.posture, fleet.next, fleet.destination, fleet.progress = (
        2,
        following,
        destination,
        progress,
    )


def set_fleet(w: World, slot: int, **values: int) -> None:
    for name, value in values.items():
        setattr(w.fleets[slot], name, value)


def set_planet(w: World, slot: int, **values: int) -> None:
    for name, value in values.items():
        setattr(w.planets[slot], name, value)


def set_balance(w: World) -> None:
    w.accounts[0].balance += 5


def set_unit(w: World, slot: int, **values: int) -> None:
    for name, value in values.items():
        setattr(w.units[slot], name, value)


def empty_fleet(w: World) -> None:
    row = Fleet(3, True, owner=1, system=2, next=NONE, destination=NONE)
    w.fleets.append(row)


Planting = Callable[[World], None]
WAY = f"next {NONE}, destination {NONE}"

PLANTED: list[tuple[Planting, str, str, str]] = [
    (set_balance, "conservation", "", "balances sum to 5, expected 0"),
    (gone_planet, "references", "0/build/0:0", "planet = 1: no live planet"),
    (
        lambda w: set_unit(w, 2, fleet=9, kills=1),
        "references",
        "0/unit/2:0",
        "fleet = 9: no live fleet",
    ),
    (
        lambda w: set_unit(w, 2, owner=NONE),
        "references",
        "0/unit/2:0",
        f"owner = {NONE}: no live faction",
    ),
    (
        lambda w: set_unit(w, 0, kills=10**9 + 1),
        "range",
        "0/unit/0:0",
        "kills = 1000000001, expected 0 … 1000000000",
    ),
    (lambda w: set_unit(w, 0, hp=-1), "range", "0/unit/0:0", f"hp = -1, expected 0 … {1 << 52}"),
    (
        lambda w: w.builds.append(Build(generation=2, design=4)),
        "range",
        "0/build/0:2",
        "design = 4 in a dead slot",
    ),
    (lambda w: set_unit(w, 1, owner=1), "one_place", "0/unit/1:0", "owner 1, fleet's owner 0"),
    (lambda w: in_lane(w, 2, 2, 0), "one_place", "0/fleet/0:0", "no lane 0\u20132"),
    (empty_fleet, "one_place", "0/fleet/2:3", "fleet without a unit"),
    (
        lambda w: set_fleet(w, 0, progress=1),
        "legal_phase",
        "0/fleet/0:0",
        f"posture 0: {WAY}, progress 1",
    ),
    (
        lambda w: set_fleet(w, 0, posture=1),
        "legal_phase",
        "0/fleet/0:0",
        f"posture 1: {WAY}, progress 0",
    ),
    (
        lambda w: in_lane(w, 1, NONE, 0),
        "legal_phase",
        "0/fleet/0:0",
        f"posture 2: next 1, destination {NONE}, progress 0",
    ),
    (
        lambda w: in_lane(w, 1, 2, 3),
        "legal_phase",
        "0/fleet/0:0",
        "posture 2: next 1, destination 2, progress 3",
    ),
    (
        lambda w: set_planet(w, 1, occupied_turns=2),
        "legal_phase",
        "0/planet/1:0",
        f"occupier {NONE} for 2 turns, owner {NONE}",
    ),
    (
        lambda w: set_planet(w, 1, occupier=0),
        "legal_phase",
        "0/planet/1:0",
        f"occupier 0 for 0 turns, owner {NONE}",
    ),
    (
        lambda w: set_planet(w, 0, occupier=0, occupied_turns=1),
        "legal_phase",
        "0/planet/0:0",
        "occupier 0 for 1 turns, owner 0",
    ),
]

CLEAN: list[Planting] = [
    lambda w: None,
    lambda w: in_lane(w, 1, 2, 2),
    lambda w: set_fleet(w, 0, posture=1, destination=2),
    lambda w: set_planet(w, 1, occupier=0, occupied_turns=1),
    lambda w: w.builds.append(Build(generation=2)),
    lambda w: set_unit(w, 0, hp=0, shield=0),
]


@pytest.mark.parametrize(("plant", "rule", "entity", "message"), PLANTED)
def test_each_invariant_finds_its_planted_fault_and_no_other_speaks(
    plant: Planting, rule: str, entity: str, message: str
) -> None:
    planted = world()
    plant(planted)
    severity = "critical" if rule in ("conservation", "one_place") else "error"
    found = [item for item in audit([planted]) if item.rule == rule]
    assert found == [Violation(rule, severity, 0, entity, message)]
    others = {item.rule for item in audit([planted])} - {rule}
    # Fleet 1 loses its only unit with that unit's reference.
    assert others <= {"one_place"}


@pytest.mark.parametrize("change", CLEAN)
def test_nothing_is_found_in_a_clean_world(change: Planting) -> None:
    clean = world()
    change(clean)
    assert audit([clean]) == []


def test_of_two_faults_of_a_fleet_the_first_is_told() -> None:
    planted = world()
    planted.fleets.append(Fleet(0, True, owner=1, system=0, next=3, destination=3, posture=2))
    assert [item.message for item in audit([planted])] == ["no lane 0\u20133"]


def test_every_invariant_is_planted() -> None:
    assert [name for name, _, _ in INVARIANTS] == list(
        dict.fromkeys(rule for _, rule, _, _ in PLANTED)
    )


def test_rows_with_a_broken_reference_are_left_to_references() -> None:
    planted = world()
    set_unit(planted, 2, fleet=9, owner=0)
    set_fleet(planted, 0, system=9, next=8, posture=0)
    set_planet(planted, 0, system=9, occupied_turns=4)
    rules = [(item.rule, item.entity) for item in audit([planted])]
    assert rules == [
        ("references", "0/planet/0:0"),
        ("references", "0/fleet/0:0"),
        ("references", "0/fleet/0:0"),
        ("references", "0/unit/2:0"),
        ("one_place", "0/fleet/1:0"),
    ]


def test_an_engine_counts_what_it_audits() -> None:
    engine = Engine()
    engine.init(encoded(tiny()))
    alive = 1 + 2 + 5 + 4 + 3 + 4 + 0 + 2 + 3
    assert engine.audit("light") == {"entities": alive, "invariants": 5, "findings": []}
    assert entities([world(), world()]) == 2 * alive
    with pytest.raises(CommandError, match="level"):
        engine.audit("thorough")
