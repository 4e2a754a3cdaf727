"""What an entry lacks: the nine fields of Decree 809 art. 13, and the terms of arts. 14 and 15.

An entry with a fault is not submitted; one that was harvested with faults stands in the list with
them, for the platform it comes from has to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shixiao.rules import RulePack
from shixiao.sharing.catalogue.basis import NAMES, cited
from shixiao.sharing.catalogue.codes import CatalogueCode
from shixiao.sharing.catalogue.dataset import LISTS, Dataset
from shixiao.sharing.catalogue.words import words
from shixiao.terms import BadInput, Text


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an entry.

    Attributes:
        field: of ``Dataset``.
        text: what is wrong and what to do.
        rule: id of the rule it breaks.
    """

    field: str
    text: Text
    rule: str


Given = Callable[[Dataset], object]
# The names by which rule GDS-13 calls the nine fields → field of Dataset, its value, its name.
NINE: dict[str, tuple[str, Given, Text]] = {
    "name": ("name", lambda d: d.name.zh.strip(), Text("数据目录名称", "name")),
    "data_items": ("items", lambda d: d.items, Text("数据项", "data items")),
    "provider": ("provider", lambda d: d.provider, Text("提供单位", "provider")),
    "format": ("format", lambda d: d.format, Text("数据格式", "data format")),
    "update_freq": ("cycle", lambda d: d.cycle, Text("数据更新频率", "update frequency")),
    "share_attr": ("sharing", lambda d: d.sharing, Text("共享属性", "sharing attribute")),
    "share_mode": (
        "mode",
        lambda d: d.mode or d.sharing == "not_shared",
        Text("共享方式", "mode of sharing"),
    ),
    "use_conditions": (
        "purpose",
        lambda d: d.sharing != "conditional" or d.scope or d.purpose,
        Text("使用条件", "conditions of use"),
    ),
    "class_grade": (
        "grade",
        lambda d: d.domain and d.grade,
        Text("数据分类分级", "class and grade"),
    ),
}
PEOPLE = {
    "office": Text("数据共享工作机构", "the sharing office"),
    "person": Text("具体负责人", "the person who answers for it"),
    "secrecy_checked": Text("保密风险评估日期", "the day of the secrecy check"),
    "personal_checked": Text(
        "个人信息保护影响评估日期", "the day of the personal-information assessment"
    ),
}


def faults(dataset: Dataset, rules: RulePack) -> tuple[Fault, ...]:
    """Return what an entry lacks before it may be listed; nothing where it is in order."""
    return tuple(
        fault
        for part in (_nine, _words, _conditional, _withheld, _code, _graded)
        for fault in part(dataset, rules)
    )


def check_dataset(dataset: Dataset, rules: RulePack) -> tuple[Fault, ...]:
    """Return the faults of an entry that a department enters itself.

    Beyond what an entry states, somebody is named for it, and it was looked at for secrets and
    for personal information before it is listed (arts. 11 and 13).
    """
    named = tuple(
        Fault(
            field,
            Text(
                f"请填写{name.zh}，未经评估、无人负责的数据不得编入目录。",
                f"Enter {name.en}: nothing is listed that nobody assessed or answers for.",
            ),
            "GDS-13",
        )
        for field, name in PEOPLE.items()
        if not getattr(dataset, field)
    )
    return faults(dataset, rules) + named


def _nine(dataset: Dataset, rules: RulePack) -> Iterator[Fault]:
    for wanted in rules.words("GDS-13"):
        field, given, name = NINE[wanted]
        if not given(dataset):
            yield Fault(
                field,
                Text(
                    f"缺少{name.zh}（政务数据共享条例第十三条）。",
                    f"The {name.en} is missing (Decree 809 art. 13).",
                ),
                "GDS-13",
            )


def _words(dataset: Dataset, rules: RulePack) -> Iterator[Fault]:
    del rules
    for field, of in LISTS.items():
        value, known = getattr(dataset, field), words(of)
        if value and value not in known:
            yield Fault(
                field,
                Text(
                    f"“{value[:30]}”不是可用的值，请从中选择：{known.listed.zh}。",
                    f"“{value[:30]}” is not one of the values: {known.listed.en}.",
                ),
                "GDS-14" if field == "sharing" else "GDS-13",
            )


def _conditional(dataset: Dataset, rules: RulePack) -> Iterator[Fault]:
    if dataset.sharing != "conditional":
        return
    names = {"scope": Text("共享范围", "scope"), "purpose": Text("使用用途", "purpose")}
    for field in rules.words("GDS-15c"):
        if not getattr(dataset, field).strip():
            yield Fault(
                field,
                Text(
                    f"有条件共享的，须列明{names[field].zh}（第十五条）；不得另设条件。",
                    f"Where sharing is conditional, state the {names[field].en} (art. 15); no"
                    " further condition may be added.",
                ),
                "GDS-15c",
            )


def _withheld(dataset: Dataset, rules: RulePack) -> Iterator[Fault]:
    if dataset.sharing != "not_shared":
        return
    if not dataset.reason.strip():
        yield Fault(
            "reason",
            Text("不予共享的，须列明理由（第十五条）。", "Say why it is not shared (art. 15)."),
            "GDS-15n",
        )
    citation = cited(dataset.basis)
    if citation.basis.value not in rules.words("GDS-15n", "accepted_basis"):
        kind = NAMES[citation.basis]
        text = (
            Text(
                f"所引依据是{kind.zh}；不予共享只能依据法律、行政法规或国务院决定（第十四、十五条），"
                "请改引，或改为有条件共享。",
                f"What is cited is {kind.en}. Only a law, an administrative regulation or a State"
                " Council decision lets data be withheld (arts. 14 and 15): cite one, or share on"
                " condition.",
            )
            if dataset.basis.strip()
            else Text(
                "不予共享的，须写明法律、行政法规或国务院决定的依据（第十五条）。",
                "Cite the law, administrative regulation or State Council decision by which it is"
                " not shared (art. 15).",
            )
        )
        yield Fault("basis", text, "GDS-15n")
    elif not citation.article:
        yield Fault(
            "basis",
            Text("请写明所引依据的第几条。", "Name the article of what is cited."),
            "GDS-15n",
        )


def _code(dataset: Dataset, rules: RulePack) -> Iterator[Fault]:
    del rules
    if dataset.code:
        try:
            CatalogueCode.parse(dataset.code)
        except BadInput as error:
            yield Fault("code", error.text, "CAT-COD")


def _graded(dataset: Dataset, rules: RulePack) -> Iterator[Fault]:
    del rules
    rank = words("grades").numbers
    highest = dataset.highest_item
    if highest and rank.get(dataset.grade, 0) < rank[highest]:
        names = words("grades")
        yield Fault(
            "grade",
            Text(
                f"数据集的级别不得低于其中最高的数据项（{names.name(highest).zh}）。",
                f"The grade is at least that of the highest item ({names.name(highest).en}).",
            ),
            "GRD-SET",
        )
