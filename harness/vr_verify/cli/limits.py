"""The options that bound an engine: the wait for an answer, all waits together, memory.

It must not know how the limits are kept.
"""

import functools
import math
import re
from collections.abc import Callable
from typing import Any, Final

import rich_click as click

from vr_verify.model.limits import ANSWER_LIMIT_S, TOTAL_LIMIT_S, Limits
from vr_verify.report.documents import Document

_SIZE: Final = re.compile(r"([0-9]{1,12})\s*(|B|KiB|MiB|GiB|TiB)", re.IGNORECASE)
_UNITS: Final = {"": 1, "b": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
# An interpreter that has started and does nothing yet holds more than this.
_MEMORY_MIN_BYTES: Final = 1 << 20


class Seconds(click.ParamType[float]):
    """A number of seconds above zero."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the number."""
        number: float = click.FLOAT.convert(value, param, ctx)
        if not 0 < number < math.inf:
            self.fail(f"expected a number of seconds above zero, found {value!r}", param, ctx)
        return number


class Size(click.ParamType[int]):
    """A size in bytes, KiB, MiB, GiB or TiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the size; at least 1 MiB."""
        found = _SIZE.fullmatch(str(value).strip())
        size = int(found[1]) * _UNITS[found[2].lower()] if found else 0
        if size < _MEMORY_MIN_BYTES:
            self.fail(f"expected a size of 1MiB or more, as in 512MiB, found {value!r}", param, ctx)
        return size


def limited_to(answer_s: float) -> Callable[[Callable[..., Document]], Callable[..., Document]]:
    """Return `limited` with another default for the time of one answer, in seconds."""

    def limited_command(command: Callable[..., Document]) -> Callable[..., Document]:
        @click.option(
            "--time-limit",
            metavar="SECONDS",
            type=Seconds(),
            default=answer_s,
            help=f"How long to wait for one answer of an engine. [default: {answer_s:g}]",
        )
        @click.option(
            "--time-limit-total",
            metavar="SECONDS",
            type=Seconds(),
            default=TOTAL_LIMIT_S,
            help=f"How long to wait for all its answers together. [default: {TOTAL_LIMIT_S:g}]",
        )
        @click.option(
            "--memory-limit",
            metavar="SIZE",
            type=Size(),
            help="How much memory an engine may hold, as in 512MiB. "
            "[default: 3/4 of what there is, shared by the engines that run]",
        )
        @functools.wraps(command)
        def with_limits(
            time_limit: float, time_limit_total: float, memory_limit: int | None, **others: Any
        ) -> Document:
            return command(limits=Limits(time_limit, time_limit_total, memory_limit), **others)

        return with_limits

    return limited_command


limited = limited_to(ANSWER_LIMIT_S)
"""Add the options, and give the command what they say as `limits`."""
