"""Mills whose turns are not alike: a fault that does not show again, a rule that fires late."""

from typing import Any

from tests.support.mill_engine import MillEngine


class MoodyMill(MillEngine):
    """Reports a wrong digest for turn 3, unless it was ever restored before that."""

    name = "moody"
    restored = False

    def restore(self, turn: int, archives: list[tuple[int, str, bytes]]) -> dict[str, Any]:
        """Put a state in place of the present one, and mend its ways."""
        self.restored = True
        return super().restore(turn, archives)

    def state_digest(self) -> str:
        """Give the digest, or a wrong one."""
        digest = super().state_digest()
        return "00" + digest[2:] if self.turn == 3 and not self.restored else digest


class FrostyMill(MillEngine):
    """Has a rule that fires in turn 5 alone."""

    name = "frosty"

    def describe(self) -> dict[str, Any]:
        """Say who this is."""
        described = super().describe()
        return described | {"rules": [*described["rules"], "frost"]}

    def pay(self) -> None:
        """Pay, and freeze."""
        super().pay()
        self.fired["frost"] += self.turn == 5
