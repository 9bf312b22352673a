"""False data beside the true engine's, in the worker's directory, and what the harness put there.

Spec: PROTOCOL.md, sections 5 and 6. It must not know which lie it carries.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from vr_verify.canonical import archive, sketch, tree
from vr_verify.canonical.changed_rows import Changes
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State, Universe

_FILE: Final = "saboteur.bin"
_ALIGNMENT_BYTES: Final = 64


def read(directory: Path, named: dict[str, str]) -> bytes:
    """Read what the harness, or the true engine, has placed and named."""
    with (directory / named["file"]).open("rb") as file:
        file.seek(int(named["offset"]))
        return file.read(int(named["bytes"]))


def read_listed(directory: Path, given: list[Any] | dict[str, str]) -> list[Any]:
    """Read a list that may have come by file."""
    if isinstance(given, list):
        return given
    listed: list[Any] = json.loads(read(directory, given))
    return listed


def place(directory: Path, blocks: Sequence[bytes]) -> list[dict[str, str]]:
    """Write blocks at the protocol's alignment, and name each."""
    named: list[dict[str, str]] = []
    with (directory / _FILE).open("wb") as file:
        for block in blocks:
            file.write(bytes(-file.tell() % _ALIGNMENT_BYTES))
            bulk = {"file": _FILE, "offset": str(file.tell()), "bytes": str(len(block))}
            named.append(bulk)
            file.write(block)
    return named


def place_snapshot(
    directory: Path, schema: Schema, state: State, _args: dict[str, Any]
) -> dict[str, Any]:
    """Write a state as archives, and return the answer to `snapshot`."""
    pairs = [
        (universe.id, table.name, data)
        for universe in state.universes
        for table, data in zip(schema.tables, universe.tables, strict=True)
    ]
    blocks = [archive.encode_archive(schema.digest, d.rows, d.columns) for _, _, d in pairs]
    placed = zip(pairs, place(directory, blocks), strict=True)
    listed = [{"universe": u, "table": name} | bulk for (u, name, _), bulk in placed]
    return {"turn": str(state.turn), "archives": listed}


def place_values(
    directory: Path, schema: Schema, state: State, args: dict[str, Any]
) -> dict[str, Any]:
    """Write a part of a column of a state, and return the answer to `values`."""
    universe = next(u for u in state.universes if u.id == args["universe"])
    at = schema.positions[args["table"]]
    index = schema.tables[at].positions[args["column"]]
    width, first = schema.tables[at].columns[index].width, int(args["first"])
    last = first + int(args["count"])
    payload = bytes(universe.tables[at].columns[index])
    return place(directory, [payload[first * width : last * width]])[0]


def place_tops(
    directory: Path, schema: Schema, state: State, _args: dict[str, Any]
) -> dict[str, Any]:
    """Write the tops of a state's digest trees, and return the answer to `tops`."""
    tables = [
        tree.build_table(table, data)
        for universe in state.universes
        for table, data in zip(schema.tables, universe.tables, strict=True)
    ]
    columns = [column for table in tables for column in table.columns]
    tops = b"".join(column.levels[-1] or bytes(tree.DIGEST_BYTES) for column in columns)
    return place(directory, [tops])[0]


def place_nodes(
    directory: Path, schema: Schema, state: State, args: dict[str, Any]
) -> dict[str, Any]:
    """Write nodes of a state's digest trees, and return the answer to `nodes`."""
    universe = next(u for u in state.universes if u.id == args["universe"])
    at = schema.positions[args["table"]]
    table, data = schema.tables[at], universe.tables[at]
    index = table.positions[args["column"]]
    column = tree.build_column(table.name, args["column"], data.rows, data.columns[index])
    first, count = int(args["first"]), int(args["count"])
    level = column.levels[args["level"]]
    return place(directory, [level[first * tree.DIGEST_BYTES :][: count * tree.DIGEST_BYTES]])[0]


def place_changed_rows(
    directory: Path, _schema: Schema, changes: Changes, _args: dict[str, Any]
) -> dict[str, Any]:
    """Write the rows that a turn has changed, and return the answer to `changed_rows`."""
    tables = [table for universe in changes.universes for table in universe.tables]
    parts = [bytes(part) for table in tables for part in (table.slots, *table.columns)]
    counts = [{"rows": str(table.count)} for table in tables]
    return {"tables": counts, "values": place(directory, [b"".join(parts)])[0]}


def place_sketch(
    directory: Path, schema: Schema, changes: Changes, args: dict[str, Any]
) -> dict[str, Any]:
    """Write the sketch of the rows that a turn has changed, and return the answer to `sketch`."""
    return place(directory, [sketch.build(schema, changes, args["cells"]).encode()])[0]


def read_state(directory: Path, schema: Schema, args: dict[str, Any]) -> State:
    """Read the state that `restore` was asked to put in place."""
    listed = args["archives"]
    ids = list(dict.fromkeys(item["universe"] for item in listed))
    universes = tuple(_universe(directory, schema, number, listed) for number in ids)
    return State(int(args["turn"]), universes)


def _universe(
    directory: Path, schema: Schema, number: int, listed: Sequence[dict[str, Any]]
) -> Universe:
    tables = [
        archive.decode_archive(read(directory, item), schema, schema.positions[item["table"]])
        for item in listed
        if item["universe"] == number
    ]
    return Universe(number, tuple(tables))
