"""Ledger and events: bytes as the page writes them, one order, and a digest that misses nothing."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vr_verify.canonical.events import Event, decode_events, encode_events, events_digest
from vr_verify.canonical.ledger import (
    LedgerEntry,
    arrange,
    decode_ledger,
    encode_ledger,
    ledger_digest,
)
from vr_verify.model.run import NONE, StepSpec

STEPS = (StepSpec("open", ("late", "early")), StepSpec("close", ("late",)))
U32, U64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ENTRIES = st.lists(
    st.builds(
        LedgerEntry,
        universe=st.integers(0, 1),
        step=st.just(0),
        phase=st.sampled_from(["late", "early"]),
        stream=st.sampled_from(["a", "b"]),
        scope=st.lists(st.integers(0, 2), max_size=2).map(tuple),
        site=st.sampled_from(["é", "z"]),
        count=st.integers(0, 3),
    ),
    max_size=12,
)
EVENTS = st.lists(
    st.builds(
        Event,
        universe=U32,
        step=U32,
        phase=TEXT,
        kind=TEXT,
        table=TEXT,
        slot=U32,
        generation=U32,
        cause=U32,
        fields=st.lists(st.tuples(TEXT, st.integers(-(2**63), 2**63 - 1)), max_size=3).map(tuple),
        reason=TEXT,
    ),
    max_size=6,
)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_a_ledger_does_not_depend_on_the_order_of_work(
    entries: list[LedgerEntry], order: object
) -> None:
    first = arrange(entries, STEPS)
    order.shuffle(entries)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert arrange(entries, STEPS) == first
    assert arrange(first, STEPS) == first
    assert sum(entry.count for entry in first) == sum(entry.count for entry in entries)
    assert decode_ledger(encode_ledger(first)) == first


def test_the_order_is_phase_ordinal_then_stream_then_scope_then_site() -> None:
    def entry(phase: str, stream: str, scope: tuple[int, ...], site: str) -> LedgerEntry:
        return LedgerEntry(0, 0, phase, stream, scope, site, 1)

    ordered = (
        entry("late", "a", (), "z"),
        entry("late", "a", (1,), "z"),
        entry("late", "a", (1, 0), "z"),
        entry("late", "a", (2,), "z"),
        entry("late", "a", (2,), "é"),
        entry("late", "b", (), "a"),
        entry("early", "a", (), "z"),
    )
    assert arrange(reversed(ordered), STEPS) == ordered
    with pytest.raises(ValueError, match="step 1, phase 'early': not declared"):
        arrange([LedgerEntry(0, 1, "early", "a", (), "z", 1)], STEPS)


def test_the_bytes_are_those_of_the_page() -> None:
    ledger = encode_ledger([LedgerEntry(1, 2, "p", "st", (3,), "é", 4)])
    assert ledger == bytes.fromhex(
        "0100000000000000 01000000 02000000 0100000070 020000007374 "
        "01000000 0300000000000000 02000000c3a9 0400000000000000"
    )
    events = encode_events([Event(1, 2, "p", "k", "", NONE, 0, NONE, (("n", -1),), "r")])
    assert events == bytes.fromhex(
        "0100000000000000 01000000 02000000 0100000070 010000006b 00000000 "
        "ffffffff 00000000 ffffffff 01000000 010000006e ffffffffffffffff 0100000072"
    )


@given(ENTRIES)
def test_one_more_draw_changes_the_ledger_digest(entries: list[LedgerEntry]) -> None:
    plain = arrange(entries, STEPS)
    more = arrange([*entries, LedgerEntry(0, 0, "late", "a", (), "z", 1)], STEPS)
    assert ledger_digest(3, encode_ledger(plain)) == ledger_digest(3, encode_ledger(plain))
    assert ledger_digest(3, encode_ledger(plain)) != ledger_digest(3, encode_ledger(more))
    assert ledger_digest(3, encode_ledger(plain)) != ledger_digest(4, encode_ledger(plain))


@given(EVENTS, EVENTS)
def test_equal_event_bytes_are_equal_events(left: list[Event], right: list[Event]) -> None:
    assert decode_events(encode_events(left)) == tuple(left)
    assert (encode_events(left) == encode_events(right)) == (left == right)
    same = events_digest(0, encode_events(left)) == events_digest(0, encode_events(right))
    assert same == (left == right)


@given(EVENTS.filter(lambda events: len(set(map(id, events))) > 1))
def test_events_in_another_order_are_another_stream(events: list[Event]) -> None:
    events[0] = dataclasses.replace(events[0], reason=events[-1].reason + "!")
    assert encode_events(events) != encode_events(events[::-1])
    assert events_digest(0, encode_events(events)) != events_digest(1, encode_events(events))


@given(st.binary(max_size=120), ENTRIES, EVENTS, st.data())
def test_damaged_bytes_are_a_value_error(
    noise: bytes, entries: list[LedgerEntry], events: list[Event], data: st.DataObject
) -> None:
    ledger, stream = encode_ledger(entries), encode_events(events)
    cut = data.draw(st.integers(0, len(ledger) - 1))
    for faulty in (ledger[:cut], ledger + b"\0", b"\xff" * 8 + noise):
        with pytest.raises(ValueError, match="at byte"):
            decode_ledger(faulty)
    cut = data.draw(st.integers(0, len(stream) - 1))
    for faulty in (stream[:cut], stream + b"\0", b"\xff" * 8 + noise):
        with pytest.raises(ValueError, match="at byte"):
            decode_events(faulty)


def test_text_that_is_not_utf_8_is_named_with_its_place() -> None:
    ledger = bytearray(encode_ledger([LedgerEntry(0, 0, "pp", "s", (), "x", 1)]))
    assert decode_ledger(bytes(ledger))[0].phase == "pp"
    ledger[21] = 0xFF
    with pytest.raises(ValueError, match="at byte 21: expected UTF-8"):
        decode_ledger(bytes(ledger))
