"""Forms of appraisals: a new round, and what each verb needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from shixiao.checkup.schemes import IndicatorClass, class_name
from shixiao.records.models import Appraisal, AppraisalComment, Organisation
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, t, words
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals.indicators import Line, lines_of, scored
from shixiao.workflows.appraisals.life import life
from shixiao.workflows.appraisals.making import Terms
from shixiao.workflows.appraisals.reading import Upload
from shixiao.workflows.appraisals.weighing import BUDGET
from shixiao.workflows.moving import LONGEST

TEXT = forms.Textarea(attrs={"rows": 4})
DAY = DayInput()
POINTS = "points_"  # begins the name of the field of an indicator's points
SHORT = 40  # signs of a comment or a contest in a list to choose from
APPRAISERS = (
    Organisation.Kind.BUREAU,
    Organisation.Kind.INSPECTORATE,
    Organisation.Kind.DEPARTMENT,
)


def upload_of(file: Any) -> Upload:
    """Return an uploaded file, read as far as it may be long."""
    return Upload.of(file.name or "", file.read(files.LARGEST_ATTACHMENT + 1))


def points_of(given: Mapping[str, Any]) -> dict[int, int]:
    """Return points by the row of the indicator."""
    return {
        int(name.removeprefix(POINTS)): int(value)
        for name, value in given.items()
        if name.startswith(POINTS)
    }


def field_of(form: forms.Form, name: str) -> Any:
    """Return a field, whose choices are set when the form is made."""
    return form.fields[name]


def of_kind(*kinds: str) -> list[tuple[str, str]]:
    """Return the organisations of some kinds to choose from."""
    rows = Organisation.objects.filter(kind__in=kinds, active=True).order_by("kind", "code")
    return [(str(row.pk), say(row.name)) for row in rows]


class NewAppraisal(forms.Form):
    """Who appraises whom, by which scheme."""

    name = forms.CharField(label=words("名称", "Name in Chinese"), max_length=100)
    name_en = forms.CharField(
        label=words("英文名称", "Name in English"), max_length=150, required=False
    )
    appraiser = forms.ChoiceField(label=words("由谁考核", "Who appraises"))
    departments = forms.MultipleChoiceField(
        label=words("被考核的部门", "Departments that are appraised"),
        widget=forms.CheckboxSelectMultiple,
    )
    scope = forms.ChoiceField(
        label=words("给谁排名次", "Who is ranked"),
        widget=forms.RadioSelect,
        initial=Appraisal.Scope.DEPARTMENT,
    )
    starts = forms.DateField(label=words("考核时段开始", "Appraised period begins"), widget=DAY)
    ends = forms.DateField(label=words("考核时段结束", "Appraised period ends"), widget=DAY)
    scheme = forms.FileField(
        label=words("考核办法", "Scheme"),
        help_text=words(
            "XLSX 或 CSV，须有“指标名称”“权重”两列，最好还有“指标说明”。",
            "XLSX or CSV with columns “indicator” and “weight”, best with “description” too.",
        ),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        field_of(self, "appraiser").choices = [("", "—"), *of_kind(*APPRAISERS)]
        field_of(self, "departments").choices = of_kind(Organisation.Kind.DEPARTMENT)
        field_of(self, "scope").choices = _words("scopes")

    def terms(self) -> Terms:
        """Return what was entered."""
        given = self.cleaned_data
        chosen = Organisation.objects.filter(pk__in=given["departments"])
        return Terms(
            name=Text(given["name"], given["name_en"] or given["name"]),
            appraiser=Organisation.objects.get(pk=given["appraiser"]),
            scope=given["scope"],
            departments=list(chosen),
            starts=given["starts"],
            ends=given["ends"],
            scheme=upload_of(given["scheme"]),
        )


class VerbForm(forms.Form):
    """What a verb needs, and the version of the appraisal that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, appraisal: Appraisal, verb: str, actor: Actor, *args: Any, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = appraisal.version
        for need in life().verbs[verb].needs:
            if need == "points":
                self.fields |= _points(appraisal, actor)
            else:
                self.fields[need] = FIELDS[need](appraisal, verb)


def _words(part: str) -> list[tuple[str, str]]:
    return [(name, say(text)) for name, text in life().words[part].items()]


def _scheme(appraisal: Appraisal, verb: str) -> forms.Field:
    del appraisal, verb
    return forms.FileField(
        label=words("新的考核办法", "The new scheme"),
        help_text=words("XLSX 或 CSV。", "XLSX or CSV."),
    )


