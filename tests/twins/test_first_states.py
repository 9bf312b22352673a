"""Random first states and texts: both engines and the harness see one state, then play alike."""

import json
from typing import Any

from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.pair import Pair, small
from vr_verify.canonical import archive, json_text, tree
from vr_verify.canonical.schema import parse_schema
from vr_verify.canonical.state import State, Universe

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
BALANCES = st.one_of(st.integers(-(2**50), 2**50), st.integers(-500, 2000))
SPACE = st.integers(-(2**52), 2**52)


@st.composite
def scenarios(draw: st.DrawFn) -> bytes:
    """Draw a scenario that makes sense: other texts, places, hulls, money, rules and seed."""
    value: dict[str, Any] = json.loads(small())
    tables = value["state"]["universes"][0]["tables"]
    value["name"] = draw(TEXTS)
    value["seed"] = draw(st.integers(0, 2**64 - 1))
    for faction in value["factions"]:
        faction["name"] = draw(TEXTS)
        faction["caution"] = draw(st.integers(0, 2**40))
    value["rules"]["noise"] = draw(st.integers(0, 2**52))
    value["rules"]["rounds_max"] = draw(st.integers(1, 5))
    value["rules"]["damage_spread"] = draw(st.integers(0, 2**32))
    for axis in "xyz":
        tables["system"][axis] = [draw(SPACE) for _ in tables["system"][axis]]
    units = tables["unit"]
    for slot, design in enumerate(units["design"]):
        figures = value["designs"][design]
        # One unit stays whole: a state without a fit one makes no sense.
        units["hp"][slot] = figures["hull"] if slot == 0 else draw(st.integers(0, figures["hull"]))
        units["shield"][slot] = draw(st.integers(0, figures["shield"]))
        units["kills"][slot] = draw(st.integers(0, 1000))
    treasuries = [draw(BALANCES), draw(BALANCES)]
    tables["account"]["balance"] = [*treasuries, -sum(treasuries), 0, 0]
    value["state"]["turn"] = draw(st.integers(0, 10**6))
    return json_text.encode(value)


@settings(max_examples=25, deadline=None)
@given(scenarios())
def test_a_first_state_is_one_state_for_all_three(scenario: bytes) -> None:
    pair = Pair(scenario)
    schema = parse_schema(pair.first["schema"])
    archives = pair.same("snapshot")
    tables = tuple(
        archive.decode_archive(data, schema, index) for index, (_, _, data) in enumerate(archives)
    )
    state = State(pair.first["turn"], (Universe(0, tables),))
    found = tree.state_digest(schema, blake3(scenario).digest(), state)
    assert pair.first["state_digest"] == found.hex()
    answer = pair.turn(phases=True)
    if answer["halt"] is None:
        pair.turn()
    pair.same("rules_fired")
