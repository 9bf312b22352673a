"""Decimal fractions of a scenario file as fixed point: the raw value is ⌊value · 2^32⌋, exactly.

The only rounding of `resolve` (STATE.md: fx is Q32.32). No number of a file ever becomes a float.
"""

from decimal import Decimal, InvalidOperation

ONE = 1 << 32

# Far outside every range of STATE.md, and far below one raw step: such a number needs no exact
# power of ten, which could fill the memory.
_DIGITS_MAX = 100
_EXPONENT_MAX = 30


class NotAnFxError(ValueError):
    """A text that is no decimal number which could be an fx value."""


def parse_decimal(text: str) -> Decimal:
    """Read the text of a fraction in a TOML file; NotAnFxError for `nan`, `inf` and giants."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise NotAnFxError(f"{text[:40]} is no number") from error
    if not value.is_finite():
        raise NotAnFxError(f"{text[:40]} is no number")
    if len(value.as_tuple().digits) > _DIGITS_MAX or abs(value.adjusted()) > _EXPONENT_MAX:
        raise NotAnFxError(f"{text[:40]} has more digits than any value here")
    return value


def fx_floor(value: Decimal | int) -> int:
    """Return the raw fx of a number: ⌊value · 2^32⌋."""
    numerator, denominator = value.as_integer_ratio()
    return numerator * ONE // denominator


def format_fx(raw: int) -> str:
    """Return a raw fx as the exact decimal that a message shows."""
    sign = "-" if raw < 0 else ""
    whole, rest = divmod(abs(raw), ONE)
    # A fraction with denominator 2^32 has at most 32 decimal places: 10^32 / 2^32 = 5^32.
    places = str(rest * 5**32).rjust(32, "0").rstrip("0")
    return f"{sign}{whole}.{places}" if places else f"{sign}{whole}"
