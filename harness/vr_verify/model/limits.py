"""What a worker may take: time for an answer, time in all, memory.

It must not know how a limit is kept; `engines/keeping.py` and `engines/process.py` do.
"""

from dataclasses import dataclass
from typing import Final

ANSWER_LIMIT_S: Final = 600.0
TOTAL_LIMIT_S: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker. `answer_s` bounds the wait for one answer, `total_s` all of them.

    `memory_bytes` None: three quarters of what the machine (or the group of processes that we are
    in) has, divided by `workers`, the number of those that run at the same time.
    """

    answer_s: float = ANSWER_LIMIT_S
    total_s: float = TOTAL_LIMIT_S
    memory_bytes: int | None = None
    workers: int = 1
