"""Read a protocol from YAML: one that ships, or one that a bureau or an evaluator body wrote.

What is wrong is said with the step and the question, so that whoever wrote the file finds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product

from shixiao.effect.fieldtests.entry import Entry
from shixiao.effect.fieldtests.kinds import (
    AUDIENCE_NAMES,
    DIMENSION_NAMES,
    MODE_NAMES,
    Audience,
    Dimension,
    Kind,
    Mode,
    Target,
    Unit,
)
from shixiao.effect.fieldtests.plain import plain
from shixiao.effect.fieldtests.protocol import (
    BEST,
    Condition,
    Goalposts,
    Protocol,
    Question,
    Step,
)
from shixiao.terms import BadInput, Text

SCHEMA, POLICY = "shixiao/protocol/1", "policy"
MOST_STEPS, MOST_QUESTIONS, HEAVIEST, LARGEST_NUMBER = 20, 40, 10, 100_000
_ID = re.compile(r"[a-z](?:_?[a-z0-9]){0,30}")
_VERSION = re.compile(r"(?:0|[1-9]\d{0,4})(?:\.(?:0|[1-9]\d{0,4})){2}", re.ASCII)
# Names that the form needs for itself; see xlsform.
RESERVED = frozenset(
    {"start", "end", "audit", "today", "meta", "item", "evaluator", "protocol", "protocol_version",
     "protocol_sha256", "mode", "audience", "form", "key", "instanceid"}
)  # fmt: skip
_FILE = Text("文件", "the file")


def read_protocol(data: bytes, name: str) -> Protocol:
    """Return the protocol that a YAML file holds.

    Args:
        data: the file's bytes.
        name: what messages call the file.

    Raises:
        BadInput: it is no protocol; the message names step and question.
    """
    top = Entry(plain(data, name), _FILE, name)
    if top.word("schema") != SCHEMA:
        raise top.bad(Text(f"“schema”应为 {SCHEMA}", f"“schema” should be {SCHEMA}"))
    modes = top.some("modes", tuple(Mode), Mode)
    audiences = top.some("audiences", tuple(Audience), Audience)
    reader = _Reader(modes, audiences)
    protocol = Protocol(
        id=_identifier(top),
        version=_version(top),
        name=top.text("name"),
        about=top.text("about"),
        target=top.one("target", Target),
        modes=modes,
        audiences=audiences,
        steps=tuple(
            reader.step(Entry(value, _numbered("第 {n} 步", "step {n}", n), name))
            for n, value in enumerate(top.items("steps", 1, MOST_STEPS), start=1)
        ),
    )
    top.done()
    _check_dimensions(protocol, top)
    return protocol


@dataclass(slots=True)
class _Reader:
    """Reads steps one after the other and remembers what was read."""

    modes: tuple[Mode, ...]
    audiences: tuple[Audience, ...]
    steps: set[str] = field(default_factory=set)
    earlier: dict[str, Question] = field(default_factory=dict)

    def step(self, entry: Entry) -> Step:
        step_id = _identifier(entry)
        if step_id in self.steps:
            raise _twice(entry, step_id)
        self.steps.add(step_id)
        entry.where = Text(f"步骤 {step_id}", f"step {step_id}")
        name, about = entry.text("name"), entry.text("about")
        conditions = self._conditions(entry)
        questions = []
        for n, value in enumerate(entry.items("questions", 1, MOST_QUESTIONS), start=1):
            place = _numbered("第 {n} 问", "question {n}", n)
            where = Text(f"{entry.where.zh}，{place.zh}", f"{entry.where.en}, {place.en}")
            below = Entry(value, where, entry.file)
            question = self._question(below, conditions)
            self.earlier[question.id] = question
            questions.append(question)
        entry.done()
        return Step(step_id, name, about, conditions, tuple(questions))

    def _question(self, entry: Entry, conditions: tuple[Condition, ...]) -> Question:
        question_id = _identifier(entry)
        if question_id in self.earlier:
            raise _twice(entry, question_id)
        step = entry.where
        entry.where = Text(f"{step.zh}（{question_id}）", f"{step.en} ({question_id})")
        kind = entry.one("kind", Kind)
        modes = entry.some("modes", self.modes, Mode)
        words = kind is Kind.TEXT
        unit = entry.one("unit", Unit) if kind is Kind.NUMBER else None
        question = Question(
            id=question_id,
            ask=entry.text("ask"),
            kind=kind,
            modes=modes,
            audiences=entry.some("audiences", self.audiences, Audience),
            by_mode=_by_mode(entry, modes),
            hint=entry.may_text("hint"),
            dimension=None if words else entry.one("dimension", Dimension),
            weight=0 if words else entry.whole("weight", 1, HEAVIEST),
            good=_yes_or_no(entry, "good") if kind is Kind.YES_NO else None,
            anchors=entry.texts("anchors", BEST + 1) if kind is Kind.SCALE else (),
            unit=unit,
            goalposts=_goalposts(entry) if kind is Kind.NUMBER else None,
            basis=_basis(entry, must=kind is Kind.NUMBER),
            conditions=(*conditions, *self._conditions(entry)),
            required=entry.flag("required", not words),
            photo=entry.flag("photo", False),
            decides=entry.flag("decides", False),
        )
        entry.done()
        self._check_reach(entry, question)
        if question.decides and kind is not Kind.YES_NO:
            raise entry.bad(
                Text(
                    "只有“是或否”的问题可以决定步骤是否办通（decides）",
                    "only a yes or no may decide whether the step worked (decides)",
                )
            )
        return question

    def _conditions(self, entry: Entry) -> tuple[Condition, ...]:
        """Read ``only_if: {question, is}`` or ``only_if: {question, at_least}``."""
        value = entry.may("only_if")
        if value is None:
            return ()
        place = Text(f"{entry.where.zh}，only_if", f"{entry.where.en}, only_if")
        below = Entry(value, place, entry.file)
        found = self.earlier.get(below.word("question"))
        if found is None or found.kind is Kind.TEXT:
            raise below.bad(
                Text(
                    "“question”须是前面出现过的、不是文字题的问题",
                    "“question” must be an earlier question that is not answered in words",
                )
            )
        if found.kind is Kind.YES_NO:
            condition = Condition(found.id, equals=_yes_or_no(below, "is"))
        else:
            condition = Condition(found.id, at_least=below.whole("at_least", 0, LARGEST_NUMBER))
        below.done()
        return (condition,)

    def _check_reach(self, entry: Entry, question: Question) -> None:
        """What a question hangs on is itself asked wherever the question is."""
        for condition in question.conditions:
            found = self.earlier[condition.question]
            covered = set(question.modes) <= set(found.modes) and set(question.audiences) <= set(
                found.audiences
            )
            if not covered:
                raise entry.bad(
                    Text(
                        f"所依赖的问题 {found.id} 并非在同样的方式和人群中都问",
                        f"the question {found.id} that it hangs on is not asked in all the same"
                        " modes and for all the same people",
                    )
                )


def _identifier(entry: Entry) -> str:
    found = entry.word("id")
    if not _ID.fullmatch(found) or found in RESERVED:
        raise entry.bad(
            Text(
                f"编号“{found}”不可用；只用小写字母、数字和单个下划线，"
                "以字母开头，不超过 32 个字符，也不能是保留名",
                f"the id “{found}” cannot be used: small letters, digits and single underscores,"
                " a letter first, at most 32 characters, and no reserved name",
            )
        )
    return found


def _version(entry: Entry) -> str:
    found = entry.take("version")
    if not isinstance(found, str) or not _VERSION.fullmatch(found):
        raise entry.bad(
            Text(
                "“version”应为三段数字，如 1.0.0", "“version” should be three numbers, as in 1.0.0"
            )
        )
    return found


def _by_mode(entry: Entry, modes: tuple[Mode, ...]) -> dict[Mode, Text]:
    if not entry.has("by_mode"):
        return {}
    below = entry.below("by_mode", Text("by_mode", "by_mode"))
    found = {mode: text for mode in modes if (text := below.may_text(str(mode))) is not None}
    below.done()
    return found


def _goalposts(entry: Entry) -> Goalposts:
    floor = entry.whole("floor", 0, LARGEST_NUMBER)
    target = entry.whole("target", 0, LARGEST_NUMBER)
    if floor == target:
        raise entry.bad(
            Text("“floor”和“target”不能相同", "“floor” and “target” cannot be the same")
        )
    most = entry.whole("most", max(floor, target), LARGEST_NUMBER)
    return Goalposts(floor, target, most)


def _basis(entry: Entry, *, must: bool) -> Text | None:
    """Read what a question rests on: the word ``policy``, or the law in words.

    Goalposts are never without one, so that nobody takes our number for the law's.
    """
    if not entry.has("basis") and not must:
        return None
    if entry.is_word("basis", POLICY):
        return None
    return entry.text("basis")


def _yes_or_no(entry: Entry, key: str) -> bool:
    value = entry.take(key)
    if not isinstance(value, bool):
        raise entry.bad(Text(f"“{key}”应为 yes 或 no", f"“{key}” should be yes or no"))
    return value


def _twice(entry: Entry, found: str) -> BadInput:
    return entry.bad(Text(f"编号 {found} 重复", f"the id {found} is given twice"))


def _numbered(zh: str, en: str, number: int) -> Text:
    return Text(zh, en).format(n=number)


def _check_dimensions(protocol: Protocol, top: Entry) -> None:
    """In every mode and for every audience each dimension is spoken to."""
    for mode, audience in product(protocol.modes, protocol.audiences):
        asked = {question.dimension for question in protocol.questions(mode, audience)}
        for dimension in Dimension:
            if dimension not in asked:
                one, who = MODE_NAMES[mode], AUDIENCE_NAMES[audience]
                named = DIMENSION_NAMES[dimension]
                raise top.bad(
                    Text(
                        f"{one.zh}、面向{who.zh}时没有一个问题涉及{named.zh}；请补上或去掉这种方式",
                        f"tried {one.en} for {who.en}, no question speaks to {named.en}; add one,"
                        " or leave the mode or the audience out",
                    )
                )
