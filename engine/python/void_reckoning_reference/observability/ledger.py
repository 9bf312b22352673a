"""The draw ledger of one turn: how often each site drew from each stream.

Law: RULES.md part II; its canonical bytes are PROTOCOL.md, section 4. It counts the draws that the
rule prescribes, so a twin that draws once more is found even if no state changes.
"""

from dataclasses import replace

from void_reckoning_reference.shared.codec import LedgerEntry


class Ledger:
    """Collects draws; draws of one place are summed."""

    def __init__(self) -> None:
        self._counts: dict[LedgerEntry, int] = {}

    def add(self, entry: LedgerEntry) -> None:
        """Count an entry's draws; a count of 0 leaves no trace."""
        assert entry.count >= 0, f"drawn {entry.count} times at {entry.site}"
        if entry.count > 0:
            place = replace(entry, count=0)
            self._counts[place] = self._counts.get(place, 0) + entry.count

    def entries(self) -> list[LedgerEntry]:
        """Return one entry for each place, in the order of their first draw."""
        return [replace(place, count=count) for place, count in self._counts.items()]

    def clear(self) -> None:
        """Forget the turn: another begins, or it is undone."""
        self._counts.clear()
