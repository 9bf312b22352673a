"""The pure functions of RULES.md that take plain values, with the ranges that it proves for them.

Vectors are made from this list and twins are compared over it; RULES.md itself is read to see that
no function is missing.
"""

from tests.golden.parameters import ONE, Function, Key, Kind, Number, OneOf, Structured
from tests.golden.structured import STRUCTURED

_I64 = Number(-(2**63), 2**63 - 1)
# A factor with which most products of an i64 still fit.
_NARROW = Number(-(2**34), 2**34)
_U64 = Number(0, 2**64 - 1)
_U32 = Number(0, 2**32 - 1)
_SHARE = Number(0, ONE)
_ROLL = Number(0, ONE - 1)
_SPACE = Number(-(2**52), 2**52)
_HULL = Number(0, 2**52)
_ATTACK = Number(0, 2**46)
_FACTOR = Number(0, 16 * ONE)
_HEX = Number(-(2**20), 2**20)
_SMALL_HEX = Number(-(2**20) + 40, 2**20 - 40)

_FX = "All values are raw Q32.32 (raw r means r / 2^32)"
_COUNTS = "Integers are plain, factors and shares raw Q32.32 (raw r means r / 2^32)"


def _fits(value: int) -> bool:
    """Tell whether a result is an i64, the precondition of every function of `shared/fx`."""
    return -(2**63) <= value < 2**63


def _of(place: str, note: str, **parameters: Kind) -> Function:
    return Function(place, parameters, note)


_GROUND = [
    _of("shared/fx.from_int", _COUNTS, value=Number(-(2**31), 2**31 - 1)),
    _of("shared/fx.to_int_floor", _FX, value=_I64),
    Function(
        "shared/fx.ratio_floor",
        {"numerator": _I64, "denominator": Number(1, 2**63 - 1)},
        "Two plain integers; the result is raw Q32.32",
        lambda numerator, denominator: _fits((numerator << 32) // denominator),
    ),
    Function(
        "shared/fx.mul_floor",
        {"left": _I64, "right": _NARROW},
        _FX,
        lambda left, right: _fits((left * right) >> 32),
    ),
    Function(
        "shared/fx.div_floor",
        {"left": _I64, "right": _I64},
        _FX,
        lambda left, right: right != 0 and _fits((left << 32) // right),
    ),
    _of("shared/fx.sqrt_floor", _FX, value=Number(0, 2**63 - 1)),
    Function(
        "shared/fx.scale_floor",
        {"count": _I64, "factor": _NARROW},
        _COUNTS,
        lambda count, factor: _fits((count * factor) >> 32),
    ),
    _of(
        "shared/vector.distance_floor",
        _FX,
        ax=_SPACE,
        ay=_SPACE,
        az=_SPACE,
        bx=_SPACE,
        by=_SPACE,
        bz=_SPACE,
    ),
    _of("shared/hex.distance", "Axial hexes (q, r)", aq=_HEX, ar=_HEX, bq=_HEX, br=_HEX),
    _of("shared/hex.neighbours", "Axial hexes (q, r)", q=_SMALL_HEX, r=_SMALL_HEX),
    _of("shared/hex.ring", "Axial hexes", q=_SMALL_HEX, r=_SMALL_HEX, radius=Number(0, 12)),
    _of("shared/hex.spiral", "Axial hexes", q=_SMALL_HEX, r=_SMALL_HEX, radius=Number(0, 8)),
    _of(
        "shared/stream.stream_key",
        "Texts are UTF-8, the key is 32 bytes in hex",
        seed=_U64,
        universe=_U32,
        turn=_U64,
        phase=OneOf(("combat", "", "économie", "x" * 300)),
        faction=_U32,
        stream=OneOf(("combat.accuracy", "", "ф")),
        scope=OneOf(((3, 1), (), (0,), (0, 0), (2**64 - 1,))),
    ),
    _of(
        "shared/stream.block",
        "Key and block are bytes in hex",
        key=Key(),
        counter=Number(0, 2**64 - 2),
        rounds=OneOf((8, 12, 20)),
    ),
    _of("shared/stream.draw_at", "The key is 32 bytes in hex", key=Key(), index=Number(0, 2**63)),
    _of(
        "shared/stream.draw_many",
        "The key is 32 bytes in hex",
        key=Key(),
        first=Number(0, 2**63),
        count=Number(0, 40),
    ),
    _of("shared/stream.bounded", "Plain u64", draw=_U64, bound=Number(1, 2**64 - 1)),
    _of("shared/stream.unit_fx", "A u64 becomes raw Q32.32", draw=_U64),
]
_RULES = [
    _of("combat-resolver/recharge.recharged", _FX, shield=_HULL, regen=_HULL, shield_max=_HULL),
    Function(
        "combat-resolver/damage.hit_chance",
        {"accuracy": _SHARE, "evasion": _SHARE, "hit_min": _SHARE, "hit_max": _SHARE},
        _FX,
        lambda accuracy, evasion, hit_min, hit_max: hit_min <= hit_max,
    ),
    _of(
        "combat-resolver/damage.after_defense",
        _FX,
        attack=_ATTACK,
        plating=_ATTACK,
        pierce_min=_SHARE,
    ),
    _of(
        "combat-resolver/damage.after_critical",
        _FX,
        damage=_ATTACK,
        critical=_SHARE,
        roll=_ROLL,
        factor=Number(ONE, 4 * ONE),
    ),
    _of(
        "combat-resolver/damage.after_reduction",
        _FX,
        damage=Number(0, 2**48),
        armour=_HULL,
        armour_half=Number(1, 2**52),
    ),
    _of(
        "combat-resolver/damage.final_damage",
        _FX,
        damage=Number(0, 2**48),
        roll=_ROLL,
        spread=_SHARE,
        damage_min=Number(0, 2**42),
    ),
    _of(
        "combat-resolver/damage.apply_damage", _FX, hp=_HULL, shield=_HULL, damage=Number(0, 2**62)
    ),
    _of(
        "economy/upkeep.planet_income",
        f"{_COUNTS}; blockaded is 0 or 1",
        income=Number(0, 1000000),
        factor=_FACTOR,
        blockaded=OneOf((0, 1)),
        share=_SHARE,
    ),
    _of("economy/upkeep.fleet_upkeep", _COUNTS, total=Number(0, 2**50), factor=_FACTOR),
    _of("economy/upkeep.refund", _COUNTS, cost=Number(0, 10**9), share=_SHARE),
    _of(
        "decision/mind.move_score",
        f"{_FX}, but distance, which is an integer",
        value=Number(0, 2**62),
        threat_cost=Number(0, 2**60),
        distance=Number(0, 2**30),
        noise=_HULL,
    ),
    _of("decision/mind.build_score", "Plain integers", weight=Number(0, 1000000), draw=_U64),
]

FUNCTIONS: dict[str, Function | Structured] = {
    function.place: function for function in (*_GROUND, *_RULES, *STRUCTURED)
}
