"""Forms of the asset books: a card with its checklist, entries by kind, the period."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from shixiao.records.models import CatalogueItem
from shixiao.sharing.assets import Origin, Regime, checklist
from shixiao.sharing.assets.book import COMPONENTS, LONGEST, Method
from shixiao.sharing.assets.sheets import METHODS, ORIGINS
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.assets import Card

DAY = DayInput()
REGIMES = {
    Regime.ADMINISTRATIVE: Text("行政事业单位", "administrative unit"),
    Regime.ENTERPRISE: Text("国有企业", "state enterprise"),
}


class NewCard(forms.Form):
    """What an asset is, whether it is recognised, and how its cost is spread."""

    name = forms.CharField(label=words("名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(
        label=words("英文名称", "Name in English"), max_length=300, required=False
    )
    item = forms.ChoiceField(label=words("目录中的数据集", "Dataset"), required=False)

    def __init__(
        self, regime: Regime, *args: Any, items: Iterable[CatalogueItem], **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.regime = regime
        fields: dict[str, Any] = self.fields
        known = [(item.code, say(item.name)) for item in items]
        fields["item"].choices = [("", words("没有", "None")), *known]
        for question in checklist(regime):
            fields[f"holds_{question.id}"] = forms.ChoiceField(
                label=say(question.text),
                choices=[("yes", words("是", "yes")), ("no", words("否", "no"))],
                widget=forms.RadioSelect,
            )
            fields[f"why_{question.id}"] = forms.CharField(
                label=words("理由", "Why"), max_length=1000
            )
        fields |= _spreading()

    @property
    def card(self) -> Card:
        """What was filled in; the dataset is set by the view."""
        given = self.cleaned_data
        name = given["name"].strip()
        questions = checklist(self.regime)
        return Card(
            name=Text(name, given["name_en"].strip() or name),
            regime=self.regime,
            answers={q.id: given[f"holds_{q.id}"] == "yes" for q in questions},
            reasons={q.id: given[f"why_{q.id}"] for q in questions},
            origin=Origin(given["origin"]),
            method=Method(given["method"]),
            months=given["months"] or 0,
            units=given["units"] or 0,
            residual=given["residual"] or Decimal("0.00"),
            in_use=given["in_use"],
        )


def _spreading() -> dict[str, forms.Field]:
    return {
        "origin": forms.ChoiceField(
            label=words("取得方式", "How it came"),
            choices=[(o.value, say(name)) for o, name in ORIGINS.items()],
            widget=forms.RadioSelect,
        ),
        "method": forms.ChoiceField(
            label=words("摊销方法", "How the cost is spread"),
            choices=[(m.value, say(name)) for m, name in METHODS.items()],
            widget=forms.RadioSelect,
        ),
        "months": forms.IntegerField(
            label=words("使用年限（月）", "Useful life in months"),
            min_value=1,
            max_value=LONGEST,
            required=False,
        ),
        "units": forms.IntegerField(
            label=words("总使用量（按使用量摊销时）", "Units in all, where spread by use"),
            min_value=1,
            max_value=2_000_000_000,
            required=False,
        ),
        "residual": _amount("残值（元）", "Residual in yuan", required=False),
        "in_use": forms.DateField(
            label=words("开始使用日期", "In use from"), widget=DAY, required=False
        ),
    }


def _amount(zh: str, en: str, *, required: bool = True, signed: bool = False) -> forms.Field:
    return forms.DecimalField(
        label=words(zh, en),
        max_digits=14,
        decimal_places=2,
        min_value=None if signed else 0,
        required=required,
    )


class Entry(forms.Form):
    """An entry of one kind."""

    day = forms.DateField(label=words("日期", "Day"), widget=DAY)

    def __init__(self, kind: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields |= FIELDS[kind]()
        self.kind = kind

    @property
    def amount(self) -> Decimal:
        """The amount, where the kind has one."""
        return self.cleaned_data.get("amount") or Decimal("0.00")

    @property
    def detail(self) -> dict[str, Any]:
        """What else the kind needs, as the records keep it."""
        given = dict(self.cleaned_data)
        if self.kind == "disposal":
            return {"share": str(given["percent"] / 100), "reason": given["reason"]}
        if self.kind == "income":
            return {"shares": _shares(given["shares"])}
        return {name: given[name] for name in given if name not in {"day", "amount"}}


def _shares(text: str) -> dict[str, str]:
    """Read parties and per cents, one a line: 国库 60."""
    found = {}
    plain = unicodedata.normalize("NFKC", text)  # also ideographic blanks
    for line in filter(None, (each.strip() for each in plain.splitlines())):
        party, _, percent = line.rpartition(" ")
        number = percent.rstrip("%")
        found[party.strip() or line] = str(Decimal(number) / 100 if number else Decimal(0))
    return found


def _cost() -> Mapping[str, forms.Field]:
    kept = [(c, name) for c, (name, _) in COMPONENTS.items()]
    return {
        "component": forms.ChoiceField(
            label=words("成本项目", "Component"),
            choices=[(component, say(name)) for component, name in kept],
            help_text=words(
                "研究、培训、运维和不形成资产的服务计入费用。",
                "Research, training, running costs and services that make no asset are expensed.",
            ),
        ),
        "amount": _amount("金额（元）", "Amount in yuan"),
        "number": forms.CharField(label=words("凭证号", "Voucher"), max_length=60),
    }


def _use() -> Mapping[str, forms.Field]:
    return {
        "units": forms.IntegerField(
            label=words("使用量", "Units used"), min_value=1, max_value=2_000_000_000
        )
    }


def _impairment() -> Mapping[str, forms.Field]:
    return {
        "amount": _amount(
            "减值金额（元，转回填负数）", "Loss in yuan (negative takes it back)", signed=True
        ),
        "reason": forms.CharField(label=words("理由", "Reason"), max_length=500),
    }


def _disposal() -> Mapping[str, forms.Field]:
    return {
        "percent": forms.DecimalField(
            label=words("处置比例（%）", "Share disposed of in per cent"),
            min_value=Decimal("0.01"),
            max_value=100,
            max_digits=5,
            decimal_places=2,
        ),
        "amount": _amount("处置收入（元）", "Proceeds in yuan"),
        "reason": forms.CharField(label=words("处置方式和理由", "How and why"), max_length=500),
    }


def _income() -> Mapping[str, forms.Field]:
    return {
        "amount": _amount("收益（元）", "Income in yuan"),
        "shares": forms.CharField(
            label=words("分给谁、各占多少", "Who has which share"),
            widget=forms.Textarea(attrs={"rows": 4}),
            max_length=2000,
            help_text=words(
                "一行一方，名称后空格写百分数，合计 100，例如：国库 60",
                "One party a line, a space and per cent, 100 in all, such as: Treasury 60",
            ),
        ),
    }


FIELDS = {
    "cost": _cost,
    "use": _use,
    "impairment": _impairment,
    "disposal": _disposal,
    "income": _income,
}


class Period(forms.Form):
    """The months that a roll-forward is about."""

    start = forms.DateField(label=words("从", "From"), widget=DAY, required=False)
    end = forms.DateField(label=words("到", "To"), widget=DAY, required=False)
