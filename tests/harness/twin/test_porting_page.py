"""PORTING.md, run from the page: the port, the fault that it finds, the correction, the suite."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

PAGE = (files("vr_verify.twin") / "PORTING.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """Return the page's blocks of one language, in order."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)


def saved(folder: Path) -> None:
    """Write each Python block under the name in its first line."""
    for block in blocks("python"):
        name = block.splitlines()[0].removeprefix("# ")
        (folder / name).write_text(block, encoding="utf-8")


def said(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the folder, where the page's modules are."""
    surroundings = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=surroundings,
    )


def compiled(folder: Path, source: str) -> None:
    """Compile a Rust block as the page says."""
    (folder / "upkeep.rs").write_text(source, encoding="utf-8")
    (command,) = blocks("sh")
    subprocess.run(shlex.split(command), check=True, cwd=folder)


def test_the_fault_of_the_page_is_found_without_a_compiler(tmp_path: Path) -> None:
    saved(tmp_path)
    truncating = "def carried_over(b, s):\n    return b - int(b * s / 100)\n"
    (tmp_path / "fast_upkeep.py").write_text(truncating)
    wrong, right = blocks("text")
    assert said(tmp_path, "ask.py").stdout == wrong
    (tmp_path / "fast_upkeep.py").write_text(truncating.replace("int(b * s / 100)", "b * s // 100"))
    assert said(tmp_path, "ask.py").stdout == right


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("rustc") is None, reason="the page's port needs rustc")
def test_the_port_of_the_page(tmp_path: Path) -> None:
    saved(tmp_path)
    port, corrected = blocks("rust")
    wrong, right = blocks("text")
    compiled(tmp_path, port)
    assert said(tmp_path, "ask.py").stdout == wrong
    suite = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_upkeep.py")
    failed = said(tmp_path, *suite)
    assert failed.returncode == 1
    assert "carried_over(-1, 1)" in failed.stdout
    assert len(list((tmp_path / "counterexamples").rglob("*.json"))) == 1
    again = re.findall(r"again: python -c '(.*)'", wrong)
    assert "DIVERGED" in said(tmp_path, "-c", again[0]).stdout

    compiled(tmp_path, corrected)
    assert said(tmp_path, "ask.py").stdout == right
    passed = said(tmp_path, *suite)
    assert passed.returncode == 0, passed.stdout
    assert "2 passed" in passed.stdout
