"""Small source trees of engines for the tests of builds, and git repositories that hold them."""

import os
import subprocess
from pathlib import Path

RECIPE = 'command = "python toy.py"\n'
PROGRAM = '''"""An engine that only says what it is."""

import json
import struct
import sys

FIXED = {"build": "1", "rules_version": "1", "counterpart": None, "capabilities": [], "rules": []}

while len(head := sys.stdin.buffer.read(4)) == 4:
    asked = json.loads(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))
    frame = json.dumps({"seq": asked["seq"], "ok": {"name": "VERSION", **FIXED}}).encode()
    sys.stdout.buffer.write(struct.pack("<I", len(frame)) + frame)
    sys.stdout.buffer.flush()
'''
PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "pocket-engine"
version = "1.0"
dependencies = []

[project.entry-points."vr_verify.engines"]
pocket = "pocket_engine:Pocket"

[tool.hatch.build.targets.wheel]
packages = ["pocket_engine"]
"""
PACKAGE = '''"""An engine that only says what it is."""


class Pocket:
    def describe(self):
        fixed = {"build": "1", "rules_version": "1", "counterpart": None}
        return {"name": "VERSION", "capabilities": [], "rules": [], **fixed}
'''
_AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", "1700000000 +0000"))
}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files by their paths in a folder; one whose text is empty is removed."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text:
            path.write_text(text)
        else:
            path.unlink()
    return folder


def program(folder: Path, version: str = "toy") -> Path:
    """Write a tree whose engine is a program; its name in `describe` is the version."""
    text = PROGRAM.replace("VERSION", version)
    return write(folder, {"vr-verify.toml": RECIPE, "toy.py": text, "README": "A toy.\n"})


def package(folder: Path, version: str = "pocket", project: str = PROJECT) -> Path:
    """Write a tree whose engine is a Python distribution."""
    text = PACKAGE.replace("VERSION", version)
    return write(folder, {"pyproject.toml": project, "pocket_engine/__init__.py": text})


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, with nothing of the caller's own settings."""
    fixed = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **_AUTHOR}
    argv = ["git", "-C", str(folder), *words]
    done = subprocess.run(argv, env=os.environ | fixed, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, subject: str) -> str:
    """Commit all files of a folder, which becomes a repository if it is none; return its name."""
    if not (folder / ".git").is_dir():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={subject}")
    return git(folder, "rev-parse", "HEAD")


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder by their paths, for comparing before with after."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
