"""Watchdog: how the target feels before, during and after; what does it harm is stopped.

A probe may bring down what it looks at (GmSSL's server died of two of three handshakes, measured),
so its health is taken between all probes, by what any visitor would do.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.terms import Text

LOOKS = 3  # before the first probe; the middle one is how it usually is
SECONDS = 15.0
SLOWER, LEAST = 8.0, 2.0  # times its usual time, and no less than so many seconds more
HARMED = Text(
    "目标在测试中失去响应或明显变慢，已停止；其余项目没有测。",
    "The target stopped answering or grew slow, so testing was stopped; the rest is not assessed.",
)


@dataclass(frozen=True, slots=True)
class Health:
    """How the target felt at one look.

    Attributes:
        after: the probe before it; "" at the beginning.
        seconds: to an answer; None where there was none.
    """

    after: str
    seconds: float | None


@dataclass
class Watchdog:
    """Takes the health of a target."""

    reach: Reach
    seen: list[Health] = field(default_factory=list)
    _usual: float = 0.0

    def begin(self) -> None:
        """Take how it usually is.

        Raises:
            NotAssessed: it does not answer.
        """
        took = sorted(self._look() for _ in range(LOOKS))
        self._usual = took[LOOKS // 2]
        self.seen.append(Health("", round(self._usual, 4)))

    def harmed(self, after: str) -> bool:
        """Take its health after a probe; True where it fails twice, or is far slower twice."""
        for _ in range(2):
            try:
                took = self._look()
            except NotAssessed:
                took = float("inf")
            if took <= max(SLOWER * self._usual, self._usual + LEAST):
                self.seen.append(Health(after, round(took, 4)))
                return False
            time.sleep(min(LEAST, 1.0))
        self.seen.append(Health(after, None if took == float("inf") else round(took, 4)))
        return True

    def _look(self) -> float:
        begun = time.monotonic()
        with self.reach.probing("health", seconds=SECONDS):
            if self.reach.target.scheme in ("tls", "postgresql"):
                with self.reach.connect(what="health"):
                    pass
            else:
                self.reach.get()
        return time.monotonic() - begun
