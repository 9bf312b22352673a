"""Shares as people write them: read exactly, written exactly. No floats."""

from fractions import Fraction

from vr_verify.errors import UsageError


def read_share(text: str) -> Fraction:
    """Read a share as in `0.05`, `5%` or `1/20`; UsageError unless it is above 0 and at most 1."""
    number, percent, rest = text.strip().partition("%")
    try:
        share = Fraction(number) / (100 if percent else 1)
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if rest or not 0 < share <= 1:
        wanted = "expected a share above 0 and at most 1"
        raise UsageError(f"{wanted}, found {text!r}; give one, such as 0.05 or 5%")
    return share


def share_text(share: Fraction) -> str:
    """Write a share in percent, exactly: `5%`, `12.5%`, or `1/3` where that has no end."""
    hundredth = share * 100
    for places in range(7):
        scaled = hundredth * 10**places
        if scaled.denominator == 1:
            whole, rest = divmod(scaled.numerator, 10**places)
            return f"{whole}.{rest:0{places}}%" if places else f"{whole}%"
    return str(share)


def part_text(part: int, whole: int) -> str:
    """Write a part of a whole in percent, rounded to hundredths: `3.33%`; `0%` of nothing."""
    hundredths = (part * 20_000 + whole) // (2 * whole) if whole else 0
    return share_text(Fraction(hundredths, 10_000))
