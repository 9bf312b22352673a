"""What is open until its `with` block ends. It must not know what that is."""

from types import TracebackType
from typing import Self


class Closing:
    """A thing with a `close`, which the end of its `with` block calls whatever happened in it."""

    def close(self) -> None:
        """Give back what is held; a second call does nothing."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
