"""Forms of the catalogue: filters, an entry, its verbs, and reading a catalogue in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from shixiao.records.models import CatalogueItem, Organisation
from shixiao.sharing.catalogue import Dataset, words
from shixiao.sharing.catalogue.dataset import DAYS, LISTS, TEXTS
from shixiao.sharing.catalogue.files import items_of
from shixiao.terms import Text
from shixiao.web.results.filters import OfDepartment
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say
from shixiao.web.shell.pages import words as said
from shixiao.workflows.catalogue.compiling import life
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.search import LONGEST_QUERY

TEXT = forms.Textarea(attrs={"rows": 3})
DAY = DayInput()
NOT_CHOSEN = ("", said("请选择", "Choose"))


class Filter(OfDepartment):
    """Which entries to show."""

    q = forms.CharField(
        label=said("名称里的字", "Words in the name"), required=False, max_length=LONGEST_QUERY
    )
    sharing = forms.ChoiceField(label=said("共享属性", "Sharing attribute"), required=False)
    grade = forms.ChoiceField(label=said("数据级别", "Grade"), required=False)
    domain = forms.CharField(
        label=said("领域", "Domain"), required=False, max_length=100, widget=forms.HiddenInput
    )
    faulty = forms.ChoiceField(label=said("是否合规", "In order"), required=False)
    field_order = ("q", "sharing", "grade", "department", "faulty", "domain")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("sharing", words("sharing").names)
        self.offer("grade", words("grades").names)
        self.offer(
            "faulty",
            {
                "yes": Text("有缺项或依据不足", "something is missing"),
                "no": Text("没有发现问题", "nothing was found"),
            },
        )


class EntryForm(forms.Form):
    """An entry of the catalogue: the nine fields of art. 13, its terms, and who answers for it."""

    id = forms.CharField(
        label=said("标识", "Identifier"),
        max_length=200,
        help_text=said(
            "本部门系统里的编号，提交后不再改变。",
            "Its number in the department's own system; it never changes.",
        ),
    )
    name = forms.CharField(label=said("目录名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(
        label=said("英文名称", "Name in English"), max_length=300, required=False
    )
    code = forms.CharField(
        label=said("目录代码", "Catalogue code"),
        max_length=60,
        required=False,
        help_text=said("例如 3060010002/000013", "Such as 3060010002/000013"),
    )
    summary = forms.CharField(
        label=said("摘要", "Summary"), widget=TEXT, max_length=4_000, required=False
    )
    items = forms.CharField(
        label=said("数据项", "Data items"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=100_000,
        required=False,
        help_text=said(
            "一行一项：名称|数据元编码|类型|级别，后三样可以不写。",
            "One a line: name|element|type|grade; the last three may be left out.",
        ),
    )
    domain = forms.CharField(label=said("领域", "Domain"), max_length=100, required=False)
    tier = forms.ChoiceField(label=said("层级", "Tier"), required=False)
    grade = forms.ChoiceField(
        label=said("数据级别", "Grade"),
        required=False,
        help_text=said("不得低于其中最高的数据项。", "At least that of the highest item."),
    )
    format = forms.ChoiceField(label=said("数据格式", "Data format"), required=False)
    cycle = forms.ChoiceField(label=said("更新频率", "Update frequency"), required=False)
    updated = forms.DateField(label=said("数据截至", "Data up to"), widget=DAY, required=False)
    sharing = forms.ChoiceField(label=said("共享属性", "Sharing attribute"), required=False)
    mode = forms.ChoiceField(label=said("共享方式", "Mode of sharing"), required=False)
    scope = forms.CharField(
        label=said("共享范围（有条件共享）", "Scope (shared on condition)"),
        max_length=500,
        required=False,
    )
    purpose = forms.CharField(
        label=said("使用用途（有条件共享）", "Purpose (shared on condition)"),
        max_length=500,
        required=False,
    )
    reason = forms.CharField(
        label=said("理由（不予共享）", "Reason (not shared)"), max_length=500, required=False
    )
    basis = forms.CharField(
        label=said("依据（不予共享）", "Basis (not shared)"),
        max_length=500,
        required=False,
        help_text=said(
            "法律、行政法规或国务院决定，写到条；部门规章不能作为依据。",
            "A law, administrative regulation or State Council decision, with the article; a"
            " departmental rule is none.",
        ),
    )
    lead = forms.ChoiceField(
        label=said("数源部门（多部门共有时）", "Lead source department (where several hold it)"),
        required=False,
    )
    office = forms.CharField(
        label=said("共享工作机构", "Sharing office"), max_length=200, required=False
    )
    person = forms.CharField(
        label=said("负责人（加密保存，不公开）", "Person (encrypted, not public)"),
        max_length=100,
        required=False,
    )
    secrecy_checked = forms.DateField(
        label=said("保密风险评估日期", "Day of the secrecy check"), widget=DAY, required=False
    )
    personal_checked = forms.DateField(
        label=said("个人信息保护影响评估日期", "Day of the personal-information assessment"),
        widget=DAY,
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(
        self, *args: Any, leads: Mapping[str, Organisation], fixed: str = "", **given: Any
    ) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        for field, of in LISTS.items():
            names = words(of).names.items()
            fields[field].choices = [NOT_CHOSEN, *((word, say(name)) for word, name in names)]
        known = [(code, say(each.name)) for code, each in leads.items()]
        fields["lead"].choices = [("", said("没有", "None")), *known]
        self.fixed = fixed
        if fixed:
            del self.fields["id"]

    def dataset(self, provider: str) -> Dataset:
        """Return the entry that was filled in.

        Raises:
            BadInput: there are too many items.
        """
        given = self.cleaned_data
        name = given["name"].strip()
        texts = {field: given[field].strip() for field in TEXTS if field in given}
        days = {field: given[field] for field in DAYS}
        values: dict[str, Any] = {**texts, **days, "provider": provider}
        return Dataset(
            id=self.fixed or given["id"].strip(),
            name=Text(name, given["name_en"].strip() or name),
            items=items_of(given["items"]),
            **values,
        )

    @staticmethod
    def initial_of(dataset: Dataset) -> dict[str, Any]:
        """Return an entry as the form shows it."""
        lines = ["|".join((i.name, i.element, i.datatype, i.grade)) for i in dataset.items]
        shown = {field: getattr(dataset, field) for field in (*TEXTS, *DAYS)}
        return {
            **shown,
            "name": dataset.name.zh,
            "name_en": dataset.name.en,
            "items": "\n".join(line.rstrip("|") for line in lines),
        }


class Harvesting(forms.Form):
    """Where a catalogue is read from: a file, or the interface of a platform."""

    source = forms.CharField(
        label=said("来源名称", "Name of the source"),
        max_length=200,
        help_text=said(
            "例如“市政务数据平台”。再次导入时用同一个名称，条目按标识对应，不会重复。",
            "Such as “city data platform”. Use the same name next time: entries are found again by"
            " their identifiers and none is doubled.",
        ),
    )
    file = forms.FileField(
        label=said("目录文件", "File"),
        required=False,
        help_text=said(
            "CSV（UTF-8 或 GB18030）、XLSX 或 Parquet，一行表头。",
            "CSV (UTF-8 or GB18030), XLSX or Parquet, with one row of heads.",
        ),
    )
    address = forms.URLField(
        label=said("或者：CKAN 平台地址", "Or: address of a CKAN platform"),
        required=False,
        assume_scheme="https",
    )

    def clean(self) -> dict[str, Any]:
        """Take one of the two."""
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("file")) == bool(given.get("address")):
            either = Text(
                "请选择一个文件，或写一个平台地址；两样只能有一样。",
                "Choose a file, or give an address: one of the two.",
            )
            self.add_error("file", say(either))
        return given


class VerbForm(forms.Form):
    """What a verb needs, and the version that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, item: CatalogueItem, verb: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = item.version
        for need in life().verbs[verb].needs:
            self.fields[need] = (
                forms.DateField(label=said("变化发生之日", "Day of the change"), widget=DAY)
                if need == "changed_on"
                else forms.CharField(label=said("理由", "Reason"), widget=TEXT, max_length=LONGEST)
            )
