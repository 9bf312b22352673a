"""The event log: sequence numbers are positions, a cause comes before its effect."""

from dataclasses import replace

import pytest

from void_reckoning_reference.observability.events import EventLog
from void_reckoning_reference.shared.codec import Event
from void_reckoning_reference.shared.ids import NONE

EVENT = Event(0, 1, "combat", "battle.started", "system", 4, 1, NONE, (("combatants", 9),), "")


def test_the_sequence_number_is_the_position() -> None:
    log = EventLog()
    first = log.append(EVENT)
    second = log.append(replace(EVENT, cause=first))
    assert (first, second) == (0, 1)
    assert log.events() == [EVENT, replace(EVENT, cause=0)]
    assert log.events()[second].cause == first


def test_an_event_that_causes_itself_or_comes_too_early_is_a_bug() -> None:
    log = EventLog()
    for cause in (0, 1):
        with pytest.raises(AssertionError, match="before its cause"):
            log.append(replace(EVENT, cause=cause))
    assert log.events() == []


def test_a_turn_begins_at_zero_again() -> None:
    log = EventLog()
    log.append(EVENT)
    log.clear()
    assert log.events() == []
    assert log.append(EVENT) == 0


def test_what_was_handed_out_cannot_change_the_log() -> None:
    log = EventLog()
    log.append(EVENT)
    log.events().clear()
    assert log.events() == [EVENT]
