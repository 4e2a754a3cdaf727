"""The answer in a few lines, for a terminal and for the head of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.report.findings import counted
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.overview import city_answer
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.report.words import VERDICTS
from shixiao.effect.verdicts import UNKNOWN, texts
from shixiao.terms import Text

LISTED, GRAVEST = 20, 5


def summary(evaluation: Evaluation) -> list[Text]:
    """Say how much was read, how good it is, what was found, and what the verdicts are."""
    lookup = Lookup(evaluation)
    lines = [_read(evaluation)]
    if lookup.city_head:
        lines.append(_in_both(lookup, city_answer))
    lines += [
        Text(f"注意：{figure.note.zh}。", f"Note: {figure.note.en}.")
        for figure in evaluation.quality.warnings
        if figure.note is not None
    ]
    lines += _by_kind(lookup) + _verdicts(evaluation)
    return lines


def _read(evaluation: Evaluation) -> Text:
    meta = evaluation.store.meta
    if not meta.cases:
        rows = sum(item.rows for item in meta.received)
        return Text(
            f"{meta.name}：{rows:,} 行记录，没有办件。",
            f"{meta.name_en}: {rows:,} rows of records, no cases.",
        )
    return Text(
        f"{meta.name}：{meta.cases:,} 件、{meta.events:,} 个步骤、"
        f"{evaluation.variant_count:,} 种走法。",
        f"{meta.name_en}: {meta.cases:,} cases, {meta.events:,} steps,"
        f" {evaluation.variant_count:,} variants.",
    )


def _in_both(lookup: Lookup, told: Callable[[Speech, Lookup], str]) -> Text:
    return Text(told(Speech("zh"), lookup), told(Speech("en"), lookup))


def _by_kind(lookup: Lookup) -> list[Text]:
    """Count the findings of each kind."""
    lines = []
    for detector in detectors():
        found = [f for f in lookup.findings if f.kind == detector.kind]
        if found:
            zh, en = (counted(Speech(language), found) for language in ("zh", "en"))
            lines.append(Text(f"  · {detector.name.zh}：{zh}", f"  · {detector.name.en}: {en}"))
    return lines


def _verdicts(evaluation: Evaluation) -> list[Text]:
    """Return the verdicts one by one; of many the gravest, after a line that counts them."""
    if not evaluation.verdicts:
        if not evaluation.store.meta.cases:
            return []
        return [
            Text(
                "没有要比较的两组，所以没有结论；请用 --compare 列=甲:乙 或 --periods 指定。",
                "No two arms were compared, so there is no verdict; name them with --compare"
                " COL=A:B or --periods.",
            )
        ]
    order = list(VERDICTS)
    given = evaluation.verdicts
    lines = []
    if len(given) > LISTED:
        counts = Counter(found.verdict for found in given)
        told = [(VERDICTS[name], counts[name]) for name in order if counts[name]]
        zh = "、".join(f"{words.zh} {n:,}" for words, n in told)
        en = ", ".join(f"{words.en} {n:,}" for words, n in told)
        lines.append(Text(f"结论：{zh}。", f"Verdicts: {en}."))
        given = sorted(given, key=lambda v: (order.index(v.verdict), v.subject))[:GRAVEST]
    for found in given:
        name = found.subject.name
        lines.append(Text(f"{name.zh} —— {found.text.zh}", f"{name.en} — {found.text.en}"))
    lacking = Counter(
        text for found in evaluation.verdicts if found.verdict == UNKNOWN for text in found.missing
    )
    if lacking:
        lines.append(Text("还缺这些证据：", "Evidence that is missing:"))
        lines += [Text(f"  · {text.zh}", f"  · {text.en}") for text in sorted(lacking, key=_zh)]
    return lines


def _zh(text: Text) -> str:
    return text.zh


def verdict_counts(evaluation: Evaluation) -> list[tuple[Text, int]]:
    """Return each verdict's text with how many subjects it was given to, in fixed order."""
    counts = Counter(found.verdict for found in evaluation.verdicts)
    return [(text, counts[name]) for name, text in texts()["verdicts"].items()]
