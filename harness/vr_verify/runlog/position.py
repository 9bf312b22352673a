"""Where a log stands behind a turn: what its next chunk and its closing part depend on.

The writer moves it on as it writes, the reader as it checks (FORMAT.md, "Chains").
"""

from dataclasses import dataclass, field, replace
from typing import Self

from vr_verify.model.run import Digests, Halt
from vr_verify.runlog import chains
from vr_verify.runlog.container import Tally
from vr_verify.runlog.records import LogHeader


@dataclass(slots=True)
class Position:
    """The three chains and the seal as they are now, and the tally of all bytes stored."""

    run_chain: bytes = b""
    ledger_chain: bytes = b""
    events_chain: bytes = b""
    seal: bytes = chains.NO_SEAL
    tally: Tally = field(default_factory=Tally)

    def begin(self, header: LogHeader) -> None:
        """Start the chains."""
        start = chains.chain_start(
            header.schema.digest, header.scenario_digest, header.rules_version
        )
        self.run_chain = self.ledger_chain = self.events_chain = start
        self.tally.sketched = header.sketch_cells > 0

    def chain(self, turn: int, commands: bytes, digests: Digests, halt: Halt | None) -> None:
        """Move the chains on by one turn; `commands` is their canonical text."""
        self.run_chain = chains.run_chain(self.run_chain, turn, commands, digests.state, halt)
        self.ledger_chain = chains.ledger_chain(self.ledger_chain, turn, digests.ledger)
        self.events_chain = chains.events_chain(self.events_chain, turn, digests.events)

    def kept(self, data_crc: int) -> Self:
        """Return a copy that stays as it is; `data_crc` is that of all bytes up to there."""
        tally = self.tally
        chunks, counts = tally.chunks[:], dict(tally.counts)
        kept = replace(tally, data_crc=data_crc, chunks=chunks, counts=counts)
        return replace(self, tally=kept)
