"""Two readers of one format agree: ours, and the naive one, written from FORMAT.md alone."""

import ast
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness.runlog import naive, naive_framing
from tests.harness.runlog.forge import Forge
from tests.harness.runlog.logs import header_of, write_log
from tests.harness.runlog.naive_messages import PROTO, RefusedError
from tests.harness.runlog.runs import MODES, all_types, any_run, run_of, write_run
from tests.harness.runlog.test_damage import chunk_ends
from tests.harness.runlog.test_forged import (
    AT_OPEN,
    AT_STATE,
    CLEAN_TWINS,
    DELTAS_AT_OPEN,
    DELTAS_AT_STATE,
    UNIT_STREAMS,
    forged_log,
    unit_of_turn_one,
)
from tests.harness.runlog.test_forged import Forge as Forgery
from tests.harness.runlog.test_hostile_order import HOSTILE
from tests.harness.runlog.test_hostile_sizes import HEADERS, header_with
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.errors import BadLogError
from vr_verify.runlog import snapshots, streams
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader

HERE = Path(__file__).parent
REPLAYS = sorted((HERE.parents[2] / "replays").rglob("*.log"))
FORMAT_PAGE = HERE.parents[2] / "harness/vr_verify/runlog/FORMAT.md"
Content = dict[str, Any]


def as_plain(schema: Schema, state: State) -> dict[int, Any]:
    """Return a state in the form of the naive reader."""
    return {
        universe.id: {
            table.name: {
                "rows": data.rows,
                "columns": {
                    column.name: bytes(payload)
                    for column, payload in zip(table.columns, data.columns, strict=True)
                },
            }
            for table, data in zip(schema.tables, universe.tables, strict=True)
        }
        for universe in state.universes
    }


def ours(path: Path) -> Content | None:
    """Read all of a log with the real reader; None if it is refused."""
    try:
        with RunLog.open(path) as log:
            return {
                "header": header_facts(log.header),
                "cut_at": log.cut_at,
                "turns": [turn_facts(log, turn) for turn in log.turns],
                "states": {
                    turn: as_plain(log.header.schema, log.state(turn)) for turn in log.states
                },
            }
    except BadLogError:
        return None


def header_facts(header: LogHeader) -> Content:
    """Return a header in the form of the naive reader."""
    return {
        "format": 1,
        "engine": header.engine,
        "build": header.build,
        "rules_version": header.rules_version,
        "scenario": header.scenario.decode(),
        "schema": header.schema.text.decode(),
        "steps": [{"name": step.name, "phases": list(step.phases)} for step in header.steps],
        "first_turn": header.first_turn,
        "environment": [
            {"what": what, "value": value} for what, value in header.environment.items()
        ],
        "digests": list(header.has),
        "snapshots": header.snapshots,
        "sketch_cells": header.sketch_cells,
    }


def turn_facts(log: RunLog, turn: int) -> Content:
    """Return a turn's record in the form of the naive reader."""
    found = log.record(turn)
    facts: Content = {
        f"{name}_digest": getattr(found.digests, name) or b""
        for name in ("state", "ledger", "events")
    }
    facts |= {
        f"{name}_chain": getattr(found, f"{name}_chain") or b"" for name in log.header.has[1:]
    }
    facts |= {"turn": turn, "run_chain": found.run_chain, "seal": found.seal}
    facts["commands"] = [list(step) for step in found.commands_by_step]
    facts["halt"] = found.halt and found.halt.as_json()
    sketch = log.sketch(turn)
    facts["sketch"] = sketch and {
        "turn": turn,
        "universes": [rows.universe for rows in sketch.rows],
        "rows": [count for rows in sketch.rows for count in rows.rows],
        "data": sketch.data,
    }
    return facts


def naively(path: Path) -> Content | None:
    """Read all of a log with the naive reader; None if it is refused."""
    try:
        log = naive.read(path)
    except RefusedError:
        return None
    names = ["state_digest", "ledger_digest", "events_digest", "turn", "run_chain", "halt"]
    names += [f"{name}_chain" for name in log.header["digests"][1:]]
    return {
        "header": log.header,
        "cut_at": log.cut_at,
        "turns": [
            {name: one.record[name] for name in names}
            | {"seal": one.seal, "commands": one.commands, "sketch": one.sketch}
            for one in log.turns
        ],
        "states": {one.turn: one.state for one in log.turns if one.state is not None},
    }


