"""What a machine reads in RULES.md: the pure functions of each module, the draw sites."""

import re
from collections.abc import Iterator

_HEADING = re.compile(r"#+ ")
_MODULE = re.compile(r"## ([a-z-]+/[a-z_]+)")
_SIGNATURE = re.compile(r"`([a-z_]+)\(([a-z_]+(?:, [a-z_]+)*)\)`")
_SITE = re.compile(r"`((?:decision|combat)\.[a-z]+\.[a-z]+)`")


def pure_functions(rules: str) -> dict[str, tuple[str, ...]]:
    """Return the parameters of each function by its place; those of a running turn left out."""
    found: dict[str, tuple[str, ...]] = {}
    for module, text in _modules(rules):
        for name, parameters in _SIGNATURE.findall(text):
            names = tuple(parameters.split(", "))
            if names[0] not in ("turn", "world") or module.startswith("shared/"):
                found.setdefault(f"{module}.{name}", names)
    return found


def draw_sites(rules: str) -> set[str]:
    """Return the names of all sites that a rule draws at."""
    return set(_SITE.findall(rules))


def _modules(rules: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each module's section."""
    name, lines = None, []
    for line in rules.splitlines():
        if _HEADING.match(line):
            if name is not None:
                yield name, "\n".join(lines)
            match = _MODULE.match(line)
            name, lines = match[1] if match else None, []
        lines.append(line)
    if name is not None:
        yield name, "\n".join(lines)
