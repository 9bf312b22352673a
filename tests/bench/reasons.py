"""Why goals are missed, by the key of their rows: what was found by looking, with its figures.

The page shows one where its goal is missed or not judged, and says so where none is known.
"""

from typing import Final

WHY: Final = {
    "native/tree_cold": (
        "leaves of 256 bytes take 72.5 compressions where BLAKE3's chunks take 68 (1.07); what is "
        "above that are the pieces gathered for the vector lanes"
    ),
    "native/tree_scattered": (
        "four fifths of the time are the hash kernel reading leaves that lie apart in cold memory "
        "(66 ns a leaf, 29 in cache); prefetching gained 2 % at most"
    ),
    "native/descent_thousand": (
        "a thousand differences lie in a thousand leaves, and each is a wait for memory; the lines "
        "are touched before they are compared, which took half of the time away"
    ),
    "bridge/nothing": (
        "CPython 3.11 calls METH_FASTCALL by a shorter way than METH_NOARGS, by which PyO3 takes a "
        "function without arguments: an empty C function of that kind alone is at 2.0"
    ),
    "replays/record large sparse": (
        "the engine plays on all cores, so what the harness does has no free one: a frame a turn, "
        "its Turn message, its chunk"
    ),
    "replays/record large delta": (
        "each turn's changed rows are asked for before the next turn begins, and encoding them in "
        "Python (3 ms a turn) finds no free core beside an engine that plays on all of them"
    ),
    "replays/replay of large-quiet": (
        "a turn of 1.5 ms on all cores: digests and a frame a turn find no free one beside it"
    ),
    "replays/record million delta": (
        "as of large: changed rows are asked for, then encoded in Python, on cores that play"
    ),
    "storage/delta scattered": (
        "it is a tenth above the entropy of the change itself, below which no encoding comes"
    ),
    "storage/write": "far from its goal, but one round gives a control of two samples",
    "bridge/routes": "batch and native run in two processes, whose moments differ on this machine",
    "replays/two workers": "the row of two processes that only count says what the machine allows",
}