def agreed(path: Path) -> Content | None:
    """Read a log with both readers; they must say the same."""
    mine, other = ours(path), naively(path)
    assert mine == other
    return mine


def test_the_naive_reader_does_not_import_the_harness() -> None:
    files = sorted(HERE.glob("naive*.py"))
    assert len(files) >= 3
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert not name.startswith("vr_verify"), file.name
                assert name == "tests.harness.runlog" or "tests" not in name or "naive" in name


def test_the_naive_reader_knows_the_messages_of_the_page() -> None:
    assert f"```proto\n{PROTO}```" in FORMAT_PAGE.read_text()


@pytest.mark.parametrize("path", REPLAYS, ids=lambda path: path.stem)
def test_they_agree_on_the_shipped_logs(path: Path) -> None:
    found = agreed(path)
    assert found is not None, "both refused it"
    assert len(found["states"]) > 1


def test_there_are_shipped_logs() -> None:
    assert len(REPLAYS) >= 2


def check_run(path: Path, header: LogHeader, states: list[State]) -> None:
    """Write a run; both readers must give back each state as it was written."""
    kept = write_run(path, header, states)
    found = agreed(path)
    assert found is not None
    written = {state.turn: as_plain(header.schema, state) for state in states}
    # A sparse log cannot tell a state without universes from none.
    sparse = header.snapshots == "sparse"
    told = [turn for turn in kept if not sparse or written[turn] or turn == header.first_turn]
    assert found["states"] == {turn: written[turn] for turn in told}
    assert sparse or told == list(written)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1))
def test_they_agree_on_any_run_and_every_state_is_the_one_written(
    seed: int, tmp_path: Path
) -> None:
    check_run(tmp_path / "a.log", *any_run(seed))


@pytest.mark.slow
@settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1))
def test_they_agree_on_a_great_many_runs(seed: int, tmp_path: Path) -> None:
    check_run(tmp_path / "a.log", *any_run(seed))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1))
def test_states_in_any_order_are_those_in_order(seed: int, tmp_path: Path) -> None:
    header, states = any_run(seed)
    write_run(tmp_path / "a.log", header, states)
    with RunLog.open(tmp_path / "a.log") as log:
        in_order = {turn: log.state(turn) for turn in log.states}
        turns = [turn for turn in log.states for _ in range(3)]
        Random(1).shuffle(turns)
        for turn in turns:
            assert log.state(turn) == in_order[turn]


def stored_forms(path: Path) -> Counter[str]:
    """Count codecs and stream methods of a log, as the messages state them."""
    seen: Counter[str] = Counter()
    data, start = path.read_bytes(), len(b"".join(naive_framing.prelude(sketched=False)))
    for turn, at, size in naive.read(path).chunks:
        records = data[at + naive_framing.HEAD_BYTES : at + size]
        messages = naive.split(records, start, turn)
        start = 0
        for channel, message, _ in messages:
            if channel in ("snapshot", "delta"):
                seen[f"{channel} {message['codec']}"] += 1
            if channel in ("snapshot", "delta") and message["codec"] == "columns":
                seen.update(f"{channel} method {method}" for method in methods(message["data"]))
    return seen


def methods(data: bytes) -> list[int]:
    """Return the methods of streams."""
    found, at = [], 0
    while at < len(data):
        method, length = streams.HEAD.unpack_from(data, at)
        found.append(method)
        at += streams.HEAD.size + length
    return found


METHODS = {f"snapshot method {method}" for method in (0, 1, 2)}
FORMS = {
    "full": METHODS | {"snapshot zstd", "snapshot columns"},
    "delta": METHODS
    | {f"delta method {method}" for method in (0, 1, 2)}
    | {f"delta {codec}" for codec in ("raw", "zstd", "columns")},
    "sparse": METHODS,
}


