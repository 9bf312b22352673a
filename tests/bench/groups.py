"""What is measured, in the page's order: groups of cases, each in a file of its own.

A group is a generator, so that what a case needs stands only while it is measured.
"""

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch

from tests.bench import archives, bridge, engines, fuzzing, huge, logs, native, replays, storage
from tests.bench.measuring import measured
from tests.bench.rows import Case, Results, Row, Share, Skipped, Stated

Found = Case | Share | Skipped | Stated
GROUPS: dict[str, Callable[[], Iterator[Found]]] = {
    "native": native.cases,
    "bridge": bridge.cases,
    "replays": replays.cases,
    "engines": engines.cases,
    "archives": archives.cases,
    "storage": storage.cases,
    "logs": logs.cases,
    "fuzzing": fuzzing.cases,
    "huge": huge.cases,
}
APART = frozenset({"huge"})
"""Groups that are measured only where they are named: they take long, and what they give lasts."""

Figure = Row | Share | Skipped | Stated
REPEATS_MAX = 2
"""How often a row that is doubted is measured again."""


def chosen(pattern: str) -> list[str]:
    """Return the names of the groups that fit a pattern."""
    fitting = [name for name in GROUPS if fnmatch(name, pattern)]
    return [name for name in fitting if name not in APART or name == pattern]


def measure(
    names: Iterable[str],
    tell: Callable[[Figure], None],
    doubted: Callable[[Row], bool] = lambda row: False,
) -> Results:
    """Measure groups, and tell of each figure as it is found.

    A row that is `doubted` is measured again, and all its pairs count: one bad moment of the
    machine must not be taken for a change of the code.
    """
    results = Results()
    for name in names:
        for found in GROUPS[name]():
            assert isinstance(found, Stated) or found.key.startswith(f"{name}/"), found
            figure = _figure(found, doubted)
            results.add(figure)
            tell(figure)
    return results


def _figure(found: Found, doubted: Callable[[Row], bool]) -> Figure:
    if not isinstance(found, Case):
        return found
    row = measured(found)
    for _ in range(REPEATS_MAX):
        if not doubted(row):
            break
        row = measured(found, row.samples)
    return row
