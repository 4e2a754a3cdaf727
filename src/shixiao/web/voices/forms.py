"""Forms of matters: what people bring, what clerks enter, what each verb needs."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django import forms

from shixiao.records.models import Organisation, Voice
from shixiao.terms import Text
from shixiao.web.cases.forms import FilesField
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.refusals import Incomplete, Stale
from shixiao.workflows.voices.moving import life

TEXT = forms.Textarea(attrs={"rows": 6})
SHORT = forms.Textarea(attrs={"rows": 3})
GROUPS = {
    "u18": Text("未满 18 岁", "Under 18"),
    "18-39": Text("18—39 岁", "18 to 39"),
    "40-59": Text("40—59 岁", "40 to 59"),
    "60+": Text("60 岁以上", "60 and over"),
}
ANY = Text("不知道，或不止一个", "I do not know, or more than one")
RATING = "rating"
UNSAID = Text("不说", "Rather not say")


def named(part: str) -> list[tuple[str, str]]:
    """Return the choices of a part of the life, in words."""
    return [(key, say(text)) for key, text in life().words[part].items()]


def departments(first: Text | None = None) -> list[tuple[str, str]]:
    """Return the departments that can be in charge, as choices."""
    rows = Organisation.objects.filter(kind="department", active=True)
    found = [(row.code, say(row.name)) for row in rows]
    return [("", say(first)), *found] if first is not None else found


class Bring(forms.Form):
    """What somebody brings, without an account."""

    kind = forms.ChoiceField(label=words("是什么事", "What it is"), widget=forms.RadioSelect)
    level = forms.ChoiceField(
        label=words("您满意吗", "How satisfied you are"),
        widget=forms.RadioSelect,
        required=False,
    )
    text = forms.CharField(
        label=words("写下您的诉求", "Write what it is about"),
        widget=TEXT,
        required=False,
        strip=False,
        help_text=words(
            "什么事、在哪里、希望怎样解决；最多 1 万字。只有办理人员能看到。",
            "What, where, and what you wish; 10,000 characters at most. Only those who handle it"
            " see it.",
        ),
    )
    place = forms.CharField(label=words("地点", "Where"), max_length=200, required=False)
    department = forms.ChoiceField(
        label=words("您认为该哪个部门管", "Which department you think is in charge"), required=False
    )
    group = forms.ChoiceField(label=words("年龄", "Your age"), required=False)
    contact = forms.CharField(
        label=words("手机号或邮箱", "Telephone or mail"),
        max_length=200,
        required=False,
        help_text=words(
            "有进展时通知您，短信里不写内容。不留也照样办理。",
            "To tell you that there is news, never what. It is handled all the same without.",
        ),
    )
    papers = FilesField(
        label=words("附件", "Files"),
        required=False,
        help_text=words(
            "最多 5 个，每个不超过 20 MB：图片、PDF、Word、Excel、文本。",
            "Five at most, up to 20 MB each: pictures, PDF, Word, Excel, text.",
        ),
    )
    service = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    channel = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8)
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = named("kinds")
        fields["level"].choices = named("levels")
        self._narrow()
        if "department" in fields:
            fields["department"].choices = departments(ANY)
        ages = [(key, say(text)) for key, text in GROUPS.items()]
        fields["group"].choices = [("", say(UNSAID)), *ages]
        fields["once"].initial = token_hex(16)

    def _narrow(self) -> None:
        """Ask of a rating what belongs to a rating, and of all else what belongs to that."""
        fields: dict[str, Any] = self.fields
        kind = self.data.get("kind") if self.is_bound else self.initial.get("kind")
        if kind == RATING:
            fields["kind"].widget = forms.HiddenInput()
            fields["level"].required = True
            fields["text"].label = say(Text("想说的话", "Anything you wish to say"))
            del fields["department"]
        else:
            fields["kind"].choices = [pair for pair in named("kinds") if pair[0] != RATING]
            del fields["level"]

    def refuse(self, error: Incomplete | Stale) -> None:
        """Show what is wrong at the field that it is of."""
        name = error.field if isinstance(error, Incomplete) else ""
        name = {"attachment": "papers", "files": "papers"}.get(name, name)
        self.is_valid()
        if name not in self.errors:
            self.add_error(name if name in self.fields else None, say(error.text))


class Enter(Bring):
    """What a clerk enters for somebody on the phone or at the counter."""

    field_order = ("channel",)

    def _narrow(self) -> None:
        """Ask for all: the clerk does not know beforehand what will be said."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        choices = [pair for pair in named("channels") if pair[0] in {"phone", "counter"}]
        self.fields["channel"] = forms.ChoiceField(
            label=words("怎样来的", "How it came"), choices=choices, widget=forms.RadioSelect
        )
        self.fields["text"].help_text = words(
            "照本人的话记；不清楚的当场问清。", "In the person's words; ask where it is not clear."
        )


class Follow(forms.Form):
    """By what a matter is followed."""

    number = forms.CharField(label=words("回执编号", "Receipt number"), max_length=20)
    code = forms.CharField(label=words("查询码", "Query code"), max_length=20)


