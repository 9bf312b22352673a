"""What the command line asks of the answer's form: `--json`, `--exit`; and the exit codes.

Read from the words themselves, because a command line that does not parse is answered in the
same form. The codes are those of `model/outcome.py`; `git bisect run` needs them translated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vr_verify.model.outcome import EXIT_CODES, Outcome

GIT_BISECT: Final = "git-bisect"
EXIT_STYLES: Final = ("outcome", GIT_BISECT)
GIT_BISECT_CODES: Final[dict[int, int]] = {
    0: 0,  # good
    1: 1,  # bad
    3: 125,  # skip: this revision cannot be tested
    4: 125,
    5: 125,
    2: 128,  # 128 and above stop the bisection: asking again would not help
    70: 198,
    74: 202,
    130: 130,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The form of the answer."""

    json: bool = False
    git_bisect: bool = False

    @classmethod
    def read(cls, words: Sequence[str]) -> "Asked":
        """Find the options in a command line; what follows a bare `--` is no option."""
        options = list(words[: words.index("--")] if "--" in words else words)
        pairs = zip(options, [*options[1:], ""][: len(options)], strict=True)
        bisect = f"--exit={GIT_BISECT}" in options or ("--exit", GIT_BISECT) in pairs
        return cls("--json" in options, bisect)

    def code(self, outcome: Outcome) -> int:
        """Return the exit code for an outcome."""
        code = EXIT_CODES[outcome]
        return GIT_BISECT_CODES[code] if self.git_bisect else code
