"""Forms of evidence: what is delivered, a hash of the day, which rows of the map are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from shixiao.evidence.schema import load_schemas
from shixiao.records.models import Organisation
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.actors import Actor
from shixiao.workflows.roles import Scope

ONE_OF_BOTH = Text(
    "请选择一个文件，或者写一个文件夹；两样只能有一样。",
    "Choose a file, or name a folder: one of the two.",
)
STATES = {
    "checking": (Text("检查中", "Being checked"), "amber"),
    "accepted": (Text("已收下", "Accepted"), "green"),
    "refused": (Text("已退回", "Refused"), "red"),
}


def organisations(actor: Actor, verb: str) -> Iterable[Organisation]:
    """Return the organisations for which a person may do this."""
    rows = Organisation.objects.filter(active=True).order_by("kind", "code")
    return rows if actor.reach(verb) is Scope.ANY else rows.filter(pk__in=actor.below)


class _OfOrganisation(forms.Form):
    """A form about something of an organisation."""

    organisation = forms.ChoiceField(label=words("哪个单位的", "Of which organisation"))

    def __init__(self, *args: Any, choices: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organisation"].choices = [(str(o.pk), say(o.name)) for o in choices]


class Delivery(_OfOrganisation):
    """Evidence: one file, or a folder on the server."""

    file = forms.FileField(
        label=words("文件", "File"),
        required=False,
        help_text=words(
            "证据包（.zip）、XES、OCEL 2.0、CSV、Parquet 或 XLSX；不要带身份证号等直接身份信息。",
            "An evidence package (.zip), XES, OCEL 2.0, CSV, Parquet or XLSX; leave out identity"
            " numbers and the like.",
        ),
    )
    folder = forms.CharField(
        label=words("或者：服务器上的文件夹", "Or: a folder on the server"),
        required=False,
        max_length=200,
        help_text=words(
            "存放区 incoming 下的路径；部门的文件夹以单位编号开头。",
            "A path below the folder incoming; a department's begins with the code of the"
            " organisation.",
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Insist on exactly one of file and folder."""
        given: dict[str, Any] = super().clean() or {}
        if "file" not in self.errors and bool(given.get("file")) == bool(given.get("folder")):
            self.add_error("file", say(ONE_OF_BOTH))
        return given


class DayHash(_OfOrganisation):
    """The hash of a table as it was exported on a day."""

    table = forms.ChoiceField(label=words("表", "Table"))
    day = forms.DateField(
        label=words("导出日期", "Day of the export"),
        widget=DayInput(),
    )
    sha256 = forms.CharField(
        label=words("文件的 SHA-256", "SHA-256 of the file"),
        max_length=100,
        help_text=words(
            "对当日导出的文件原样计算（如 sha256sum events-2026-03-02.csv），64 位十六进制。",
            "Of the exported file as it is (as by sha256sum events-2026-03-02.csv), 64 hexadecimal"
            " digits.",
        ),
    )
    rows = forms.IntegerField(label=words("行数", "Rows"), min_value=0, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["table"].choices = [
            (name, f"{say(schema.title)} · {name}") for name, schema in load_schemas().items()
        ]


class ListFilter(forms.Form):
    """Which evidence is shown."""

    state = forms.ChoiceField(label=words("状态", "State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["state"].choices = [
            ("", words("全部", "All")),
            *((name, say(text)) for name, (text, _) in STATES.items()),
        ]


class RowFilter(forms.Form):
    """Which rows of the map are shown."""

    service = forms.CharField(label=words("事项编号", "Service id"), required=False, max_length=200)
    activity = forms.CharField(label=words("环节", "Activity"), required=False, max_length=200)
    open = forms.BooleanField(
        label=words("只看未确认的", "Only those not confirmed"), required=False
    )
