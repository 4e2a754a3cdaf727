"""Forms of standards: filters, an element, a comment, a verb, a registry that exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from shixiao.records.models import Organisation, Standard
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text
from shixiao.web.results.filters import OfDepartment
from shixiao.web.shell.pages import say, words
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.standards.deciding import LONGEST as LONGEST_EDITION
from shixiao.workflows.standards.drafting import LONGEST_ID, life

TEXT = forms.Textarea(attrs={"rows": 3})
# Field of an element → its name; those of GB/T 18391.3 in their order.
FIELDS: Mapping[str, Text] = {
    "definition": Text("定义", "Definition"),
    "object_class": Text("对象类", "Object class"),
    "characteristic": Text("特性", "Property"),
    "representation": Text("表示", "Representation"),
    "datatype": Text("数据类型", "Datatype"),
    "format": Text("表示格式", "Format"),
    "code_list": Text("值域", "Code list"),
    "unit": Text("计量单位", "Unit"),
    "granularity": Text("粒度", "Granularity"),
    "authority": Text("注册机构", "Registration authority"),
    "source": Text("来源标准", "Source"),
}
HINTS: Mapping[str, Text] = {
    "object_class": Text("例如：人、企业。", "Such as: person, company."),
    "format": Text("例如 an18、n..16,2、YYYYMMDD。", "Such as an18, n..16,2 or YYYYMMDD."),
    "code_list": Text(
        "写成 1=男;2=女，或写标准号，例如 GB/T 2261.1。",
        "As 1=男;2=女, or the number of a standard such as GB/T 2261.1.",
    ),
    "granularity": Text("例如：每月、每户、到天。", "Such as: a month, a household, to the day."),
}
LONG = {"definition", "code_list"}


class Filter(OfDepartment):
    """Which standards to show."""

    q = forms.CharField(
        label=words("名称或标识符里的字", "Words in name or identifier"),
        required=False,
        max_length=100,
    )
    state = forms.ChoiceField(label=words("状态", "State"), required=False)
    field_order = ("q", "state", "department")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("state", {s.id: s.name for s in life().states.values()})


class ElementForm(forms.Form):
    """A data element as GB/T 18391.3 describes it."""

    id = forms.CharField(label=words("标识符", "Identifier"), max_length=LONGEST_ID)
    name = forms.CharField(label=words("名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(
        label=words("英文名称", "Name in English"), max_length=300, required=False
    )
    synonyms = forms.CharField(
        label=words("同义名称", "Synonyms"),
        max_length=1_000,
        required=False,
        help_text=words("用分号隔开。", "With semicolons between."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(self, *args: Any, fixed: str = "", **given: Any) -> None:
        super().__init__(*args, **given)
        self.fixed = fixed
        if fixed:
            del self.fields["id"]
        for field, name in FIELDS.items():
            hint = HINTS.get(field)
            self.fields[field] = forms.CharField(
                label=say(name),
                max_length=LONGEST if field in LONG else 300,
                required=False,
                widget=TEXT if field in LONG else forms.TextInput,
                help_text=say(hint) if hint else "",
            )

    @property
    def element(self) -> Element:
        """The element that was filled in."""
        given = self.cleaned_data
        name = given["name"].strip()
        parts = given["synonyms"].replace("；", ";").split(";")
        texts = {field: given[field].strip() for field in FIELDS}
        return Element(
            id=self.fixed or given["id"].strip(),
            name=Text(name, given["name_en"].strip() or name),
            synonyms=tuple(part.strip() for part in parts if part.strip()),
            **texts,
        )

    @staticmethod
    def initial_of(element: Element) -> dict[str, Any]:
        """Return an element as the form shows it."""
        return {field: getattr(element, field) for field in FIELDS} | {
            "name": element.name.zh,
            "name_en": element.name.en,
            "synonyms": "；".join(element.synonyms),
        }


class VerbForm(forms.Form):
    """What a verb needs, and the version that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, row: Standard, verb: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = row.version
        needs = life().verbs[verb].needs
        if "version" in needs:
            self.fields["edition"] = forms.CharField(
                label=words("版本", "Edition"), max_length=LONGEST_EDITION
            )
        if "reason" in needs:
            self.fields["reason"] = forms.CharField(
                label=words("理由", "Reason"), widget=TEXT, max_length=LONGEST
            )
        if verb == "adopt" and row.remarks.exists():
            self.fields["handled"] = forms.CharField(
                label=words("意见怎样处理", "What became of the comments"),
                widget=TEXT,
                max_length=LONGEST,
            )


class RemarkForm(forms.Form):
    """A comment."""

    text = forms.CharField(
        label=words("您的意见", "Your comment"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST,
        help_text=words(
            "连同您所在的单位一起公开，不显示姓名。",
            "It is public with the organisation you belong to, and without your name.",
        ),
    )


class Importing(forms.Form):
    """A registry that exists."""

    own = forms.ChoiceField(label=words("没有写明部门的，归入", "Where no department is named"))
    file = forms.FileField(
        label=words("标准文件", "File"),
        help_text=words(
            "CSV、XLSX、Parquet 或 YAML，须有标识符和名称。",
            "CSV, XLSX, Parquet or YAML, with identifier and name.",
        ),
    )

    def __init__(self, *args: Any, owners: Iterable[Organisation], **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["own"].choices = [(each.code, say(each.name)) for each in owners]
