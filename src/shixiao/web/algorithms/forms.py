"""Forms of an entry: fields by section, the chain of authority, the questionnaire, logs, PIA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from shixiao.fairness.algorithms.authority import Authority, Power
from shixiao.fairness.algorithms.entries import lines_of, parts
from shixiao.fairness.algorithms.fields import Field, Kind, form
from shixiao.fairness.algorithms.questions import Part, Question, questionnaire
from shixiao.records.models import Algorithm
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import language, say, words
from shixiao.workflows.algorithms.drafting import LONGEST, PAPERS
from shixiao.workflows.algorithms.privacy import CONTENTS, TRIGGERS, Told

LINES = {Kind.LONG: 4, Kind.LIST: 4}
HEADS = {"自动化": Power.AUTOMATION, "裁量": Power.DISCRETION}
HEADS |= {str(power): power for power in Power}
WRONG_HEAD = Text(
    "第 {n} 行读不了：应以“自动化”或“裁量”开头，各项用竖线隔开。",
    "Line {n} cannot be read: it begins with automation or discretion, parts apart by bars.",
)
ONLY_IF = Text(
    "只有“{question}”选了{answers}才计分。", "It counts only where “{question}” is {answers}."
)
PROVEN = Text(
    "{name}：出处（文号、报告或网址），没有出处不计分",
    "{name}: reference (a document, report or address); without one it does not count",
)
TWINS = (("zh", Text("（中文）", " (Chinese)")), ("en", Text("（英文）", " (English)")))
FILES = forms.FileInput(attrs={"accept": ".csv,.xlsx,.parquet"})


class Fields(forms.Form):
    """The fields of one section; a draft may leave any of them empty."""

    def __init__(self, row: Algorithm, *args: Any, section: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.known = [f for f in form().own if f.section == section]
        entry: Mapping[str, Any] = row.draft.get("fields", {})
        for field in self.known:
            value = entry.get(field.id)
            if field.twin:
                both = value or {"zh": "", "en": ""}
                for key, name in TWINS:
                    self._add(f"{field.id}_{key}", field, both[key], name)
            else:
                self._add(field.id, field, value)

    def _add(self, name: str, field: Field, value: Any, after: Text | None = None) -> None:
        label = say(field.name) + (say(after) if after else "")
        shown = "\n".join(value) if isinstance(value, list) else value
        given: dict[str, Any] = {
            "label": label,
            "help_text": say(field.about),
            "required": False,
            "initial": shown,
        }
        if field.kind is Kind.CHOICE:
            known = [(key, say(text)) for key, text in form().choices[field.id].items()]
            self.fields[name] = forms.ChoiceField(choices=[("", "—"), *known], **given)
        elif field.kind is Kind.DAY:
            self.fields[name] = forms.CharField(widget=DayInput(), **given)
        elif field.kind in LINES:
            area = forms.Textarea(attrs={"rows": LINES[field.kind]})
            self.fields[name] = forms.CharField(widget=area, **given)
        else:
            self.fields[name] = forms.CharField(**given)

    def told(self) -> dict[str, Any]:
        """Return what was filled in, by field."""
        given = self.cleaned_data
        return {
            field.id: {key: given[f"{field.id}_{key}"] for key in ("zh", "en")}
            if field.twin
            else given[field.id]
            for field in self.known
        }


class Authorities(forms.Form):
    """The chain of authority, one line for each."""

    chain = forms.CharField(
        label=words("授权链", "Chain of authority"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=words(
            "每行一条，各项用竖线隔开。自动化 | 法律 | 条款 | 原文；"
            "裁量 | 法律 | 条款 | 原文 | 裁量事项 | 裁量基准。",
            "One a line, parts apart by bars. automation | law | article | sentence; discretion |"
            " law | article | sentence | which discretion | the standard that binds it.",
        ),
    )

    def __init__(self, row: Algorithm, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        chain = [Authority.of(each) for each in row.draft.get("authorities", ())]
        self.fields["chain"].initial = "\n".join(_line(each) for each in chain)

    def clean_chain(self) -> tuple[Authority, ...]:
        """Return the authorities of the lines."""
        found = []
        for n, line in enumerate(lines_of(self.cleaned_data["chain"]), 1):
            head, law, article, quote, matter, standard = parts(line, 6)
            power = HEADS.get(head.casefold())
            if power is None:
                raise forms.ValidationError(say(WRONG_HEAD.format(n=n)))
            found.append(Authority(power, matter, law, article, quote, standard))
        return tuple(found)


class Questions(forms.Form):
    """The questions of one part; what is measured, or stands in the entry, is not asked."""

    def __init__(self, row: Algorithm, *args: Any, part: Part, **given: Any) -> None:
        super().__init__(*args, **given)
        asked = questionnaire().questions
        self.known = [q for q in asked if q.part is part and not (q.evidence or q.field)]
        answers = row.draft.get("answers", {})
        references = row.draft.get("references", {})
        for question in self.known:
            self.fields[question.id] = _asked(question, answers.get(question.id, []))
            if part is Part.MITIGATION:
                self.fields[f"{question.id}_reference"] = forms.CharField(
                    label=say(PROVEN.format(name=question.name)),
                    required=False,
                    max_length=LONGEST,
                    initial=references.get(question.id, ""),
                )

    def told(self) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Return answers and references, by question."""
        given = self.cleaned_data
        answers = {
            q.id: list(given[q.id]) if q.many else [given[q.id]] if given[q.id] else []
            for q in self.known
        }
        references = {q.id: given.get(f"{q.id}_reference", "") for q in self.known}
        return answers, references


