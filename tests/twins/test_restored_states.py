"""A state that no run leaves behind is refused by both engines, or played on by both alike."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from tests.twins.pair import Commands
from tests.twins.restored import Bench
from tests.twins.states import Tables, drawn, free, free_with_dependents, live, written
from void_reckoning_reference.schema import TABLES


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(8)


def tampered(random: Random, tables: Tables) -> str:
    """Change a state in one to three ways; return in words what was done."""
    done = []
    for _ in range(random.randint(1, 3)):
        table = random.choice(list(TABLES))
        slots = live(tables, 0, table)
        way = random.choice(("free", "free with", "set", "set", "set"))
        if not slots:
            continue
        slot = random.choice(slots)
        done.append(f"{way} {table} {slot}")
        if way == "free":
            free(tables[0, table], slot)
        elif way == "free with":
            free_with_dependents(tables, 0, table, slot)
        else:
            column = random.choice(TABLES[table][2:])
            value = drawn(random, tables, 0, table, column)
            tables[0, table][slot][column.name] = value
            done[-1] += f" {column.name} = {value}"
    return ", ".join(done)


def commands_for(random: Random, steps: int) -> Commands:
    """Return some commands for each faction step, most of them about what is there."""

    def entity(table: str) -> str:
        return f"0/{table}/{random.randrange(6)}:{random.choice((0, 0, 0, 1))}"

    def command() -> dict[str, Any]:
        return random.choice(
            (
                {"kind": "move", "fleet": entity("fleet"), "destination": entity("system")},
                {"kind": "stop", "fleet": entity("fleet")},
                {"kind": "build", "planet": entity("planet"), "design": random.randrange(3)},
                {"kind": "disband", "unit": entity("unit")},
            )
        )

    return {step: [command() for _ in range(random.randrange(5))] for step in range(steps)}


def campaign(bench: Bench, cases: range) -> Counter[str]:
    """Restore and play many tampered states; return how many ended how."""
    ends: Counter[str] = Counter()
    for case in cases:
        random = Random(case)
        tables = bench.tables()
        done = tampered(random, tables)
        try:
            kind = bench.answer(written(tables))
            if kind == "":
                answers = bench.play(commands_for(random, bench.pair.steps))
                kind = "played" if answers[-1]["halt"] is None else "halted"
        except BaseException as error:
            error.add_note(f"case {case}: {done}")
            raise
        ends[kind] += 1
    return ends


def test_tampered_states_are_refused_or_played_alike(bench: Bench) -> None:
    ends = campaign(bench, range(120))
    assert ends.keys() <= {"scenario", "played", "halted"}
    assert ends["scenario"] > 20
    assert ends["played"] > 20


@pytest.mark.slow
@pytest.mark.parametrize("turns", [0, 3, 14])
def test_more_tampered_states_are_refused_or_played_alike(turns: int) -> None:
    ends = campaign(Bench(turns), range(1000, 2200))
    assert ends.keys() <= {"scenario", "played", "halted"}
    assert min(ends["scenario"], ends["played"], ends["halted"]) > 0
