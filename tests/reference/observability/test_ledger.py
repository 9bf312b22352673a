"""The ledger collects draws by place and hands over what the codec sorts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from void_reckoning_reference.observability.ledger import Ledger
from void_reckoning_reference.shared.codec import LedgerEntry, encode_ledger

ENTRY = LedgerEntry(0, 1, 5, "combat", "combat.accuracy", (7, 1), "combat.accuracy.roll", 2)
ENTRIES = st.builds(
    replace,
    st.just(ENTRY),
    step=st.integers(0, 1),
    scope=st.sampled_from([(), (7,), (7, 1)]),
    count=st.integers(0, 2),
)


@given(st.lists(ENTRIES, max_size=10))
def test_collecting_changes_no_byte(entries: list[LedgerEntry]) -> None:
    ledger = Ledger()
    for entry in entries:
        ledger.add(entry)
    assert encode_ledger(ledger.entries()) == encode_ledger(entries)
    places = [replace(entry, count=0) for entry in ledger.entries()]
    assert len(places) == len(set(places))
    assert all(entry.count > 0 for entry in ledger.entries())


def test_one_draw_more_is_seen() -> None:
    ledger = Ledger()
    ledger.add(ENTRY)
    before = ledger.entries()
    ledger.add(replace(ENTRY, count=1))
    assert before == [ENTRY]
    assert ledger.entries() == [replace(ENTRY, count=3)]


def test_a_cleared_ledger_is_empty() -> None:
    ledger = Ledger()
    ledger.add(ENTRY)
    ledger.clear()
    assert ledger.entries() == []


def test_draws_are_never_taken_back() -> None:
    with pytest.raises(AssertionError, match="drawn -1 times"):
        Ledger().add(replace(ENTRY, count=-1))
