"""`large`, `million` and their like: sizes, texts that stay, and steady traffic on both engines."""

import json
from pathlib import Path

import pytest
from blake3 import blake3

import vr_verify
from void_reckoning_reference.campaign.engine import Engine as Reference
from void_reckoning_reference.schema import ROWS_MAX, SCHEMA_DIGEST, TABLES
from void_reckoning_reference.shared.archive import decode_archive
from void_reckoning_reference.state import WIDTHS, unpack_column
from void_reckoning_rust import _native
from void_reckoning_scenarios.resolve import resolve

# BLAKE3 of the canonical text. Another text is another run: a change here is one of rules.
TEXTS = {
    "large": "20bf0fdeed6d49f9ba39cf83ca1a3cb5f8a641be81ddf873e0b70f0247e134d9",
    "large-quiet": "3fb692fb3c5bd66c651defbfa9cec1679f9c2bdd033b03a3bfe0a86149cdccd4",
    "large-busy": "b8a5b9fae8a2acc5cbee8db7b21f05a1458d2398f3e409245918aa68c4702788",
    "million": "d51c9c37c980d6d6ea20627e854f8dc8f376cdd6a9df47be1bbbf4e6426bc3a1",
    "million-quiet": "a59f59463d1d9f3402dc8f34d1627a72374a86e6f34dd2f87f12737b4adcb3a9",
    "million-busy": "c9389caeaf578a1e3122358887d8d4313fab288f6f2aa0bfbcba2144af0b0a6a",
}
UNITS = {"large": 100_000, "million": 1_000_000}
SLOW = pytest.mark.slow
EACH = [name if name == "large" else pytest.param(name, marks=SLOW) for name in TEXTS]
Rows = dict[str, dict[str, list[int]]]


def tables_of(scenario: bytes) -> Rows:
    (universe,) = json.loads(scenario)["state"]["universes"]
    tables: Rows = universe["tables"]
    return tables


def played(engine: Reference | _native.Engine) -> None:
    """Play one turn without commands; a halt is a failure."""
    ended: object = False
    while not ended:
        if isinstance(engine, Reference):
            answer = engine.step([], None, False)
        else:
            answer = engine.step(b"[]", None, False)
        assert answer["halt"] is None
        ended = answer["turn_ended"]


@pytest.mark.parametrize("name", EACH)
def test_texts_stay_and_sizes_are_as_promised(name: str) -> None:
    scenario, flaws = resolve(name, None)
    assert (flaws, blake3(scenario).hexdigest()) == ([], TEXTS[name])
    found = tables_of(scenario)
    units = UNITS[name.partition("-")[0]]
    assert len(found["unit"]["alive"]) == units
    assert len(found["fleet"]["alive"]) == units // 10
    assert len(found["system"]["alive"]) <= 10_000
    assert len(found["planet"]["alive"]) <= 400
    assert len(found["unit"]["alive"]) + units // 25 < ROWS_MAX, "room for what yards build"
    under_way = found["fleet"]["posture"].count(1)
    shields = set(found["unit"]["shield"])
    if name.endswith("quiet"):
        assert under_way <= units // 250
        assert set(found["faction"]["mind"]) == {0}
    else:
        assert under_way > 0.95 * units // 10
        assert set(found["faction"]["mind"]) == {1}
    assert (shields == {0}) == name.endswith("busy")


@SLOW
@pytest.mark.parametrize("name", ["large", "million"])
def test_traffic_is_steady(name: str) -> None:
    turns = {"large": 100, "million": 5}[name]
    engine = _native.Engine()
    engine.init(resolve(name, None)[0])
    before = engine.rules_fired()["rules"]
    for _ in range(turns):
        played(engine)
        after = engine.rules_fired()["rules"]
        fired = {rule: count - before[rule] for rule, count in after.items()}
        before = after
        assert fired["movement"] > 0.94 * UNITS[name] // 10, "one way asked for by each fleet"
        assert fired["battle"] > 0
        assert 0.03 < fired["hit"] / UNITS[name] < 0.2, "few units are in battle"
        assert fired["insolvency"] == 0


@SLOW
def test_all_units_of_a_busy_scenario_change_and_few_rows_of_a_quiet_one() -> None:
    assert 0 < changed_share("large-quiet") < 0.01
    assert 0.9 < changed_share("large-busy") < 1
    assert 0.05 < changed_share("large") < 0.2


def changed_share(name: str) -> float:
    """Return the share of rows of all tables that differ between the first two turns' ends."""
    engine = _native.Engine()
    engine.init(resolve(name, None)[0])
    states = []
    for _ in range(2):
        played(engine)
        states.append(rows_of(engine))
    differing = sum(
        one != other
        for table, rows in states[0].items()
        for one, other in zip(rows, states[1][table], strict=False)
    )
    return differing / sum(map(len, states[1].values()))


def rows_of(engine: _native.Engine) -> dict[str, list[tuple[int, ...]]]:
    """Return all rows of all tables, read from the engine's archives."""
    found = {}
    for _, table, archive in engine.snapshot():
        columns = TABLES[table]
        widths = [WIDTHS[column.type] for column in columns]
        _, payloads = decode_archive(bytes(archive), SCHEMA_DIGEST, widths)
        cells = map(unpack_column, payloads, columns)
        found[table] = list(zip(*cells, strict=True))
    return found


@SLOW
def test_both_engines_play_large_alike(tmp_path: Path) -> None:
    log = tmp_path / "large.log"
    recorded = vr_verify.record("large", log, turns=3, engine="rust")
    assert recorded.outcome == "agreed"
    replayed = vr_verify.replay(log, engine="rust", against="python")
    assert replayed.outcome == "agreed"
    assert replayed.checked is not None
    assert replayed.checked.turns == 3


@SLOW
def test_both_engines_play_a_turn_of_a_million_alike() -> None:
    scenario = resolve("million", None)[0]
    rust, reference = _native.Engine(), Reference()
    opened = [rust.init(scenario), reference.init(scenario)]
    assert opened[0]["state_digest"] == opened[1]["state_digest"]
    played(rust)
    played(reference)
    assert [bytes(data) for *_, data in rust.snapshot()] == [
        data for *_, data in reference.snapshot()
    ]
    assert (rust.draws(), rust.events()) == (reference.draws(), reference.events())
