"""Lines of a page for people: prose, lists of facts, tables. Readable without any colour.

Colour only repeats what the words say. Text that came from a log or an engine has its control
characters written out, so that no log can speak to a terminal. It must not know what it sets.
"""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.text import Text

INDENT: Final = "  "
WIDTH_DEFAULT: Final = 96
_NUMBER = re.compile(r"-?\d+(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Mark:
    """A remark at the right end of one row of a table."""

    row: int
    text: str
    style: str = "bold yellow"


def printable(text: str) -> str:
    """Return text with each character that a terminal could act on written as its escape."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def heading(text: str) -> Text:
    """Set the title of a part of the page, with an empty line before it."""
    return Text.assemble("\n", (printable(text), "bold"))


def prose(text: str, width: int, *, indent: str = "", style: str = "") -> list[Text]:
    """Wrap text to `width` columns; its own line ends are kept."""
    lines: list[Text] = []
    for paragraph in text.splitlines():
        wrapped = textwrap.wrap(
            printable(paragraph),
            max(width, len(indent) + 20),
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        lines += [Text(line, style) for line in wrapped or [""]]
    return lines


def verbatim(text: str, *, style: str = "cyan") -> Text:
    """Set a line that must survive copying: indented, never wrapped."""
    return Text(INDENT + printable(text), style)


def facts(rows: Iterable[tuple[str, str]], width: int) -> list[Text]:
    """Set names and their values in two columns; long values wrap under themselves."""
    kept = [(name, value) for name, value in rows if value]
    column = max((len(name) for name, _ in kept), default=0)
    left = len(INDENT) + column + 2
    lines: list[Text] = []
    for name, value in kept:
        wrapped = prose(value, max(width - left, 24))
        for number, line in enumerate(wrapped):
            label = name if number == 0 else ""
            lines.append(Text.assemble(f"{INDENT}{label:<{column}}  ", line))
    return lines


def _aligned(cells: Sequence[str]) -> list[str]:
    """Align a column: numbers at their decimal point, anything else at the left."""
    matches = [_NUMBER.fullmatch(cell) for cell in cells]
    if not cells or not all(matches):
        return list(cells)
    tails = [len(cell) - len(cell.partition(".")[0]) for cell in cells]
    heads = [len(cell) - tail for cell, tail in zip(cells, tails, strict=True)]
    head, tail = max(heads), max(tails)
    return [
        " " * (head - own) + cell + " " * (tail - own_tail)
        for cell, own, own_tail in zip(cells, heads, tails, strict=True)
    ]


def table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], marks: Sequence[Mark] = ()
) -> list[Text]:
    """Set a table with two spaces between its columns; an empty header row is left out."""
    columns = [_aligned([printable(row[i]) for row in rows]) for i in range(len(headers))]
    widths = [
        max([len(header), *map(len, column)])
        for header, column in zip(headers, columns, strict=True)
    ]
    lines: list[Text] = []
    if any(headers):
        cells = (f"{h:<{w}}" for h, w in zip(headers, widths, strict=True))
        lines.append(Text(INDENT + INDENT.join(cells).rstrip(), "dim"))
    remarks = {mark.row: mark for mark in marks}
    for number in range(len(rows)):
        own = INDENT.join(f"{c[number]:<{w}}" for c, w in zip(columns, widths, strict=True))
        mark = remarks.get(number)
        if mark is None:
            lines.append(Text(INDENT + own.rstrip()))
        else:
            lines.append(Text.assemble(INDENT, (own, mark.style), INDENT, f"<- {mark.text}"))
    return lines


def page(lines: Iterable[Text]) -> Text:
    """Join lines into one text that ends in a line end."""
    return Text("\n").join(lines).append("\n")


def counted(count: int, one: str, many: str = "") -> str:
    """Spell a count with its noun: `1 turn`, `1,200 turns`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def short(identity: str) -> str:
    """Cut 64 hex digits down to the first twelve; the JSON document has them all."""
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1", identity)


def condensed(message: str) -> str:
    """Keep the first and the last line of a message that carries a program's last words.

    The last line of a traceback says what went wrong; the lines between name one machine's paths.
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return message if len(lines) < 3 else f"{lines[0]} {lines[-1]}"
