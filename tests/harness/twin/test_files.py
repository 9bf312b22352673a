"""Vectors and kept counterexamples: written when due, never over another answer, read back."""

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import vr_verify
from tests.golden import vector_files
from tests.golden.faces import ask_native, ask_reference
from tests.harness.twin import hulls
from vr_verify.errors import IoFailed, UsageError
from vr_verify.twin import Tolerance, check_vectors
from vr_verify.twin.portable import as_json, from_json


def test_vectors_are_written_when_both_agree_and_only_then(tmp_path: Path) -> None:
    path = tmp_path / "game" / "damage.json"
    wrong = vr_verify.twin(hulls.damage, hulls.damage_off_by_one, vectors=path)
    assert (wrong.outcome, path.exists()) == ("diverged", False)
    verdict = vr_verify.twin(
        hulls.damage,
        hulls.damage_again,
        vectors=path,
        cases={"March": (9, 3)},
        note="Plain hit points",
    )
    assert verdict.vectors is not None
    assert (verdict.vectors.file, verdict.vectors.written) == ("damage.json", True)
    document = json.loads(path.read_text())
    assert document["format"] == vector_files.FORMAT
    assert document["comment"].startswith("Plain hit points. ")
    assert document["parameters"]["hp"] == {"low": 0, "high": 10000}
    comments = [row["comment"] for row in document["vectors"]]
    assert comments[:2] == ["March", "every argument at its usual value"]
    assert "drawn 11" in comments
    assert len(vector_files.read(path)) == verdict.vectors.cases, "the project's reader takes them"
    again = vr_verify.twin(
        hulls.damage,
        hulls.damage_again,
        vectors=path,
        cases={"March": (9, 3)},
        note="Plain hit points",
    )
    assert again.vectors is not None
    assert not again.vectors.written


def test_a_stranger_can_draw_the_drawn_cases(tmp_path: Path) -> None:
    path = tmp_path / "damage.json"
    assert vr_verify.twin(hulls.damage, hulls.damage_again, vectors=path, function="damage").agreed
    rows = {row["comment"]: row["arguments"] for row in json.loads(path.read_text())["vectors"]}
    for case in (0, 11):
        digests = [hashlib.sha256(f"damage {case} {k}".encode()).digest() for k in (0, 1)]
        drawn = [int.from_bytes(digest[:8], "little") * 10001 >> 64 for digest in digests]
        assert rows[f"drawn {case}"] == drawn


def test_a_stored_answer_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "damage.json"
    assert vr_verify.twin(hulls.damage, hulls.damage_again, vectors=path).agreed
    before = path.read_bytes()
    # Both twins changed alike: they agree with each other and not with what was blessed.
    changed = hulls.damage_off_by_one
    verdict = vr_verify.twin(changed, partial(changed), vectors=path)
    assert verdict.outcome == "golden_outdated"
    assert "nothing was written" in str(verdict.message)
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="exact"):
        vr_verify.twin(
            hulls.third, hulls.third_again, vectors=path, tolerances=[Tolerance("r", absolute=1)]
        )


def test_one_side_is_checked_against_vectors(tmp_path: Path) -> None:
    path = tmp_path / "repaired.json"
    kinds = [hulls.Fleet, hulls.Hull, hulls.Place, hulls.Posture]
    assert vr_verify.twin(hulls.repaired, hulls.repaired_again, vectors=path, examples=20).agreed
    clean = check_vectors(hulls.repaired, path, kinds=kinds)
    assert clean.agreed
    assert clean.cases.named == len(json.loads(path.read_text())["vectors"])
    verdict = check_vectors(hulls.repaired_wrongly, path, kinds=kinds)
    assert verdict.outcome == "diverged"
    assert verdict.counterexample is not None
    assert verdict.counterexample.path.endswith("list[1].fields.hp")
    with pytest.raises(UsageError, match="cannot be read"):
        check_vectors(hulls.repaired, path)


def test_a_raised_vector_is_one(tmp_path: Path) -> None:
    path = tmp_path / "parsed.json"
    assert vr_verify.twin(hulls.parsed, hulls.parsed_again, vectors=path).agreed
    rows = json.loads(path.read_text())["vectors"]
    assert {"name": "ValueError", "stage": "call"} in [row.get("raised") for row in rows]
    assert check_vectors(hulls.parsed, path).agreed
    wrong = check_vectors(hulls.parsed_with_key_error, path)
    assert wrong.counterexample is not None
    assert wrong.counterexample.arguments == {"0": "''"}


