"""The rules of determinism and of layers as functions: one file in, one sentence per fault out.

A second net under clippy, ruff and import-linter, whose settings could be loosened in passing.
"""

import ast
import re
import tomllib
from collections.abc import Iterator

from tests.support import python_source, rust_source
from tests.support.tree import SourceFile

CRATES = (
    "shared",
    "observability",
    "sim-cortex",
    "pathfinding",
    "combat-resolver",
    "economy",
    "diplomacy",
    "decision",
    "portal",
    "global-auditor",
    "campaign",
    "pyo3-bridge",
    "bench",
)
_MEASURING = "engine/crates/bench"
"""The last crate: no other may know it, and its clock and floats are what it measures with."""
_IMPURE = re.compile(r"\b(?:f32|f64|HashMap|HashSet|RandomState|Instant|SystemTime)\b")
UNSAFE = (
    "engine/crates/pyo3-bridge/src/borrowed.rs",
    "engine/crates/pyo3-bridge/src/view.rs",
    "engine/crates/shared/src/fx_columns.rs",
    "engine/crates/bench/src/rows/columns.rs",
    "engine/crates/shared/benches/kernels.rs",
)
"""Python's buffer protocol, the kernels of instruction sets, and what measures these."""
_UNSAFE = re.compile(r"\bunsafe(?:_code)?\b")
_PURE_MODULES = {
    "__future__",
    "bisect",
    "blake3",
    "collections",
    "collections.abc",
    "dataclasses",
    "enum",
    "functools",
    "heapq",
    "itertools",
    "json",
    "math",
    "operator",
    "struct",
    "types",
    "typing",
}
# Groups and escaped dots keep these rules from finding themselves.
_MACHINE = re.compile(r"(?<![\w.])/(?:work|root)/|\.\./shared/|\bfarm-[a-z]+\b")
_REGISTRY = re.compile(
    r"\b(?:crates\.io|pypi\.org|pythonhosted\.org|registry\.npmjs\.org"
    r"|deb\.debian\.org|proxy\.golang\.org)\b"
)


def rust_purity(file: SourceFile) -> Iterator[str]:
    """No float, clock or hash order is even named in the engine; tests and `bench` are not it."""
    if file.path.is_relative_to(_MEASURING):
        return
    code = rust_source.without_tests(rust_source.blanked(file.text))
    for number, line in enumerate(code.splitlines(), start=1):
        for match in _IMPURE.finditer(line):
            yield f"{file.path}:{number}: {match.group()} must not reach state, events or digests"


def rust_unsafe(file: SourceFile) -> Iterator[str]:
    """Code that the compiler does not vouch for stands in a few files, tests included."""
    if file.path.as_posix() in UNSAFE:
        return
    for number, line in enumerate(rust_source.blanked(file.text).splitlines(), start=1):
        for match in _UNSAFE.finditer(line):
            yield f"{file.path}:{number}: {match.group()}; do without, or name the file here"


def reference_arithmetic(file: SourceFile) -> Iterator[str]:
    """The reference computes in integers: no float literal, no float(), no true division."""
    for node in ast.walk(ast.parse(file.text)):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        call = isinstance(node, ast.Name) and node.id == "float"
        division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if literal or call or division:
            line = getattr(node, "lineno", 0)
            yield f"{file.path}:{line}: a float; use integers, `//` and the rounding module"


def reference_imports(file: SourceFile) -> Iterator[str]:
    """The reference imports itself, a short list of pure modules, and of `math` only `isqrt`."""
    for module, name in python_source.imports(file.text):
        own = module.split(".")[0] == "void_reckoning_reference"
        if not own and module not in _PURE_MODULES:
            yield f"{file.path}: imports {module}, which the reference must not know"
        if module == "math" and name != "isqrt":
            yield f"{file.path}: of math, only `from math import isqrt` is exact"


def engine_imports(file: SourceFile) -> Iterator[str]:
    """No package of an engine knows the harness."""
    for module, _ in python_source.imports(file.text):
        if module.split(".")[0] == "vr_verify":
            yield f"{file.path}: imports {module}; an engine knows nothing of the harness"


def harness_imports(file: SourceFile) -> Iterator[str]:
    """The harness knows no engine by name: it finds them by entry points."""
    for module, _ in python_source.imports(file.text):
        if module.startswith("void_reckoning"):
            yield f"{file.path}: imports {module}; the harness would verify any other engine"


def crate_layers(file: SourceFile) -> Iterator[str]:
    """A crate depends only on crates before it, and only the bridge knows Python."""
    manifest = tomllib.loads(file.text)
    crate = manifest["package"]["name"]
    if crate != file.path.parent.name or crate not in CRATES:
        yield f"{file.path}: '{crate}' is no room of the engine named like its folder"
        return
    if manifest["package"].get("publish") not in (False, {"workspace": True}):
        yield f"{file.path}: must not be published"
    if manifest.get("lints") != {"workspace": True}:
        yield f"{file.path}: does not take the workspace's lints"
    named = [*manifest.get("dependencies", {}), *manifest.get("dev-dependencies", {})]
    for dependency in named:
        if dependency in CRATES and CRATES.index(dependency) >= CRATES.index(crate):
            yield f"{file.path}: {crate} must not know {dependency}, which comes after it"
        if dependency == "pyo3" and crate != "pyo3-bridge":
            yield f"{file.path}: only the bridge knows Python"


def machine_paths(file: SourceFile) -> Iterator[str]:
    """Nothing in the tree depends on, or tells of, the machine it was written on."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        if match := _MACHINE.search(line):
            yield f"{file.path}:{number}: names a place of one machine: {match.group()}"


def registry_hosts(file: SourceFile) -> Iterator[str]:
    """Packages are named, registries are not: which one serves them is the machine's setting."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        if match := _REGISTRY.search(line):
            yield f"{file.path}:{number}: names a package registry: {match.group()}"
