"""The canonical scenario: bytes to rule data and worlds, or an error that names the path.

Law: STATE.md, "The canonical scenario". Form and ranges are checked here, the sense of the initial
state in `sense.py`. No twin by path. Knows no rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from blake3 import blake3

from void_reckoning_reference.playable import ScenarioError
from void_reckoning_reference.rule_data import Design, RuleData, Rules, Temper
from void_reckoning_reference.schema import COUNT_MAX, ROWS_MAX, TABLES, Column
from void_reckoning_reference.sense import check_sense
from void_reckoning_reference.shared.codec import CodecError, JsonValue, decode_json
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.world import World

FORMAT = "void-scenario/1"
RULES_VERSION = "1"

_Range: TypeAlias = tuple[int, int]
_LIST_MAX = 65536
_NAME_BYTES_MAX = 100
_SEED_MAX = (1 << 64) - 1
_SPACE = ONE << 20

_RULES: dict[str, _Range] = {
    "fleet_units_max": (1, 10000),
    "rounds_max": (1, 100),
    "hit_min": (0, ONE),
    "hit_max": (0, ONE),
    "critical_factor": (ONE, 4 * ONE),
    "pierce_min": (0, ONE),
    "armour_half": (1, _SPACE),
    "damage_spread": (0, ONE),
    "damage_min": (0, ONE << 10),
    "shield_regen": (0, _SPACE),
    "upkeep_factor": (0, 16 * ONE),
    "blockade_share": (0, ONE),
    "disband_max": (0, 1000),
    "refund_share": (0, ONE),
    "occupation_turns": (1, 1000),
    "queue_max": (1, 100),
    "reserve": (0, 10**12),
    "noise": (0, _SPACE),
    "turns_max": (0, COUNT_MAX),
}
_DESIGN: dict[str, _Range] = {
    "cost": (0, 10**9),
    "upkeep": (0, 10**9),
    "build_turns": (1, 1000),
    "speed": (1, 1000),
    "hull": (1, _SPACE),
    "shield": (0, _SPACE),
    "attack": (0, ONE << 14),
    "plating": (0, ONE << 14),
    "armour": (0, _SPACE),
    "accuracy": (0, ONE),
    "evasion": (0, ONE),
    "critical": (0, ONE),
    "build_weight": (0, 1000000),
}
_CLASS: dict[str, _Range] = {"income_factor": (0, 16 * ONE)}
_TEMPER: dict[str, _Range] = {
    "aggression": (0, 16 * ONE),
    "expansion": (0, 16 * ONE),
    "caution": (0, 256 * ONE),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as it is played: rule data, the first state's turn and worlds, the text's digest.

    Whoever plays it owns the worlds and changes them.
    """

    data: RuleData
    turn: int
    worlds: tuple[World, ...]
    digest: bytes


def parse_scenario(text: bytes) -> Scenario:
    """Read a canonical scenario; ScenarioError for anything that STATE.md does not allow."""
    try:
        value = decode_json(text)
    except CodecError as error:
        raise ScenarioError(f"scenario: {error}") from error
    keys = ("format", "rules_version", "name", "seed", "rules", "planet_classes", "designs")
    top = _object(value, "scenario", (*keys, "factions", "state"))
    _expect(top["format"], "format", FORMAT)
    _expect(top["rules_version"], "rules_version", RULES_VERSION)
    _text(top["name"], "name")
    seed = _integer(top["seed"], "seed", (0, _SEED_MAX))
    data = _rule_data(top, seed)
    state = _object(top["state"], "state", ("turn", "universes"))
    turn = _integer(state["turn"], "state.turn", (0, COUNT_MAX))
    worlds = _worlds(state["universes"])
    check_sense(worlds, data)
    return Scenario(data, turn, tuple(worlds), blake3(text).digest())


def _rule_data(top: Mapping[str, JsonValue], seed: int) -> RuleData:
    rules = _numbers(top["rules"], "rules", _RULES, named=False)
    if rules["hit_min"] > rules["hit_max"]:
        expected = f"expected at most hit_max = {rules['hit_max']}"
        raise ScenarioError(f"rules.hit_min: {expected}, found {rules['hit_min']}")
    classes = _several(top["planet_classes"], "planet_classes", _CLASS)
    designs = _several(top["designs"], "designs", _DESIGN)
    for path, found in (("planet_classes", classes), ("designs", designs)):
        if not 1 <= len(found) <= _LIST_MAX:
            raise ScenarioError(f"{path}: expected 1 … {_LIST_MAX} entries, found {len(found)}")
    for position, design in enumerate(_list(top["designs"], "designs")):
        assert isinstance(design, dict), "checked with its numbers"
        path = f"designs[{position}].name"
        length = len(_text(design["name"], path).encode())
        if not 1 <= length <= _NAME_BYTES_MAX:
            raise ScenarioError(f"{path}: expected 1 … {_NAME_BYTES_MAX} bytes, found {length}")
    tempers = _several(top["factions"], "factions", _TEMPER)
    return RuleData(
        seed,
        Rules(**rules),
        tuple(kind["income_factor"] for kind in classes),
        tuple(Design(**design) for design in designs),
        tuple(Temper(**temper) for temper in tempers),
    )


