"""Smaller runs for a run that fails: `reductions` of PROTOCOL.md, section 6.5.

Pure; no engine is asked, so a candidate may turn out to be no scenario, which an engine refuses.
"""

from collections.abc import Iterator
from itertools import chain, islice

from void_reckoning_scenarios.smaller.case import Turns, read_case
from void_reckoning_scenarios.smaller.plans import command_plans, cut_plans
from void_reckoning_scenarios.smaller.values import value_plans

Reduced = tuple[str, bytes | None, Turns | None]


def reductions(scenario: bytes, turns: Turns, after: int) -> Iterator[Reduced]:
    """Give (name, canonical scenario, commands) of each candidate from number `after` on.

    What stays as it is is None. Only what is taken is made. ScenarioError for what is no scenario.
    """
    case = read_case(scenario, turns)
    plans = chain(cut_plans(case), command_plans(case), value_plans(case))
    for name, make in islice(plans, after, None):
        yield name, *make()
