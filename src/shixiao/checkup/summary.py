"""The answer in a few lines, for a terminal and for the head of the report."""

from __future__ import annotations

from collections import Counter

from shixiao.checkup.evaluation import Evaluation
from shixiao.effect.verdicts import UNKNOWN, texts
from shixiao.terms import Text


def summary(evaluation: Evaluation) -> list[Text]:
    """Say how much was read, how good it is, and what the verdicts are."""
    meta = evaluation.store.meta
    lines = [
        Text(
            f"{meta.name}：{meta.cases:,} 件、{meta.events:,} 个步骤、"
            f"{evaluation.variant_count:,} 种走法。",
            f"{meta.name_en}: {meta.cases:,} cases, {meta.events:,} steps,"
            f" {evaluation.variant_count:,} variants.",
        )
    ]
    lines += [
        Text(f"注意：{figure.note.zh}。", f"Note: {figure.note.en}.")
        for figure in evaluation.quality.warnings
        if figure.note is not None
    ]
    if not evaluation.verdicts:
        lines.append(
            Text(
                "没有要比较的两组，所以没有结论；请用 --compare 列=甲:乙 或 --periods 指定。",
                "No two arms were compared, so there is no verdict; name them with --compare"
                " COL=A:B or --periods.",
            )
        )
    for found in evaluation.verdicts:
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
