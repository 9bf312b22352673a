"""Determinism and layers over every file of the engine; each rule first finds a planted fault."""

from collections.abc import Callable, Iterator

import pytest

from tests.support import purity_rules, tree
from tests.support.tree import SourceFile, planted

Rule = Callable[[SourceFile], Iterator[str]]

_MANIFEST = """
[package]
name = "{name}"
publish = false
[dependencies]
{dependency} = "1"
[lints]
workspace = true
"""


def manifest(folder: str, name: str, dependency: str) -> SourceFile:
    """Make the manifest of a crate that exists only here."""
    text = _MANIFEST.format(name=name, dependency=dependency)
    return planted(f"engine/crates/{folder}/Cargo.toml", text)


def python(text: str) -> SourceFile:
    """Make a Python file that exists only here."""
    return planted("a.py", text)


def rust(text: str) -> SourceFile:
    """Make a Rust file that exists only here."""
    return planted("a.rs", text)


_CLEAN_MANIFEST = manifest("economy", "economy", "shared")

# (rule, a file with the fault, its clean twin)
PLANTED: list[tuple[Rule, SourceFile, SourceFile]] = [
    (purity_rules.rust_purity, rust("fn a(x: f64) {}"), rust("// f64\nfn a(x: i64) {}")),
    (
        purity_rules.rust_purity,
        rust("use std::collections::HashMap;"),
        rust('#[cfg(test)]\nmod tests { use std::collections::HashMap; }\nconst A: &str = "f32";'),
    ),
    (
        purity_rules.rust_purity,
        rust("fn a<'x>(s: &'x str) -> char { '\"' }\nuse std::time::Instant;"),
        rust('fn a() -> &\'static str { r#"Instant "quoted" "# }'),
    ),
    (
        purity_rules.rust_purity,
        planted("engine/crates/benches.rs", "use std::time::Instant;"),
        planted("engine/crates/bench/src/clock.rs", "use std::time::Instant;"),
    ),
    (
        purity_rules.rust_unsafe,
        rust("fn a(x: &u8) { unsafe { *(x as *const u8) }; }"),
        rust("// unsafe\n#![forbid(missing_docs)]\nfn a(x: &u8) -> u8 { *x }"),
    ),
    (
        purity_rules.rust_unsafe,
        planted("engine/crates/shared/src/fx.rs", "#![allow(unsafe_code)]"),
        planted("engine/crates/shared/src/fx_columns.rs", "#![allow(unsafe_code)]"),
    ),
    (purity_rules.reference_arithmetic, python("a = 1 / 2"), python("a = 1 // 2")),
    (purity_rules.reference_arithmetic, python("a /= 2"), python("a //= 2")),
    (purity_rules.reference_arithmetic, python("a = 0.5"), python("a = 5")),
    (purity_rules.reference_arithmetic, python("a = float(b)"), python("a = int(b)")),
    (purity_rules.reference_imports, python("import random"), python("import bisect")),
    (purity_rules.reference_imports, python("import os.path"), python("import struct")),
    (purity_rules.reference_imports, python("import math"), python("from math import isqrt")),
    (
        purity_rules.reference_imports,
        python("from void_reckoning_rust import step"),
        python("from void_reckoning_reference.shared import streams"),
    ),
    (purity_rules.engine_imports, python("import vr_verify.model"), python("import json")),
    (purity_rules.harness_imports, python("import void_reckoning_rust"), python("import json")),
    (purity_rules.crate_layers, manifest("economy", "economy", "campaign"), _CLEAN_MANIFEST),
    (purity_rules.crate_layers, manifest("campaign", "campaign", "bench"), _CLEAN_MANIFEST),
    (purity_rules.crate_layers, manifest("economy", "economy", "pyo3"), _CLEAN_MANIFEST),
    (purity_rules.crate_layers, manifest("economics", "economy", "shared"), _CLEAN_MANIFEST),
    (
        purity_rules.crate_layers,
        planted("engine/crates/economy/Cargo.toml", '[package]\nname = "economy"\n'),
        _CLEAN_MANIFEST,
    ),
    (purity_rules.machine_paths, python("a = '/wo" + "rk/main'"), python("a = 'fr/work/b'")),
    (purity_rules.machine_paths, python("a = '../sha" + "red/data'"), python("a = 'shared/b'")),
    (purity_rules.registry_hosts, python("# pypi." + "org"), python("# pip install rich")),
    (purity_rules.registry_hosts, python("# crates." + "io"), python("# cargo add rkyv")),
]


@pytest.mark.parametrize(("rule", "faulty", "clean"), PLANTED)
def test_each_rule_finds_a_planted_fault_and_spares_its_clean_twin(
    rule: Rule, faulty: SourceFile, clean: SourceFile
) -> None:
    assert list(rule(faulty)), "a rule that finds nothing proves nothing"
    assert list(rule(clean)) == []


def faults(rule: Rule, files: list[SourceFile]) -> list[str]:
    """Apply a rule to files, of which there must be some."""
    assert files, "a check over nothing is a failure"
    return [fault for file in files for fault in rule(file)]


def test_the_engine_names_no_float_clock_or_hash_order() -> None:
    files = [file for file in tree.sources(".rs", under="engine/crates") if not file.is_test]
    assert faults(purity_rules.rust_purity, files) == []


def test_unsafe_stands_in_the_files_that_are_named_and_in_each_of_them() -> None:
    files = tree.sources(".rs", under="engine/crates")
    assert faults(purity_rules.rust_unsafe, files) == []
    holding = {file.path.as_posix() for file in files if "unsafe {" in file.text}
    assert holding == set(purity_rules.UNSAFE)


@pytest.mark.parametrize(
    "rule", [purity_rules.reference_arithmetic, purity_rules.reference_imports]
)
def test_the_reference_is_pure(rule: Rule) -> None:
    files = tree.sources(".py", under="engine/python/void_reckoning_reference")
    assert faults(rule, files) == []


def test_no_engine_knows_the_harness() -> None:
    assert faults(purity_rules.engine_imports, tree.sources(".py", under="engine")) == []


def test_the_harness_knows_no_engine() -> None:
    assert faults(purity_rules.harness_imports, tree.sources(".py", under="harness")) == []


def test_crates_depend_only_on_crates_before_them() -> None:
    assert faults(purity_rules.crate_layers, tree.sources(".toml", under="engine/crates")) == []


def test_no_file_names_a_place_of_one_machine() -> None:
    assert faults(purity_rules.machine_paths, list(tree.texts())) == []


def test_no_file_names_a_package_registry() -> None:
    # Cargo writes its registry's index into Cargo.lock; the file is cargo's, not ours.
    files = [file for file in tree.texts() if file.path.name != "Cargo.lock"]
    assert faults(purity_rules.registry_hosts, files) == []
