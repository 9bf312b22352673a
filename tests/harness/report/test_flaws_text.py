"""Flaws on the page: counts for each kind, the first few, and where all of them are."""

from vr_verify.model.report import Flaw
from vr_verify.report.flaws_text import flaws


def page(found: list[Flaw]) -> str:
    return "\n".join(line.plain for line in flaws(found, 200))


def test_kinds_are_counted_and_the_first_are_shown() -> None:
    found = [Flaw("b.json", f"/{n}", "dangling", f"ship {n}", "left out") for n in range(1200)]
    found.insert(5, Flaw("a.json", "", "not_json", "no value", "the file is left out"))
    text = page(found)
    assert "Flaws of the scenario's source (1,201)" in text
    assert "dangling: 1,200 times in 1 file" in text
    assert "b.json#/1: ship 1; left out" in text
    assert "b.json#/2:" not in text
    assert "and 1,198 more" in text
    assert "not_json: 1 time in 1 file" in text
    assert "a.json#: no value; the file is left out" in text


def test_no_flaws_are_no_lines() -> None:
    assert page([]) == ""
    assert flaws(None, 80) == []


def test_what_a_file_holds_cannot_speak_to_a_terminal() -> None:
    text = page([Flaw("a.json", "/\x1b[2J", "clipped", "\x1b]0;x\x07", "clipped to 1")])
    assert "\x1b" not in text
    assert "\\x1b[2J" in text
