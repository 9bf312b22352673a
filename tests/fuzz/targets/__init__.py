"""What is fuzzed: one module per target, each with `run(data)` and `seeds()`.

`run` says in a word what became of the data; an exception of it is a finding. `seeds` are what
the corpus starts with. A target keeps no state between cases.
"""

from typing import Final

PACKAGE: Final = "tests.fuzz.targets"
TARGETS: Final = {
    "log": 5_000,
    "archive": 150_000,
    "streams": 150_000,
    "frames": 120_000,
    "json_text": 150_000,
    "resolve": 3_000,
}
"""Targets, each with the cases of a short run: some 20 seconds."""
CANARY: Final = "canary"
"""The target with a planted fault: a run that does not find it has proven nothing."""
