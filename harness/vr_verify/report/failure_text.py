"""A failure in words: what an engine's trace says, without the folders of this machine.

Spec: contract, section 4: the same failure gives the same document everywhere.
"""

import itertools
import re
from typing import Final

from vr_verify.errors import EngineError
from vr_verify.report.layout import condensed

STOPPED: Final = "stopped from the keyboard or by a signal"
# An absolute path: in quotes to the closing one, else up to what cannot be part of a bare path.
# A slash inside a word is none: entities are called 0/unit/17:2.
_QUOTED_PATH: Final = re.compile(r"(?<=')/[^'\n]*(?=')|(?<=\")/[^\"\n]*(?=\")")
# A build that the caller typed, in quotes: it is theirs, and what they look for.
_TYPED: Final = re.compile(
    r"'(?:[^'\s]*:)?(?:venv|dir|wheel):[^'\n]*'|\"(?:[^\"\s]*:)?(?:venv|dir|wheel):[^\"\n]*\""
)
_BARE_PATH: Final = re.compile(r"(?<![\w./])/[^\s/:'\",;()]+(?:/[^\s/:'\",;()]+)*/?")


def told(error: EngineError) -> str:
    """Return an engine's failure as a report tells it."""
    return without_folders(condensed(error.message))


def without_folders(message: str) -> str:
    """Return a message with absolute paths cut down to their last part, but for typed builds.

    The same failure gives the same document on every machine (contract, section 4).
    """
    typed = [found.span() for found in _TYPED.finditer(message)]
    ends = [0, *(end for span in typed for end in span), len(message)]
    parts = [message[start:end] for start, end in itertools.pairwise(ends)]
    return "".join(part if at % 2 else _cut(part) for at, part in enumerate(parts))


def _cut(text: str) -> str:
    quoted = _QUOTED_PATH.sub(lambda found: _last_part(found[0]), text)
    return _BARE_PATH.sub(lambda found: _last_part(found[0]), quoted)


def _last_part(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path
