"""Twins carry the same names: each module of the reference against its Rust counterpart.

A module on one side only must stand in NOT_TWINS with a reason; an entry without use is a fault.
"""

import pytest

from tests.support import rust_source, tree, twin_names
from tests.support.tree import SourceFile, planted

# A path, or a folder ending in a slash → why it has no twin.
NOT_TWINS: dict[str, str] = {
    "engine/crates/sim-cortex/": "the world: the reference keeps plain dicts in world.py",
    "engine/crates/shared/src/event_bytes.rs": "an accelerator: encode_events is the rule",
    "engine/crates/pyo3-bridge/": "translates between Python and the engine; holds no rule",
    "engine/crates/shared/src/descent.rs": "an accelerator: it spares comparing all leaves",
    "engine/crates/bench/": "measures the others; holds no rule",
    "engine/crates/observability/": "collections, written as each language writes them",
    "engine/crates/shared/src/archive_view.rs": "an accelerator: its rule is shared/archive",
    "engine/crates/shared/src/archive_write.rs": "an accelerator: its rule is shared/archive",
    "engine/crates/shared/src/batch.rs": "an accelerator: its rule is keyed BLAKE3 itself",
    "engine/crates/shared/src/fx_columns.rs": "an accelerator: its rule is shared/fx",
    "engine/crates/shared/src/isa.rs": "instruction sets, which Python does not have",
    "engine/python/void_reckoning_reference/observability/": "collections, as above",
}

_PYTHON = '''"""Income."""

TAX_PERCENT = 10
_TABLE = ()


class Treasury:
    def spend(self, amount): ...


def income(planet, rate): ...


def upkeep(fleet, *, count): ...


def key(seed): ...


def _hidden(x): ...
'''
_RUST = """//! Income.

pub const TAX_PERCENT: i64 = 10;
const TABLE: [i64; 1] = [0];

pub struct Treasury;

impl Treasury {
    pub fn spend(&self, amount: i64) {}
}

/// Not this: pub fn comment(a: i64) {}
pub fn income<F: Fn(i64, i64) -> i64>(planet: &mut Vec<(i64, F)>, rate: i64) -> i64 {
    rate
}

pub const fn upkeep(mut fleet: [u8; 4], count: &BTreeMap<u32, Vec<i64>>) {}

pub(crate) fn hidden(x: i64) {}

pub fn key(seed: u64) -> [u8; 32] {
    [0; 32]
}

#[cfg(test)]
mod tests {
    pub fn case(a: i64) {}
}
"""


def pair(python: str = _PYTHON, rust: str = _RUST) -> list[SourceFile]:
    """Make two twins that exist only here."""
    return [
        planted("engine/python/void_reckoning_reference/combat_resolver/income.py", python),
        planted("engine/crates/combat-resolver/src/income.rs", rust),
    ]


def test_the_rust_reader_sees_names_through_generics_and_literals() -> None:
    found = rust_source.public_functions(_RUST)
    assert [(f.name, f.parameters) for f in found] == [
        ("income", ("planet", "rate")),
        ("upkeep", ("fleet", "count")),
        ("key", ("seed",)),
    ]
    assert rust_source.public_constants(_RUST) == ["TAX_PERCENT"]


def test_clean_twins_have_no_fault() -> None:
    assert list(twin_names.check(pair(), {})) == []


def test_an_instruction_set_is_no_parameter_of_a_rule() -> None:
    wanting = _RUST.replace("pub fn key(seed", "pub fn key(isa: Isa, seed")
    assert wanting != _RUST
    assert list(twin_names.check(pair(rust=wanting), {})) == []
    both = pair(_PYTHON.replace("def key(", "def key(isa, "), wanting)
    assert list(twin_names.check(both, {}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pub fn income", "pub fn incomes"),
        ("pub fn income", "fn income"),
        ("rate: i64", "share: i64"),
        ("TAX_PERCENT", "TAX_SHARE"),
        ("pub const fn upkeep", "pub fn added() {}\npub const fn upkeep"),
    ],
)
def test_a_planted_difference_is_found(old: str, new: str) -> None:
    assert old in _RUST
    assert list(twin_names.check(pair(rust=_RUST.replace(old, new)), {}))


def test_a_planted_swap_of_order_is_found() -> None:
    swapped = _PYTHON.replace("def income(planet, rate): ...", "").replace(
        "def _hidden", "def income(planet, rate): ...\n\n\ndef _hidden"
    )
    assert list(twin_names.check(pair(python=swapped), {}))


def test_a_module_on_one_side_is_found_unless_a_reason_is_given() -> None:
    python, rust = pair()
    for single in (python, rust):
        assert list(twin_names.check([single], {}))
        assert list(twin_names.check([single], {str(single.path): "a reason"})) == []


def test_an_entry_without_use_or_reason_is_found() -> None:
    assert list(twin_names.check(pair(), {"engine/crates/gone/": "a reason"}))
    assert list(twin_names.check(pair(), {"engine/crates/combat-resolver/": ""}))


def test_every_module_and_its_twin_show_the_same_names() -> None:
    files = tree.sources(".py", ".rs", under="engine")
    assert len(files) >= 10, "a check over nothing is a failure"
    assert list(twin_names.check(files, NOT_TWINS)) == []
