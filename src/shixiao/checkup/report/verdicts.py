"""The table of verdicts: what each amounts to, on what grounds, and which evidence it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.subjects import anchor
from shixiao.checkup.report.words import VERDICT_TONES, VERDICTS
from shixiao.terms import Text, Verdict


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict as the report shows it; ``number`` is 0 for the whole."""

    subject: Cell
    tag: Cell
    text: str
    cases: str
    grounds: tuple[str, ...]
    missing: tuple[str, ...]
    sensitivity: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """All verdicts, gravest first, and the names of the two arms."""

    rows: tuple[VerdictRow, ...]
    a: str
    b: str
    common: tuple[str, ...]


def verdict_table(speech: Speech, lookup: Lookup) -> Verdicts | None:
    """Return the verdicts; None when nothing was compared."""
    comparison, verdicts = lookup.comparison, lookup.verdicts()
    if comparison is None or not verdicts:
        return None
    a, b = speech.arms(comparison)
    common = _common(verdicts) if len(verdicts) > 1 else frozenset()
    rows = tuple(_row(speech, lookup, verdict, common) for verdict in verdicts)
    shared = [text for text in verdicts[0].missing if text in common]
    return Verdicts(rows, a, b, tuple(speech.sentence(speech.say(text)) for text in shared))


def _common(verdicts: list[Verdict]) -> frozenset[Text]:
    """Return what every verdict lacks: said once above the table instead of in every row."""
    return frozenset.intersection(*(frozenset(v.missing) for v in verdicts))


def _row(
    speech: Speech, lookup: Lookup, verdict: Verdict, common: frozenset[Text]
) -> VerdictRow:
    comparison = lookup.comparison
    target = anchor(speech, verdict.subject, lookup)
    grounds = verdict.grounds
    return VerdictRow(
        speech.named(verdict.subject.name, href=f"#{target}" if target else ""),
        Cell("", tag=speech.say(VERDICTS[verdict.verdict]), tone=VERDICT_TONES[verdict.verdict]),
        speech.sentence(speech.say(verdict.text)),
        f"{speech.count(verdict.details['n_a'])} · {speech.count(verdict.details['n_b'])}",
        tuple(
            speech.with_arm_names(g, comparison) if comparison else speech.say(g) for g in grounds
        ),
        tuple(
            speech.sentence(speech.say(text)) for text in verdict.missing if text not in common
        ),
        sensitivity(speech, verdict),
    )


def sensitivity(speech: Speech, verdict: Verdict) -> str:
    """Say what the verdict would be with the suggested map confirmed; "" when it is the same."""
    other = verdict.details.get("if_suggestions_confirmed")
    if not other or other["verdict"] == verdict.verdict:
        return ""
    words = speech.say(VERDICTS[other["verdict"]])
    steps = other["unconfirmed"]
    return speech.t(
        f"若确认建议的环节对应表（{steps} 个环节待确认），结论会是“{words}”。",
        f"With the suggested activity map confirmed ({steps} activities await it), the verdict"
        f" would be “{words}”.",
    )
