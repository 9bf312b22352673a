"""The house's rules of style as functions: one file in, one sentence per fault out.

Law: CONTRIBUTING.md. A rule holds for every file given to it; tests/tidy chooses the files.
"""

import ast
import re
from collections.abc import Iterator

from tests.support import python_source, rust_source
from tests.support.tree import SourceFile

LINES_MAX_SOURCE = 400
LINES_MAX_TEST = 600
FUNCTION_LINES_MAX = 70
WIDTH_MAX = 100
BANNED_NAMES = {"util", "helper", "common", "manager", "handler"}

# One letter stands in brackets, so that the rule does not find itself.
_UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b")


def file_length(file: SourceFile) -> Iterator[str]:
    """A file is read in one sitting."""
    lines, lines_max = file.text.count("\n"), LINES_MAX_TEST if file.is_test else LINES_MAX_SOURCE
    if lines > lines_max:
        yield f"{file.path}: {lines} lines, {lines_max} at most: split it by what it is about"


def function_length(file: SourceFile) -> Iterator[str]:
    """A function fits on one screen."""
    reader = rust_source if file.path.suffix == ".rs" else python_source
    for function in reader.functions(file.text):
        lines = function.line_last - function.line_first + 1
        if lines > FUNCTION_LINES_MAX:
            place = f"{file.path}:{function.line_first}: {function.name}"
            yield f"{place} has {lines} lines, {FUNCTION_LINES_MAX} at most"


def line_width(file: SourceFile) -> Iterator[str]:
    """Two files fit side by side."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        if len(line) > WIDTH_MAX:
            yield f"{file.path}:{number}: {len(line)} characters, {WIDTH_MAX} at most"


def opening(file: SourceFile) -> Iterator[str]:
    """A file opens with what it is."""
    if file.path.suffix == ".rs":
        opened = file.text.startswith("//!")
    else:
        opened = ast.get_docstring(ast.parse(file.text)) is not None
    if not opened:
        yield f"{file.path}: does not open with a sentence that says what it is"


def name(file: SourceFile) -> Iterator[str]:
    """A name says what is inside; these words fit anything, so they say nothing."""
    words = re.split(r"[/_.-]", str(file.path).lower())
    for word in sorted(BANNED_NAMES.intersection(word.removesuffix("s") for word in words)):
        yield f"{file.path}: named '{word}', which says nothing of what it holds"


def unfinished(file: SourceFile) -> Iterator[str]:
    """What is left to do stands in an issue, in words."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        if match := _UNFINISHED.search(line):
            yield f"{file.path}:{number}: {match.group()} belongs into an issue"
