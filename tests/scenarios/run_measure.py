"""How large a run is, and what its ids name: what the tests of smaller runs hold against them."""

import json
from typing import Any

from void_reckoning_reference.shared.ids import parse_id
from void_reckoning_scenarios.smaller.case import Turns, read_case
from void_reckoning_scenarios.smaller.plain import at, atoms


def measure(scenario: bytes, turns: Turns) -> tuple[int, int, int]:
    """Return what no reduction may let rise, in lexicographic order.

    Things (rows, designs, classes, characters, universes); commands; the sum over all values of
    how many bits they are away from plain, and over all names of how many letters.
    """
    case = read_case(scenario, turns)
    value = case.value
    things = len(case.universes)
    things += sum(len(value[key]) for key in ("designs", "planet_classes", "factions"))
    for universe in case.universes:
        things += sum(len(rows["alive"]) for rows in universe["tables"].values())
    commands = sum(len(step) for turn in turns for step in turn)
    distance = 0
    for atom in atoms(case):
        for path, plain in atom.parts:
            found = at(value, path)
            if isinstance(plain, str):
                distance += 1 + abs(len(found) - len(plain)) if found != plain else 0
            else:
                distance += abs(found - plain).bit_length()
    return things, commands, distance


def tagged(scenario: bytes, turns: Turns) -> tuple[bytes, Turns]:
    """Return a run in which each row's generation is a number of its own, its commands' ids too.

    So an id says for itself which row it means, wherever that row has moved to.
    """
    value = json.loads(scenario)
    generations: dict[tuple[int, str, int], int] = {}
    for universe in value["state"]["universes"]:
        for table, rows in universe["tables"].items():
            for slot in range(len(rows["alive"])):
                tag = generations[universe["id"], table, slot] = 1000 + len(generations)
                rows["generation"][slot] = tag
    changed = json.loads(json.dumps(turns))
    for number, command in enumerate(each_command(changed)):
        for key, text in command.items():
            parts = parse_id(text) if isinstance(text, str) else None
            if parts is not None and parts[:3] in generations:
                universe, table, slot, _ = parts
                command[key] = f"{universe}/{table}/{slot}:{generations[parts[:3]]}"
        command["tag"] = number
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode(), changed


def each_command(turns: Turns) -> list[dict[str, Any]]:
    """Return all commands in order."""
    return [command for turn in turns for step in turn for command in step]


def meanings(scenario: bytes, turns: Turns) -> dict[int, list[str]]:
    """Say by tag what each command of a tagged run is about: the tags of rows, the designs."""
    value = json.loads(scenario)
    tables = {u["id"]: u["tables"] for u in value["state"]["universes"]}
    found: dict[int, list[str]] = {}
    for command in each_command(turns):
        words = found[command["tag"]] = []
        for key, item in sorted(command.items()):
            parts = parse_id(item) if isinstance(item, str) else None
            if key == "design" and type(item) is int and 0 <= item < len(value["designs"]):
                words.append(json.dumps(value["designs"][item]))
            elif parts is not None and parts[0] in tables and parts[1] in tables[parts[0]]:
                universe, table, slot, generation = parts
                tags = tables[universe][table]["generation"]
                # One that is to come is named by how far it is beyond the rows there are.
                there = tags[slot] if slot < len(tags) else f"later {slot - len(tags)}"
                words.append(f"{table} {there} as {generation}")
    return found
