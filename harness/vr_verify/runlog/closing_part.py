"""The closing part of a log held against what it must be, piece by piece (FORMAT.md, "Container").

It has a record for every turn, so neither side is ever held as a whole.
"""

from collections.abc import Iterator
from typing import Final

from vr_verify.runlog import torn
from vr_verify.runlog.container import Tally, closing
from vr_verify.runlog.source import LogSource

_WHAT: Final = "data end, summary and footer"


def read_closing(source: LogSource, tally: Tally) -> bool:
    """Compare the rest of a file with the closing part; False if that was cut, or torn.

    Where a byte differs that was not lost with its sector, the first one that differs is damage.
    """
    first: tuple[int, bytes, bytes] | None = None
    lost = True
    for offset, expected, found in _pairs(source, tally):
        if found != expected:
            first = first or (offset, expected[: len(found)], found)
            lost = lost and torn.bytes_lost(offset, expected, found)
    if first is not None and not lost:
        source.expect(*first, _WHAT)
    return first is None


def _pairs(source: LogSource, tally: Tally) -> Iterator[tuple[int, bytes, bytes]]:
    """Give offset, expected and found bytes of each piece, and then what must be no byte."""
    offset = tally.offset
    for expected in torn.whole_sectors(offset, closing(tally)):
        yield offset, expected, source.read(offset, len(expected))
        offset += len(expected)
    yield offset, b"", source.read(offset, 1)
