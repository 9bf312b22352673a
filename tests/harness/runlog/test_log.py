"""A log gives back what was written: turns, states, chains, halts."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcap.data_stream import RecordBuilder
from mcap.records import Chunk

from tests.harness.canonical.examples import SCHEMA, small_state, state_of
from tests.harness.runlog.logs import (
    HALT,
    STEPS,
    commands_of,
    digests_of,
    header_of,
    write_log,
)
from vr_verify.canonical import json_text
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.model.run import Digests
from vr_verify.runlog import chains, container, messages
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader, header_message, parse_header
from vr_verify.runlog.writer import RunLogWriter

FORMAT_PAGE = Path(__file__).parents[3] / "harness/vr_verify/runlog/FORMAT.md"
FIXED_SHA256 = "c03c44ffd386b489362f202bdb667eceb9280a990247ded42b23818f3aa269d3"


def test_every_turn_and_state_comes_back(tmp_path: Path) -> None:
    header = header_of(first_turn=7, has=("state", "ledger", "events"))
    with RunLog.open(write_log(tmp_path / "a.log", 3, header)) as log:
        assert (log.header, log.turns, log.states) == (header, range(7, 11), range(7, 11))
        assert (log.complete, log.cut_at, log.halted) == (True, None, False)
        for turn in (9, 7, 10, 8):
            assert log.state(turn) == small_state(turn)
            record = log.record(turn)
            assert record.turn == turn
            assert record.digests == digests_of(header, turn)
            assert record.commands_by_step == (() if turn == 7 else commands_of(turn))
            assert record.halt is None


def test_the_chains_are_those_of_the_page(tmp_path: Path) -> None:
    header = header_of(first_turn=2)
    start = chains.chain_start(SCHEMA.digest, header.scenario_digest, "r1")
    run = ledger = start
    with RunLog.open(write_log(tmp_path / "a.log", 3, header, halted=True)) as log:
        for turn in log.turns:
            record, digests = log.record(turn), log.record(turn).digests
            commands = b"[]" if turn == 2 else json_text.encode(commands_of(turn))
            run = chains.run_chain(run, turn, commands, digests.state, record.halt)
            ledger = chains.ledger_chain(ledger, turn, digests.ledger)
            assert (record.run_chain, record.ledger_chain) == (run, ledger)
            assert record.events_chain is None


def test_two_recordings_of_one_run_have_one_run_chain_and_two_seals(tmp_path: Path) -> None:
    one = header_of()
    facts = {name: getattr(one, name) for name in ("scenario", "schema", "steps", "first_turn")}
    two = LogHeader("other", "other 1", "r1", **facts, environment={"threads": "8"})
    other_rules = LogHeader("toy", "toy 0011", "r2", **facts)
    last = []
    for at, header in enumerate((one, two, other_rules)):
        with RunLog.open(write_log(tmp_path / f"{at}.log", 3, header)) as log:
            last.append(log.record(3))
    assert last[0].run_chain == last[1].run_chain != last[2].run_chain
    assert last[0].seal != last[1].seal


def test_the_run_chain_binds_commands_state_halt_and_turn() -> None:
    base: tuple[Any, ...] = (bytes(32), 1, b"[[]]", bytes(32), None)
    changed = [
        (b"\1" * 32, *base[1:]),
        (bytes(32), 2, *base[2:]),
        (*base[:2], b"[[],[]]", *base[3:]),
        (*base[:3], None, None),
        (*base[:4], HALT),
    ]
    assert len({chains.run_chain(*one) for one in [base, *changed]}) == 6


def test_a_halt_closes_a_complete_log_without_a_state(tmp_path: Path) -> None:
    with RunLog.open(write_log(tmp_path / "a.log", 2, halted=True)) as log:
        assert (log.complete, log.halted) == (True, True)
        assert (log.turns, log.states) == (range(3), range(2))
        record = log.record(2)
        assert (record.halt, record.commands_by_step) == (HALT, commands_of(2))
        assert record.digests == Digests()
        assert log.state(1) == small_state(1)
        with pytest.raises(UsageError, match="turn 2 halted and was undone"):
            log.state(2)
        with pytest.raises(UsageError, match="no turn 3 in the log, which holds turns 0 to 2"):
            log.record(3)


def test_a_log_of_the_first_state_only_is_a_log(tmp_path: Path) -> None:
    with RunLog.open(write_log(tmp_path / "a.log", 0)) as log:
        assert (log.turns, log.complete) == (range(1), True)


def test_no_universe_and_empty_tables_are_states(tmp_path: Path) -> None:
    header = header_of(has=("state",))
    empty = state_of(SCHEMA, 0)
    bare = state_of(SCHEMA, 1, [[b""] * 4, [b""] * 2], [[b""] * 4, [b"xyz", b"\7"]])
    with RunLogWriter(tmp_path / "a.log", header) as log:
        log.write_first(empty, Digests(bytes(32)))
        log.write_turn(1, commands_of(1), bare, Digests(bytes(32)))
        log.finish()
    with RunLog.open(tmp_path / "a.log") as found:
        assert (found.state(0), found.state(1)) == (empty, bare)


def test_a_large_table_is_stored_compressed(tmp_path: Path) -> None:
    header = header_of(has=("state",))
    state = small_state(0, units=4000, places=0)
    with RunLogWriter(tmp_path / "a.log", header, durable=True) as log:
        log.write_first(state, Digests(bytes(32)))
        log.finish()
    with RunLog.open(tmp_path / "a.log") as found:
        assert found.state(0) == state
    assert (tmp_path / "a.log").stat().st_size < 4000 * 17


def test_the_same_work_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = write_log(tmp_path / "a.log"), write_log(tmp_path / "b.log")
    assert one.read_bytes() == two.read_bytes()


def test_an_unfinished_log_is_readable_and_says_that_it_was_cut(tmp_path: Path) -> None:
    header = header_of()
    with RunLogWriter(tmp_path / "a.log", header) as log:
        log.write_first(small_state(0), digests_of(header, 0))
        log.write_turn(1, commands_of(1), small_state(1), digests_of(header, 1))
        with RunLog.open(tmp_path / "a.log") as found:
            assert (found.turns, found.complete) == (range(2), False)
            assert found.cut_at == (tmp_path / "a.log").stat().st_size
            assert found.state(1) == small_state(1)


def test_the_chunk_head_is_the_one_of_the_mcap_package() -> None:
    builder: Any = RecordBuilder()  # not all its methods have annotations
    Chunk("", b"abc", 5, 5, 77, 3).write(builder)
    assert builder.end() == container.chunk_head(5, 3, 77) + b"abc"


def test_the_fixed_bytes_of_the_format_have_not_changed() -> None:
    fixed = container.PREFACE + container.OPENING
    assert hashlib.sha256(fixed).hexdigest() == FIXED_SHA256, "older logs would be unreadable"


def test_the_page_shows_the_messages_as_they_are() -> None:
    page = FORMAT_PAGE.read_text()
    assert f"```proto\n{messages.proto_text()}```" in page


@pytest.mark.parametrize(
    "context",
    [value for name, value in sorted(vars(chains).items()) if name.endswith("_CONTEXT")],
)
def test_the_page_names_every_context(context: str) -> None:
    assert f'"{context}"' in FORMAT_PAGE.read_text()


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    header = header_of()
    with RunLogWriter(tmp_path / "a.log", header) as log:
        with pytest.raises(AssertionError, match="first state comes first"):
            log.write_turn(1, commands_of(1), small_state(1), digests_of(header, 1))
        log.write_first(small_state(0), digests_of(header, 0))
        for turn, state, digests, halt in [
            (2, small_state(2), digests_of(header, 2), None),
            (1, small_state(2), digests_of(header, 2), None),
            (1, small_state(1), Digests(bytes(32)), None),
            (1, small_state(1), Digests(), HALT),
            (1, None, digests_of(header, 1), HALT),
            (1, None, Digests(), None),
        ]:
            with pytest.raises(AssertionError):
                log.write_turn(turn, commands_of(1), state, digests, halt)
        with pytest.raises(AssertionError):
            log.write_turn(1, commands_of(1)[:1], small_state(1), digests_of(header, 1))
        log.write_turn(1, commands_of(1)[:1], None, Digests(), HALT)
        with pytest.raises(AssertionError, match="nothing comes after a halt"):
            log.write_turn(2, commands_of(2), small_state(2), digests_of(header, 2))
        log.finish()
    with RunLog.open(tmp_path / "a.log") as found:
        assert found.record(1).commands_by_step == commands_of(1)[:1]
    assert len(STEPS) == 2


def test_a_header_that_no_reader_would_take_is_refused(tmp_path: Path) -> None:
    good = header_of()
    for change in ({"has": ("ledger",)}, {"steps": ()}):
        fields = {**{name: getattr(good, name) for name in good.__dataclass_fields__}, **change}
        with pytest.raises(ValueError, match="expected"):
            RunLogWriter(tmp_path / "a.log", LogHeader(**fields))


def test_a_header_whose_scenario_is_not_canonical_is_not_read() -> None:
    good = header_of()
    assert parse_header(header_message(good)) == good
    spaced = replace(good, scenario=good.scenario + b" ")
    with pytest.raises(ValueError, match="not canonical"):
        parse_header(header_message(spaced))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no" / "a.log"):
        with pytest.raises(MissingFileError, match="cannot write a log here"):
            RunLogWriter(place, header_of())


def test_a_device_or_a_pipe_is_no_place_for_a_log(tmp_path: Path) -> None:
    """It would take every byte, and nothing would be there afterwards."""
    os.mkfifo(tmp_path / "pipe")
    for place in (Path("/dev/null"), tmp_path / "pipe"):
        with pytest.raises(MissingFileError, match=f"{place}: .* not a regular file"):
            write_log(place)
