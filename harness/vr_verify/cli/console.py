"""Where text for people is written: rich's console, without its habit of exiting by itself.

It must not know what is written.
"""

from typing import NoReturn, TextIO

from rich.console import Console


class PlainConsole(Console):
    """A console that styles nothing of its own accord and lets failures of writing through.

    rich ends the program with exit code 1 on a closed pipe; 1 is a verdict here.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(file=stream, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> NoReturn:
        """Raise the BrokenPipeError that rich has caught."""
        raise  # noqa: PLE0704 - rich calls this while it is being caught
