"""Forms of matching: two lists, a result that was made elsewhere, which wordings to show."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.records.models import Organisation
from shixiao.terms import Text
from shixiao.web.shell.pages import say, words

REGISTRY, LIST = "registry", "list"
NEEDED = Text("请选择数据元清单。", "Choose a list of data elements.")


class _OfDepartment(forms.Form):
    """A form about requirements of a department."""

    department = forms.ChoiceField(label=words("哪个部门的要求", "Whose requirements"))

    def __init__(self, *args: Any, owners: list[Organisation], **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = [(each.code, say(each.name)) for each in owners]


class Lists(_OfDepartment):
    """A list of requirements, and what it is matched with."""

    requirements = forms.FileField(
        label=words("要求清单", "List of requirements"),
        help_text=words(
            "须有“要求编码”“要求名称”两列，或 item_id、item_name。",
            "With the columns item_id and item_name.",
        ),
    )
    against = forms.ChoiceField(
        label=words("与什么匹配", "Match with"), widget=forms.RadioSelect, initial=REGISTRY
    )
    elements = forms.FileField(
        label=words("数据元清单", "List of data elements"),
        required=False,
        help_text=words(
            "选“上传的清单”时提供；须有“数据元编码”“名称”两列，或 element_id、name。",
            "For a list that is uploaded; with the columns element_id and name.",
        ),
    )

    def __init__(self, *args: Any, standards: int, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["against"].choices = [
            (
                REGISTRY,
                say(
                    Text(
                        f"本站已发布的数据元标准（{standards:,} 个）",
                        f"the standards in force on this site ({standards:,})",
                    )
                ),
            ),
            (LIST, words("上传的数据元清单", "a list of data elements that is uploaded")),
        ]
        if not standards:
            fields["against"].initial = LIST

    def clean(self) -> dict[str, Any]:
        """Insist on a list where one is to be matched with."""
        given: dict[str, Any] = super().clean() or {}
        missing = not given.get("elements") and "elements" not in self.errors
        if given.get("against") == LIST and missing:
            self.add_error("elements", say(NEEDED))
        return given


class Entering(_OfDepartment):
    """A result that was made elsewhere."""

    file = forms.FileField(
        label=words("结果文件", "Result"),
        help_text=words(
            "shixiao sharing match 要求清单 数据元清单 --json 的输出，最大 32 MB。",
            "What shixiao sharing match REQUIREMENTS ELEMENTS --json prints; 32 MB at most.",
        ),
    )


class Filter(forms.Form):
    """Which wordings to show."""

    show = forms.ChoiceField(
        label=words("显示", "Show"),
        required=False,
        choices=[
            ("", words("全部，待确认的在前", "all, those to decide first")),
            ("open", words("待确认", "to decide")),
            ("confirmed", words("已确认", "confirmed")),
            ("none", words("都不是", "none of them")),
            ("empty", words("没有候选", "nothing offered")),
        ],
    )
    q = forms.CharField(label=words("说法", "Wording"), required=False, max_length=100)


class Search(forms.Form):
    """Which entries of the dictionary to show."""

    q = forms.CharField(label=words("说法或数据元", "Wording or element"), required=False)
