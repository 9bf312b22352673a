"""The pytest fixture `twin`: compares two functions and fails the test with the verdict's text.

Counterexamples are kept beside the test's file, in `counterexamples/`, and replayed first. pytest
is imported here alone.
"""

from pathlib import Path
from typing import Unpack

import pytest

from vr_verify.twin.compare import Options, compare
from vr_verify.twin.decorator import require
from vr_verify.twin.inputs import Function
from vr_verify.twin.verdict import TwinVerdict

FOLDER = "counterexamples"


class Comparer:
    """What the fixture gives: call it with two functions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, left: Function, right: Function, **options: Unpack[Options]) -> TwinVerdict:
        """Compare; return the verdict of agreement, else fail the test with its text."""
        __tracebackhide__ = True
        options.setdefault("kept", self._folder)
        return require(compare(left, right, **options))


@pytest.fixture
def twin(request: pytest.FixtureRequest) -> Comparer:
    """Compare two functions: `twin(left, right, …)`, options as those of `vr_verify.twin`."""
    return Comparer(request.path.parent / FOLDER)
