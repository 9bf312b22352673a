"""Numbers of a JSON file, exactly: decimal text → rational → scaled → rounded half to even.

Law: STATE.md, "The universe folder". No number of a file ever becomes a float.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from void_reckoning_scenarios.decimals import ONE

_LETTERS_MAX = 400
# Far outside every range of STATE.md: such a number is clipped, whatever its exact power of ten.
_EXPONENT_MAX = 60


@dataclass(frozen=True)
class Unusable:
    """A number that is none here: NaN, an infinity, or one of hundreds of digits."""

    text: str

    def __str__(self) -> str:
        """Return the number's beginning as it stands in the file."""
        return self.text[:40]


Number = int | Decimal


def parse_number(text: str) -> Decimal | int | Unusable:
    """Read the text of a JSON number."""
    if len(text) > _LETTERS_MAX:
        return Unusable(text[:50])
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Unusable(text)
    if not value.is_finite():
        return Unusable(text)
    return int(text) if text.lstrip("-").isdigit() else value


def rational(number: Number) -> Fraction:
    """Return the exact value; beyond 10^±60 a value that is as far outside or as small."""
    if isinstance(number, int):
        return Fraction(number)
    if number == 0:
        return Fraction(0)
    sign = -1 if number < 0 else 1
    if number.adjusted() > _EXPONENT_MAX:
        return Fraction(sign * 10**_EXPONENT_MAX)
    if number.adjusted() < -_EXPONENT_MAX:
        return Fraction(sign, 10**_EXPONENT_MAX)
    return Fraction(number)


def fx_nearest(value: Fraction) -> int:
    """Return the raw fx nearest to a value, the even one of two: round(value · 2^32)."""
    return round(value * ONE)
