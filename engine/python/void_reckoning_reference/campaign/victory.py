"""Phase `victory`, sequential: who is out of play, and who has won.

Law: RULES.md, `campaign/victory`. The campaign can be played on after it is won.
Twin: `engine/crates/campaign/src/victory.rs`.
"""

from collections import Counter

from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import in_play


def victory(turn: Turn) -> None:
    """Put factions without planets and units out of play; name the winner once there is one."""
    # READ
    planets = Counter(planet.owner for planet in turn.world.planets if planet.alive)
    units = Counter(unit.owner for unit in turn.world.units if unit.alive)
    # RULE, WRITE
    left = []
    for slot, faction in enumerate(turn.world.factions):
        if not in_play(faction):
            continue
        if planets[slot] == 0 and units[slot] == 0:
            faction.eliminated_turn = turn.number
            turn.emit("faction.eliminated", ("faction", slot), ())
            turn.fire("elimination")
        else:
            left.append(slot)
    campaign = turn.world.campaign[0]
    turns_max = turn.data.rules.turns_max
    on_points = 0 < turns_max <= turn.number and len(left) > 0
    if campaign.winner == NONE and (len(left) == 1 or on_points):
        winner = max(left, key=lambda slot: (planets[slot], units[slot], -slot))
        campaign.winner = winner
        campaign.won_turn = turn.number
        turn.emit("campaign.won", ("faction", winner), (("planets", planets[winner]),))
        turn.fire("victory")