class Act(forms.Form):
    """What a verb needs, and the version that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, row: Voice, needs: tuple[str, ...], *args: Any, optional: tuple[str, ...] = (),
        **given: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **given)
        self.fields["seen"].initial = row.version
        for need in (*needs, *optional):
            self.fields[need] = _field(need, required=need not in optional)


def _field(need: str, *, required: bool) -> forms.Field:
    label = say(LABELS[need])
    if need == "department":
        return forms.ChoiceField(label=label, choices=departments(), required=required)
    if need in PARTS:
        return forms.ChoiceField(
            label=label, choices=named(PARTS[need]), widget=forms.RadioSelect, required=required
        )
    if need == "to":
        return forms.CharField(label=label, max_length=20, required=required)
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        widget=TEXT if need == "reply" else SHORT,
        required=required,
    )


PARTS = {"basis": "pauses", "ground": "grounds", "answer": "answers"}
LABELS = {
    "department": Text("承办部门", "Department in charge"),
    "reason": Text("理由（告知本人）", "Reason (the person is told)"),
    "reply": Text("答复（发给本人）", "Reply (sent to the person)"),
    "anyway": Text("仍要这样答复的理由", "Why it is to be sent as it is"),
    "basis": Text("暂停计时的理由", "Reason for stopping the clock"),
    "ground": Text("不予受理的理由", "Ground for not accepting"),
    "answer": Text("回访结果", "What the call-back found"),
    "to": Text("并入哪一件（编号）", "Linked to which (number)"),
}


class Import(forms.Form):
    """A file of the hotline."""

    file = forms.FileField(
        label=words("热线工单文件", "File of the hotline"),
        help_text=words(
            "CSV 或 XLSX，须有编号和内容；承办单位、答复、时间有就读。同一编号只收一次。",
            "CSV or XLSX with number and text; department, reply and times are read where there"
            " are any. The same number is taken once.",
        ),
    )
    source = forms.CharField(
        label=words("来源", "Source"), initial="12345", max_length=40, required=False
    )


class Policy(forms.Form):
    """Which preset of the clocks is used."""

    preset = forms.ChoiceField(label=words("期限预设", "Preset of clocks"))
    reason = forms.CharField(
        label=words("依据和理由（公开）", "Ground and reason (public)"),
        widget=SHORT,
        max_length=LONGEST,
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["preset"].choices = named("presets")


class Teach(forms.Form):
    """A file of sorted messages to learn from."""

    file = forms.FileField(
        label=words("已分好类的留言", "Messages that people sorted"),
        help_text=words(
            "CSV 或 XLSX，一列内容、一列承办部门（名称或编号）。",
            "CSV or XLSX: a column of text and one of the department (name or code).",
        ),
    )


class Propose(forms.Form):
    """A proposal from a need."""

    department = forms.ChoiceField(label=words("由哪个部门答复", "Which department answers"))
    text = forms.CharField(
        label=words("建议改变什么（公开）", "What should change (public)"),
        widget=TEXT,
        max_length=LONGEST,
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = departments()


class Respond(forms.Form):
    """What a department answers to a proposal, or enters as changed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label=words("理由（公开，并告知每一位）", "Reason (public, and told to each)"),
        widget=TEXT,
        max_length=LONGEST,
    )

    def __init__(self, *args: Any, version: int, dated: bool, change: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = version
        if change:
            self.fields["reason"].label = say(
                Text("改变了什么（公开，并告知每一位）", "What changed (public, and told to each)")
            )
        if dated:
            self.fields["promised"] = forms.DateField(
                label=say(Text("到哪天改变", "By which day it changes")), widget=DayInput()
            )


class Round(forms.Form):
    """A round of test contacts: the pool, the public value, until when."""

    file = forms.FileField(
        label=words("可抽的测试诉求", "Contacts that can be drawn"),
        help_text=words(
            "CSV：channel、department、text、words（答复里应有的词，用分号隔开）。",
            "CSV: channel, department, text, words (that a right reply has, with semicolons).",
        ),
    )
    source = forms.CharField(
        label=words("由哪个公开数值决定", "Public value that decides"), max_length=200
    )
    source_day = forms.DateField(
        label=words("数值哪天揭晓", "Day on which it becomes known"), widget=DayInput()
    )
    ends = forms.DateField(label=words("到哪天为止", "Last day of the round"), widget=DayInput())
    weekly = forms.BooleanField(
        label=words("每周照此再安排一轮", "Plan one like it every week"),
        required=False,
        help_text=words(
            "同一公开数值的下一期、同样的天数，只抽没有抽过的；抽完为止，随时可以停。",
            "By the next value of the same source, for as many days, of what was not drawn before;"
            " until nothing is left, or you stop it.",
        ),
    )


class Announce(forms.Form):
    """The public value as it became known."""

    announced = forms.CharField(
        label=words("揭晓的数值", "The value as it became known"), max_length=200
    )