def _scores(appraisal: Appraisal, verb: str) -> forms.Field:
    del verb
    who = t("部门", "department") if appraisal.scope == "department" else t("服务", "service")
    return forms.FileField(
        label=words("得分表", "Table of scores"),
        required=False,
        help_text=words(
            f"XLSX 或 CSV：每行一个{who}，首列“{who}”，其余每项指标一列，0 至 100 分。"
            "不上传的，只按已公布的评估测算。",
            f"XLSX or CSV: a row for each {who}, a column “{who}” and one for each indicator, 0 to"
            " 100. Without it the published evaluation alone is used.",
        ),
    )


def _indicator(appraisal: Appraisal, verb: str) -> forms.Field:
    del verb
    return forms.ChoiceField(
        label=words("指标", "Indicator"), choices=[("", "—"), *_rows(lines_of(appraisal))]
    )


def _value(appraisal: Appraisal, verb: str) -> forms.Field:
    del verb
    return forms.ChoiceField(
        label=words("对哪一项的数值有异议", "Which value is contested"),
        choices=[("", "—"), *_rows(scored(appraisal))],
    )


def _rows(lines: list[Line]) -> list[tuple[str, str]]:
    return [(str(line.row), line.name) for line in lines]


def _kind(appraisal: Appraisal, verb: str) -> forms.Field:
    del appraisal, verb
    return forms.ChoiceField(
        label=words("应为哪一类", "Its class should be"),
        widget=forms.RadioSelect,
        choices=[(str(kind), say(class_name(kind))) for kind in IndicatorClass],
    )


def _comment(appraisal: Appraisal, verb: str) -> forms.Field:
    rows = appraisal.comments.filter(hidden="")
    if verb == "answer":
        rows = appraisal.comments.filter(answered__isnull=True)
    return forms.ChoiceField(
        label=words("哪一条意见", "Which comment"),
        choices=[("", "—"), *((row.code, f"{row.code} · {_shown(row)}") for row in rows)],
    )


def _contest(appraisal: Appraisal, verb: str) -> forms.Field:
    del verb
    rows = appraisal.contests.filter(answered__isnull=True).select_related("department")
    return forms.ChoiceField(
        label=words("哪一项异议", "Which contest"),
        choices=[
            ("", "—"),
            *((row.code, f"{say(row.department.name)} · {_head(row.reason)}") for row in rows),
        ],
    )


def _shown(row: AppraisalComment) -> str:
    return t("（文字已隐去）", "(words taken off)") if row.hidden else _head(row.text)


def _head(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else plain[:SHORT] + "…"


def _adopted(appraisal: Appraisal, verb: str) -> forms.Field:
    del appraisal, verb
    label = words("采纳与否", "Is it adopted")
    return forms.ChoiceField(label=label, widget=forms.RadioSelect, choices=_words("adopted"))


def _drop(appraisal: Appraisal, verb: str) -> forms.Field:
    del appraisal, verb
    return forms.BooleanField(
        label=words(
            "这一项指标从此不计分，专家不再给它分配权重",
            "Score this indicator no more: the panel gives it no weight",
        ),
        required=False,
    )


def _ruling(appraisal: Appraisal, verb: str) -> forms.Field:
    del appraisal, verb
    label = words("异议是否成立", "Is it upheld")
    return forms.ChoiceField(label=label, widget=forms.RadioSelect, choices=_words("rulings"))


def _reason(appraisal: Appraisal, verb: str) -> forms.Field:
    del appraisal, verb
    return forms.CharField(
        label=words("理由（将公开）", "Reason (it is made public)"),
        widget=TEXT,
        max_length=LONGEST,
    )


def _points(appraisal: Appraisal, actor: Actor) -> dict[str, forms.Field]:
    """Return a field of points for each indicator that is scored, filled as far as it was given."""
    own = appraisal.weights.filter(account=actor.account).first()
    return {
        f"{POINTS}{line.row}": forms.IntegerField(
            label=line.name,
            help_text=line.description,
            min_value=0,
            max_value=BUDGET,
            initial=own.points.get(str(line.row), 0) if own else 0,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )
        for line in scored(appraisal)
    }


FIELDS: Mapping[str, Callable[[Appraisal, str], forms.Field]] = {
    "scheme": _scheme,
    "scores": _scores,
    "indicator": _indicator,
    "value": _value,
    "kind": _kind,
    "comment": _comment,
    "contest": _contest,
    "adopted": _adopted,
    "drop": _drop,
    "ruling": _ruling,
    "reason": _reason,
}