def _worlds(value: JsonValue) -> list[World]:
    worlds: list[World] = []
    id_least = 0
    for position, item in enumerate(_list(value, "state.universes")):
        path = f"state.universes[{position}]"
        universe = _object(item, path, ("id", "tables"))
        universe_id = _integer(universe["id"], f"{path}.id", (id_least, NONE))
        id_least = universe_id + 1
        worlds.append(_world(universe["tables"], f"{path}.tables", universe_id))
    if not worlds:
        raise ScenarioError("state.universes: expected at least one, found none")
    return worlds


def _world(value: JsonValue, path: str, universe_id: int) -> World:
    tables = _object(value, path, tuple(TABLES))
    world = World(universe_id)
    for table, columns in TABLES.items():
        place = f"{path}.{table}"
        names = tuple(column.name for column in columns)
        listed = _object(tables[table], place, names)
        values = [_integers(listed[name], f"{place}.{name}") for name in names]
        _check_table(values, place, columns)
        world.put(table, values)
    return world


def _check_table(values: list[list[int]], place: str, columns: tuple[Column, ...]) -> None:
    """Check the lengths of all columns, that dead slots are zero, and the ranges of live ones."""
    rows = len(values[0])
    if rows > ROWS_MAX:
        raise ScenarioError(f"{place}: expected at most {ROWS_MAX} rows, found {rows}")
    for column, listed in zip(columns, values, strict=True):
        path = f"{place}.{column.name}"
        if len(listed) != rows:
            raise ScenarioError(f"{path}: expected {rows} values, found {len(listed)}")
    all_alive = rows > 0 and min(values[1]) == 1 == max(values[1])
    for column, listed in zip(columns, values, strict=True):
        if all_alive and column.minimum <= min(listed) and max(listed) <= column.maximum:
            continue
        for slot, (alive, found) in enumerate(zip(values[1], listed, strict=True)):
            path = f"{place}.{column.name}[{slot}]"
            if alive != 0 or column.name in ("generation", "alive"):
                _check_range(found, path, (column.minimum, column.maximum))
            elif found != 0:
                raise ScenarioError(f"{path}: expected 0 in a dead slot, found {found}")


def _several(value: JsonValue, path: str, ranges: Mapping[str, _Range]) -> list[dict[str, int]]:
    """Read a list of objects that have a name and these numbers."""
    return [
        _numbers(item, f"{path}[{position}]", ranges, named=True)
        for position, item in enumerate(_list(value, path))
    ]


def _numbers(
    value: JsonValue, path: str, ranges: Mapping[str, _Range], *, named: bool
) -> dict[str, int]:
    """Read an object of these numbers, and of a name if it has one."""
    found = _object(value, path, (*ranges, "name") if named else tuple(ranges))
    if named:
        _text(found["name"], f"{path}.name")
    return {key: _integer(found[key], f"{path}.{key}", limits) for key, limits in ranges.items()}


def _object(value: JsonValue, path: str, keys: tuple[str, ...]) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise ScenarioError(f"{path}: expected an object, found {_kind(value)}")
    prefix = "" if path == "scenario" else f"{path}."
    for key in keys:
        if key not in value:
            raise ScenarioError(f"{prefix}{key}: expected a value, found none")
    for key in value:
        if key not in keys:
            raise ScenarioError(f"{prefix}{key}: expected no such key")
    return value


def _list(value: JsonValue, path: str) -> list[JsonValue]:
    if not isinstance(value, list):
        raise ScenarioError(f"{path}: expected a list, found {_kind(value)}")
    return value


def _integers(value: JsonValue, path: str) -> list[int]:
    listed = _list(value, path)
    for position, item in enumerate(listed):
        if type(item) is not int:
            raise ScenarioError(f"{path}[{position}]: expected an integer, found {_kind(item)}")
    return [item for item in listed if isinstance(item, int)]


def _integer(value: JsonValue, path: str, limits: _Range) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ScenarioError(f"{path}: expected an integer, found {_kind(value)}")
    _check_range(value, path, limits)
    return value


def _check_range(value: int, path: str, limits: _Range) -> None:
    if not limits[0] <= value <= limits[1]:
        raise ScenarioError(f"{path}: expected {limits[0]} … {limits[1]}, found {value}")


def _text(value: JsonValue, path: str) -> str:
    if not isinstance(value, str):
        raise ScenarioError(f"{path}: expected a text, found {_kind(value)}")
    return value


def _expect(value: JsonValue, path: str, expected: str) -> None:
    if value != expected:
        raise ScenarioError(f"{path}: expected {expected}, found {_text(value, path)}")


def _kind(value: JsonValue) -> str:
    """Name the type of a value in the words of JSON."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return {int: "an integer", str: "a text", list: "a list"}.get(type(value), "an object")
