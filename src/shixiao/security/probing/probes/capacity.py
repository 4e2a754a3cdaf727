"""Capacity: how many requests a second the target bears at the speed that is asked of it.

Requests go out at a steady rate, whether or not those before were answered: a slow server cannot
slow down what is sent to it, and so cannot hide its slowness. The rate goes up in steps and never
above the consent's. A step ends as soon as it cannot hold any more, and nothing is sent after it.
Source: GB/T 22239-2019, 8.1.2.1 a) (enough for the busiest time); Schroeder, Wierman and
Harchol-Balter, NSDI 2006 (open against closed loads).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue

from shixiao.security.probing.probe import Given, Load, Seen, probe
from shixiao.security.probing.reach import OUT_OF_TIME, TOO_MANY, Answer, NotAssessed, Reach
from shixiao.security.probing.watchdog import Watchdog
from shixiao.terms import Text

SHARES = (1 / 8, 1 / 4, 1 / 2, 3 / 4, 1.0)  # of what is asked for, step after step
SLOWEST = 2.0  # requests a second: no step but the last lies below
SECONDS, LAST = 10.0, 30.0  # of a step, and of one at the rate that is asked for
LEAST = 40  # requests of a step
WITHIN = 0.95  # share that has to be answered in time
FAILED = 0.01  # share that may fail, and one in any case
LANES = 256  # connections beside one another, at most
KEPT = 0.9  # of the rate, below which this machine did not send as it should
BUSY = 0.9  # of one core, above which this machine is what is measured
GIVE_UP = (2.0, 10.0)  # seconds for an answer, at least and at most
NO_LOAD = Text(
    "没有给出要承受的请求数和响应时间（--load、--within），无法判断承载能力。",
    "What it has to bear was not given (--load, --within), so it cannot be told.",
)
NO_PAGE = Text(
    "{path} 应答的状态是 {status}，它有多快说明不了什么。",
    "{path} is answered with status {status}; how fast that is says nothing.",
)
LIMITS = Text(
    "目标限制同一来源的请求（每秒 {rate} 个时状态 {status}），从一处测不出承载能力。{held}",
    "The target limits requests of one origin (status {status} at {rate} a second), so its capacity"
    " cannot be told from one place. {held}",
)
CONSENT = Text(
    "同意书只同意每秒 {rate} 个请求，没有测到要求的每秒 {wanted} 个。{held}",
    "The consent allows {rate} requests a second, so the {wanted} asked for were not tried. {held}",
)
OWN = Text(
    "这台机器发不了每秒 {rate} 个请求，没有测下去。{held}",
    "This machine cannot send {rate} requests a second, so that was not tried. {held}",
)
ENDED = Text("{why}{held}", "{why} {held}")
HELD = Text(
    "到每秒 {rate} 个为止，95% 在 {p95} 毫秒内得到应答。",
    "Up to {rate} a second, 95 of 100 were answered within {p95} ms.",
)
NOTHING = Text("一步也没有测完。", "No step was ended.")


@dataclass
class Step:
    """Requests at one rate.

    Attributes:
        rate: requests a second.
        wanted: how many of them.
        limit: seconds within which an answer has to be there.
        waiting: when each was sent that is not answered yet.
        took: seconds of each that was answered.
        late: how many of those took too long.
        failed: how many were not answered, or with an error.
        refused: status by which the target said that they are too many; 0 where it did not.
    """

    rate: float
    wanted: int
    limit: float
    waiting: dict[int, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    late: int = 0
    failed: int = 0
    refused: int = 0
    _ended: SimpleQueue[tuple[int, float, Answer | None]] = field(default_factory=SimpleQueue)

    def sent(self, n: int, coming: Future[Answer | None]) -> None:
        """Note that one was sent, and when it will have been answered."""
        self.waiting[n] = time.monotonic()
        coming.add_done_callback(lambda done: self._ended.put((n, time.monotonic(), done.result())))

    def take(self) -> None:
        """Take the answers that are there."""
        while not self._ended.empty():
            n, ended, answer = self._ended.get()
            seconds = ended - self.waiting.pop(n)
            if answer is None or answer.status >= 400 or not answer.whole:
                self.failed += 1
                if answer is not None and (answer.status == 429 or answer.header("retry-after")):
                    self.refused = answer.status
            else:
                self.took.append(seconds)
                self.late += seconds > self.limit

    @property
    def errs(self) -> bool:
        """Whether more failed than may."""
        return self.failed > max(1, math.floor(FAILED * self.wanted))

    @property
    def lags(self) -> bool:
        """Whether more came late, or is late already, than may."""
        now = time.monotonic()
        waits = sum(now - begun > self.limit for begun in self.waiting.values())
        return self.late + waits > math.floor((1 - WITHIN) * self.wanted + 1e-9)

    @property
    def over(self) -> bool:
        """Whether it cannot hold any more."""
        return bool(self.refused) or self.errs or self.lags

    @property
    def p95(self) -> int:
        """Milliseconds within which 95 of 100 answers came."""
        found = sorted(self.took)
        return round(1000 * found[math.ceil(WITHIN * len(found)) - 1]) if found else 0

    @property
    def told(self) -> dict[str, object]:
        """What texts are filled with."""
        done = len(self.took) + self.failed
        share = round(100 * self.failed / done) if done else 0
        return {"rate": _plain(self.rate), "p95": self.p95, "n": done, "share": share}


@probe("capacity")
def capacity(reach: Reach, given: Given) -> Iterator[Seen]:
    """Raise the rate step by step until what is asked for is reached or a step does not hold."""
    reach.check_heavy("load")
    wanted = given.load
    if wanted is None:
        raise NotAssessed(NO_LOAD)
    paths = wanted.paths or (reach.target.path,)
    _answered(reach, paths)
    watchdog, held, most = Watchdog(reach), None, min(wanted.rate, reach.consent.rate)
    watchdog.begin()
    for rate in _rates(most):
        step = _step(reach, paths, rate, wanted, held)
        if step.refused:
            told = {"rate": _plain(rate), "status": step.refused, "held": _held(held)}
            raise NotAssessed(LIMITS.format(**told))
        harmed = watchdog.harmed("capacity")
        if step.over or harmed:
            yield from _judged(step, held, wanted, harmed=harmed)
            return
        held = step
    if most < wanted.rate:
        told = {"rate": _plain(most), "wanted": _plain(wanted.rate), "held": _held(held)}
        raise NotAssessed(CONSENT.format(**told))
    assert held is not None  # noqa: S101 - there is one rate at least
    yield from _judged(held, held, wanted, harmed=False)


def _answered(reach: Reach, paths: tuple[str, ...]) -> None:
    """Check that what is asked for is there.

    Raises:
        NotAssessed: a path is answered with something else than a page.
    """
    for path in paths:
        answer = reach.get(path)
        if not 200 <= answer.status < 300:
            raise NotAssessed(NO_PAGE.format(path=path[:200], status=answer.status))


def _rates(most: float) -> Iterator[float]:
    yield from (share * most for share in SHARES if share * most >= SLOWEST or share == 1)


def _step(
    reach: Reach, paths: tuple[str, ...], rate: float, wanted: Load, held: Step | None
) -> Step:
    """Send at one rate until the step is over.

    Raises:
        NotAssessed: the consent or the time ends before, or this machine is too slow.
    """
    limit = wanted.milliseconds / 1000
    many = max(LEAST, math.ceil(rate * (LAST if rate == wanted.rate else SECONDS)))
    step = Step(rate, many, limit)
    lanes = min(LANES, 4 + math.ceil(2 * rate * limit))
    patience = min(max(GIVE_UP[0], 3 * limit), GIVE_UP[1])
    if len(reach.sent) + many > reach.consent.most:
        raise NotAssessed(ENDED.format(why=TOO_MANY, held=_held(held)))
    if reach.left() < many / rate + patience:
        raise NotAssessed(ENDED.format(why=OUT_OF_TIME, held=_held(held)))
    begun, used = time.monotonic(), time.process_time()
    with reach.many(lanes) as send:
        kept = _sent(step, paths, patience, send)
        while step.waiting and not step.over:
            step.take()
            time.sleep(0.001)
    step.take()
    busy = (time.process_time() - used) / max(time.monotonic() - begun, 1e-9)
    if (not step.over and kept < KEPT * rate) or (step.lags and busy > BUSY):
        raise NotAssessed(OWN.format(rate=_plain(rate), held=_held(held)))
    return step


def _sent(
    step: Step,
    paths: tuple[str, ...],
    patience: float,
    send: Callable[[str, float], Future[Answer | None]],
) -> float:
    """Send all of a step, each at its time, unless it is over before; return the rate kept."""
    step.sent(0, send(paths[0], patience))  # the consent may make this one wait for its turn
    begun = time.monotonic()
    for n in range(1, step.wanted):
        time.sleep(max(0.0, begun + n / step.rate - time.monotonic()))
        step.sent(n, send(paths[n % len(paths)], patience))
        step.take()
        if step.over:
            break
    return n / max(time.monotonic() - begun, 1e-9)


def _judged(step: Step, held: Step | None, wanted: Load, *, harmed: bool) -> Iterator[Seen]:
    told = step.told | {"limit": _plain(wanted.milliseconds), "wanted": _plain(wanted.rate)}
    yield Seen("answers", not (step.errs or harmed), values=told)
    if not step.errs:
        yield Seen("fast", not step.lags, values=told)
    yield Seen("measured", False, values={"held": _held(held), **told})


def _held(step: Step | None) -> Text:
    return NOTHING if step is None else HELD.format(**step.told)


def _plain(number: float) -> str:
    return f"{number:.4g}"
