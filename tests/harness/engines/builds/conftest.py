"""Gives every test here a cache of builds of its own."""

from pathlib import Path

import pytest

from vr_verify.engines.builds.cache import VARIABLE, Cache


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """Let builds be made in a folder of the test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(VARIABLE, str(folder))
    return Cache(folder)
