"""The tree as a whole: what must be there, what must not, and how large it may grow."""

from tests.support import tree
from tests.support.purity_rules import CRATES

SIZE_MAX_BYTES = 50 * 1024 * 1024
EXPECTED = (
    "Cargo.lock",
    "Cargo.toml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "clippy.toml",
    "engine/pyproject.toml",
    "pyproject.toml",
    "requirements.lock",
    "rustfmt.toml",
)
BUILT_SUFFIXES = {".so", ".pyd", ".pyc", ".whl", ".rlib"}


def test_the_repository_stays_small() -> None:
    size = tree.size_bytes()
    assert 0 < size < SIZE_MAX_BYTES, f"{size} bytes: fixtures belong behind a generator"


def test_a_stranger_finds_what_every_project_has() -> None:
    present = {str(path) for path in tree.paths()}
    assert [name for name in EXPECTED if name not in present] == []


def test_nothing_built_is_tracked() -> None:
    assert [path for path in tree.paths() if path.suffix in BUILT_SUFFIXES] == []


def test_every_crate_is_a_room_of_the_engine() -> None:
    manifests = [path for path in tree.paths() if path.match("engine/crates/*/Cargo.toml")]
    assert len(manifests) >= 10, "a check over nothing is a failure"
    assert {path.parent.name for path in manifests} <= set(CRATES)


def test_every_package_that_is_imported_by_others_ships_its_types() -> None:
    packages = [path.parent for path in tree.paths() if path.match("engine/python/*/__init__.py")]
    assert packages, "a check over nothing is a failure"
    assert [str(p) for p in packages if not (tree.ROOT / p / "py.typed").is_file()] == []
