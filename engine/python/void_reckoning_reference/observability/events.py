"""The event stream of one turn: what happened, in order, each event with its cause.

Law: RULES.md part II; its canonical bytes are PROTOCOL.md, section 4. An event's id is derived:
(universe, turn, sequence number). Watching only: no rule reads an event.
"""

from void_reckoning_reference.shared.codec import Event
from void_reckoning_reference.shared.ids import NONE


class EventLog:
    """Appends events; the position in the log is the sequence number."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def append(self, event: Event) -> int:
        """Add an event and return its sequence number, to be the cause of later ones."""
        sequence = len(self._events)
        assert event.cause == NONE or event.cause < sequence, f"{event} comes before its cause"
        self._events.append(event)
        return sequence

    def events(self) -> list[Event]:
        """Return the events of the turn so far, in order."""
        return list(self._events)

    def clear(self) -> None:
        """Forget the turn: another begins, or it is undone."""
        self._events.clear()
