"""Fixed point against exact rationals, and the precondition that a result fits i64."""

from collections.abc import Callable
from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from void_reckoning_reference.shared import fx

I64_MIN = -(2**63)
I64_MAX = 2**63 - 1
SCALE = 2**32
RAW = st.integers(I64_MIN, I64_MAX)


def agrees(exact: Fraction, function: Callable[..., int], *arguments: int) -> bool:
    """Tell whether the function gives the exact value rounded down, or refuses what is no i64."""
    expected = floor(exact)
    if I64_MIN <= expected <= I64_MAX:
        return function(*arguments) == expected
    with pytest.raises(AssertionError, match="does not fit i64"):
        function(*arguments)
    return True


def test_the_constants_are_those_of_the_format() -> None:
    assert fx.FRACTION_BITS == 32
    assert fx.ONE == SCALE


def test_the_comparison_finds_a_wrong_rounding() -> None:
    def truncated(left: int, right: int) -> int:
        return int(Fraction(left * right, SCALE))

    exact = Fraction(-3 * 1, SCALE)
    assert not agrees(exact, truncated, -3, 1)
    assert agrees(exact, fx.mul_floor, -3, 1)


@given(RAW)
@example(2**31 - 1)
@example(2**31)
@example(-(2**31))
@example(-(2**31) - 1)
def test_from_int(value: int) -> None:
    assert agrees(Fraction(value) * SCALE, fx.from_int, value)


@given(RAW)
@example(-1)
@example(SCALE - 1)
def test_to_int_floor(value: int) -> None:
    assert agrees(Fraction(value, SCALE), fx.to_int_floor, value)


@given(RAW, RAW)
@example(1, 3)
@example(-1, 3)
@example(I64_MAX, 1)
def test_ratio_floor(numerator: int, denominator: int) -> None:
    if denominator <= 0:
        with pytest.raises(AssertionError, match="above 0"):
            fx.ratio_floor(numerator, denominator)
        return
    exact = Fraction(numerator, denominator) * SCALE
    assert agrees(exact, fx.ratio_floor, numerator, denominator)


@given(RAW, RAW)
@example(-1, 1)
@example(I64_MIN, SCALE)
@example(I64_MIN, -SCALE)
def test_mul_floor(left: int, right: int) -> None:
    assert agrees(Fraction(left * right, SCALE), fx.mul_floor, left, right)


@given(RAW, RAW)
@example(1, -3 * SCALE)
@example(-1, -3 * SCALE)
@example(I64_MIN, -SCALE)
def test_div_floor(left: int, right: int) -> None:
    assume(right != 0)
    assert agrees(Fraction(left, right) * SCALE, fx.div_floor, left, right)


def test_div_floor_by_zero_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="divisor other than 0"):
        fx.div_floor(1, 0)


@given(st.integers(0, I64_MAX))
@example(0)
@example(1)
@example(4 * SCALE)
@example(2 * SCALE)
def test_sqrt_floor_is_the_greatest_root_not_above(value: int) -> None:
    root = Fraction(fx.sqrt_floor(value), SCALE)
    step = Fraction(1, SCALE)
    assert root >= 0
    assert root * root <= Fraction(value, SCALE) < (root + step) * (root + step)


def test_sqrt_floor_of_a_negative_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="at least 0"):
        fx.sqrt_floor(-1)


@given(RAW, RAW)
@example(-1, 1)
@example(10, SCALE // 4)
def test_scale_floor(count: int, factor: int) -> None:
    assert agrees(count * Fraction(factor, SCALE), fx.scale_floor, count, factor)


def test_halves_by_hand() -> None:
    half = fx.ratio_floor(1, 2)
    assert half == 2147483648
    assert fx.to_int_floor(-half) == -1
    assert fx.mul_floor(half, half) == fx.ratio_floor(1, 4)
    assert fx.div_floor(fx.ONE, half) == fx.from_int(2)
    assert fx.sqrt_floor(fx.from_int(9)) == fx.from_int(3)
    assert fx.scale_floor(-5, half) == -3
