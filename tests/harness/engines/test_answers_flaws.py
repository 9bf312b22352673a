"""The flaws of a `resolve` as an engine gives them: read, or blamed on the engine by key."""

import pytest

from vr_verify.engines import answers
from vr_verify.model.report import Flaw

GOOD = b'[{"done":"d","file":"f","found":"x","key":"/k","kind":"clipped"}]'


def test_flaws_are_read() -> None:
    assert answers.flaws(GOOD) == (Flaw("f", "/k", "clipped", "x", "d"),)
    assert answers.flaws(b"[]") == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'["text"]',
        GOOD[:-1],
        GOOD.replace(b'"x"', b"7"),
        GOOD.replace(b"kind", b"sort"),
    ],
)
def test_what_are_no_flaws_is_named(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^flaws: "):
        answers.flaws(data)
