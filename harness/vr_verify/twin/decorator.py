"""`@vr_verify.twin.of(left, right)`: a test that compares two functions before its body runs.

Plain Python: any test runner will do. It must not know how functions are compared.
"""

from collections.abc import Callable
from typing import Unpack

from vr_verify.twin.compare import Options, compare
from vr_verify.twin.inputs import Function
from vr_verify.twin.verdict import TwinVerdict

Body = Callable[[TwinVerdict], None]


def require(verdict: TwinVerdict) -> TwinVerdict:
    """Return a verdict of agreement; AssertionError with the verdict's text for any other."""
    __tracebackhide__ = True
    if not verdict.agreed:
        raise AssertionError(verdict.text)
    return verdict


def of(
    left: Function, right: Function, **options: Unpack[Options]
) -> Callable[[Body], Callable[[], None]]:
    """Make a test of a body that takes the verdict; the test fails unless the functions agree."""

    def decorate(body: Body) -> Callable[[], None]:
        def test() -> None:
            __tracebackhide__ = True
            body(require(compare(left, right, **options)))

        # Not functools.wraps: pytest would take the body's `verdict` for a fixture.
        test.__name__, test.__qualname__ = body.__name__, body.__qualname__
        test.__module__, test.__doc__ = body.__module__, body.__doc__
        return test

    return decorate
