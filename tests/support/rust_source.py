"""A small reader of Rust text: enough to count lines and list public names, no more.

It blanks comments and literals without moving a character, so that every position stays true.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NOISE = re.compile(
    r"""
    //[^\n]*                              # line comment, doc comments included
    | /\*.*?\*/                           # block comment; nested ones are not written here
    | b?r(?P<hashes>\#*)".*?"(?P=hashes)  # raw string
    | b?"(?:\\.|[^"\\])*"                 # string
    | b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'  # character; a lifetime has no closing quote
    """,
    re.VERBOSE | re.DOTALL,
)
_TEST_MODULE = re.compile(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub\s+)?mod\s+\w+\s*\{")
_FUNCTION = re.compile(r"\bfn\s+(?P<name>\w+)")
_PUBLIC_FUNCTION = re.compile(r"\bpub\s+(?:const\s+|unsafe\s+)*fn\s+(?P<name>\w+)")
_PUBLIC_CONSTANT = re.compile(r"\bpub\s+(?:const|static)\s+(?P<name>[A-Z][A-Z0-9_]*)\s*:")
_OPENING, _CLOSING = "([{<", ")]}>"


@dataclass(frozen=True)
class Function:
    """A function's name, its parameters' names in order, and the lines it spans (from 1)."""

    name: str
    parameters: tuple[str, ...]
    line_first: int
    line_last: int


def blanked(text: str) -> str:
    """Return the text with comments and literals as spaces; line breaks and length are kept."""
    return _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def without_tests(code: str) -> str:
    """Return blanked code with every `#[cfg(test)] mod` blanked too."""
    while match := _TEST_MODULE.search(code):
        end = closing_brace(code, match.end() - 1) + 1
        code = code[: match.start()] + re.sub(r"[^\n]", " ", code[match.start() : end]) + code[end:]
    return code


def closing_brace(code: str, opening: int) -> int:
    """Return the position of the brace that closes the one at `opening`, or the text's end."""
    depth = 0
    for position in range(opening, len(code)):
        depth += (code[position] == "{") - (code[position] == "}")
        if depth == 0:
            return position
    return len(code) - 1


def functions(text: str) -> Iterator[Function]:
    """Yield every function that has a body, nested and test ones included."""
    code = blanked(text)
    for match in _FUNCTION.finditer(code):
        if function := _function_at(code, match):
            yield function


def public_functions(text: str) -> list[Function]:
    """List the free public functions in order: no methods, no tests, no inner modules."""
    code = without_tests(blanked(text))
    matches = (m for m in _PUBLIC_FUNCTION.finditer(code) if _is_top_level(code, m.start()))
    return [function for match in matches if (function := _function_at(code, match))]


def public_constants(text: str) -> list[str]:
    """List the public constants at the top of a module, in order."""
    code = without_tests(blanked(text))
    matches = _PUBLIC_CONSTANT.finditer(code)
    return [match["name"] for match in matches if _is_top_level(code, match.start())]


def _is_top_level(code: str, position: int) -> bool:
    before = code[:position]
    return before.count("{") == before.count("}")


def _function_at(code: str, match: re.Match[str]) -> Function | None:
    opening = _parameters_start(code, match.end())
    closing = _matching(code, opening)
    body = _body_start(code, closing)
    if body is None:
        return None
    end = closing_brace(code, body)
    return Function(
        name=match["name"],
        parameters=_parameter_names(code[opening + 1 : closing]),
        line_first=code.count("\n", 0, match.start()) + 1,
        line_last=code.count("\n", 0, end) + 1,
    )


def _body_start(code: str, position: int) -> int | None:
    """Return the brace of a body; a `;` inside a type such as `[u8; 32]` does not end it."""
    depth = 0
    for index in range(position, len(code)):
        depth += (code[index] == "[") - (code[index] == "]")
        if depth == 0 and code[index] in "{;":
            return index if code[index] == "{" else None
    return None


def _parameters_start(code: str, position: int) -> int:
    """Return the parenthesis of the parameters, past generics such as `<F: Fn(i64) -> i64>`."""
    if code[position:].lstrip().startswith("<"):
        position = _matching(code, code.index("<", position)) + 1
    return code.index("(", position)


def _matching(code: str, opening: int) -> int:
    depth = 0
    for position in range(opening, len(code)):
        character = code[position]
        if character == ">" and code[position - 1] in "-=":
            continue
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0:
            return position
    return len(code) - 1


def _parameter_names(parameters: str) -> tuple[str, ...]:
    names = []
    for part in _split(parameters):
        name = part.split(":")[0].strip().removeprefix("mut ").strip()
        if name:
            names.append(name)
    return tuple(names)


def _split(parameters: str) -> list[str]:
    """Split at the commas that are inside no bracket of any kind."""
    parts, depth = [""], 0
    for position, character in enumerate(parameters):
        arrow = character == ">" and parameters[position - 1] in "-="
        depth += 0 if arrow else (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
