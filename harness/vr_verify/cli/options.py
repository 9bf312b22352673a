"""Arguments and options that several commands share, and the types of their values.

It must not know the verbs.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click

from vr_verify.cli.asked import EXIT_STYLES

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Described = TypeVar("Described", bound=click.Command)
TURN_MAX = 2**64 - 1


class Whole(click.ParamType[int]):
    """A whole number from `least` on; `advice` says what to do instead of what was given.

    click's own IntRange prints its bounds in every help text, and 2^64 - 1 says nothing there.
    """

    name = "integer"

    def __init__(self, least: int, advice: str = "") -> None:
        self._least, self._advice = least, advice or f"give a number, such as {max(least, 1)}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read digits, perhaps with a sign."""
        digits = str(value).removeprefix("-")
        whole = digits.isascii() and digits.isdigit() and len(digits) <= 20
        if not whole or not self._least <= int(value) <= TURN_MAX:
            wanted = f"expected a whole number from {self._least} on"
            self.fail(f"{wanted}, found {str(value)!r}; {self._advice}", param, ctx)
        return int(value)


def turn_range(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Read `A:B`, both ends included."""
    if value is None:
        return None
    first, colon, last = value.partition(":")
    if not (colon and _is_turn(first) and _is_turn(last)):
        raise click.BadParameter(f"expected two turns as in 10:20, found {value!r}")
    if int(first) > int(last):
        raise click.BadParameter(f"the first turn comes after the last in {value!r}")
    return int(first), int(last)


def _is_turn(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20 and int(text) <= TURN_MAX


def output_file(_: click.Context, __: click.Parameter, value: Path | None) -> Path | None:
    """Refuse an output file whose folder is not there."""
    if value is not None and not value.parent.is_dir():
        raise click.BadParameter(f"there is no directory {str(value.parent)!r} to write it to")
    return value


def answer_form(command: Decorated) -> Decorated:
    """Add `--json` and `--exit`. `Asked` reads them from the words; click shows and checks them."""
    exit_style = click.option(
        "--exit",
        type=click.Choice(EXIT_STYLES),
        default=EXIT_STYLES[0],
        show_default=True,
        expose_value=False,
        help="Exit codes: one per outcome, or those that `git bisect run` understands.",
    )
    as_json = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        help="Write one JSON document to standard output and the text to standard error.",
    )
    return as_json(exit_style(command))


def named_log(name: str, shown: str) -> Callable[[Decorated], Decorated]:
    """Add an argument: a log that is there. Whether it may be read, reading it tells."""
    kind = click.Path(exists=True, dir_okay=False, readable=False, path_type=Path)
    return click.argument(name, metavar=shown, type=kind)


def log_argument(command: Decorated) -> Decorated:
    """Add the argument RUN.log."""
    return named_log("log", "RUN.log")(command)


def engine_option(name: str, help_text: str) -> Callable[[Decorated], Decorated]:
    """Add an option that names an engine or a build, and say once what E may be."""
    made = "venv:, dir:, wheel:, git:REV"
    forms = f"E: a name of `vr-verify engines`, or {made}, cmd:, python-class:, saboteur:."
    return click.option(name, metavar="E", help=f"{help_text} {forms}")


def declared_option(command: Decorated) -> Decorated:
    """Add `--declared FILE`: the differences that are known, each with its bounds."""
    kind = click.Path(exists=True, dir_okay=False, readable=False, path_type=Path)
    help_text = "A TOML file of declared differences: counted, bounded, and none of them unused."
    return click.option("--declared", metavar="FILE", type=kind, help=help_text)(command)


def examples(*lines: str) -> Callable[[Described], Described]:
    """Add examples to a command's help; every command has one, which a test demands."""

    def add(command: Described) -> Described:
        shown = "\n".join(f"$ {line}" for line in lines)
        # The backspace tells click to keep the lines of this paragraph as they are.
        # Cleaned first: lines without indentation would keep click from doing it.
        command.help = f"{inspect.cleandoc(command.help or '')}\n\n\b\nExample:\n{shown}"
        return command

    return add
