"""Names of streams and sites: each twin spells its own, and both spell those of RULES.md."""

import re
from collections.abc import Iterable

from tests.golden.law import draw_sites
from tests.support import tree

_RULES = (tree.ROOT / "engine" / "RULES.md").read_text(encoding="utf-8")
_NAME = re.compile(r'"((?:decision|combat)\.[a-z]+(?:\.[a-z]+)?)"')
_KIND = re.compile(r"`([a-z]+\.[a-z]+)\(")


def spelled(texts: Iterable[str]) -> set[str]:
    """Return the names of streams and sites that sources spell; kinds of events are not among."""
    kinds = set(_KIND.findall(_RULES)) - lawful()
    return {name for text in texts for name in _NAME.findall(text) if name not in kinds}


def lawful() -> set[str]:
    """Return the sites of RULES.md and the streams that they belong to."""
    sites = draw_sites(_RULES)
    return sites | {site.rpartition(".")[0] for site in sites}


def rust_texts() -> list[str]:
    files = tree.sources(".rs", under="engine/crates")
    return [file.text for file in files if not file.is_test]


def python_texts() -> list[str]:
    files = tree.sources(".py", under="engine/python/void_reckoning_reference")
    return [file.text for file in files]


def test_rules_name_the_six_sites() -> None:
    assert len(draw_sites(_RULES)) == 6


def test_rust_spells_the_names_of_the_law() -> None:
    assert spelled(rust_texts()) == lawful()


def test_the_reference_spells_the_names_of_the_law() -> None:
    assert spelled(python_texts()) == lawful()


def test_a_name_too_many_and_one_misspelt_are_found() -> None:
    texts = python_texts()
    assert spelled([*texts, 'site = "combat.morale.roll"']) != lawful()
    assert spelled(text.replace("combat.damage.roll", "combat.damage.rol") for text in texts) != (
        lawful()
    )
