"""How fast a grant may be used: a bucket of tokens, divided among the workers of a gateway."""

from __future__ import annotations


class Bucket:
    """Tokens that come at a rate, up to a number that may be used at once.

    Each worker gets its share of both: over time they together never serve more than was granted,
    and less where the workers are loaded unevenly. At once each serves one at least, so that a
    burst smaller than the number of workers may be exceeded up to that number.

    Args:
        rate: tokens a second, of all workers.
        burst: tokens at once, of all workers.
        workers: that share them.
    """

    def __init__(self, rate: int, burst: int, workers: int) -> None:
        self._rate = rate / workers
        self._most = max(1.0, burst / workers)
        self._held, self._seen = self._most, 0.0

    def take(self, now: float) -> bool:
        """Take a token, and say whether there was one.

        Args:
            now: seconds; they never go back, or count for nothing where they do.
        """
        gained = max(0.0, now - self._seen) * self._rate if self._seen else 0.0
        self._held, self._seen = min(self._most, self._held + gained), max(now, self._seen)
        if self._held < 1.0:
            return False
        self._held -= 1.0
        return True
