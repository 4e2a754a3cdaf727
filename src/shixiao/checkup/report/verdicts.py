"""The table of verdicts: what each amounts to, on what grounds, and which evidence it lacks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.subjects import link
from shixiao.checkup.report.words import VERDICTS
from shixiao.terms import Text, Verdict

SHOWN = 20


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict as the report shows it."""

    subject: Cell
    tag: Cell
    cases: str
    grounds: tuple[str, ...]
    missing: tuple[str, ...]
    sensitivity: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The gravest verdicts, the names of the two arms, and what each verdict means.

    ``left_out`` tells how many verdicts stand in the spreadsheet alone, ``counts`` how many there
    are of each.
    """

    rows: tuple[VerdictRow, ...]
    left_out: int
    counts: tuple[tuple[Cell, str], ...]
    a: str
    b: str
    common: tuple[str, ...]
    meanings: tuple[tuple[Cell, str], ...]


def verdict_table(speech: Speech, lookup: Lookup) -> Verdicts | None:
    """Return the verdicts; None when nothing was compared."""
    comparison, verdicts = lookup.comparison, lookup.verdicts()
    if comparison is None or not verdicts:
        return None
    a, b = speech.arms(comparison)
    common = _common(verdicts) if len(verdicts) > 1 else frozenset()
    rows = tuple(_row(speech, lookup, verdict, common) for verdict in verdicts[:SHOWN])
    counts = Counter(verdict.verdict for verdict in verdicts)
    shared = [text for text in verdicts[0].missing if text in common]
    given = {verdict.verdict: verdict.text for verdict in verdicts}
    return Verdicts(
        rows,
        len(verdicts) - len(rows),
        tuple((speech.verdict(name), f"{n:,}") for name, n in counts.items()),
        a,
        b,
        tuple(speech.sentence(speech.say(text)) for text in shared),
        tuple((speech.verdict(name), _meaning(speech, text)) for name, text in given.items()),
    )


def _meaning(speech: Speech, text: Text) -> str:
    """Return a verdict's text without the words that its tag already says."""
    said = speech.say(text)
    _, colon, rest = said.partition(speech.t("：", ": "))
    return speech.sentence(rest if colon else said)


def _common(verdicts: list[Verdict]) -> frozenset[Text]:
    """Return what every verdict lacks: said once above the table instead of in every row."""
    return frozenset.intersection(*(frozenset(v.missing) for v in verdicts))


def _row(speech: Speech, lookup: Lookup, verdict: Verdict, common: frozenset[Text]) -> VerdictRow:
    target = link(speech, verdict.subject, lookup)
    return VerdictRow(
        speech.named(verdict.subject.name, href=target),
        speech.verdict(verdict.verdict),
        f"{speech.count(verdict.details['n_a'])} · {speech.count(verdict.details['n_b'])}",
        tuple(speech.sentence(speech.say(ground)) for ground in verdict.grounds),
        tuple(speech.sentence(speech.say(text)) for text in verdict.missing if text not in common),
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
