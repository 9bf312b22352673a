"""A golden answer: what a recorded run led to, who agreed on it and why it was accepted.

`replays/S/C.log` is answered by `golden/runs/S/C.json`. An answer is written by `golden bless` and
by nothing else: `sealed` is a digest over all the rest. It must not run an engine.
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
from blake3 import blake3

from vr_verify.canonical import json_text
from vr_verify.canonical.packing import derived, text, u64
from vr_verify.engines.conversation import PROTOCOL
from vr_verify.errors import IoFailed
from vr_verify.model.report import DeclaredDifference
from vr_verify.runlog.reader import RunLog

FORMAT: Final = "vr-golden/1"
PREVIOUS_MAX: Final = 5
_SEAL_CONTEXT: Final = "vr-verify 2026-11 golden answer v1"
_QUESTION_CONTEXT: Final = "vr-verify 2026-11 golden question v1"
_VALUES_CONTEXT: Final = "vr-verify 2026-11 golden values v1"
_STREAM_CONTEXT: Final = "vr-verify 2026-11 golden stream v1"


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a run led to; digests as 64 hex digits.

    `question` is over what was asked: the scenario, the first turn, each turn's commands. `values`
    is over names and raw values alone, so it stays where only their encoding changed (schema text,
    rules version, digest protocol). `draws` and `events` are over the digests of all turns, None
    where the engine declares none. `state_digests` start with the first state; a turn that halted
    has none, and `halt` tells of it.
    """

    question: str
    first_turn: int
    last_turn: int
    protocol: int
    rules_version: str
    schema_digest: str
    run_chain: str
    values: str
    draws: str | None
    events: str | None
    halt: str | None
    state_digests: tuple[str, ...]


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine that led to these facts, and the build that it was."""

    engine: str
    build: str


class Previous(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that this one took the place of: its run chain and its reason."""

    run_chain: str
    reason: str


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole answer; `previous` are the last few before it, the newest first.

    `declared` are the declared differences that the engines had all the same: the facts are then
    those of the log. The file has this key only where there are any.
    """

    facts: Facts
    agreed: tuple[Agreed, ...]
    reason: str
    previous: tuple[Previous, ...] = ()
    format: str = FORMAT
    sealed: str = ""
    declared: tuple[DeclaredDifference, ...] = ()


class AnswerError(ValueError):
    """An answer that no blessing has written; `change` says what is wrong: answer or reason."""

    def __init__(self, change: str, message: str) -> None:
        super().__init__(message)
        self.change = change


def facts_of(log: RunLog) -> Facts:
    """Return what a log says of its run, without any engine."""
    records = [log.record(turn) for turn in log.turns]
    header, halt = log.header, records[-1].halt
    states = records[:-1] if log.halted else records
    streams = {
        name: _stream_digest([(r.turn, getattr(r.digests, name)) for r in states])
        for name in ("ledger", "events")
    }
    return Facts(
        question=_question_digest(log),
        first_turn=log.turns[0],
        last_turn=log.turns[-1],
        protocol=PROTOCOL,
        rules_version=header.rules_version,
        schema_digest=header.schema.digest.hex(),
        run_chain=records[-1].run_chain.hex(),
        values=_values_digest(log),
        draws=streams["ledger"] if "ledger" in header.has else None,
        events=streams["events"] if "events" in header.has else None,
        halt=None if halt is None else json_text.encode(halt.as_json()).decode(),
        state_digests=tuple((record.digests.state or b"").hex() for record in states),
    )


def _question_digest(log: RunLog) -> str:
    """Digest what was asked; steps without commands behind the last one asked nothing."""
    hasher = blake3(derive_key_context=_QUESTION_CONTEXT)
    hasher.update(log.header.scenario_digest + u64(log.turns[0]) + u64(len(log.turns)))
    for turn in log.turns[1:]:
        steps = [list(commands) for commands in log.record(turn).commands_by_step]
        while steps and not steps[-1]:
            steps.pop()
        commands = json_text.encode(steps)
        hasher.update(u64(len(commands)) + commands)
    return hasher.hexdigest()


def _values_digest(log: RunLog) -> str:
    """Digest the names and raw values of every state that the log holds."""
    hasher = blake3(derive_key_context=_VALUES_CONTEXT)
    for turn in log.states:
        for universe in log.state(turn).universes:
            for table, data in zip(log.header.schema.tables, universe.tables, strict=True):
                hasher.update(u64(turn) + u64(universe.id) + text(table.name) + u64(data.rows))
                for column, payload in zip(table.columns, data.columns, strict=True):
                    hasher.update(text(column.name) + u64(memoryview(payload).nbytes))
                    hasher.update(bytes(payload))
    return hasher.hexdigest()


def _stream_digest(digests: list[tuple[int, bytes | None]]) -> str:
    """Digest the ledger or event digests of all turns."""
    parts = [u64(turn) + digest for turn, digest in digests if digest is not None]
    return derived(_STREAM_CONTEXT, b"".join(parts)).hex()


def sealed(answer: Answer) -> Answer:
    """Return an answer with its seal."""
    return msgspec.structs.replace(answer, sealed=_seal(_value(answer)))


def _value(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values, without a key for declared differences if it has none."""
    value: dict[str, Any] = msgspec.to_builtins(answer)
    if not answer.declared:
        del value["declared"]
    return value


