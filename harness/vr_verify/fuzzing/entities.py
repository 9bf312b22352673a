"""Entities left out of the state that a case starts from, with all that refers to them.

Spec: PROTOCOL.md, section 2 (slots). An entity is addressed by its slot, which nothing moves.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import State, TableData, Universe, read_value
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.fewest import fewest

Entity = tuple[int, int, int]
"""Position of the universe, index of the table, slot."""
_GENERATION, _ALIVE = 0, 1


def fewer_entities(case: Case, schema: Schema, holds: Callable[[Case], bool]) -> Case:
    """Leave out entities of the first state, tables with few living ones first."""
    if case.start is None:
        return case
    living = living_entities(case.start, schema)
    for table in sorted(living, key=lambda at: len(living[at])):
        case = _fewer_of(case, schema, living[table], holds)
    return case


def _fewer_of(
    case: Case, schema: Schema, entities: list[Entity], holds: Callable[[Case], bool]
) -> Case:
    state = case.start
    assert state is not None, "only the first state is changed"

    def built(kept: Collection[Entity]) -> Case:
        return replace(case, start=without(state, schema, set(entities) - set(kept)))

    return built(fewest(entities, lambda kept: holds(built(kept))))


def living_entities(state: State, schema: Schema) -> dict[int, list[Entity]]:
    """List the living entities of each table of entities."""
    found: dict[int, list[Entity]] = {}
    for position, universe in enumerate(state.universes):
        for at, data in enumerate(universe.tables):
            if schema.tables[at].entity:
                alive = bytes(data.columns[_ALIVE])
                slots = [slot for slot in range(data.rows) if alive[slot]]
                found.setdefault(at, []).extend((position, at, slot) for slot in slots)
    return found


def without(state: State, schema: Schema, entities: Iterable[Entity]) -> State:
    """Return a state in which entities, and those that refer to them, are dead.

    Their slots are as a turn's cleanup leaves them: one generation on, all other values zero.
    """
    gone = _with_dependents(state, schema, entities)
    universes = []
    for position, universe in enumerate(state.universes):
        tables = []
        for at, (table, data) in enumerate(zip(schema.tables, universe.tables, strict=True)):
            slots = [slot for p, t, slot in gone if (p, t) == (position, at)]
            tables.append(_freed(table, data, slots) if slots else data)
        universes.append(replace(universe, tables=tuple(tables)))
    return replace(state, universes=tuple(universes))


def _with_dependents(state: State, schema: Schema, entities: Iterable[Entity]) -> set[Entity]:
    """Add the living entities that refer to one that goes, and those that refer to them."""
    gone, waiting = set[Entity](), deque(entities)
    while waiting:
        entity = waiting.popleft()
        if entity not in gone:
            gone.add(entity)
            waiting += _referring(state.universes[entity[0]], schema, entity)
    return gone


def _referring(universe: Universe, schema: Schema, entity: Entity) -> list[Entity]:
    position, target, wanted = entity
    found = []
    for at, table in enumerate(schema.tables):
        data = universe.tables[at]
        columns = [i for i, c in enumerate(table.columns) if c.refers == schema.tables[target].name]
        for index in columns if table.entity else ():
            column, values = table.columns[index], data.columns[index]
            alive = bytes(data.columns[_ALIVE])
            living = [slot for slot in range(data.rows) if alive[slot]]
            mine = [slot for slot in living if read_value(column, values, slot) == wanted]
            found += [(position, at, slot) for slot in mine]
    return found


def _freed(table: Table, data: TableData, slots: Iterable[int]) -> TableData:
    """Return a table with some slots dead."""
    columns = [bytearray(values) for values in data.columns]
    for slot in slots:
        for at, (column, values) in enumerate(zip(table.columns, columns, strict=True)):
            place = slice(slot * column.width, (slot + 1) * column.width)
            generation = int.from_bytes(values[place], "little")
            # After the greatest generation comes 0, as in a cleanup.
            raised = (generation + 1) % 2**32 if at == _GENERATION else 0
            values[place] = raised.to_bytes(column.width, "little")
    return replace(data, columns=tuple(bytes(values) for values in columns))
