"""The head of the report: what was evaluated, the answer, three numbers, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.answer import answer
from shixiao.checkup.report.cards import Card, cards
from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.next_step import Next, next_step
from shixiao.checkup.report.speech import Speech
from shixiao.terms import Text

FILES_NAMED = 4


@dataclass(frozen=True, slots=True)
class Head:
    """The head."""

    name: str
    title: str
    facts: tuple[tuple[str, str], ...]
    answer: str
    cards: tuple[Card, ...]
    next: Next
    warnings: tuple[str, ...]


def head(speech: Speech, lookup: Lookup) -> Head:
    """Return the head in one language."""
    meta = lookup.evaluation.store.meta
    named = speech.named(meta.title)
    if len(meta.inputs) > 1 and meta.kind != "package":
        first, others = speech.name(meta.inputs[0].name), len(meta.inputs) - 1
        named = Cell(
            speech.t(f"{first} 等 {others + 1} 个日志", f"{first} and {others} more logs"),
            title=named.title or named.text,
        )
    notes = [
        figure.note for figure in lookup.evaluation.quality.warnings if figure.note is not None
    ]
    notes += [Text(note["zh"], note["en"]) for note in meta.notes]
    return Head(
        named.text,
        named.title,
        _facts(speech, lookup),
        answer(speech, lookup),
        cards(speech, lookup),
        next_step(speech, lookup),
        tuple(speech.sentence(speech.say(note)) for note in notes),
    )


def period_covered(speech: Speech, lookup: Lookup) -> str:
    """Return the months in which cases were opened; "" when no case says when."""
    months = list(lookup.arms("month"))
    if not months:
        return ""
    first, last = speech.month(months[0]), speech.month(months[-1])
    return first if first == last else speech.t(f"{first}至{last}", f"{first} – {last}")


def _facts(speech: Speech, lookup: Lookup) -> tuple[tuple[str, str], ...]:
    evaluation = lookup.evaluation
    meta = evaluation.store.meta
    names = [speech.name(item.name) for item in meta.inputs]
    listed = speech.t("、", ", ").join(names[:FILES_NAMED])
    if meta.kind == "package":
        listed = speech.t(
            f"证据包，{len(names)} 个文件，名单与校验值在报告末尾",
            f"evidence package of {len(names)} files; their names and hashes stand at the end",
        )
    elif len(names) > FILES_NAMED:
        listed += speech.t(
            f" 等 {len(names)} 个文件", f" and {len(names) - FILES_NAMED} more files"
        )
    facts = [
        (speech.t("文件", "Files"), listed),
        (speech.t("申请时间", "Opened"), period_covered(speech, lookup)),
        (
            speech.t("规模", "Size"),
            speech.t(
                f"{meta.cases:,} 件、{meta.events:,} 个步骤、{evaluation.variant_count:,} 种走法",
                f"{meta.cases:,} cases, {meta.events:,} steps,"
                f" {evaluation.variant_count:,} variants",
            ),
        ),
    ]
    comparison = lookup.comparison
    if comparison is not None:
        a, b = speech.arms(comparison)
        by = speech.column(comparison.column)
        said = speech.t(f"{a}与{b}（按{by}）", f"{a} with {b} (by {by.lower()})")
        facts.append((speech.t("比较", "Compared"), said))
    return tuple((name, value) for name, value in facts if value)
