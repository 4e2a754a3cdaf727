"""Forms of accounts, posts, organisations, relations and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from shixiao.records.models import Account, Organisation, Post
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import day, say, words
from shixiao.workflows.organisations import BY_HAND
from shixiao.workflows.roles import table
from shixiao.workflows.tokens import SCOPES

KINDS: Mapping[str, Text] = {
    "bureau": Text("数据局", "Data bureau"),
    "department": Text("部门", "Department"),
    "evaluator": Text("评估机构", "Evaluating body"),
    "panel": Text("专家组", "Expert panel"),
    "inspectorate": Text("督查机构", "Inspectorate"),
}
DAY = DayInput()


def organisation_choices() -> list[tuple[str, str]]:
    """Return every active organisation by its name."""
    rows = Organisation.objects.filter(active=True).order_by("kind", "code")
    return [(str(row.pk), f"{say(row.name)} · {row.code}") for row in rows]


class Search(forms.Form):
    """Which people are shown."""

    q = forms.CharField(
        label=words("姓名或登录名", "Name or login name"), required=False, max_length=64
    )
    role = forms.ChoiceField(label=words("岗位", "Post"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        roles = [(role.id, say(role.name)) for role in table().roles.values()]
        fields["role"].choices = [("", words("全部", "All")), *roles]


class NewAccount(forms.Form):
    """An account of a person."""

    login = forms.CharField(
        label=words("登录名", "Login name"),
        max_length=64,
        help_text=words("小写字母、数字、点、横线", "Small letters, digits, dots and dashes"),
    )
    name = forms.CharField(label=words("姓名", "Name"), max_length=100)
    email = forms.EmailField(label=words("电子邮箱", "Mail address"), required=False)
    phone = forms.CharField(label=words("手机号", "Mobile number"), required=False, max_length=20)


class NewPost(forms.Form):
    """A role in an organisation, for a time; or in another's place during leave."""

    role = forms.ChoiceField(label=words("岗位", "Post"))
    organisation = forms.ChoiceField(label=words("单位", "Organisation"))
    starts = forms.DateField(label=words("开始日期", "First day"), widget=DAY)
    ends = forms.DateField(label=words("结束日期", "Last day"), widget=DAY, required=False)
    instead_of = forms.ChoiceField(
        label=words("代谁", "In whose place"),
        required=False,
        help_text=words(
            "代理别人（如休假期间）时选择；须写明结束日期。",
            "Choose it where the person stands in for somebody, as during leave; it needs a last"
            " day.",
        ),
    )

    def __init__(self, *args: Any, account: Account, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = [(role.id, say(role.name)) for role in table().roles.values()]
        fields["organisation"].choices = organisation_choices()
        fields["starts"].initial = today
        fields["instead_of"].choices = [
            ("", words("不是代理", "Nobody's")),
            *((str(post.pk), _post(post)) for post in _posts(account, today)),
        ]


class Document(forms.Form):
    """The number on a document of identity that was seen."""

    number = forms.CharField(
        label=words("证件号码", "Number on the document"),
        max_length=60,
        help_text=words(
            "本人到场、核对证件后填写；加密保存，本人据此查询谁用过自己的数据。",
            "Enter it with person and document before you; it is kept encrypted, and by it the"
            " person asks who used the own data.",
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewOrganisation(forms.Form):
    """An organisation that does not come with evidence."""

    kind = forms.ChoiceField(label=words("类别", "Kind"))
    code = forms.CharField(label=words("编号", "Code"), max_length=60)
    name_zh = forms.CharField(label=words("中文名称", "Name in Chinese"), max_length=100)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=100)
    parent = forms.ChoiceField(label=words("上级", "Above it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(str(kind), say(KINDS[kind])) for kind in BY_HAND]
        fields["parent"].choices = [("", words("没有", "None")), *organisation_choices()]


class NewRelation(forms.Form):
    """A relation of one's own to an organisation."""

    organisation = forms.ChoiceField(label=words("与哪个单位", "To which organisation"))
    explanation = forms.CharField(
        label=words("什么关系", "What relation"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        help_text=words(
            "如：配偶在该单位任职。说明加密保存，存证账本只留承诺值。",
            "For example: a spouse works there. It is kept encrypted; the ledger has a commitment"
            " alone.",
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organisation"].choices = organisation_choices()


class NewToken(forms.Form):
    """A token of one's own."""

    name = forms.CharField(label=words("给什么程序用", "For which program"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=words("可以用于", "May be used for"), widget=forms.CheckboxSelectMultiple
    )
    expires = forms.DateField(
        label=words("有效至", "Expires on"),
        widget=DAY,
        help_text=words("最长一年", "In a year at the latest"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["scopes"].choices = [(name, say(text)) for name, text in SCOPES.items()]


def _posts(account: Account, today: date) -> list[Post]:
    """Return posts of others that have not ended, in which one may stand in."""
    rows = Post.objects.exclude(account=account).filter(stands_in_for__isnull=True)
    open_ = rows.exclude(ends__lt=today).select_related("account", "organisation")
    return list(open_.order_by("organisation__code", "role"))


def _post(post: Post) -> str:
    role = say(table().roles[post.role].name)
    return f"{post.account} · {role} · {say(post.organisation.name)} · {day(post.starts)}"
