"""What our own environment lends a build decides which build it is: another version, another."""

from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from vr_verify.engines.builds.cache import Cache, Program, Record
from vr_verify.engines.builds.lent import lent, versions_of
from vr_verify.engines.builds.order import Order, Site, obtain
from vr_verify.engines.builds.tree import digest, sources_in
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build

NEEDS = trees.PROJECT.replace("dependencies = []", 'dependencies = ["fine-rules"]')
TOOL = trees.PROJECT.replace('["hatchling"]', '["hatchling", "fine-rules"]')


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give our own environment one more folder of distributions."""
    folder = tmp_path / "ours"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def provide(folder: Path, version: str, requires: str = "") -> None:
    """Install, or replace, the distribution fine-rules."""
    for old in folder.glob("*.dist-info"):
        trees.write(old, {"METADATA": "", "RECORD": ""})
        old.rmdir()
    needed = f"Requires-Dist: {requires}\n" if requires else ""
    head = f"Metadata-Version: 2.1\nName: Fine.Rules\nVersion: {version}\n{needed}"
    info = f"fine_rules-{version}.dist-info"
    files = {f"{info}/METADATA": head, "fine_rules.py": f'VERSION = "{version}"\n'}
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    trees.write(folder, files | {f"{info}/RECORD": record})


def test_what_is_required_is_found_with_what_that_requires(ours: Path) -> None:
    provide(ours, "1.0", "pluggy>=1")
    found = lent(["fine_rules (>=0)", "absent; python_version<'3'", "rich; extra == 'x'"])
    assert {name: one is not None for name, one in found.items()} == {
        "fine-rules": True,
        "pluggy": True,
        "absent": False,
    }
    assert lent(["fine-rules"], present={"fine-rules"}) == {}
    assert versions_of(["fine-rules", "absent"]) == ["absent==none", "fine-rules==1.0"]


def test_a_build_is_found_again_by_what_it_was_made_with(ours: Path, cache: Cache) -> None:
    made: list[str] = []

    def make(site: Site) -> Record:
        (version,) = versions_of(["fine-rules"])
        made.append(version)
        tree = trees.write(site.folder / "tree", {"toy.py": f"# {version}\n"})
        files = sources_in(tree)
        program = Program("toy", ".", ("python", "toy.py"), files.files, digest(files))
        return Record("0", {"made": version}, program=program, made_with=names)

    for names, builds in (((), 1), (("fine-rules",), 3)):
        for version in ("1.0", "2.0", "1.0", "2.0"):
            provide(ours, version)
            told = obtain(Order("dir:x"), f"key of {len(names)}", make).facts["made"]
            assert names == () or told == f"fine-rules=={version}"
        assert len(list(cache.root.glob("builds/*"))) == builds
    # Without the names nothing tells that the second build is not the first.
    assert made == ["fine-rules==1.0", "fine-rules==1.0", "fine-rules==2.0"]


def test_environments_that_need_different_things_find_their_own(ours: Path, cache: Cache) -> None:
    made: list[str] = []

    def make(site: Site) -> Record:
        found = lent(["fine-rules"])
        made.append(",".join(sorted(found)))
        tree = trees.write(site.folder / "tree", {"toy.py": "x\n"})
        files = sources_in(tree)
        program = Program("toy", ".", ("python", "toy.py"), files.files, digest(files))
        return Record("0", {}, program=program, made_with=tuple(sorted(found)))

    for requires in ("", "pluggy", "", "pluggy", "", "pluggy"):
        provide(ours, "2.0" if requires else "1.0", requires)
        obtain(Order("dir:x"), "key", make)
    # One build more for the first environment, whose names were fewer; from then on none.
    assert made == ["fine-rules", "fine-rules,pluggy", "fine-rules"]
    provide(ours, "1.0")
    (names,) = cache.root.glob("made-with/*")
    names.write_text("{")
    obtain(Order("dir:x"), "key", make)
    assert made[3:] == ["fine-rules"]


@pytest.mark.slow
@pytest.mark.parametrize("project", [NEEDS, TOOL], ids=["needed to run", "needed to build"])
def test_another_version_beside_us_is_another_build(
    tmp_path: Path, ours: Path, cache: Cache, project: str
) -> None:
    text = trees.PACKAGE
    if project == NEEDS:
        text = text.replace("class", "import fine_rules\n\n\nclass", 1)
        text = text.replace('"name": "VERSION"', '"name": fine_rules.VERSION')
    tree = trees.package(tmp_path / "tree", project=project)
    trees.write(tree, {"pocket_engine/__init__.py": text})
    argvs = []
    for version in ("1.0", "2.0", "1.0"):
        provide(ours, version)
        spec = resolve_build(f"dir:{tree}")
        argvs.append(spec.argv)
        with Engine(spec) as engine:
            assert engine.name == (version if project == NEEDS else "VERSION")
    assert argvs[0] == argvs[2] != argvs[1]
    assert len(list(cache.root.glob("builds/*"))) == 2
