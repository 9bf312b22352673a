"""Runs functions of the tests in processes whose memory is limited, with a time limit each.

Linux counts the memory; elsewhere only the time is limited.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.harness.runlog import damage


def begin(extra_bytes: int, warm_log: str) -> None:
    """Read a sound log once, so that what is loaded on first use is there; then set the limit."""
    damage.read_all(Path(warm_log))
    if sys.platform == "linux":
        damage.limit_memory(extra_bytes)


@contextmanager
def limited(
    warm_log: Path, processes: int = 1, extra_bytes: int = damage.EXTRA_BYTES_MAX
) -> Iterator[Callable[..., Future[Any]]]:
    """Give `submit` of a pool of limited processes."""
    with ProcessPoolExecutor(
        processes,
        mp_context=get_context("spawn"),
        initializer=begin,
        initargs=(extra_bytes, str(warm_log)),
    ) as pool:
        yield pool.submit
