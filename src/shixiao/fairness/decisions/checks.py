"""Checks of a system's decisions: are they explained, does the table say the same, are they alike?

Three checks of fact, each with what could not be assessed: *completeness* (every part of an
explanation is there), *faithfulness* (the registered table says what the system said), and
*consistency* (equal inputs to one version had one result). None of them is a statistical test; a
breach names the decisions.

Source: knowledge of fairness §5; 个人信息保护法 art. 24 and 48; 行政处罚法 art. 41 for what is
recorded by machines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.fairness.decisions.record import Record
from shixiao.fairness.decisions.replay import DIFFERENT, NO_RESULT, SAME, Replayed
from shixiao.rules import RulePack
from shixiao.terms import Estimate, EvidenceReference, Finding, Severity, Subject, Text

COMPLETE, FAITHFUL, CONSISTENT = "DCS-02", "DCS-03", "DCS-04"
KINDS = {
    "completeness": "unexplained",
    "faithfulness": "unfaithful",
    "consistency": "inconsistent",
}
MOST_NAMED = 50
"""Decisions that a finding names; it counts them all."""


@dataclass(slots=True)
class Seen:
    """What was seen of the decisions of one system, as it goes by.

    Attributes:
        n: decisions.
        missing: how many lack each part.
        whole: how many lack none.
        replayed: how many came out in each way.
        breaches: the first of those that the table contradicts.
        unlike: the first groups of equal inputs with several results: version, hash, results.
        repeated: groups of equal inputs that were seen more than once.
        apart: those of them with several results.
    """

    n: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    whole: int = 0
    replayed: Counter[str] = field(default_factory=Counter)
    breaches: list[Replayed] = field(default_factory=list)
    unlike: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    repeated: int = 0
    apart: int = 0

    def look(self, record: Record) -> None:
        """Count a record and what it lacks."""
        missing = record.missing()
        self.n += 1
        self.whole += not missing
        self.missing.update(missing)

    def hear(self, replayed: Replayed) -> None:
        """Count what came out of a replay."""
        self.replayed[replayed.state] += 1
        if replayed.state in {DIFFERENT, NO_RESULT} and len(self.breaches) < MOST_NAMED:
            self.breaches.append(replayed)


@cache
def parts() -> Mapping[str, Text]:
    """Return the parts of an explanation, by id."""
    text = files("shixiao.fairness").joinpath("data/explanation.yaml").read_text("utf-8")
    return {name: Text.of(entry["name"]) for name, entry in load_yaml(text)["parts"].items()}


@cache
def _said() -> Mapping[str, Mapping[str, Text]]:
    text = files("shixiao.fairness").joinpath("data/explained.yaml").read_text("utf-8")
    return {
        kind: {part: Text.of(words) for part, words in entry.items()}
        for kind, entry in load_yaml(text)["findings"].items()
    }


def completeness(seen: Seen) -> Estimate:
    """Return the share of decisions that are wholly explained."""
    if not seen.n:
        return Estimate.not_assessable(_said()["completeness"]["lacking"])
    return Estimate.fact(seen.whole / seen.n, seen.n)


def faithfulness(seen: Seen) -> Estimate:
    """Return the share of replayed decisions of which the table says the same."""
    n = seen.replayed[SAME] + seen.replayed[DIFFERENT] + seen.replayed[NO_RESULT]
    if not n:
        return Estimate.not_assessable(_said()["faithfulness"]["lacking"])
    return Estimate.fact(seen.replayed[SAME] / n, n)


def consistency(seen: Seen) -> Estimate:
    """Return the share of repeated inputs that had one result."""
    if not seen.repeated:
        return Estimate.not_assessable(_said()["consistency"]["lacking"])
    return Estimate.fact((seen.repeated - seen.apart) / seen.repeated, seen.repeated)


def findings(seen: Seen, subject: Subject, *, rules: RulePack, sha256: str) -> Iterator[Finding]:
    """Give the breaches: fact, not leads.

    Args:
        seen: of one system.
        subject: the system.
        rules: DCS-02 (largest share not wholly explained), DCS-03 and DCS-04 (contradictions).
        sha256: of the decisions that were looked at.
    """
    lacking = seen.n - seen.whole
    if seen.n and lacking / seen.n > rules.number(COMPLETE):
        worst = [f"{parts()[name].zh} {n:,}" for name, n in seen.missing.most_common(4)]
        english = [f"{parts()[name].en} {n:,}" for name, n in seen.missing.most_common(4)]
        listed = Text("、".join(worst), ", ".join(english))
        filled = {"k": f"{lacking:,}", "n": f"{seen.n:,}", "listed": listed}
        yield _finding("completeness", subject, completeness(seen), COMPLETE, filled, (), sha256)
    wrong = seen.replayed[DIFFERENT] + seen.replayed[NO_RESULT]
    if wrong > rules.number(FAITHFUL):
        share = faithfulness(seen)
        filled = {"k": f"{wrong:,}", "n": f"{share.n:,}", "listed": Text.of("—")}
        named = tuple(one.decision_id for one in seen.breaches)
        yield _finding("faithfulness", subject, share, FAITHFUL, filled, named, sha256)
    if seen.apart > rules.number(CONSISTENT):
        share = consistency(seen)
        filled = {"k": f"{seen.apart:,}", "n": f"{share.n:,}", "listed": Text.of("—")}
        named = tuple(digest for _, digest, _ in seen.unlike)
        yield _finding("consistency", subject, share, CONSISTENT, filled, named, sha256)


def _finding(
    kind: str,
    subject: Subject,
    share: Estimate,
    rule: str,
    filled: Mapping[str, object],
    named: Sequence[str],
    sha256: str,
) -> Finding:
    said = _said()[kind]
    reference = EvidenceReference("decisions", tuple(named), sha256)
    return Finding(
        KINDS[kind],
        kind,
        subject,
        "",
        Severity.MEDIUM if kind == "completeness" else Severity.HIGH,
        share,
        rule,
        lead=False,
        name=said["name"],
        text=said["says"].format(**filled),
        disproof=said["disproof"],
        evidence=(reference,),
    )
