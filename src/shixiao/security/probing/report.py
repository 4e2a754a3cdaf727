"""Report: what the probes of one run found, in layers: veto, coverage, score.

Without every mandatory probe there is no score (``security.scoring``) and no admission.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shixiao.rules import RulePack
from shixiao.security.probing.probe import Check, Described, Seen
from shixiao.security.probing.reach import Sent
from shixiao.security.probing.target import Target
from shixiao.security.probing.watchdog import Health
from shixiao.security.scoring import Gravity, Judged, score
from shixiao.terms import Text

SCHEMA = "shixiao/probe/1"
ORDER = {gravity: place for place, gravity in enumerate(Gravity)}


@dataclass(frozen=True, slots=True)
class Assessed:
    """One probe of a run.

    Attributes:
        probe: which.
        seen: what it saw; None where it could not tell.
        reason: why it could not.
    """

    probe: Described
    seen: tuple[Seen, ...] | None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A check that does not hold at one place."""

    probe: Described
    check: Check
    seen: Seen

    @property
    def id(self) -> str:
        """Its name: probe and check."""
        return f"{self.probe.id}.{self.check.id}"

    @property
    def text(self) -> Text:
        """What is wrong, in a sentence."""
        return self.check.says.format(**self.seen.values)


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What one run found.

    Attributes:
        target: where was looked: an address, or folders and files by their names.
        profile: which probes, in one word.
        probes: every probe of the profile, or each of its parts, assessed or not.
        begun, ended: when.
        sent: all that was sent.
        health: how the target felt.
    """

    target: Target | str
    profile: str
    probes: tuple[Assessed, ...]
    begun: datetime
    ended: datetime
    sent: tuple[Sent, ...]
    health: tuple[Health, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that does not hold, the gravest first."""
        found = [
            Fault(each.probe, each.probe.checks[one.check], one)
            for each, one in self._seen()
            if not one.passed
        ]
        return tuple(sorted(found, key=lambda f: (ORDER[f.check.severity], f.id, f.seen.locator)))

    @property
    def vetoes(self) -> tuple[str, ...]:
        """Names of checks that refuse admission, each once."""
        found = (fault.id for fault in self.faults if fault.check.severity is Gravity.VETO)
        return tuple(dict.fromkeys(found))

    @property
    def covered(self) -> bool:
        """Whether every mandatory probe could tell."""
        return all(each.seen is not None for each in self.probes)

    def score(self, rules: RulePack) -> float | None:
        """Return the score, 0 to 100; None where a mandatory probe could not tell."""
        if not self.covered:
            return None
        return score(
            (
                Judged(
                    f"{each.probe.id}.{one.check}",
                    each.probe.checks[one.check].severity,
                    one.passed,
                    one.locator,
                )
                for each, one in self._seen()
            ),
            rules,
        )

    def admissible(self, rules: RulePack) -> bool:
        """Say whether nothing of this run stands against admission."""
        reached = self.score(rules)
        return reached is not None and not self.vetoes and reached >= rules.number("SEC-23")

    def to_json(self, rules: RulePack) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: probe)."""
        return {
            "schema": SCHEMA,
            "target": str(self.target),
            "profile": str(self.profile),
            "begun": self.begun.isoformat(),
            "ended": self.ended.isoformat(),
            "rules": {"pack": rules.name, "hash": rules.hash},
            "coverage": {
                "mandatory": len(self.probes),
                "assessed": sum(each.seen is not None for each in self.probes),
                "probes": [each.probe.id for each in self.probes],
                "not_assessed": [
                    {"probe": each.probe.id, "reason": each.reason.to_json()}
                    for each in self.probes
                    if each.seen is None and each.reason is not None
                ],
            },
            "findings": [_finding(fault) for fault in self.faults],
            "checks": [
                {
                    "probe": each.probe.id,
                    "id": f"{each.probe.id}.{one.check}",
                    "passed": one.passed,
                    "locator": one.locator,
                    "name": each.probe.checks[one.check].name.to_json(),
                    "clauses": {
                        key: list(found)
                        for key, found in each.probe.checks[one.check].clauses.items()
                    },
                }
                for each, one in self._seen()
            ],
            "veto": list(self.vetoes),
            "score": self.score(rules),
            "admissible": self.admissible(rules),
            "sent": len(self.sent),
            "health": [{"after": one.after, "seconds": one.seconds} for one in self.health],
        }

    def log(self) -> str:
        """Return everything that was sent, one JSON object a line."""
        lines = (
            {
                "at": each.at.isoformat(),
                "probe": each.probe,
                "what": each.what,
                "status": each.status,
                "seconds": each.seconds,
            }
            for each in self.sent
        )
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)

    def _seen(self) -> Iterator[tuple[Assessed, Seen]]:
        for each in self.probes:
            for one in each.seen or ():
                yield each, one


def _finding(fault: Fault) -> dict[str, Any]:
    return {
        "probe": fault.probe.id,
        "id": fault.id,
        "severity": str(fault.check.severity),
        "status": "open",
        "locator": fault.seen.locator,
        "text": fault.text.to_json(),
    }
