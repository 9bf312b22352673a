"""What changed between an old answer and a new one: values, halt, draws, events, or encoding.

Two logs of one question are compared field by field; where the old log is gone, facts alone are.
It must not judge whether a change is meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import structs

from vr_verify.answers.answer import Facts
from vr_verify.canonical.schema import Column, Schema, Table
from vr_verify.canonical.state import State, TableData
from vr_verify.compare.schemas import CommonPart, common_part
from vr_verify.compare.states import ABSENT, Place, entity_text, value_texts
from vr_verify.runlog.reader import RunLog

OLD, NEW = "old", "new"
ROWS: Final = "rows"
UNIVERSES: Final = "universes"
_KINDS: Final = {
    "question": ("question",),
    "halt": ("halt", "first_turn", "last_turn"),
    "values": ("values",),
    "draws": ("draws",),
    "events": ("events",),
}


@dataclass
class FieldChange:
    """One column (`unit.hp`), or a table's number of rows, that has other values.

    `entity`, `old` and `new` are of the first change; `values` counts those of its turn; `turns`
    are all turns at which it differs.
    """

    field: str
    first_turn: int
    entity: str
    unit: str
    old: str
    new: str
    values: int
    turns: int = 1


@dataclass
class Changes:
    """What changed. `kind` is the gravest: values, halt, draws, events, encoding.

    `first_turn` is the first at which anything did; `schema` names tables and columns that came,
    went, or mean something else now; `fields` are in the order in which they were met.
    """

    kind: str
    first_turn: int | None
    turns: int = 0
    fields: dict[str, FieldChange] = field(default_factory=dict)
    schema: tuple[str, ...] = ()


def facts_change(old: Facts, new: Facts) -> str | None:
    """Name the gravest difference of two sets of facts; None where they are the same.

    A run that ends elsewhere has other states too, so its end is looked at before its values.
    """
    for kind, names in _KINDS.items():
        if any(getattr(old, name) != getattr(new, name) for name in names):
            return kind
    return None if old == new else "encoding"


def first_changed_turn(old: Facts, new: Facts) -> int | None:
    """Return the first turn whose state digest is not the same, as far as both tell."""
    pairs = zip(old.state_digests, new.state_digests, strict=False)
    found = next((at for at, (mine, theirs) in enumerate(pairs) if mine != theirs), None)
    if found is None and len(old.state_digests) != len(new.state_digests):
        found = min(len(old.state_digests), len(new.state_digests))
    return None if found is None else old.first_turn + found


def changes(old: RunLog, new: RunLog, old_facts: Facts, new_facts: Facts) -> Changes | None:
    """Compare two logs of one question; None where all that is compared is the same.

    A run that halts earlier than before has fewer turns: that alone asks nothing else.
    """
    kind = facts_change(old_facts, structs.replace(new_facts, question=old_facts.question))
    if kind is None:
        return None
    common = common_part(old.header.schema, new.header.schema)
    found = Changes(kind, None, schema=_schema_rows(common))
    states = [turn for turn in old.states if turn in new.states]
    for turn in states:
        _compare_turn(found, common, turn, old, new)
    if found.fields:
        found.kind = "values"
    elif kind == "values":
        # What both have is the same: a column came or went, or a table was renamed.
        found.kind = "encoding"
    if found.first_turn is None:
        found.first_turn = _first_other_turn(old, new, found.kind)
    return found


def _schema_rows(common: CommonPart) -> tuple[str, ...]:
    return tuple(f"{d.place}: {d.what} {d.left} -> {d.right}" for d in common.differences)


def _first_other_turn(old: RunLog, new: RunLog, kind: str) -> int | None:
    """Return the first turn that differs in what is no value."""
    last = min(old.turns[-1], new.turns[-1])
    names = {"draws": ("ledger",), "events": ("events",), "encoding": ("state",)}.get(kind, ())
    for turn in range(old.turns[0], last + 1):
        mine, theirs = old.record(turn), new.record(turn)
        if kind == "halt" and mine.halt != theirs.halt:
            return turn
        if any(getattr(mine.digests, name) != getattr(theirs.digests, name) for name in names):
            return turn
    return last + 1 if kind == "halt" and len(old.turns) != len(new.turns) else None


def _compare_turn(found: Changes, common: CommonPart, turn: int, old: RunLog, new: RunLog) -> None:
    """Add what differs at one turn."""
    states = {
        OLD: common.left.state(old.state(turn)),
        NEW: common.right.state(new.state(turn)),
    }
    if states[OLD] == states[NEW]:
        return
    met: dict[str, FieldChange] = {}
    for change in _state_changes(common.schema, states):
        before = met.setdefault(change.field, change)
        if before is not change:
            before.values += change.values
    for name, change in met.items():
        if name in found.fields:
            found.fields[name].turns += 1
        else:
            found.fields[name] = change
    found.turns += 1
    if found.first_turn is None:
        found.first_turn = turn


def _state_changes(schema: Schema, states: Mapping[str, State]) -> Iterator[FieldChange]:
    """Yield the changes of one turn, by universe, table and column."""
    turn = states[OLD].turn
    sides = {name: {u.id: u.tables for u in state.universes} for name, state in states.items()}
    ids = sorted({*sides[OLD], *sides[NEW]})
    for universe in ids:
        if universe not in sides[OLD] or universe not in sides[NEW]:
            was, now = ("there" if universe in sides[side] else ABSENT for side in (OLD, NEW))
            yield FieldChange(UNIVERSES, turn, str(universe), "", was, now, values=1)
            continue
        tables = zip(schema.tables, sides[OLD][universe], sides[NEW][universe], strict=True)
        for at, (table, mine, theirs) in enumerate(tables):
            if mine != theirs:
                yield from _table_changes(schema, states, (universe, at, table), mine, theirs)


def _table_changes(
    schema: Schema,
    states: Mapping[str, State],
    where: tuple[int, int, Table],
    mine: TableData,
    theirs: TableData,
) -> Iterator[FieldChange]:
    universe, at, table = where
    turn = states[OLD].turn
    if mine.rows != theirs.rows:
        counts = (str(mine.rows), str(theirs.rows))
        name = f"{universe}/{table.name}"
        yield FieldChange(f"{table.name} ({ROWS})", turn, name, ROWS, *counts, values=1)
    columns = zip(table.columns, mine.columns, theirs.columns, strict=True)
    for index, (column, left, right) in enumerate(columns):
        slots = _other_slots(column, bytes(left), bytes(right))
        if slots:
            place = Place(universe, at, index, slots[0])
            values, _ = value_texts(schema, place, states)
            entity = entity_text(schema, place, states)
            texts = (values[OLD], values[NEW])
            name = f"{table.name}.{column.name}"
            yield FieldChange(name, turn, entity, column.unit, *texts, values=len(slots))


def _other_slots(column: Column, left: bytes, right: bytes) -> list[int]:
    """List the slots that both have and whose value is not the same."""
    if left == right:
        return []
    width = column.width
    starts = range(0, min(len(left), len(right)), width)
    return [at // width for at in starts if left[at : at + width] != right[at : at + width]]