def test_the_projects_own_vectors_are_read() -> None:
    for place in ("economy/upkeep.refund", "shared/hex.ring", "shared/ids.parse_id"):
        path = vector_files.path_of(place)
        for ask in (ask_reference, ask_native):
            verdict = check_vectors(lambda *own, ask=ask, place=place: ask(place, own), path)
            assert verdict.agreed, verdict.text
            assert verdict.cases.named == len(vector_files.read(path))
    wrong = check_vectors(lambda cost, share: -1, vector_files.path_of("economy/upkeep.refund"))
    assert wrong.outcome == "diverged"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "vr-vectors/1"}', "[" * 5000, '{"format": "vr-vectors/2"}']
)
def test_a_file_of_no_vectors_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"format": "vr-vectors/1", "vectors": []}')
    assert check_vectors(hulls.damage, path).outcome == "nothing_compared"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"bad\.json: expected"):
        check_vectors(hulls.damage, path)


def test_a_counterexample_is_kept_once_and_replayed_first(tmp_path: Path) -> None:
    faulty: Any = hulls.damage_off_by_one
    first = vr_verify.twin(hulls.damage, faulty, kept=tmp_path)
    (file,) = tmp_path.rglob("*.json")
    assert first.counterexample is not None
    assert first.counterexample.file == file.name
    before = file.read_bytes() + b"\n"
    file.write_bytes(before)  # a file that is there is a person's from now on
    second = vr_verify.twin(hulls.damage, faulty, kept=tmp_path)
    assert second.counterexample is not None
    assert (second.counterexample.found_by, second.cases.compared) == ("kept", 1)
    assert [path.read_bytes() for path in tmp_path.rglob("*.json")] == [before]
    fixed = vr_verify.twin(hulls.damage, hulls.damage_again, kept=tmp_path)
    assert (fixed.outcome, fixed.cases.kept) == ("agreed", 1)
    vectors = tmp_path / "damage.vectors"
    assert vr_verify.twin(hulls.damage, hulls.damage_again, kept=tmp_path, vectors=vectors).agreed
    assert "found: once a counterexample" in vectors.read_text()


def test_a_kept_case_that_no_longer_fits_is_counted(tmp_path: Path) -> None:
    vr_verify.twin(hulls.damage, hulls.damage_off_by_one, kept=tmp_path, function="damage")

    def narrower(hp: hulls.Count) -> int:
        return hp

    def narrower_again(hp: hulls.Count) -> int:
        return hp * 1

    verdict = vr_verify.twin(narrower, narrower_again, kept=tmp_path, function="damage")
    assert (verdict.cases.kept, verdict.cases.stale) == (0, 1)
    assert "1 kept ones no longer fit" in verdict.text
    (file,) = tmp_path.rglob("*.json")
    file.write_text("{")
    with pytest.raises(UsageError, match="expected JSON"):
        vr_verify.twin(narrower, narrower_again, kept=tmp_path, function="damage")


def test_records_survive_the_file(tmp_path: Path) -> None:
    hull = hulls.Hull(2**60, hulls.Posture.MOVING, ["é"])
    value = [{(1, None): {2.5, -0.0}}, frozenset([b"\0"]), bytearray(b"x"), hull, True]
    text = json.dumps(as_json(value))
    kinds = {kind.__name__: kind for kind in (hulls.Hull, hulls.Posture)}
    assert from_json(json.loads(text), kinds) == value
    with pytest.raises(ValueError, match="Posture"):
        from_json(json.loads(text), {})
    with pytest.raises(ValueError, match="no JSON form"):
        as_json(object())


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file stands here")
    assert vr_verify.twin(hulls.damage, hulls.damage_again, kept=blocked, examples=5).agreed
    with pytest.raises(IoFailed, match="cannot write"):
        vr_verify.twin(hulls.damage, hulls.damage_off_by_one, kept=blocked)
    with pytest.raises(IoFailed, match="cannot write"):
        vr_verify.twin(hulls.damage, hulls.damage_again, vectors=blocked / "damage.json")
