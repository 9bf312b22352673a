"""Decimals become fixed point by one rule: the floor of value · 2^32, against exact rationals."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from void_reckoning_scenarios.decimals import (
    NotAnFxError,
    format_fx,
    fx_floor,
    parse_decimal,
)


@given(st.decimals(min_value=-(2**20), max_value=2**20, allow_nan=False))
def test_the_rule_is_the_exact_floor(value: Decimal) -> None:
    assert fx_floor(value) == floor(Fraction(value) * 2**32)


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("0.1", 429496729),
        ("-0.1", -429496730),
        ("0.5", 2**31),
        ("1e-11", 0),
        ("-1e-11", -1),
        ("1048576.0", 2**52),
    ],
)
def test_examples(text: str, raw: int) -> None:
    assert fx_floor(parse_decimal(text)) == raw


@given(st.integers(-(2**62), 2**62))
def test_a_raw_value_is_shown_exactly(raw: int) -> None:
    assert Fraction(format_fx(raw)) == Fraction(raw, 2**32)


@pytest.mark.parametrize("text", ["nan", "-inf", "1e40", "1e-40", "0." + "1" * 101])
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(NotAnFxError):
        parse_decimal(text)
