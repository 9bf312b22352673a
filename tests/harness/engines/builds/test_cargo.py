"""Our own engine as builds: revisions that share cargo's folder, each with its own content."""

from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from tests.support.tree import ROOT
from vr_verify.engines.builds.cache import Cache
from vr_verify.engines.builds.revision import resolve_revision
from vr_verify.engines.builds.spec import BuildFailed
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec, resolve_build, resolve_registered

RULES = "engine/crates/sim-cortex/src/scenario/mod.rs"
OLD, NEW = 'RULES_VERSION: &str = "1"', 'RULES_VERSION: &str = "changed"'


def rules_version(spec: BuildSpec) -> str:
    with Engine(spec) as engine:
        return engine.description.rules_version


def change(repository: Path, old: str, new: str) -> None:
    """Replace a text in a Rust source that all of the engine stands on, and commit it."""
    path = repository / RULES
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    trees.commit(repository, new)


@pytest.mark.slow
def test_a_revision_is_never_made_of_what_was_compiled_for_another(
    tmp_path: Path, cache: Cache
) -> None:
    repository = tmp_path / "game"
    trees.git(ROOT, "clone", "--quiet", "--shared", str(ROOT), str(repository))
    change(repository, OLD, NEW)
    change(repository, NEW, OLD)
    # Other words in another file: the sources of the first revision in a tree of its own.
    trees.write(repository, {"README.md": "Other words.\n"})
    trees.commit(repository, "words")
    change(repository, OLD, "RULES_VERSION: &str = nothing")
    first, changed, again = (
        resolve_revision(repository, revision, "rust")
        for revision in ("HEAD~4", "HEAD~3", "HEAD~1")
    )
    assert [rules_version(spec) for spec in (first, changed, again)] == ["1", "changed", "1"]
    assert first.build == again.build != changed.build
    assert len({spec.argv for spec in (first, changed, again)}) == 3
    assert first.facts.keys() >= {"rustc", "profile", "python", "dependencies"}
    with pytest.raises(BuildFailed, match=r"error.*: cannot find value `nothing`") as caught:
        resolve_revision(repository, "HEAD", "rust")
    assert "scenario/mod.rs" in caught.value.message
    assert str(cache.root) not in caught.value.message
    # The working tree is what is installed here, so it is the same build, made another way.
    assert resolve_build(f"dir:{ROOT}/engine:rust").build == resolve_registered("rust").build
