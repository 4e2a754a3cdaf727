"""Checking: does the public entry say what the log of decisions shows, and where does it not?

Versions, inputs, role and status are facts of the log. A year's volume (Garwood's interval of the
rate) and the human share (Wilson) differ only where the interval lies beyond what is tolerated
(rule ALG-04). What the log does not tell is no agreement.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.fairness.algorithms.entries import inputs_of
from shixiao.fairness.algorithms.exporting import written
from shixiao.fairness.algorithms.fields import Entry, form
from shixiao.fairness.algorithms.seen import Seen
from shixiao.rules import RulePack
from shixiao.statistics import garwood, wilson
from shixiao.terms import Estimate, Finding, Severity, Subject, Text

TOLERATED, LEAST = "ALG-04", "FAI-01"
KIND = "register_differs"
IDLE = frozenset({"development", "ended"})
YEAR = 365
NOT_TOLD = {
    "versions": Text("日志没有版本", "the log has no versions"),
    "human_share": Text("日志没有记有没有人参与", "the log does not say who had a part"),
    "inputs": Text("没有决定因素", "there are no factors of decisions"),
    "volume": Text(
        "决定不足 {least} 件，一年的件数没有比较",
        "there are fewer than {least} decisions, so the volume of a year was not compared",
    ),
    "few_people": Text(
        "知道有没有人参与的决定不足 {least} 件，由人决定的占比没有比较",
        "it is known of fewer than {least} decisions who had a part, so the human share was not"
        " compared",
    ),
}


def disagreements(
    entry: Entry, seen: Seen, subject: Subject, *, rules: RulePack
) -> tuple[Finding, ...]:
    """Return where an entry and a log disagree, the gravest first."""
    found = [
        *_status(entry, seen, subject),
        *_versions(entry, seen, subject),
        *_role(entry, seen, subject),
        *_human(entry, seen, subject, rules),
        *_volume(entry, seen, subject, rules),
        *_inputs(entry, seen, subject),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda each: order.index(each.severity)))


def not_told(seen: Seen, *, rules: RulePack) -> tuple[Text, ...]:
    """Say what a log does not tell, or too little of it, so that none of it is called agreement."""
    least, known = int(rules.number(LEAST)), seen.with_person + seen.alone
    silent = {
        "versions": set(seen.versions) <= {""},
        "human_share": not known,
        "inputs": seen.inputs is None,
        "volume": seen.decisions < least,
        "few_people": 0 < known < least,
    }
    return tuple(NOT_TOLD[name].format(least=least) for name, lacks in silent.items() if lacks)


@cache
def _texts() -> dict[str, dict[str, Text]]:
    text = files("shixiao.fairness.algorithms").joinpath("data/findings.yaml").read_text("utf-8")
    return {
        name: {key: Text.of(words) for key, words in entry.items()}
        for name, entry in load_yaml(text).items()
    }


def _finding(
    name: str,
    subject: Subject,
    severity: Severity,
    estimate: Estimate,
    seen: Seen,
    *,
    locator: str = "",
    **values: Any,
) -> Finding:
    said = _texts()[name]
    days = {"first": seen.first.isoformat(), "last": seen.last.isoformat()}
    return Finding(
        KIND,
        name,
        subject,
        locator,
        severity,
        estimate,
        TOLERATED,
        lead=name in {"volume", "human_share"},
        name=said["name"],
        text=said["says"].format(**(days | {"n": f"{estimate.n:,}", "item": locator} | values)),
        disproof=said["disproof"],
    )


def _status(entry: Entry, seen: Seen, subject: Subject) -> Iterator[Finding]:
    if entry.get("status") in IDLE:
        said = form().choices["status"][entry["status"]]
        fact = Estimate.fact(seen.decisions, seen.decisions)
        yield _finding("status", subject, Severity.HIGH, fact, seen, said=said)


def _versions(entry: Entry, seen: Seen, subject: Subject) -> Iterator[Finding]:
    known = set(entry.get("versions", ()))
    used = {version: n for version, n in seen.versions.items() if version}
    for version, n in sorted(used.items()):
        if version not in known:
            fact = Estimate.fact(n, n)
            yield _finding(
                "version_unregistered", subject, Severity.HIGH, fact, seen, locator=version
            )
    for version in sorted(known - set(used)) if used else ():
        fact = Estimate.fact(0, seen.decisions)
        yield _finding("version_unused", subject, Severity.LOW, fact, seen, locator=version)
    without = seen.versions.get("", 0)
    if without:
        share = without / seen.decisions
        fact, said = Estimate.fact(share, without), f"{share:.1%}"
        yield _finding("version_unknown", subject, Severity.MEDIUM, fact, seen, share=said)


def _role(entry: Entry, seen: Seen, subject: Subject) -> Iterator[Finding]:
    if entry.get("role") in {"advises", "prepares"} and seen.alone:
        said = form().choices["role"][entry["role"]]
        fact = Estimate.fact(seen.alone, seen.alone)
        yield _finding("role", subject, Severity.HIGH, fact, seen, said=said)


def _human(entry: Entry, seen: Seen, subject: Subject, rules: RulePack) -> Iterator[Finding]:
    known, said = seen.with_person + seen.alone, entry.get("human_share")
    if said is None or known < rules.number(LEAST):
        return
    share, claimed = wilson(seen.with_person, known), said / 100
    if _apart(share, claimed) > rules.number(TOLERATED, "human"):
        yield _finding(
            "human_share",
            subject,
            Severity.MEDIUM,
            share,
            seen,
            said=written(form().fields["human_share"], said, "zh"),
            **{name: f"{getattr(share, name):.1%}" for name in ("value", "low", "high")},
        )


def _volume(entry: Entry, seen: Seen, subject: Subject, rules: RulePack) -> Iterator[Finding]:
    said = entry.get("volume")
    if said is None or seen.decisions < rules.number(LEAST):
        return
    rate = garwood(seen.decisions, seen.days)
    a_year = Estimate(
        seen.decisions / seen.days * YEAR,
        (rate.low or 0.0) * YEAR,
        (rate.high or 0.0) * YEAR,
        seen.decisions,
    )
    if _apart(a_year, said) > rules.number(TOLERATED, "volume") * said:
        yield _finding(
            "volume",
            subject,
            Severity.MEDIUM,
            a_year,
            seen,
            said=f"{said:,}",
            **{name: f"{getattr(a_year, name):,.0f}" for name in ("value", "low", "high")},
        )


def _inputs(entry: Entry, seen: Seen, subject: Subject) -> Iterator[Finding]:
    if seen.inputs is None:
        return
    known = {one.name for one in inputs_of(entry)}
    for name, n in sorted(seen.inputs.items()):
        if name not in known:
            fact = Estimate.fact(n, n)
            yield _finding("input_unregistered", subject, Severity.HIGH, fact, seen, locator=name)
    for name in sorted(known - set(seen.inputs)):
        fact = Estimate.fact(0, seen.decisions)
        yield _finding("input_unused", subject, Severity.LOW, fact, seen, locator=name)


def _apart(estimate: Estimate, said: float) -> float:
    """Return how far a claim lies outside of an interval; 0 within it."""
    low, high = estimate.low or 0.0, estimate.high or 0.0
    return max(low - said, said - high, 0.0)
