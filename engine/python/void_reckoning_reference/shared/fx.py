"""Fixed point Q32.32: the only module of the reference that rounds (RULES.md, `shared/fx`).

A raw value r means r / 2^32. Every rounding is toward minus infinity and says so in its name.
Twin: `engine/crates/shared/src/fx.rs`. Knows no unit and no rule.
"""

from math import isqrt

FRACTION_BITS = 32
ONE = 1 << FRACTION_BITS

_RAW_MIN = -(1 << 63)
_RAW_MAX = (1 << 63) - 1


def from_int(value: int) -> int:
    """Return the raw value of a whole number: value · 2^32."""
    return _fitting(value << FRACTION_BITS)


def to_int_floor(value: int) -> int:
    """Return the whole part of a raw value: ⌊value / 2^32⌋, so -1/2 becomes -1."""
    return _fitting(value >> FRACTION_BITS)


def ratio_floor(numerator: int, denominator: int) -> int:
    """Return the quotient of two whole numbers as raw: ⌊numerator · 2^32 / denominator⌋.

    The denominator is above 0.
    """
    assert denominator > 0, f"a ratio needs a denominator above 0, not {denominator}"
    return _fitting((numerator << FRACTION_BITS) // denominator)


def mul_floor(left: int, right: int) -> int:
    """Return the product of two raw values as raw: ⌊left · right / 2^32⌋."""
    return _fitting((left * right) >> FRACTION_BITS)


def div_floor(left: int, right: int) -> int:
    """Return the quotient of two raw values as raw: ⌊left · 2^32 / right⌋, right not 0.

    The quotient is rounded down whatever the signs are.
    """
    assert right != 0, "a quotient needs a divisor other than 0"
    return _fitting((left << FRACTION_BITS) // right)


def sqrt_floor(value: int) -> int:
    """Return the square root of a raw value as raw: ⌊√(value · 2^32)⌋, value not below 0."""
    assert value >= 0, f"a square root needs a value of at least 0, not {value}"
    return _fitting(isqrt(value << FRACTION_BITS))


def scale_floor(count: int, factor: int) -> int:
    """Return a whole number times a raw factor as a whole number: ⌊count · factor / 2^32⌋."""
    return _fitting((count * factor) >> FRACTION_BITS)


def _fitting(result: int) -> int:
    """Hand on a result, of which the rules have proven that it fits i64."""
    assert _RAW_MIN <= result <= _RAW_MAX, f"{result} does not fit i64: a range is not proven"
    return result