def _seal(value: dict[str, Any]) -> str:
    """Digest all of an answer but its seal; ValueError where it has no canonical text."""
    kept = {name: part for name, part in value.items() if name != "sealed"}
    return derived(_SEAL_CONTEXT, json_text.encode(kept)).hex()


def answer_text(answer: Answer) -> str:
    """Return an answer as its file holds it."""
    return json.dumps(_value(answer), indent=2, sort_keys=True) + "\n"


def read_answer(path: Path) -> Answer:
    """Read an answer; AnswerError for one that no blessing has written, IoFailed."""
    data = _bytes(path)
    try:
        answer = msgspec.json.decode(data, type=Answer)
        seal = _seal(json_text.decode(data))
    except (ValueError, msgspec.MsgspecError) as error:
        raise AnswerError("answer", f"no answer of format {FORMAT}: {error}") from error
    if answer.format != FORMAT:
        raise AnswerError("answer", f"expected format {FORMAT}, found {answer.format!r:.40}")
    if seal != answer.sealed:
        found = "its seal is not that of what it says: it was edited by hand"
        raise AnswerError("answer", f"{found}; answers are written by `golden bless` alone")
    if (problem := reason_problem(answer.reason, answer.facts, answer.previous)) is not None:
        raise AnswerError("reason", problem)
    return answer


def reason_problem(reason: str, facts: Facts, previous: tuple[Previous, ...]) -> str | None:
    """Say what is wrong with a reason: none at all, or that of the answer before."""
    if not any(character.isalpha() for character in reason):
        return "the answer has no reason: it must say in words why it was accepted"
    before = previous[0] if previous else None
    changed = before is not None and before.run_chain != facts.run_chain
    if before is not None and changed and reason.split() == before.reason.split():
        return "the answer changed and its reason did not: say why it changed this time"
    return None


def replaced(path: Path) -> tuple[Previous, ...]:
    """Return the history that a new answer at this place begins with: the present one first.

    What is there may have been edited, or be of another format; its words are kept all the same.
    """
    try:
        value = json.loads(_bytes(path)) if path.is_file() else None
    except ValueError:
        return ()
    if not isinstance(value, dict):
        return ()
    facts = value.get("facts", value)  # answers of working copies had no part `facts`
    run_chain = facts.get("run_chain") if isinstance(facts, dict) else None
    newest = {"run_chain": run_chain, "reason": value.get("reason")}
    try:
        older = msgspec.convert(value.get("previous", []), tuple[Previous, ...])
        return (msgspec.convert(newest, Previous), *older)[:PREVIOUS_MAX]
    except msgspec.ValidationError:
        return ()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IoFailed(f"{path}: cannot read the answer: {error.strerror}") from error
