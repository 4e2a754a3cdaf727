"""Running: the probes of a profile, one after the other, each within its time.

What was skipped, timed out or could not be reached is *not assessed*, with the reason, and never
passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from shixiao.security.probing.consent import Consent
from shixiao.security.probing.probe import Given, Probe, Profile, Seen, of_profile
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.security.probing.report import Assessed, ProbeReport
from shixiao.security.probing.target import Target
from shixiao.security.probing.watchdog import HARMED, Watchdog
from shixiao.terms import Text

Tell = Callable[[Text], None]
DOING = Text("正在测试：{name}（第 {n} 项，共 {of} 项）", "Testing: {name} ({n} of {of})")


def run(
    target: Target,
    profile: Profile,
    *,
    consent: Consent,
    given: Given,
    now: Callable[[], datetime],
    tell: Tell = lambda _: None,
) -> ProbeReport:
    """Run the probes of a profile against a target.

    Args:
        target: where to look.
        profile: which probes.
        consent: what its owner agreed to.
        given: what the probes are lent.
        now: gives the time.
        tell: hears what is being done.
    """
    reach = Reach(target, consent, now)
    watchdog = Watchdog(reach)
    wanted, begun = of_profile(profile), now()
    stopped: Text | None = None
    try:
        watchdog.begin()
    except NotAssessed as why:
        stopped = why.text
    done = []
    for n, each in enumerate(wanted, 1):
        if stopped is not None:
            done.append(Assessed(each, None, stopped))
            continue
        tell(DOING.format(name=each.name, n=n, of=len(wanted)))
        done.append(_one(each, reach, given))
        if watchdog.harmed(each.id):
            stopped = HARMED
    return ProbeReport(
        target, profile, tuple(done), begun, now(), tuple(reach.sent), tuple(watchdog.seen)
    )


def _one(each: Probe, reach: Reach, given: Given) -> Assessed:
    with reach.probing(each.id, seconds=each.seconds):
        try:
            return Assessed(each, _known(each, each.look(reach, given)))
        except NotAssessed as why:
            return Assessed(each, None, why.text)


def _known(each: Probe, seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """Return what was seen, once for each check and place; the worse counts."""
    found: dict[tuple[str, str], Seen] = {}
    for one in seen:
        if one.check not in each.checks:
            raise ValueError(f"The probe {each.id} has no check {one.check}")
        key = (one.check, one.locator)
        if key not in found or found[key].passed:
            found[key] = one
    return tuple(found.values())
