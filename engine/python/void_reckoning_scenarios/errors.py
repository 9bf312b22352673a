"""The one error of scenarios: a value that is bad, with its file, its path and what to do.

Knows no engine; `kind` is the protocol's error kind (PROTOCOL.md, section 6).
"""

import difflib
from collections.abc import Iterable


class ScenarioError(ValueError):
    """A scenario is bad: the message starts with the file and the path of the value."""

    kind = "scenario"


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return a hint that ends a message: the nearest known name, else all of them."""
    names = list(known)
    near = difflib.get_close_matches(found, names, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(names)}" if names else "none is known here"
