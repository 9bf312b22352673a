"""Trees of sources: what belongs to one, its digest, and a copy that spares what is equal."""

import os
from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from vr_verify.engines.builds.tree import Sources, digest, mirror, sources_in, sources_of

OLD_NS = 10**18


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return trees.write(tmp_path / "src", {"a.py": "a\n", "below/b.py": "b\n", "target/c.o": "c\n"})


def test_what_tools_make_is_left_out(folder: Path) -> None:
    trees.write(folder, {"below/__pycache__/b.pyc": "x", ".venv/bin/python": "x", ".hidden": "x"})
    (folder / "below" / "target").symlink_to("..")
    os.mkfifo(folder / "pipe")
    files = (".hidden", "a.py", "below/b.py", "below/target")
    assert sources_of(folder) == Sources(folder.resolve(), files)


def test_in_a_working_tree_git_says_what_is_left_out(folder: Path) -> None:
    trees.write(folder, {".gitignore": "*.log\n/build/\n", "run.log": "x", "build/d.py": "d\n"})
    trees.commit(folder, "all")
    trees.write(folder, {"new.py": "new\n", "a.py": ""})
    # Tracked is tracked, whatever its name: a target folder too.
    files = (".gitignore", "below/b.py", "new.py", "target/c.o")
    assert sources_of(folder) == Sources(folder.resolve(), files)
    assert sources_of(folder / "below") == Sources(folder.resolve(), files, "below")
    assert sources_of(folder / "build") == Sources((folder / "build").resolve(), ("d.py",))


def test_the_digest_is_that_of_names_kinds_and_bytes(folder: Path, tmp_path: Path) -> None:
    first = digest(sources_of(folder))
    twin = trees.write(tmp_path / "twin", {"a.py": "a\n", "below/b.py": "b\n"})
    os.utime(twin / "a.py", ns=(OLD_NS, OLD_NS))
    assert digest(sources_of(twin)) == first
    found = {first}
    (twin / "a.py").chmod(0o755)
    found.add(digest(sources_of(twin)))
    (twin / "a.py").rename(twin / "b.py")
    found.add(digest(sources_of(twin)))
    (twin / "b.py").write_text("b\n")
    found.add(digest(sources_of(twin)))
    (twin / "b.py").unlink()
    (twin / "b.py").symlink_to("b\n")
    found.add(digest(sources_of(twin)))
    assert len(found) == 5


def test_only_what_changed_looks_new(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    mirror(sources_of(folder), copy)
    assert trees.contents(copy) == {"a.py": b"a\n", "below/b.py": b"b\n"}
    for path in (copy / "a.py", copy / "below" / "b.py"):
        os.utime(path, ns=(OLD_NS, OLD_NS))
    # A revision of long ago: a compiler would take its file for one that it knows.
    (folder / "a.py").write_text("older\n")
    os.utime(folder / "a.py", ns=(OLD_NS // 2, OLD_NS // 2))
    mirror(sources_of(folder), copy)
    assert (copy / "a.py").read_text() == "older\n"
    assert (copy / "a.py").stat().st_mtime_ns > OLD_NS
    assert (copy / "below" / "b.py").stat().st_mtime_ns == OLD_NS


def test_nothing_but_the_sources_is_left(folder: Path, tmp_path: Path) -> None:
    outside = trees.write(tmp_path / "outside", {"b.py": "outside\n"})
    copy = trees.write(tmp_path / "copy", {"build/lib/a.py": "stale\n", "a.py/deep.txt": "x\n"})
    # A link of another revision in the place of a folder of this one is not written through.
    (copy / "below").symlink_to(outside)
    mirror(sources_of(folder), copy)
    assert trees.contents(copy) == {"a.py": b"a\n", "below/b.py": b"b\n"}
    assert (outside / "b.py").read_text() == "outside\n"
    assert not (copy / "build").exists()


def test_a_folder_of_sources_alone_is_taken_whole(folder: Path) -> None:
    trees.write(folder, {".gitignore": "*.py\n"})
    assert sources_in(folder).files == (".gitignore", "a.py", "below/b.py", "target/c.o")
