"""The cache of builds: made once, by one builder, whole or not at all, and checked when read."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from tests.support.processes import runs
from tests.support.tree import ROOT
from vr_verify.engines.builds.cache import Cache, cache_of
from vr_verify.engines.builds.spec import BuildFailed
from vr_verify.engines.registry import resolve_build

# Builds that wait until they may end, and say which process they are.
SLOW = """\
echo $$ > {0}/building
echo built >> {0}/count
cat toy.py > made.py
mkdir -p made && ln -sf ../toy.py made/link && echo made > made/data
while [ -e {0}/wait ]; do sleep 0.02; done
"""
LIMIT_S = 30.0


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """Write a tree whose build goes on until the file `wait` beside it is gone."""
    tree = trees.program(tmp_path / "tree")
    recipe = f'{trees.RECIPE}build = "sh slow.sh"\n'
    trees.write(tree, {"vr-verify.toml": recipe, "slow.sh": SLOW.format(tmp_path)})
    (tmp_path / "wait").touch()
    return tree


def builder(tree: Path) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-m", "tests.harness.engines.builds.building", f"dir:{tree}"]
    return subprocess.Popen(
        argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for(path: Path) -> int:
    """Wait until the slow build runs; return its process."""
    last_s = time.monotonic() + LIMIT_S
    while not (path.is_file() and path.read_text().strip()):
        assert time.monotonic() < last_s, "the build did not start"
        time.sleep(0.01)
    return int(path.read_text())


def gone(process: int) -> bool:
    last_s = time.monotonic() + LIMIT_S
    while runs(process) and time.monotonic() < last_s:
        time.sleep(0.01)
    return not runs(process)


def built(cache: Cache) -> list[Path]:
    return sorted(cache.root.glob("builds/*"))


def test_a_build_is_made_once(tmp_path: Path, slow: Path, cache: Cache) -> None:
    (tmp_path / "wait").unlink()
    first, again = resolve_build(f"dir:{slow}"), resolve_build(f"dir:{slow}")
    assert first == again
    assert (tmp_path / "count").read_text() == "built\n"
    assert len(built(cache)) == 1
    trees.write(slow, {"README": "another\n"})
    assert resolve_build(f"dir:{slow}").build != first.build
    assert (tmp_path / "count").read_text() == "built\nbuilt\n"


def test_builders_wait_for_each_other_and_say_so(tmp_path: Path, slow: Path) -> None:
    first = builder(slow)
    wait_for(tmp_path / "building")
    second = builder(slow)
    assert second.stdout is not None
    assert second.stdout.readline() == "waiting for another build\n"
    (tmp_path / "wait").unlink()
    told = [process.communicate(timeout=LIMIT_S)[0] for process in (first, second)]
    assert told[0] == f"building dir:{slow}\n{told[1]}"
    assert told[1].startswith("toy:")
    assert (tmp_path / "count").read_text() == "built\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_build_leaves_no_process_and_no_build(
    tmp_path: Path, slow: Path, cache: Cache, number: signal.Signals
) -> None:
    interrupted = builder(slow)
    process = wait_for(tmp_path / "building")
    interrupted.send_signal(number)
    _, said = interrupted.communicate(timeout=LIMIT_S)
    assert interrupted.returncode == -number
    assert ("KeyboardInterrupt" in said) == (number == signal.SIGINT)
    assert gone(process)
    assert built(cache) == []
    (tmp_path / "wait").unlink()
    assert resolve_build(f"dir:{slow}").build.startswith("toy:")
    assert len(built(cache)) == 1
    assert list((cache.root / "making").iterdir()) == []


def test_a_failed_build_is_tried_again(tmp_path: Path, slow: Path, cache: Cache) -> None:
    (tmp_path / "wait").unlink()
    script = f"test -e {tmp_path}/cured || {{ echo 'error: no disk in the drive'; exit 7; }}\n"
    trees.write(slow, {"slow.sh": script})
    for _ in range(2):
        with pytest.raises(BuildFailed, match=r"exit status 7: error: no disk in the drive; "):
            resolve_build(f"dir:{slow}")
        assert built(cache) == []
        assert list((cache.root / "making").iterdir()) == []
    (tmp_path / "cured").touch()
    assert resolve_build(f"dir:{slow}").build.startswith("toy:")


def seen(place: Path) -> dict[str, tuple[bytes, int, str]]:
    """Return all files of a build, what may be done with each, and where the links lead."""
    return {
        name: (data, (place / name).stat().st_mode, os.path.realpath(place / name))
        for name, data in trees.contents(place).items()
    }


def damages(place: Path) -> Iterator[None]:
    """Do one damage after another to a build, each to a whole one."""
    (place / "tree" / "toy.py").write_text("import os; os._exit(1)\n")
    yield
    (place / "tree" / "toy.py").unlink()
    yield
    (place / "tree" / "made" / "data").write_text("mode\n")
    yield
    (place / "tree" / "made" / "data").unlink()
    yield
    (place / "tree" / "made.py").chmod(0o755)
    yield
    (place / "tree" / "made" / "link").unlink()
    (place / "tree" / "made" / "link").symlink_to("../made.py")
    yield
    (place / "build.json").write_text("{")
    yield
    (place / "build.json").unlink()
    yield


def test_a_damaged_build_is_made_anew(tmp_path: Path, slow: Path, cache: Cache) -> None:
    (tmp_path / "wait").unlink()
    spec = resolve_build(f"dir:{slow}")
    (place,) = built(cache)
    whole = seen(place)
    done = 0
    for _ in damages(place):
        assert seen(place) != whole
        assert resolve_build(f"dir:{slow}") == spec
        assert seen(place) == whole
        done += 1
    assert (tmp_path / "count").read_text() == "built\n" * (done + 1)
    assert done == 8


def test_what_a_run_leaves_behind_is_no_damage(tmp_path: Path, slow: Path, cache: Cache) -> None:
    (tmp_path / "wait").unlink()
    trees.write(slow, {"__pycache__/toy.pyc": "x"})
    spec = resolve_build(f"dir:{slow}")
    (place,) = built(cache)
    trees.write(place / "tree", {"__pycache__/toy.pyc": "y", "a.log": "said\n"})
    assert resolve_build(f"dir:{slow}") == spec
    assert (tmp_path / "count").read_text() == "built\n"


def test_a_build_that_changes_its_sources_keeps_their_identity(tmp_path: Path) -> None:
    tree = trees.program(tmp_path / "tree")
    stamp = f"{trees.RECIPE}build = \"sh -c 'date +%N >> README'\"\n"
    trees.write(tree, {"vr-verify.toml": stamp})
    first = resolve_build(f"dir:{tree}")
    shutil.rmtree(Path(first.argv[1]).parents[1])
    assert resolve_build(f"dir:{tree}").build == first.build
    trees.write(tree, {"README": "another\n"})
    assert resolve_build(f"dir:{tree}").build != first.build


def test_the_cache_is_where_the_user_wants_it(tmp_path: Path) -> None:
    assert cache_of({"VR_VERIFY_CACHE": str(tmp_path), "XDG_CACHE_HOME": "/x"}).root == tmp_path
    assert cache_of({"VR_VERIFY_CACHE": "here"}).root == Path.cwd() / "here"
    assert cache_of({"XDG_CACHE_HOME": "/x"}).root == Path("/x/vr-verify")
    for unset in ({}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "relative"}):
        assert cache_of(unset).root == Path.home() / ".cache" / "vr-verify"


def test_a_cache_that_cannot_be_written_to_is_no_fault_of_the_build(
    slow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VR_VERIFY_CACHE", os.devnull)
    with pytest.raises(OSError, match="null"):
        resolve_build(f"dir:{slow}")
