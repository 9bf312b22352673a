"""The house's style over every file of ours; each rule is first seen to find a planted fault."""

from collections.abc import Callable, Iterator

import pytest

from tests.support import style_rules, tree
from tests.support.tree import SourceFile, planted

Rule = Callable[[SourceFile], Iterator[str]]

_LONG_PYTHON = "def long():\n" + "    pass\n" * 71
_LONG_RUST = "fn long() {\n" + "    step();\n" * 70 + "}\n"
_UNFINISHED = "TO" + "DO"

# (rule, a file with the fault, its clean twin)
PLANTED: list[tuple[Rule, SourceFile, SourceFile]] = [
    (style_rules.file_length, planted("a.rs", "\n" * 401), planted("a.rs", "\n" * 400)),
    (style_rules.file_length, planted("tests/a.py", "\n" * 601), planted("tests/a.py", "\n" * 600)),
    (style_rules.function_length, planted("a.py", _LONG_PYTHON), planted("a.py", "x = 1\n" * 90)),
    (
        style_rules.function_length,
        planted("a.rs", _LONG_RUST),
        planted("a.rs", "fn a() {\n}\n" * 90),
    ),
    (style_rules.line_width, planted("a.py", "é" * 101), planted("a.py", "é" * 100)),
    (style_rules.opening, planted("a.rs", "use b;\n"), planted("a.rs", "//! What it is.\n")),
    (style_rules.opening, planted("a.py", "import b\n"), planted("a.py", '"""What it is."""\n')),
    (style_rules.name, planted("a/utils.py", ""), planted("a/routes.py", "")),
    (style_rules.name, planted("turn_manager.rs", ""), planted("turn.rs", "")),
    (style_rules.name, planted("helpers/a.py", ""), planted("support/a.py", "")),
    (style_rules.unfinished, planted("a.rs", f"// {_UNFINISHED}: x"), planted("a.rs", "// x")),
]


@pytest.mark.parametrize(("rule", "faulty", "clean"), PLANTED)
def test_each_rule_finds_a_planted_fault_and_spares_its_clean_twin(
    rule: Rule, faulty: SourceFile, clean: SourceFile
) -> None:
    assert list(rule(faulty)), "a rule that finds nothing proves nothing"
    assert list(rule(clean)) == []


@pytest.mark.parametrize("suffix", [".py", ".rs"])
@pytest.mark.parametrize(
    "rule",
    [
        style_rules.file_length,
        style_rules.function_length,
        style_rules.line_width,
        style_rules.opening,
        style_rules.name,
        style_rules.unfinished,
    ],
)
def test_every_source_file_keeps_the_style(rule: Rule, suffix: str) -> None:
    files = tree.sources(suffix)
    assert len(files) >= 5, f"only {len(files)} files {suffix}: a check over nothing is a failure"
    assert [fault for file in files for fault in rule(file)] == []
