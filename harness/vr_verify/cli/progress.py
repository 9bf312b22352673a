"""A progress bar on the standard error of a person's terminal; nothing when piped.

It must not know what is being done: verbs name it.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from vr_verify.cli.console import PlainConsole

Progress = Callable[[str, int, int], None]


@contextmanager
def shown() -> Iterator[Progress | None]:
    """Give a verb something to report its progress to, or None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = PlainConsole(sys.stderr)
    with Bars(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        tasks = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield advance
