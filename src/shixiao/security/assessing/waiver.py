"""Waiver: a finding is borne for a while, by somebody, for a reason, behind something else.

It always ends: within ninety days, renewed once at most. A veto is never waived.
Source: rule SEC-26.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shixiao.rules import RulePack
from shixiao.security.scoring import Gravity, Judged
from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who bears which finding.

    Attributes:
        check, locator: the finding; an empty locator means that very place and no other.
        owner: who answers for it.
        reason: why it is not mended now.
        control: what stands in its place meanwhile.
        granted, expires: first and last day.
        renewals: how often it was renewed before.
    """

    check: str
    locator: str
    owner: str
    reason: str
    control: str
    granted: date
    expires: date
    renewals: int = 0

    def covers(self, one: Judged, *, on: date) -> bool:
        """Say whether it covers a finding on a day; it never covers a veto."""
        same = (self.check, self.locator) == (one.check, one.locator)
        runs = self.granted <= on <= self.expires
        return same and runs and one.severity is not Gravity.VETO


def faults(waiver: Waiver, severity: Gravity, rules: RulePack) -> tuple[Text, ...]:
    """Say what stands against granting a waiver; nothing where it may be granted."""
    rule: Any = rules.rule("SEC-26").value
    found = []
    if severity is Gravity.VETO:
        found.append(Text("一票否决的问题不能豁免", "what refuses admission cannot be waived"))
    for name, value in (
        (Text("责任人", "the owner"), waiver.owner),
        (Text("理由", "the reason"), waiver.reason),
        (Text("替代措施", "what stands in its place"), waiver.control),
    ):
        if not value.strip():
            found.append(Text(f"没有写{name.zh}", f"{name.en} is not said"))
    longest = timedelta(days=rule["days"])
    if not waiver.granted <= waiver.expires <= waiver.granted + longest:
        found.append(
            Text(
                f"到期日须在批准之后 {rule['days']} 天以内",
                f"it has to end within {rule['days']} days of being granted",
            )
        )
    if waiver.renewals > rule["renewals"]:
        found.append(
            Text(
                f"最多续期 {rule['renewals']} 次", f"it is renewed {rule['renewals']} time at most"
            )
        )
    return tuple(found)
