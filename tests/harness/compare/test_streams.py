"""Differences of ledgers and event streams, and who stands alone."""

from dataclasses import replace

import pytest

from vr_verify.canonical.events import Event
from vr_verify.canonical.ledger import LedgerEntry
from vr_verify.compare.streams import first_draw_difference, first_event_difference, odd_one_out
from vr_verify.model.run import NONE, StepSpec

STEPS = (StepSpec("open", ("late", "early")), StepSpec("close", ("end",)))
EARLY = LedgerEntry(0, 0, "early", "s", (1,), "x", 4)
LATE = LedgerEntry(0, 0, "late", "s", (1,), "x", 2)
END = LedgerEntry(0, 1, "end", "s", (), "x", 1)
EVENT = Event(0, 0, "late", "moved", "unit", 3, 1, NONE, (("x", 5),), "")


def test_the_first_differing_draw_is_the_first_in_turn_order() -> None:
    left = (LATE, EARLY, END)
    assert first_draw_difference({"a": left, "b": left}, STEPS) is None
    right = (LATE, replace(EARLY, count=5))
    found = first_draw_difference({"a": left, "b": right, "c": left}, STEPS)
    assert found is not None
    assert (found.entry.phase, found.counts) == ("early", {"a": 4, "b": 5, "c": 4})
    found = first_draw_difference({"a": left, "b": left[1:]}, STEPS)
    assert found is not None
    assert (found.entry.phase, found.counts) == ("late", {"a": 2, "b": 0})


def test_the_first_differing_event_is_found_by_its_place() -> None:
    assert first_event_difference({"a": (EVENT, EVENT), "b": (EVENT, EVENT)}) is None
    other = replace(EVENT, reason="fled")
    found = first_event_difference({"a": (EVENT, EVENT), "b": (EVENT, other)})
    assert found is not None
    assert (found.sequence, found.events["b"]) == (1, other)
    found = first_event_difference({"a": (EVENT,), "b": ()})
    assert found is not None
    assert (found.sequence, found.events) == (0, {"a": EVENT, "b": None})


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ({"a": 1, "b": 1, "c": 2}, "c"),
        ({"a": 2, "b": 1, "c": 1}, "a"),
        ({"a": 1, "b": 2, "c": 3}, None),
        ({"a": 1, "b": 1, "c": 1}, None),
        ({"a": 1, "b": 2}, None),
    ],
)
def test_only_a_majority_names_the_odd_one_out(sides: dict[str, int], expected: str | None) -> None:
    assert odd_one_out(sides) == expected
