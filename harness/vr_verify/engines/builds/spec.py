"""What a build is to the rest of the harness, and what can go wrong in making one.

Spec: contract, sections 2 and 3. It must not know any form of build.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vr_verify.errors import EngineCannotStart, UsageError

WORKER: Final = Path(__file__).parents[1] / "worker.py"
"""The program that serves a Python engine, under whatever interpreter the build has."""

ISOLATED: Final = ("-E", "-P")
"""-P keeps the worker's own folder off the module path, -E keeps the caller's variables from
changing what a build is. The site folders stay: that is where an engine is installed."""

# Where a caller's own modules are found: a program in its own folder must not find them.
_MODULE_PATHS: Final = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH")

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much; 0 of 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class BuildSpec:
    """A build that can be started. `name` is what errors call it before it has said its own.

    `facts` say how it was made (compiler, profile, options, dependencies), for the difference of
    two builds; `notes` are sentences that a report must not leave out. Neither tells builds apart:
    `build` does. `folder` is where it starts, without the caller's own paths of modules; None: in
    the caller's folder, with the caller's environment.
    """

    text: str
    name: str
    argv: tuple[str, ...]
    build: str
    facts: Mapping[str, str] = field(default_factory=dict, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    folder: Path | None = None

    def environment(self) -> dict[str, str] | None:
        """Return the environment to start it in, None for the caller's."""
        if self.folder is None:
            return None
        kept = {name: value for name, value in os.environ.items() if name not in _MODULE_PATHS}
        return kept | {"PWD": str(self.folder)}


class BuildFailed(EngineCannotStart):
    """A build was tried and did not come about; the message ends with its own last words."""

    what = "cannot be built"


class NoEngineError(UsageError):
    """A source tree, wheel or environment holds no engine, or none of the wanted name."""


def ignore_progress(what: str, done: int, total: int) -> None:
    """Be told of progress and do nothing with it."""
    del what, done, total