@pytest.mark.parametrize("mode", MODES)
def test_they_agree_where_every_type_and_every_form_is_stored(mode: str, tmp_path: Path) -> None:
    header = replace(header_of(has=("state",)), schema=all_types(), snapshots=mode)
    write_run(tmp_path / "a.log", header, run_of(header.schema, 0, 20, Random(5)))
    assert agreed(tmp_path / "a.log") is not None
    assert set(stored_forms(tmp_path / "a.log")) >= FORMS[mode]


@pytest.mark.parametrize(("forge", "mode"), CLEAN_TWINS)
def test_they_agree_on_forms_that_our_writer_does_not_choose(
    forge: Forgery, mode: str, tmp_path: Path
) -> None:
    assert agreed(forged_log(tmp_path / "a.log", forge, mode)) is not None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("halted", [False, True], ids=["whole", "halted"])
def test_they_agree_on_cut_logs(mode: str, halted: bool, tmp_path: Path) -> None:
    header = replace(header_of(), snapshots=mode)
    path = write_log(tmp_path / "a.log", 3, header, halted)
    data = path.read_bytes()
    ends = chunk_ends(data)
    near = {end + by for end in ends for by in (-1, 0, 1, 8, 48, 49, 50)}
    found = Counter[bool]()
    for size in sorted({*near, *range(0, len(data), 397), len(data) - 1}):
        path.write_bytes(data[:size])
        content = agreed(path)
        assert (content is not None) == (size >= ends[0]), f"cut at {size}"
        found[content is not None] += 1
        assert content is None or content["cut_at"] == max(end for end in ends if end <= size)
    assert min(found[False], found[True]) > 5


def test_they_agree_on_torn_logs(tmp_path: Path) -> None:
    """Sectors of zeros in every place: the same ones are a cut for both, the others damage."""
    path = write_log(tmp_path / "a.log", 3)
    whole = path.read_bytes()
    ends = chunk_ends(whole)
    found = Counter[bool]()
    sizes = (ends[1] + 700, ends[2], ends[-1] + 900, len(whole))
    for size, sector in itertools.product(sizes, range(ends[0], len(whole), 512)):
        start = sector - sector % 512
        data = whole[:start] + bytes(512) + whole[start + 512 :]
        path.write_bytes(data[:size])
        found[agreed(path) is None] += 1
    assert min(found[False], found[True]) > 5


def test_they_refuse_the_same_flipped_bytes(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 2)
    whole = path.read_bytes()
    assert agreed(path) is not None
    for at in Random(7).sample(range(len(whole)), 150):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        assert agreed(path) is None, f"byte {at}"


FORGED = [(*one, "full") for one in [*AT_OPEN, *AT_STATE]]
FORGED += [(*one, "delta") for one in [*DELTAS_AT_OPEN, *DELTAS_AT_STATE]]


@pytest.mark.parametrize(("forge", "said", "mode"), FORGED)
def test_they_refuse_the_same_forged_messages(
    forge: Forgery, said: str, mode: str, tmp_path: Path
) -> None:
    assert agreed(forged_log(tmp_path / "clean.log", lambda *_: None, mode)) is not None
    assert naively(forged_log(tmp_path / "a.log", forge, mode)) is None, said
    assert ours(tmp_path / "a.log") is None


@pytest.mark.parametrize("forge", HOSTILE, ids=lambda forge: forge.__name__)
def test_they_refuse_the_same_orders(forge: Callable[[], Forge], tmp_path: Path) -> None:
    assert agreed(forge().write(tmp_path / "a.log")) is None


@pytest.mark.parametrize("hostile", ["10^6 facts", "10^6 phases", "10^4 digests", "10^6 keys"])
def test_they_refuse_the_same_headers(hostile: str, tmp_path: Path) -> None:
    changes, _ = HEADERS[hostile]
    forge = Forge().first(header=header_with(**changes))
    assert agreed(forge.write(tmp_path / "a.log")) is None


def test_a_reader_that_forgets_a_rule_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = unit_of_turn_one(codec="columns", data=UNIT_STREAMS, archive_bytes=1)
    path = forged_log(tmp_path / "a.log", forge)
    assert agreed(path) is None
    monkeypatch.setattr(snapshots, "check_snapshot", lambda *_: None)
    with pytest.raises(AssertionError):
        agreed(path)