class Papers(forms.Form):
    """Numbers of the documents that duties ask for."""

    def __init__(self, row: Algorithm, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for name, text in PAPERS.items():
            self.fields[name] = forms.CharField(
                label=say(text),
                required=False,
                max_length=LONGEST,
                initial=row.draft.get("papers", {}).get(name, ""),
            )


class Log(forms.Form):
    """Counts of a log and its factors."""

    first = forms.DateField(label=words("第一天", "First day"), widget=DayInput())
    last = forms.DateField(label=words("最后一天", "Last day"), widget=DayInput())
    counts = forms.FileField(
        label=words("决定的计数", "Counts of the decisions"),
        widget=FILES,
        help_text=words(
            "一行一格：version、arm、human（1 或 0，有没有人参与）和各项计数；不含任何人。",
            "A row per cell: version, arm, human (1 or 0: whether a person had a part) and the"
            " counts; no person is in it.",
        ),
    )
    factors = forms.FileField(
        label=words("决定因素", "Factors of the decisions"),
        widget=FILES,
        required=False,
        help_text=words(
            "factor、n、source、article 四列：名称、用到的件数、来源、依据。",
            "Columns factor, n, source, article: name, decisions that rest on it, source, basis.",
        ),
    )

    def __init__(self, row: Algorithm, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)


class Privacy(forms.Form):
    """An impact assessment on personal data."""

    triggers = forms.MultipleChoiceField(
        label=words("须评估的情形（第五十五条）", "Why it is due (art. 55)"),
        widget=forms.CheckboxSelectMultiple,
    )
    processing = forms.CharField(
        label=words("怎样处理个人信息", "How personal data are processed"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5_000,
    )

    def __init__(self, row: Algorithm, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["triggers"].choices = [(key, say(text)) for key, text in TRIGGERS.items()]
        for name, text in CONTENTS.items():
            fields[f"{name}_holds"] = forms.BooleanField(label=say(text), required=False)
            fields[name] = forms.CharField(
                label=say(Text(f"{text.zh}：理由", f"{text.en}: why")),
                widget=forms.Textarea(attrs={"rows": 3}),
                max_length=5_000,
            )
        fields["until"] = forms.DateField(
            label=say(Text("有效至（最长一年）", "In force until (a year at most)")),
            widget=DayInput(),
        )

    def told(self) -> Told:
        """Return the assessment."""
        given = self.cleaned_data
        findings = {name: (bool(given[f"{name}_holds"]), given[name]) for name in CONTENTS}
        return Told(tuple(given["triggers"]), given["processing"], findings, given["until"])


class Reason(forms.Form):
    """Why an edition is published."""

    reason = forms.CharField(
        label=words("这一版改了什么、为什么", "What this edition changes, and why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5_000,
    )

    def __init__(self, row: Algorithm, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)


def _line(each: Authority) -> str:
    written = HEADS if language() == "zh" else {str(power): power for power in Power}
    head = next(word for word, power in written.items() if power is each.power)
    told = [head, each.law, each.article, each.quote]
    if each.power is Power.DISCRETION:
        told += [each.matter, each.standard]
    return " | ".join(told)


def _asked(question: Question, chosen: list[str]) -> forms.Field:
    options = [(option.id, say(option.name)) for option in question.options]
    given: dict[str, Any] = {
        "label": say(question.name),
        "required": False,
        "choices": options,
        "help_text": _hint(question),
    }
    if question.many:
        return forms.MultipleChoiceField(
            widget=forms.CheckboxSelectMultiple, initial=chosen, **given
        )
    return forms.ChoiceField(
        widget=forms.RadioSelect, initial=chosen[0] if chosen else None, **given
    )


def _hint(question: Question) -> str:
    """Say on what a question hangs."""
    by_id = {q.id: q for q in questionnaire().questions}
    told = []
    for clause in question.shown_if:
        above = by_id[clause[0][0]]
        names = [o.name for o in above.options if (above.id, o.id) in clause]
        answers = Text(
            "、".join(f"“{n.zh}”" for n in names), " or ".join(f"“{n.en}”" for n in names)
        )
        told.append(say(ONLY_IF.format(question=above.name, answers=answers)))
    return " ".join(told)
