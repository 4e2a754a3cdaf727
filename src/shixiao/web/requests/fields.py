"""Fields of verbs on requests, disputes, meetings and grants: what each needs to be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Correction, DataCopy, Grant, SharingRequest
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.clock import pack
from shixiao.workflows.grants.giving import last_reassessment
from shixiao.workflows.lives import read_life
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.requests.clocks import longest_extension
from shixiao.workflows.stepping import Moving, Shared, life_of

TEXT = forms.Textarea(attrs={"rows": 4})
DAY = DayInput()
# Need → label, hint. All are texts of some lines.
TEXTS: Mapping[str, tuple[str, str, str, str]] = {
    "reason": ("理由", "Reason", "", ""),
    "missing": (
        "缺什么",
        "What is missing",
        "只能告知一次，请一次列全；补齐前不计入答复期限。",
        "It is said once: list everything. The clock stands still until it is supplied.",
    ),
    "supplied": ("补了什么", "What is supplied", "", ""),
    "refusal_basis": (
        "不同意的依据",
        "Basis of the refusal",
        "法律、行政法规或国务院决定（写到条），或目录中列明的使用条件原文。",
        "A law, administrative regulation or State Council decision with its article, or the words"
        " of a condition that the catalogue lists.",
    ),
    "claim": ("争议的主张", "Claim", "", ""),
    "answer": ("答复", "Answer", "", ""),
    "minutes": (
        "会议或决定的要点",
        "Minutes",
        "写明决定了什么、谁在何时做什么。",
        "Say what was decided, and who does what by when.",
    ),
    "report": (
        "落实了什么",
        "What was done",
        "写明做了什么、哪天完成、怎样核对。",
        "Say what was done, on which day, and how it can be checked.",
    ),
    "misuse": (
        "怎样超出了授权",
        "How the grant was exceeded",
        "暂停立即生效，并限期整改。",
        "The suspension takes effect at once, and a time to rectify is set.",
    ),
    "rectified": ("整改了什么", "What was rectified", "", ""),
    "how": (
        "怎样销毁",
        "How it is destroyed",
        "写明方式、时间和在场的人，例如：覆写三遍后拆下硬盘粉碎。",
        "Say how, when and who is there: overwritten three times, then the disk was shredded.",
    ),
    "disposed": (
        "数据怎样处置",
        "How the data were disposed of",
        "按提供部门的要求删除、封存或归还，写明方式和日期。",
        "Deleted, sealed or returned as the provider requires: say how and when.",
    ),
}


class VerbForm(forms.Form):
    """What a verb needs, and the version that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, row: Moving, verb: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = row.version
        for need in life_of(row).verbs[verb].needs:
            self.fields[need] = _text(need) if need in TEXTS else OTHERS[need](row)
        if verb == "agree" and isinstance(row, SharingRequest):
            self.fields["masked"] = _masked(row)
            self.fields["rate"] = _rate()


def _text(need: str) -> forms.Field:
    zh, en, hint_zh, hint_en = TEXTS[need]
    hint = words(hint_zh, hint_en) if hint_zh else ""
    return forms.CharField(label=words(zh, en), widget=TEXT, max_length=LONGEST, help_text=hint)


def _days(row: SharingRequest) -> forms.Field:
    most = longest_extension(row)
    return forms.IntegerField(
        label=words("延长几个工作日", "Working days"),
        min_value=1,
        max_value=most,
        help_text=words(
            f"最多 {most} 个，须经主管部门同意。",
            f"{most} at most, with the consent of the authority.",
        ),
    )


def _reassess_on(row: SharingRequest | Grant) -> forms.Field:
    latest = row.ends if isinstance(row, Grant) else last_reassessment(row)
    until = both_days(latest)
    months = int(pack().number("SHR-07"))
    return forms.DateField(
        label=words("下次复核日期", "Day of the reassessment"),
        widget=DAY,
        help_text=words(
            f"不晚于{until.zh}，且不超过 {months} 个月。",
            f"Not after {until.en}, and at most {months} months ahead.",
        ),
    )


def _provider_person(row: Shared) -> forms.Field:
    del row
    return forms.CharField(
        label=words("提供方责任人和职务", "Who answers for it at the provider"),
        max_length=100,
        help_text=words("加密保存，不公开。", "It is encrypted and not public."),
    )


def _masked(row: SharingRequest) -> forms.Field:
    return forms.MultipleChoiceField(
        label=words("遮盖后提供的数据项", "Data items that are given masked"),
        choices=[(field, field) for field in row.fields],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=words("能核对就不给全文。", "What can be checked need not be given in full."),
    )


def _rate() -> forms.Field:
    return forms.IntegerField(
        label=words("每分钟最多几次", "Requests a minute at most"),
        min_value=1,
        max_value=60_000,
        initial=60,
    )


def _decision(row: Shared) -> forms.Field:
    choices = read_life("disputes").decisions
    del row
    return forms.ChoiceField(
        label=words("结果", "Outcome"),
        choices=[(each, say(name)) for each, name in choices.items()],
        widget=forms.RadioSelect,
        help_text=words("对双方都有约束力。", "It binds both sides."),
    )


def _corrected(row: Correction) -> forms.Field:
    return forms.IntegerField(
        label=words("更正了多少条", "Records corrected"),
        min_value=0,
        max_value=row.records,
        help_text=words(
            f"申请指出 {row.records} 条；核实无误的填 0 并说明。",
            f"{row.records} were named; enter 0 where they were right, and say why.",
        ),
    )


def _keep_until(row: DataCopy) -> forms.Field:
    until = both_days(row.keep_until)
    return forms.DateField(
        label=words("保存到", "Kept until"),
        widget=DAY,
        help_text=words(f"须晚于{until.zh}。", f"After {until.en}."),
    )


OTHERS: Mapping[str, Callable[[Any], forms.Field]] = {
    "days": _days,
    "reassess_on": _reassess_on,
    "provider_person": _provider_person,
    "decision": _decision,
    "corrected": _corrected,
    "keep_until": _keep_until,
}
