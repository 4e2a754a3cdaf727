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
from shixiao.fairness.algorithms.telling import Telling
from shixiao.rules import RulePack
from shixiao.statistics import garwood, wilson
from shixiao.terms import Estimate, Finding, Severity, Subject, Text

TOLERATED, LEAST = "ALG-04", "FAI-01"
KIND = "register_differs"
IDLE = frozenset({"development", "ended"})
YEAR = 365
FEW = "_few"
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
    entry: Entry, seen: Seen, subject: Subject, *, rules: RulePack, fewest: int = 0
) -> tuple[Finding, ...]:
    """Return where an entry and a log disagree, the gravest first.

    Args:
        entry: what is registered.
        seen: what the log says.
        subject: the system.
        rules: ALG-04 and FAI-01.
        fewest: decisions that a sentence tells as a number; see ``Telling``.
    """
    log = Telling(seen, fewest)
    found = [
        *_status(entry, log, subject),
        *_versions(entry, log, subject),
        *_role(entry, log, subject),
        *_human(entry, log, subject, rules),
        *_volume(entry, log, subject, rules),
        *_inputs(entry, log, subject),
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
    log: Telling,
    *,
    locator: str = "",
    **values: Any,
) -> Finding:
    said = _texts()[name]
    seen = log.seen
    known = {"first": seen.first.isoformat(), "last": seen.last.isoformat(), "item": locator}
    return Finding(
        KIND,
        name.removesuffix(FEW),
        subject,
        locator,
        severity,
        estimate,
        TOLERATED,
        lead=name.removesuffix(FEW) in {"volume", "human_share"},
        name=said["name"],
        text=said["says"].format(**(known | {"n": log.number(estimate.n)} | values)),
        disproof=said["disproof"],
    )


def _status(entry: Entry, log: Telling, subject: Subject) -> Iterator[Finding]:
    seen = log.seen
    if entry.get("status") in IDLE:
        said = form().choices["status"][entry["status"]]
        fact = Estimate.fact(seen.decisions, seen.decisions)
        yield _finding("status", subject, Severity.HIGH, fact, log, said=said)


def _versions(entry: Entry, log: Telling, subject: Subject) -> Iterator[Finding]:
    seen = log.seen
    known = set(entry.get("versions", ()))
    used = {version: n for version, n in seen.versions.items() if version}
    for version, n in sorted(used.items()):
        if version not in known:
            fact = Estimate.fact(n, n)
            yield _finding(
                "version_unregistered", subject, Severity.HIGH, fact, log, locator=version
            )
    for version in sorted(known - set(used)) if used else ():
        fact = Estimate.fact(0, seen.decisions)
        yield _finding("version_unused", subject, Severity.LOW, fact, log, locator=version)
    without = seen.versions.get("", 0)
    if without:
        share = without / seen.decisions
        fact, said = Estimate.fact(share, without), log.share(without)
        yield _finding("version_unknown", subject, Severity.MEDIUM, fact, log, share=said)


def _role(entry: Entry, log: Telling, subject: Subject) -> Iterator[Finding]:
    seen = log.seen
    if entry.get("role") in {"advises", "prepares"} and seen.alone:
        said = form().choices["role"][entry["role"]]
        fact = Estimate.fact(seen.alone, seen.alone)
        yield _finding("role", subject, Severity.HIGH, fact, log, said=said)


def _human(entry: Entry, log: Telling, subject: Subject, rules: RulePack) -> Iterator[Finding]:
    seen = log.seen
    known, said = seen.with_person + seen.alone, entry.get("human_share")
    if said is None or known < rules.number(LEAST):
        return
    share, claimed = wilson(seen.with_person, known), said / 100
    if _apart(share, claimed) > rules.number(TOLERATED, "human"):
        few = any(log.hides(n) for n in (seen.with_person, seen.alone))
        yield _finding(
            "human_share_few" if few else "human_share",
            subject,
            Severity.MEDIUM,
            share,
            log,
            said=written(form().fields["human_share"], said, "zh"),
            **{name: f"{getattr(share, name):.1%}" for name in ("value", "low", "high")},
        )


def _volume(entry: Entry, log: Telling, subject: Subject, rules: RulePack) -> Iterator[Finding]:
    seen = log.seen
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
            log,
            said=f"{said:,}",
            **{name: f"{getattr(a_year, name):,.0f}" for name in ("value", "low", "high")},
        )


def _inputs(entry: Entry, log: Telling, subject: Subject) -> Iterator[Finding]:
    seen = log.seen
    if seen.inputs is None:
        return
    known = {one.name for one in inputs_of(entry)}
    for name, n in sorted(seen.inputs.items()):
        if name not in known:
            fact = Estimate.fact(n, n)
            yield _finding("input_unregistered", subject, Severity.HIGH, fact, log, locator=name)
    for name in sorted(known - set(seen.inputs)):
        fact = Estimate.fact(0, seen.decisions)
        yield _finding("input_unused", subject, Severity.LOW, fact, log, locator=name)


def _apart(estimate: Estimate, said: float) -> float:
    """Return how far a claim lies outside of an interval; 0 within it."""
    low, high = estimate.low or 0.0, estimate.high or 0.0
    return max(low - said, said - high, 0.0)
