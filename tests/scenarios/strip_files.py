"""A least scenario of strips for the tests: `[galaxy.marches]` and `[patrols]` in one text."""

from collections.abc import Mapping

from tests.scenarios.scenario_files import DESIGN, FACTION, RULES, lines

MARCHES: dict[str, object] = {
    "length": 12,
    "width": 2,
    "spacing": 10,
    "weight": [4, 6],
    "rungs": 3,
    "fronts": 2,
    "front_weight": 9,
    "front_planets": '[{ class = "Rock", income = 10 }]',
    "home_planets": '[{ class = "Rock", income = 50 }]',
}
PATROLS: dict[str, object] = {
    "under_way": 5,
    "strays": 4,
    "beacons": 3,
    "reach": 4,
    "garrison": 2,
    "anchored": 1,
    "shields": '"full"',
}


def strip_text(
    marches: Mapping[str, object] | None = None,
    patrols: Mapping[str, object] | None = None,
    factions: int = 3,
) -> str:
    """Return the text of a good scenario of strips, with these figures in place of its own."""
    names = ("Ember", "Tide", "Moss", "Gale")[:factions]
    powers = "".join(f'[[factions]]\nname = "{name}"\n{lines(FACTION)}' for name in names)
    return (
        'name = "strips"\nseed = 5\n'
        f"[rules]\n{lines(RULES)}"
        '[[planet_classes]]\nname = "Rock"\nincome_factor = 1\n'
        f"[[designs]]\n{lines(DESIGN)}"
        f"{powers}"
        f"[galaxy.marches]\n{lines({**MARCHES, **(marches or {})})}"
        f"[patrols]\n{lines({**PATROLS, **(patrols or {})})}"
        "[[patrols.formations]]\nunits = { Frigate = 3 }\n"
        "[[patrols.formations]]\nunits = { Frigate = 1 }\n"
    )
