"""The live sides of a replay as workers that can be started anew, and stopped from elsewhere.

It must not know what they play.
"""

from collections.abc import Sequence
from threading import Lock

from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec
from vr_verify.model.closing import Closing
from vr_verify.model.limits import Limits
from vr_verify.session.turns import LiveSide


class Crew(Closing):
    """Sides that run. As a context manager it ends them.

    `given` are engines that run already: they are the crew's from then on.
    """

    def __init__(
        self,
        names: Sequence[str],
        specs: Sequence[BuildSpec],
        limits: Limits,
        given: Sequence[Engine] = (),
    ) -> None:
        self._names, self._specs, self._limits = tuple(names), tuple(specs), limits
        self._engines: list[Engine] = list(given)
        self._lock = Lock()
        self._stopped = False
        self.sides = self._named() if given else self.renew()

    def renew(self) -> tuple[LiveSide, ...]:
        """Put fresh workers of the same builds in place of those there are; none has a run yet."""
        self.close()
        try:
            for spec in self._specs:
                self._add(Engine(spec, self._limits))
        except BaseException:
            self.close()
            raise
        self.sides = self._named()
        return self.sides

    def _add(self, engine: Engine) -> None:
        with self._lock:
            self._engines.append(engine)
            if self._stopped:
                engine.process.stop()

    def _named(self) -> tuple[LiveSide, ...]:
        return tuple(LiveSide(*pair) for pair in zip(self._names, self._engines, strict=True))

    def stop(self) -> None:
        """Have all workers end at once; whoever waits for an answer of theirs gets an error.

        May be called while another thread works with them; that one must still close them.
        """
        with self._lock:
            self._stopped = True
            for engine in self._engines:
                engine.process.stop()

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            ending, self._engines = self._engines, []
        for engine in reversed(ending):
            engine.close()
