"""`large` on the Rust engine under all that must not matter: each turn has one digest.

Contract, section 6: threads, instruction sets, tracing, loading and `advance` change nothing.
"""

from itertools import product

import pytest

from void_reckoning_scenarios.resolve import resolve
from vr_verify.engines.client import Engine
from vr_verify.engines.factors import Setting, surrounded
from vr_verify.engines.registry import resolve_registered
from vr_verify.errors import UsageError
from vr_verify.model.run import Digests

pytestmark = pytest.mark.slow

TURNS = 4
THREADS = ("1", "2", "3", "8")
SETS = ("baseline", "sse41", "avx2", "avx512")


def engine_under(*variables: tuple[str, str]) -> Engine:
    """Start the engine with these variables in its environment."""
    return Engine(surrounded(resolve_registered("rust"), Setting("here", variables)))


def is_here(name: str) -> bool:
    """Whether the engine takes an instruction set on this machine; no other error will do."""
    try:
        with engine_under(("VR_ISA", name)):
            return True
    except UsageError as error:
        if "VR_ISA" not in error.message:
            raise
        return False


def sets_here() -> list[str]:
    """Return the instruction sets that the engine takes on this machine; the plainest always."""
    found = [name for name in SETS if is_here(name)]
    assert found[0] == "baseline"
    return found


def played(engine: Engine, scenario: bytes, traced: bool, resumed: bool) -> list[Digests]:
    """Play the turns; `resumed`: each from the saved and loaded state of the one before."""
    digests = [engine.init(scenario).digests]
    for _ in range(TURNS):
        if resumed:
            assert engine.restore(engine.state()).digests.state == digests[-1].state
        for _ in engine.steps:
            result = engine.step((), None, traced)
        if traced:
            assert result.phase_digests[-1] == result.digests.state
        digests.append(result.digests)
    return digests


def advanced(engine: Engine, scenario: bytes, resumed: bool) -> list[Digests]:
    """Play the turns by `advance`; `resumed`: the later half from the state before it."""
    digests = [engine.init(scenario).digests]
    turn = ((),) * len(engine.steps)
    half = TURNS // 2 if resumed else TURNS
    digests += [result.digests for result in engine.advance([turn] * half)]
    if resumed:
        assert engine.restore(engine.state()).digests.state == digests[-1].state
        digests += [result.digests for result in engine.advance([turn] * (TURNS - half))]
    return digests


def test_threads_sets_tracing_loading_and_advancing_change_no_digest() -> None:
    scenario, _ = resolve("large", None)
    first: list[Digests] | None = None
    counted = 0
    for threads, isa in product(THREADS, sets_here()):
        with engine_under(("VR_THREADS", threads), ("VR_ISA", isa)) as engine:
            assert engine.can("advance"), "else it would be stepped"
            for traced, resumed in product((False, True), repeat=2):
                found = played(engine, scenario, traced, resumed)
                first = first or found
                assert found == first, (threads, isa, traced, resumed)
                counted += 1
            for resumed in (False, True):
                found = advanced(engine, scenario, resumed)
                assert found == first, (threads, isa, "advanced", resumed)
                counted += 1
    assert first is not None
    assert len({one.state for one in first}) == TURNS + 1
    assert counted >= 6 * len(THREADS)


def test_another_seed_is_seen() -> None:
    texts = [resolve("large", seed)[0] for seed in (None, "7")]
    with engine_under() as engine:
        one, other = (played(engine, text, False, False) for text in texts)
    assert one != other
