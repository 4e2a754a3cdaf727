"""Which steps does each case take? The counter's path, the improved online path, and copies of it.

Online, visits and re-keying are gone and half of verification and review stays. Where the counter
was copied, a share of the cases goes all the way that it goes there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shixiao.potemkin.city.decoys import LAWFUL, LEAN
from shixiao.potemkin.city.outcomes import ABANDONED, COMPLETED, REJECTED, WITHDRAWN, Codes
from shixiao.potemkin.city.paths import ACTIVITIES, SLOTS, Bytes, Slot, usual_activities
from shixiao.potemkin.city.population import Flags
from shixiao.potemkin.city.subjects import Service

MORE_AT_COUNTER, MORE_ONLINE = 0.2, 0.1
KEPT_CHECKS = 0.5  # verification and review that stay online, each
LAWFUL_STOPS, MANY_LAWFUL_STOPS = 0.04, 0.60
#: how people who began online come to the counter where nothing is planted
WAYS = ("originals", "identity", "collect")


@dataclass(slots=True, eq=False)
class Route:
    """Cases by place: whether the step is taken, and as which activity.

    ``lawful`` marks cases whose clock was stopped on a legal basis.
    """

    on: Flags
    activity: Bytes
    lawful: Flags

    @property
    def size(self) -> int:
        """Number of cases."""
        return int(self.on.shape[1])

    def take(self, slot: Slot, cases: Flags, name: str | None = None) -> None:
        """Let some cases take a step, as another activity than the usual one if named."""
        self.on[slot] |= cases
        if name is not None:
            self.activity[slot, cases] = ACTIVITIES.code[name]


def draw_route(
    service: Service,
    channel: str,
    outcome: Codes,
    prompt: Flags,
    rng: np.random.Generator,
) -> Route:
    """Draw the steps of every case.

    Args:
        service: what it is like.
        channel: online, counter or phone.
        outcome: how each case ends.
        prompt: cases short enough for their result to be collected within 30 days.
        rng: chance.
    """
    count = len(outcome)
    usual = usual_activities(channel)
    route = Route(
        np.zeros((SLOTS, count), dtype=np.bool_),
        np.repeat(usual[:, None], count, axis=1),
        np.zeros(count, dtype=np.bool_),
    )
    everybody = np.ones(count, dtype=np.bool_)
    copied = everybody
    if channel != "counter":
        copied = rng.random(count) < share_of_copies(service)
    _begin(route, service, channel, copied, outcome, rng)
    _decide(route, service, channel, copied, outcome, rng)
    if channel == "online":
        _to_the_counter(route, service, outcome, prompt, rng)
        _on_top(route, service.extra, rng)
    _stop_the_clock(route, service, outcome, rng)
    return route


def share_of_copies(service: Service) -> float:
    """Share of online cases that go the counter's way.

    Documents come whole: what rounding them takes or gives is made good by the steps.
    """
    share, asks = service.copied, service.asks
    steps = 3 + service.shape.number  # show, type, receive; and take a number
    removed = asks.items - asks.kept_online
    rounding = share * removed - round(share * removed)
    return min(1.0, max(0.0, share + rounding / steps))


def _begin(
    route: Route,
    service: Service,
    channel: str,
    copied: Flags,
    outcome: Codes,
    rng: np.random.Generator,
) -> None:
    count = route.size
    lean = service.decoy == LEAN
    here = copied & (not lean)
    route.take(Slot.NUMBER, here & service.shape.number)
    route.take(Slot.APPLY, np.ones(count, dtype=np.bool_))
    route.take(Slot.SHOW, here)
    route.take(Slot.INTAKE, np.ones(count, dtype=np.bool_))
    route.take(Slot.TYPE, here)
    if service.shape.check:
        route.take(Slot.CHECK, np.ones(count, dtype=np.bool_))
    chance = np.where(copied & (not lean), MORE_AT_COUNTER, MORE_ONLINE)
    told = (rng.random(count) < chance) | (outcome == ABANDONED)
    route.take(Slot.TOLD, told)
    route.take(Slot.MORE, told & (outcome != ABANDONED))
    if channel != "counter":
        route.take(Slot.MORE, told & copied & (outcome != ABANDONED), "more_counter")
    if not lean:
        route.take(Slot.ACCEPT, outcome != ABANDONED)


def _decide(
    route: Route,
    service: Service,
    channel: str,
    copied: Flags,
    outcome: Codes,
    rng: np.random.Generator,
) -> None:
    count, shape, lean = route.size, service.shape, service.decoy == LEAN
    going = (outcome != ABANDONED) & (outcome != WITHDRAWN)
    done = outcome == COMPLETED
    stays = 1.0 if channel == "counter" else KEPT_CHECKS + (1 - KEPT_CHECKS) * service.copied
    verified = rng.random(count) < stays
    if not lean:
        route.take(Slot.VERIFY, going)
        route.take(Slot.VERIFY, going & verified, "asked_other")
    route.take(Slot.EXAMINE, going)
    route.take(Slot.REVIEW, going & shape.review & (rng.random(count) < stays))
    route.take(Slot.WITHDRAW, outcome == WITHDRAWN)
    route.take(Slot.DECIDE, going)
    route.take(Slot.DECIDE, outcome == REJECTED, "refused")
    route.take(Slot.CERTIFY, done & shape.certify)
    route.take(Slot.PAY, done & shape.pays)
    if channel == "counter":
        route.take(Slot.RECEIVE, done & (not lean))
    else:
        route.take(Slot.PAY, done & shape.pays & copied, "pay_counter")
        route.take(Slot.RECEIVE, done & shape.delivery)
        route.take(Slot.RECEIVE, done & copied, "collect")
    route.take(Slot.ARCHIVE, going & shape.archive)
    route.take(Slot.CLOSE, outcome != ABANDONED)


def _to_the_counter(
    route: Route, service: Service, outcome: Codes, prompt: Flags, rng: np.random.Generator
) -> None:
    """Send some of those who began online to the counter all the same."""
    count = route.size
    share, innocent = service.values["half_online"], service.innocent["half_online"]
    comes = rng.random(count) < share
    way = rng.integers(0, len(WAYS), size=count)
    if service.plant is not None and service.plant.kind == "half_online":
        planted = rng.random(count) >= innocent / share
        way[planted] = WAYS.index(service.plant.variant)
    collects = (way == WAYS.index("collect")) & (outcome == COMPLETED) & prompt
    shows = comes & ~collects
    fresh = shows & ~route.on[Slot.SHOW]
    route.take(Slot.SHOW, shows)
    route.take(Slot.SHOW, fresh & (way == WAYS.index("identity")), "identity")
    route.take(Slot.RECEIVE, comes & collects, "collect")


def _on_top(route: Route, extra: float, rng: np.random.Generator) -> None:
    """Add what not even the counter asks for: typing and uploading once more."""
    if extra > 0:
        more = rng.random(route.size) < extra
        route.take(Slot.EXTRA, more)
        route.take(Slot.EXTRA, more & (rng.random(route.size) < 0.5), "upload_again")


def _stop_the_clock(
    route: Route, service: Service, outcome: Codes, rng: np.random.Generator
) -> None:
    going = (outcome != ABANDONED) & (outcome != WITHDRAWN)
    closed = outcome != ABANDONED
    able = np.flatnonzero(going)
    wanted = min(rng.binomial(int(closed.sum()), service.values["restart"]), len(able))
    baseless = np.zeros(route.size, dtype=np.bool_)
    baseless[rng.permutation(able)[:wanted]] = True
    share = MANY_LAWFUL_STOPS if service.decoy == LAWFUL else LAWFUL_STOPS
    route.lawful = going & ~baseless & (rng.random(route.size) < share)
    for slot in (Slot.SUSPEND, Slot.RESUME):
        route.take(slot, baseless | route.lawful)
