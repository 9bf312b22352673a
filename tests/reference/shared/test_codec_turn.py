"""The canonical bytes of ledger and events, against a naive writer of the protocol's section 4."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from void_reckoning_reference.shared.codec import (
    Event,
    LedgerEntry,
    Packer,
    encode_events,
    encode_ledger,
)
from void_reckoning_reference.shared.ids import NONE

U64 = st.integers(0, 2**64 - 1)
NAMES = st.sampled_from(["", "a", "ab", "b", "combat.accuracy", "é", "\U0001f680", "\uffff"])
PHASES = {0: "orders", 1: "combat", 2: "arrival"}
ORDINALS = st.sampled_from(sorted(PHASES))
ENTRIES = st.builds(
    lambda universe, step, ordinal, stream, scope, site, count: LedgerEntry(
        universe, step, ordinal, PHASES[ordinal], stream, tuple(scope), site, count
    ),
    st.integers(0, 2),
    st.integers(0, 2),
    ORDINALS,
    NAMES,
    st.lists(st.integers(0, 2) | U64, max_size=3),
    NAMES,
    st.integers(0, 3),
)
ENTRY = LedgerEntry(0, 1, 5, "combat", "combat.accuracy", (7, 1), "combat.accuracy.roll", 2)
EVENT = Event(0, 1, "combat", "battle", "unit", 17, 2, NONE, (("damage", -5),), "first shot")
NOTHING = Event(0, 0, "open", "dawn", "", NONE, 0, NONE, (), "")


def text(value: str) -> bytes:
    """Write a text as the protocol does."""
    return struct.pack("<I", len(value.encode())) + value.encode()


def naive_ledger(entries: list[LedgerEntry]) -> bytes:
    """Write the ledger by comparing every entry with every other."""
    places = {replace(entry, count=0) for entry in entries}
    summed = []
    for place in places:
        same = [entry.count for entry in entries if replace(entry, count=0) == place]
        if sum(same) > 0:
            summed.append(replace(place, count=sum(same)))
    summed.sort(
        key=lambda e: (
            e.universe,
            e.step,
            e.phase_ordinal,
            e.stream.encode(),
            e.scope,
            e.site.encode(),
        )
    )
    result = struct.pack("<Q", len(summed))
    for e in summed:
        result += struct.pack("<II", e.universe, e.step) + text(e.phase) + text(e.stream)
        result += struct.pack(f"<I{len(e.scope)}Q", len(e.scope), *e.scope)
        result += text(e.site) + struct.pack("<Q", e.count)
    return result


@given(st.lists(ENTRIES, max_size=12))
def test_a_ledger_is_sorted_summed_and_without_zeros(
    entries: list[LedgerEntry],
) -> None:
    expected = naive_ledger(entries)
    assert encode_ledger(entries) == expected
    assert encode_ledger(entries[::-1]) == expected
    assert encode_ledger(iter(entries)) == expected


def test_a_ledger_by_hand() -> None:
    once = (
        "0100000000000000 00000000 01000000 06000000 636f6d626174"
        "0f000000 636f6d6261742e6163637572616379 02000000 0700000000000000 0100000000000000"
        "14000000 636f6d6261742e61636375726163792e726f6c6c 0200000000000000"
    )
    assert encode_ledger([ENTRY]) == bytes.fromhex(once)
    assert encode_ledger([]) == bytes(8)
    assert encode_ledger([replace(ENTRY, count=0)]) == bytes(8)
    halves = [replace(ENTRY, count=1)] * 2
    assert encode_ledger(halves) == encode_ledger([ENTRY])


def test_phases_are_ordered_by_ordinal_and_scopes_by_element_then_length() -> None:
    late = replace(ENTRY, phase_ordinal=6, phase="arrival")
    encoded = encode_ledger([late, ENTRY])
    assert 0 < encoded.find(b"combat") < encoded.find(b"arrival")
    scopes = [(), (1,), (1, 9), (2,)]
    empty = replace(ENTRY, phase="", stream="", site="")
    encoded = encode_ledger([replace(empty, scope=scope) for scope in reversed(scopes)])
    expected = struct.pack("<Q", len(scopes))
    for scope in scopes:
        expected += struct.pack(f"<IIIII{len(scope)}QIQ", 0, 1, 0, 0, len(scope), *scope, 0, 2)
    assert encoded == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"universe": 1},
        {"step": 2},
        {"phase_ordinal": 6, "phase": "invasion"},
        {"stream": "combat.damage"},
        {"scope": (7, 2)},
        {"scope": (7,)},
        {"site": "combat.accuracy.again"},
        {"count": 3},
    ],
)
def test_every_part_of_an_entry_reaches_the_bytes(changed: dict[str, object]) -> None:
    assert encode_ledger([ENTRY]) == encode_ledger([replace(ENTRY)])
    assert encode_ledger([replace(ENTRY, **changed)]) != encode_ledger([ENTRY])


def test_impossible_ledgers_are_bugs() -> None:
    with pytest.raises(AssertionError, match="drawn -1 times"):
        encode_ledger([replace(ENTRY, count=-1)])
    with pytest.raises(AssertionError, match="two phases at"):
        encode_ledger([ENTRY, replace(ENTRY, phase="orders")])
    with pytest.raises(OverflowError):
        encode_ledger([replace(ENTRY, count=2**63)] * 2)


def naive_events(events: list[Event]) -> bytes:
    """Write the event stream with struct alone."""
    result = struct.pack("<Q", len(events))
    for e in events:
        result += struct.pack("<II", e.universe, e.step)
        result += text(e.phase) + text(e.kind) + text(e.table)
        result += struct.pack("<IIII", e.slot, e.generation, e.cause, len(e.fields))
        for name, value in e.fields:
            result += text(name) + struct.pack("<q", value)
        result += text(e.reason)
    return result


@given(
    st.lists(
        st.builds(
            replace,
            st.just(EVENT),
            universe=st.integers(0, NONE),
            step=st.integers(0, NONE),
            kind=NAMES,
            reason=NAMES,
            fields=st.lists(st.tuples(NAMES, st.integers(-(2**63), 2**63 - 1)), max_size=3).map(
                tuple
            ),
        ),
        max_size=6,
    )
)
def test_events_keep_their_order(events: list[Event]) -> None:
    linked = [
        replace(event, cause=position - 1 if position % 2 else NONE)
        for position, event in enumerate(events)
    ]
    assert encode_events(linked) == naive_events(linked)


def test_events_by_hand() -> None:
    assert encode_events([]) == bytes(8)
    assert encode_events([NOTHING]) == bytes.fromhex(
        "0100000000000000 00000000 00000000 04000000 6f70656e 04000000 6461776e 00000000"
        "ffffffff 00000000 ffffffff 00000000 00000000"
    )
    assert encode_events([EVENT]) == bytes.fromhex(
        "0100000000000000 00000000 01000000 06000000 636f6d626174 06000000 626174746c65"
        "04000000 756e6974 11000000 02000000 ffffffff 01000000 06000000 64616d616765"
        "fbffffffffffffff 0a000000 66697273742073686f74"
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"universe": 1},
        {"step": 2},
        {"phase": "orders"},
        {"kind": "duel"},
        {"table": "fleet"},
        {"slot": 18},
        {"generation": 3},
        {"cause": 0},
        {"fields": ()},
        {"fields": (("damage", -4),)},
        {"fields": (("shield", -5),)},
        {"reason": ""},
    ],
)
def test_every_part_of_an_event_reaches_the_bytes(changed: dict[str, object]) -> None:
    plain = encode_events([NOTHING, EVENT])
    assert plain == encode_events([NOTHING, replace(EVENT)])
    assert plain != encode_events([NOTHING, replace(EVENT, **changed)])
    assert plain != encode_events([EVENT, NOTHING])


def test_impossible_events_are_bugs() -> None:
    with pytest.raises(AssertionError, match="before its cause"):
        encode_events([replace(EVENT, cause=0)])
    with pytest.raises(AssertionError, match="about no table"):
        encode_events([replace(NOTHING, slot=3)])
    with pytest.raises(OverflowError):
        encode_events([replace(EVENT, fields=(("damage", 2**63),))])


def test_the_packer_writes_little_endian_and_lengths_in_bytes() -> None:
    packed = Packer().u32(1).u64(2).i64(-1).text("é").raw(b"x").packed()
    assert packed.hex() == "01000000" + "0200000000000000" + "ff" * 8 + "02000000c3a9" + "78"
    for write, value in (("u32", 2**32), ("u64", 2**64), ("i64", 2**63), ("u32", -1)):
        with pytest.raises(OverflowError):
            getattr(Packer(), write)(value)
