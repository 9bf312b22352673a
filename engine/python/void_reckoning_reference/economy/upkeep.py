"""Phase `economy`, sequential: income, then upkeep, then ships given up by who cannot pay.

Law: RULES.md, `economy/upkeep`. Twin: `engine/crates/economy/src/upkeep.rs`. Knows no building.
"""

from void_reckoning_reference.economy.accounts import transfer
from void_reckoning_reference.fleets import fit_units, fit_units_by_fleet, owners_by_system
from void_reckoning_reference.shared.fx import scale_floor
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn

_MINT = 1
_UPKEEP = 2
_YARDS = 3


def planet_income(income: int, factor: int, blockaded: bool, share: int) -> int:
    """Return a planet's credits for one turn; factor and the share left by a blockade are fx."""
    whole = scale_floor(income, factor)
    return scale_floor(whole, share) if blockaded else whole


def fleet_upkeep(total: int, factor: int) -> int:
    """Return what ships of this total upkeep cost in one turn."""
    return scale_floor(total, factor)


def refund(cost: int, share: int) -> int:
    """Return the credits that come back for a ship given up."""
    return scale_floor(cost, share)


def economy(turn: Turn) -> None:
    """Collect the faction's income, pay its upkeep, and give up ships while it is in debt."""
    treasury = turn.world.factions[turn.faction].account
    income = _income(turn)
    transfer(turn, _account(turn, _MINT), treasury, income, NONE, "income")
    if income > 0:
        turn.fire("income")
    upkeep = fleet_upkeep(_upkeep_total(turn), turn.data.rules.upkeep_factor)
    transfer(turn, treasury, _account(turn, _UPKEEP), upkeep, NONE, "upkeep")
    if upkeep > 0:
        turn.fire("upkeep")
    for _ in range(turn.data.rules.disband_max):
        if turn.world.accounts[treasury].balance >= 0 or not _disband(turn, treasury):
            break


def _income(turn: Turn) -> int:
    """Return the income of the faction's planets, blockaded ones at their share."""
    owners = owners_by_system(turn.world, fit_units_by_fleet(turn.world))
    total = 0
    for planet in turn.world.planets:
        if planet.alive and planet.owner == turn.faction:
            present = owners.get(planet.system, set())
            blockaded = len(present) > 0 and turn.faction not in present
            if blockaded:
                turn.fire("blockade")
            factor = turn.data.income_factors[planet.class_index]
            share = turn.data.rules.blockade_share
            total += planet_income(planet.income, factor, blockaded, share)
    return total


def _upkeep_total(turn: Turn) -> int:
    total = 0
    for unit in turn.world.units:
        if unit.hp > 0 and unit.owner == turn.faction:
            total += turn.data.designs[unit.design].upkeep
    return total


def _disband(turn: Turn, treasury: int) -> bool:
    """Give up the fit unit of greatest upkeep, lowest slot at a tie; False if there is none."""
    chosen = None
    upkeep_max = -1
    for slot in fit_units(turn.world):
        unit = turn.world.units[slot]
        if unit.owner == turn.faction and turn.data.designs[unit.design].upkeep > upkeep_max:
            chosen = slot
            upkeep_max = turn.data.designs[unit.design].upkeep
    if chosen is None:
        return False
    unit = turn.world.units[chosen]
    unit.hp = unit.shield = 0
    amount = refund(turn.data.designs[unit.design].cost, turn.data.rules.refund_share)
    disbanded = turn.emit("unit.disbanded", ("unit", chosen), (("refund", amount),))
    turn.fire("insolvency")
    transfer(turn, _account(turn, _YARDS), treasury, amount, disbanded, "refund")
    return True


def _account(turn: Turn, kind: int) -> int:
    """Return the slot of the universe's one account of a kind other than treasury."""
    for slot, account in enumerate(turn.world.accounts):
        if account.alive and account.kind == kind:
            return slot
    raise AssertionError(f"no account of kind {kind}")
