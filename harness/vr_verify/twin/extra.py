"""Hypothesis, which comes with the extra `vr-verify[test]` and is imported when it is first needed.

It must not know what is drawn.
"""

from importlib import import_module
from typing import Any

from vr_verify.errors import UsageError


def hypothesis() -> Any:
    """Return the package; UsageError says how to get it where it is not installed."""
    return _imported("hypothesis")


def strategies() -> Any:
    """Return its module of strategies; UsageError as above."""
    return _imported("hypothesis.strategies")


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise UsageError(
            "comparing two functions needs hypothesis: pip install 'vr-verify[test]' "
            "(or ask for drawn cases alone: examples=0, drawn=1000)"
        ) from error
