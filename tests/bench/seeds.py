"""The performance figures of the design documents beside ours, the strictest where they differ.

A seed speaks of times on a machine that it does not name; ours are those of the page's machine.
A seed's row that was not measured says so: nothing is filled in by guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ARCHITECTURE: Final = "integration architecture"
PORTING: Final = "porting guide"
BRIDGE: Final = "bridge layer"
STRATEGY: Final = "integration strategy"


@dataclass(frozen=True, slots=True)
class Seed:
    """A figure of a design document, and the row that answers it.

    `looser` are figures of other documents for the same thing. Ours is the time of the row's
    `what` for each unit of its work, times `times`; with `ratio` the row's ratio instead.
    """

    what: str
    figure: str
    source: str
    row: str
    ours: str
    times: float = 1
    ratio: bool = False
    looser: str = ""


SEEDS: Final = (
    Seed(
        "one call over the bridge",
        "< 100 ns",
        BRIDGE,
        "bridge/nothing",
        "an empty call",
        looser=f"< 1 ms ({STRATEGY})",
    ),
    Seed(
        "batched requests",
        "> 100,000 a second: 10 µs each",
        BRIDGE,
        "bridge/routes",
        "a request for a route in a batch",
    ),
    Seed(
        "a path (A*)",
        "~0.5 ms",
        ARCHITECTURE,
        "bridge/routes",
        "a request for a route in a batch",
    ),
    Seed(
        "path requests in a turn",
        "100,000",
        ARCHITECTURE,
        "bridge/routes",
        "100,000 of them",
        times=100_000,
    ),
    Seed(
        "serialising 10 KB",
        "< 1 ms",
        BRIDGE,
        "native/keyframe_10kb",
        "an archive of 10 KB",
        looser=f"~1 ms for the state ({ARCHITECTURE})",
    ),
    Seed(
        "a query over 1,000 entities",
        "~0.01 ms, as 10,000 are iterated in ~0.1 ms",
        ARCHITECTURE,
        "native/select medium",
        "two filters, a sort and a limit over medium's units",
        looser=f"< 5 ms ({STRATEGY}); < 50 ms for a fleet ({PORTING})",
    ),
    Seed(
        "distances among 100 units",
        "< 200 ms",
        PORTING,
        "native/distances",
        "all 10,000 pairs",
        times=100,
    ),
    Seed(
        "writing an event to the log",
        "< 1 ms",
        STRATEGY,
        "native/events",
        "an event noted",
    ),
    Seed(
        "telemetry update",
        "< 100 µs",
        STRATEGY,
        "native/events",
        "an event noted",
    ),
    Seed(
        "combat of 100 units",
        "~2 ms",
        ARCHITECTURE,
        "native/turn medium",
        "a whole turn of medium, battles included",
        looser=f"< 10 ms ({STRATEGY}); < 500 ms for 500 units ({PORTING})",
    ),
    Seed(
        "a decision",
        "~0.1 ms; 10,000 in a turn",
        ARCHITECTURE,
        "native/turn medium",
        "a whole turn of medium, ten factions' decisions included",
    ),
    Seed(
        "a turn of 1,000,000 entities",
        "< 5 s",
        ARCHITECTURE,
        "native/turn million",
        "a whole turn of million on one core",
    ),
    Seed(
        "copies avoided",
        "> 90 % zero-copy",
        BRIDGE,
        "bridge/view",
        "a view of a million rows, none copied",
    ),
    Seed(
        "Rust against Python",
        "2 to 5 times",
        PORTING,
        "engines/turns of medium",
        "turns of medium",
        ratio=True,
    ),
)


def compared(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Set each seed beside the row that answers it, as JSON values."""
    found = {row["key"]: row for row in rows}
    return [_beside(seed, found.get(seed.row)) for seed in SEEDS]


def _beside(seed: Seed, row: Mapping[str, Any] | None) -> dict[str, Any]:
    told = {
        "what": seed.what,
        "figure": seed.figure,
        "source": seed.source,
        "looser": seed.looser,
        "row": seed.row,
    }
    if row is None:
        return told | {"ours": None, "of": seed.ours}
    if seed.ratio:
        return told | {"ours": f"{row['ratio']['median']:.3g} times", "of": seed.ours}
    seconds = row["seconds"]["what"] / row["work"]["count"] * seed.times
    return told | {"ours": duration(seconds), "of": seed.ours}


def duration(seconds: float) -> str:
    """Write a time with the unit that suits it, to three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
