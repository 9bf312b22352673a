"""Descent by trees shows what whole states show, for kilobytes, and finds a tree that lies."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
from msgspec import structs

from tests.harness.runlog.runs import all_types, filled, next_state
from tests.support.grain_engine import ROWS, WEIGHT, granary
from tests.support.open_mill import open_mill
from vr_verify.canonical import tree
from vr_verify.canonical.state import State, Universe
from vr_verify.compare.states import HashedState, Place, difference, entity_text, value_texts
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.model.report import Report
from vr_verify.session.descent import Descended, descend
from vr_verify.session.locate import locate
from vr_verify.session.lockstep import Lockstep
from vr_verify.session.tree_sides import ColumnAt, HeldTree, LiveTree, TreeSide
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

SCHEMA = all_types()
replay_verb = import_module("vr_verify.verbs.replay")
lockstep_room = import_module("vr_verify.session.lockstep")
SCENARIO_DIGEST = bytes(32)
KILOBYTES = 1000


class OnDemand:
    """A state that is handed over piece by piece, as an engine hands it over."""

    def __init__(self, held: HashedState) -> None:
        self._all = HeldTree(held)
        self.turn, self.rows, self.bytes_read = self._all.turn, self._all.rows, 0
        self.tops = self._all.tops

    def nodes(self, at: ColumnAt, level: int, first: int, count: int) -> bytes:
        """Give nodes."""
        return self._all.nodes(at, level, first, count)

    def values(self, at: ColumnAt, first: int, count: int) -> bytes:
        """Give values."""
        return self._all.values(at, first, count)


def hashed(state: State) -> HashedState:
    return HashedState(state, tree.build_state(SCHEMA, SCENARIO_DIGEST, state))


def spotted(state: State, random: Random) -> State:
    """Change some bytes of some columns."""
    universes = []
    for universe in state.universes:
        tables = []
        for table in universe.tables:
            columns = [bytearray(payload) for payload in table.columns]
            for payload in random.sample(columns, random.randrange(len(columns))):
                for at in (random.randrange(len(payload)) for _ in range(4) if payload):
                    payload[at] ^= 1
            tables.append(replace(table, columns=tuple(map(bytes, columns))))
        universes.append(Universe(universe.id, tuple(tables)))
    return State(state.turn, tuple(universes))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("held", [False, True])
def test_a_descent_shows_what_whole_states_show(seed: int, held: bool) -> None:
    random = Random(seed)
    tables = tuple(filled(t, random.choice((0, 3, 300, 1100)), random) for t in SCHEMA.tables)
    one = State(4, (Universe(0, tables), Universe(7, tables)))
    other = spotted(one, random)
    if seed % 3 == 0:
        other = State(4, next_state(SCHEMA, other, random).universes)
    whole = {"a": hashed(one), "b": hashed(other), "c": hashed(spotted(one, random))}
    sides: dict[str, TreeSide] = {name: OnDemand(side) for name, side in whole.items()}
    if held:
        sides["c"] = HeldTree(whole["c"])
    found = descend(SCHEMA, SCENARIO_DIGEST, sides)
    if [u.id for u in one.universes] != [u.id for u in other.universes]:
        assert found is None
        return
    assert found is not None
    assert found.liars == ()
    wanted = difference(SCHEMA, whole)
    assert difference(SCHEMA, found.sides) == wanted
    assert found.differ == bool(wanted.places)
    for name, side in found.sides.items():
        assert side.tree.digest == whole[name].tree.digest
    for place in wanted.places[:: max(1, len(wanted.places) // 20)]:
        states = [{n: side.state for n, side in of.items()} for of in (whole, found.sides)]
        assert value_texts(SCHEMA, place, states[1]) == value_texts(SCHEMA, place, states[0])
        assert entity_text(SCHEMA, place, states[1]) == entity_text(SCHEMA, place, states[0])


def lied(change: Callable[[bytes], bytes], call: str) -> Descended:
    """Descend where one side tells something else in answer to a call."""
    random = Random(5)
    tables = tuple(filled(table, 1100, random) for table in SCHEMA.tables)
    one = State(4, (Universe(0, tables),))
    sides = {"a": OnDemand(hashed(one)), "b": OnDemand(hashed(spotted(one, random)))}
    plain = getattr(sides["b"], call)
    setattr(sides["b"], call, lambda *args: change(plain(*args)))
    found = descend(SCHEMA, SCENARIO_DIGEST, sides)
    assert found is not None
    return found


@pytest.mark.parametrize("call", ["nodes", "values"])
def test_who_tells_what_has_another_digest_is_a_liar(call: str) -> None:
    for at in (0, -1):

        def flipped(data: bytes, at: int = at) -> bytes:
            changed = bytearray(data)
            changed[at] ^= 1
            return bytes(changed)

        assert lied(flipped, call).liars == ("b",)
    assert lied(lambda data: data[:-1], call).liars == ("b",)
    told = lied(bytes, call)
    assert told.liars == ()
    assert told.differ


@pytest.mark.parametrize(("name", "places", "most"), [("Spoiled", 1, 12), ("Rotten", 1000, 2500)])
def test_a_million_rows_are_not_read_for_one_field(name: str, places: int, most: int) -> None:
    with (
        Engine(resolve_build(granary())) as good,
        Engine(resolve_build(granary(name))) as bad,
    ):
        for engine in (good, bad):
            engine.init(b'{"rows":"%d"}' % ROWS)
            engine.step(())
        sides = {"good": LiveTree(good), "bad": LiveTree(bad)}
        found = descend(good.schema, SCENARIO_DIGEST, sides)
        assert found is not None
        differences = difference(good.schema, found.sides)
        weight = good.schema.tables[0].positions[WEIGHT]
        assert differences.entities == places
        assert {place.column for place in differences.places} == {weight}
        if places == 1:
            assert differences.places == (Place(0, 0, weight, 777_777),)
        states = {side: one.state for side, one in found.sides.items()}
        named = entity_text(good.schema, differences.places[0], states)
        assert named == f"0/grain/{differences.places[0].slot}:3"
        assert all(side.bytes_read < most * KILOBYTES for side in sides.values())
        assert 10 * most * KILOBYTES < ROWS * 29


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    """A scenario with leaves enough for trees of three levels."""
    path = tmp_path / "mill.json"
    listed = ",".join(f'"{slot % 50}"' for slot in range(700))
    path.write_text(f'{{"cells":[{listed}],"limit":"1000000","seed":"1"}}')
    return path


def replayed(path: Path, ways: pytest.MonkeyPatch, *, by_trees: bool, against: str) -> Report:
    """Replay a log as if its states were large; with or without the trees of its engines."""
    with ways.context() as way:
        way.setattr(replay_verb, "Lockstep", partial(Lockstep, small_bytes=0))
        if by_trees:
            way.setattr(replay_verb, "locate", partial(locate, small_bytes=0))
        else:
            way.setattr(lockstep_room, "live_tree", lambda _engine, _small_bytes: None)
        return replay(path, engine=open_mill(), against=against)


def without_recomputed(report: Report) -> Report:
    """Leave out in what the two ways differ: how many turns were read whole."""
    assert report.checked is not None
    return structs.replace(report, checked=structs.replace(report.checked, turns_recomputed=0))


@pytest.mark.parametrize("snapshots", ["delta", "sparse"])
@pytest.mark.parametrize(
    "against", [open_mill("OpenSlowWheel"), f"saboteur:field@3:{open_mill()}", open_mill()]
)
def test_the_report_is_the_same_both_ways(
    cells: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshots: str, against: str
) -> None:
    log = tmp_path / "mill.log"
    record(cells, log, turns=7, engine=open_mill(), snapshots=snapshots)
    trees, whole = (
        replayed(log, monkeypatch, by_trees=way, against=against) for way in (True, False)
    )
    assert without_recomputed(trees) == without_recomputed(whole)
    parted = against != open_mill()
    assert (trees.divergence is not None) == parted
    if trees.divergence is not None:
        assert trees.divergence.kind == "state"
        assert trees.divergence.entity is not None
        assert trees.checked is not None
        assert whole.checked is not None
        assert trees.checked.turns_recomputed < whole.checked.turns_recomputed


def test_a_state_is_not_read_whole_where_sides_part(
    cells: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, read = tmp_path / "mill.log", list[int]()
    record(cells, log, turns=7, engine=open_mill())
    plain = Engine.state

    def noted(engine: Engine) -> State:
        read.append(engine.turn)
        return plain(engine)

    monkeypatch.setattr(Engine, "state", noted)
    replayed(log, monkeypatch, by_trees=True, against=open_mill("OpenSlowWheel"))
    # The first and the last turn are recomputed, each read twice.
    assert set(read) == {0, 7}
    read.clear()
    replayed(log, monkeypatch, by_trees=False, against=open_mill("OpenSlowWheel"))
    assert {4, 5} < set(read), "the other way reads them"
