"""Forms of everybody: a comment, a statement, a registration, and what a code opens."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django import forms

from shixiao.records.models import Hearing
from shixiao.terms import Text
from shixiao.web.consultations.choosing import Named
from shixiao.web.shell.pages import say, words
from shixiao.workflows.consultations.hearings import LONGEST_STATEMENT as LONGEST_SPEECH
from shixiao.workflows.consultations.taking import LONGEST_COMMENT, LONGEST_STATEMENT

TEXT = forms.Textarea(attrs={"rows": 6})
CODE_HINT = words(
    "没有就留空，提交时给您一个。", "Leave it empty where you have none; you get one."
)


def remembering() -> forms.BooleanField:
    """Return the box by which a device keeps the code after the browser is closed."""
    return forms.BooleanField(
        label=words("记住这台设备", "Remember this device"),
        required=False,
        help_text=words("公用的设备请不要选。", "Not on a device that others use."),
    )


class Once(forms.Form):
    """A form that, sent twice, is taken once."""

    once = forms.RegexField(
        r"^[0-9a-f]{32}$", widget=forms.HiddenInput, initial=lambda: token_hex(16), required=False
    )


class CommentForm(Once):
    """A comment on an article or on the whole draft."""

    article = forms.ChoiceField(
        label=words("对哪一条", "On which article"), required=False, widget=Named
    )
    text = forms.CharField(
        label=words("您的意见", "What you have to say"),
        widget=TEXT,
        max_length=LONGEST_COMMENT,
        help_text=words(
            "审核后公开展示，请不要写姓名、电话等个人信息。",
            "It is shown to everybody once it was looked at. Leave out names and numbers.",
        ),
    )
    code = forms.CharField(
        label=words("参与码", "Your code"), max_length=20, required=False, help_text=CODE_HINT
    )
    remember = remembering()

    def __init__(self, labels: list[str], *args: Any, known: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        whole = ("", say(Text("整个草案", "The whole draft")))
        fields["article"].choices = [whole, *((label, label) for label in labels)]
        if known:
            del self.fields["code"], self.fields["remember"]


class StatementForm(Once):
    """A statement on which others are to vote."""

    text = forms.CharField(
        label=words("表态句：一句话，只说一件事", "Statement: one sentence, about one thing"),
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=words(
            "审核后供大家表态；不采用的写明理由。",
            "Others vote on it once it was looked at; where it is not taken the reason is told.",
        ),
    )
    code = forms.CharField(
        label=words("参与码", "Your code"), max_length=20, required=False, help_text=CODE_HINT
    )
    remember = remembering()

    def __init__(self, *args: Any, known: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        if known:
            del self.fields["code"], self.fields["remember"]


class CodeForm(forms.Form):
    """The code under which somebody takes part."""

    code = forms.CharField(label=words("参与码", "Your code"), max_length=20)
    remember = remembering()


class RegisterForm(Once):
    """A registration for a hearing."""

    name = forms.CharField(
        label=words("姓名", "Name"),
        max_length=60,
        help_text=words(
            "抽中的，姓名和所代表的一方随名单公布（条例第十六条）；没有抽中的不公开。",
            "If you are drawn, name and side are published with the list (Decree 713, art. 16);"
            " otherwise they are not.",
        ),
    )
    contact = forms.CharField(label=words("联系方式", "How to reach you"), max_length=200)
    side = forms.ChoiceField(label=words("您代表哪一方", "Which side you speak for"), widget=Named)
    statement = forms.CharField(
        label=words("您想说什么", "What you want to say"), widget=TEXT, max_length=LONGEST_SPEECH
    )
    civil_servant = forms.BooleanField(
        label=words(
            "我是在职公务员（不参加抽签，可以旁听）",
            "I am a serving civil servant (not drawn; you may listen)",
        ),
        required=False,
    )

    def __init__(self, hearing: Hearing, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["side"].choices = [(each["id"], each["name"]) for each in hearing.sides]


class SeatForm(forms.Form):
    """By what a registration is followed."""

    number = forms.CharField(label=words("报名编号", "Number of the registration"), max_length=20)
    query = forms.CharField(label=words("查询码", "Query code"), max_length=20)
