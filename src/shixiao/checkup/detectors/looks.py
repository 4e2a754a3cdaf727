"""Looks: what a rule of fact was held against, and what came of it, gathered by subject.

Each row that a rule speaks of is one look, breach or not, so that a finding says how many of how
many, and a subject that keeps the rule is known to keep it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.scene import Scene, masked
from shixiao.terms import Estimate, EvidenceReference, Severity, SubjectKind, Text

SHOWN = 3
LISTED = Text("、", ", ")


@dataclass(frozen=True, slots=True)
class Look:
    """One row held against a rule.

    Attributes:
        measure: key of the detector's texts.
        subject: id of who is answerable for it.
        table: where the row stands.
        key: what names it.
        breach: whether it breaks the rule.
        count: how many rows it stands for.
        said: what to call it in the sentence; None for its masked key.
    """

    measure: str
    subject: str
    table: str
    key: str
    breach: bool
    count: int = 1
    said: Text | None = None


def screened(
    scene: Scene,
    kind: SubjectKind,
    looks: Iterable[Look],
    *,
    severity: Severity,
    missing: Mapping[str, Text] | None = None,
) -> Screening:
    """Gather looks: a trial for each measure and subject with a breach, and who keeps the rule."""
    by_key: dict[tuple[str, str], list[Look]] = defaultdict(list)
    for look in looks:
        by_key[look.measure, look.subject].append(look)
    trials: list[Trial] = []
    kept = []
    broken: dict[tuple[str, str, str], list[Look]] = {}
    for (measure, identifier), mine in sorted(by_key.items()):
        subject = scene.subject(kind, identifier)
        breaches = [look for look in mine if look.breach]
        if not breaches:
            kept.append((measure, subject))
            continue
        n = sum(look.count for look in mine)
        value = sum(look.count for look in breaches)
        facts = {"listed": _listed(breaches)}
        estimate = Estimate.fact(value, n)
        trial = Trial(measure, subject, estimate, facts=facts, fact=True, severity=severity)
        trials.append(trial)
        broken[trial.key] = breaches

    def evidence(flagged: Sequence[Trial]) -> Evidence:
        return {trial.key: tuple(_rows(scene, broken[trial.key])) for trial in flagged}

    return Screening(tuple(trials), missing or {}, evidence=evidence, kept=tuple(kept))


def _rows(scene: Scene, breaches: Sequence[Look]) -> Iterator[EvidenceReference]:
    """Point at the rows of breaches, table by table."""
    of_table: dict[str, list[str]] = defaultdict(list)
    for look in breaches:
        of_table[look.table].append(look.key)
    for table, keys in of_table.items():
        yield scene.evidence(table, keys)


def _listed(breaches: Sequence[Look]) -> Text:
    """Name the first of them, and say that there are more where there are."""
    shown = [look.said or Text.of(masked(look.key)) for look in breaches]
    names = list(dict.fromkeys(shown))
    more = len(names) > SHOWN
    return Text(
        LISTED.zh.join(name.zh for name in names[:SHOWN]) + ("等" if more else ""),
        LISTED.en.join(name.en for name in names[:SHOWN]) + (" and others" if more else ""),
    )
