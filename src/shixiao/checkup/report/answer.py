"""The answer in one sentence: the verdicts counted, or the median time without a comparison."""

from __future__ import annotations

from collections import Counter

from shixiao.checkup.report.cards import readable
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, unit_of
from shixiao.checkup.report.words import SUBJECTS, VERDICTS
from shixiao.effect import measure


def answer(speech: Speech, lookup: Lookup) -> str:
    """Return the sentence that a reader in a hurry takes away."""
    verdicts, comparison = lookup.verdicts(), lookup.comparison
    if not verdicts or comparison is None:
        return _time_answer(speech, lookup)
    a, b = speech.arms(comparison)
    if len(verdicts) == 1:
        text = speech.say(verdicts[0].text).rstrip("。.")
        return speech.t(
            f"{a}与{b}相比，{text}。", f"{a} compared with {b} – {text[:1].lower()}{text[1:]}."
        )
    counts = Counter(verdict.verdict for verdict in verdicts)
    found = [(speech.say(VERDICTS[name]), counts[name]) for name in VERDICTS if counts[name]]
    kind = speech.say(SUBJECTS[verdicts[0].subject.kind])
    if speech.language == "zh":
        unit = kind[0]
        *first, last = [f"{n} {unit}{words}" for words, n in found]
        parts = "、".join(first) + ("，" if first else "") + last
        return f"{len(verdicts)} {kind}里，{parts}。"
    parts = ", ".join(f"{n} {words}" for words, n in found)
    return f"Of {len(verdicts)} {kind}: {parts}."


def _time_answer(speech: Speech, lookup: Lookup) -> str:
    name = lookup.time_measure()
    estimate = lookup.estimate(lookup.whole, name) if name else None
    asked = speech.t(
        "没有要求比较两组，所以没有结论。", "No two arms were compared, so there is no verdict."
    )
    if name is None or estimate is None:
        return asked
    if not estimate.ok:
        why = speech.reason(estimate)
        return (
            speech.t(f"办理用时说不出来：{why}", f"The time a case takes cannot be told: {why} ")
            + asked
        )
    name = readable(lookup, name)
    estimate = lookup.estimate(lookup.whole, name) or estimate
    unit = unit_of(measure(name), [estimate])
    value = speech.in_words(estimate, unit)
    n = speech.cases(estimate.n)
    return speech.t(
        f"从申请到办结，一半的办件在 {value} 之内完成（{n}）。{asked}",
        f"Half of all cases end within {value} of the application ({n}). {asked}",
    )
