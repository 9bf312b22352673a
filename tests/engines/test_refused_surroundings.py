"""Surroundings that the Rust engine cannot heed: the caller's to mend, not the engine's fault."""

import pytest

from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_registered
from vr_verify.errors import UsageError


@pytest.mark.parametrize(
    ("variable", "good", "bad"), [("VR_ISA", "baseline", "pentium"), ("VR_THREADS", "2", "two")]
)
def test_a_wrong_variable_is_named_and_a_right_one_is_taken(
    variable: str, good: str, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, good)
    with Engine(resolve_registered("rust")) as engine:
        assert engine.can("isa")
    monkeypatch.setenv(variable, bad)
    wanted = f"rust cannot run as it was asked to: {variable}: .*{bad}"
    with pytest.raises(UsageError, match=wanted), Engine(resolve_registered("rust")):
        pass
