"""The head of the report: what was evaluated, the answer, three numbers, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.answer import answer
from shixiao.checkup.report.cards import Card, cards
from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.next_step import Next, next_step
from shixiao.checkup.report.overview import city_answer, city_cards, city_next, listed
from shixiao.checkup.report.periods import period_covered
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
    if len(meta.received) > 1 and meta.kind != "package":
        first, others = speech.name(meta.received[0].name), len(meta.received) - 1
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
        (city_answer if lookup.city_head else answer)(speech, lookup),
        (city_cards if lookup.city_head else cards)(speech, lookup),
        (city_next if lookup.city_head else next_step)(speech, lookup),
        tuple(speech.sentence(speech.say(note)) for note in notes),
    )


def _facts(speech: Speech, lookup: Lookup) -> tuple[tuple[str, str], ...]:
    evaluation = lookup.evaluation
    meta = evaluation.store.meta
    names = [speech.name(item.name) for item in meta.inputs]
    files = speech.t("、", ", ").join(names[:FILES_NAMED])
    if meta.kind == "package":
        files = speech.t(
            f"证据包，{len(names)} 个文件，名单与校验值在报告末尾",
            f"evidence package of {len(names)} files; their names and hashes stand at the end",
        )
    elif len(names) > FILES_NAMED:
        files += speech.t(f" 等 {len(names)} 个文件", f" and {len(names) - FILES_NAMED} more files")
    facts = [
        (speech.t("文件", "Files"), files),
        (speech.t("申请时间", "Opened"), period_covered(speech, lookup)),
        (speech.t("查了", "Examined"), listed(speech, lookup) if lookup.city else ""),
        (speech.t("规模", "Size"), _size(speech, lookup)),
    ]
    comparison = lookup.comparison
    if comparison is not None:
        a, b = speech.arms(comparison)
        by = speech.column(comparison.column)
        said = speech.t(f"{a}与{b}（按{by}）", f"{a} with {b} (by {by.lower()})")
        facts.append((speech.t("比较", "Compared"), said))
    return tuple((name, value) for name, value in facts if value)


def _size(speech: Speech, lookup: Lookup) -> str:
    """Say how much was read: cases and steps, or messages where there are no cases."""
    evaluation = lookup.evaluation
    meta = evaluation.store.meta
    if meta.cases:
        return speech.t(
            f"{meta.cases:,} 件、{meta.events:,} 个步骤、{evaluation.variant_count:,} 种走法",
            f"{meta.cases:,} cases, {meta.events:,} steps, {evaluation.variant_count:,} variants",
        )
    rows = sum(item.rows for item in meta.received)
    return speech.t(f"{rows:,} 行记录，没有办件", f"{rows:,} rows of records, no cases")
