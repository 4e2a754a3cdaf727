"""Forms of commissions: the terms, and what each verb needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from shixiao.checkup.report.speech import both_days
from shixiao.effect.fieldtests import Target, protocols, read_protocol, source_of
from shixiao.effect.fieldtests.kinds import AUDIENCE_NAMES, MODE_NAMES
from shixiao.records.models import Commission, Organisation
from shixiao.terms import BadInput, Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows import files
from shixiao.workflows.clock import pack
from shixiao.workflows.commissions.life import life
from shixiao.workflows.commissions.making import MOST_CASES, MOST_EVALUATORS, MOST_SERVICES, Terms
from shixiao.workflows.moving import LONGEST

TEXT = forms.Textarea(attrs={"rows": 4})
DAY = DayInput()
CASES = "callback"  # the shipped protocol by which drawn cases are looked at
LARGEST_PROTOCOL = 1 << 20


def _field(form: forms.Form, name: str) -> Any:
    return form.fields[name]


class NewCommission(forms.Form):
    """The terms of a commission."""

    name = forms.CharField(label=words("名称", "Name in Chinese"), max_length=100)
    name_en = forms.CharField(
        label=words("英文名称", "Name in English"), max_length=150, required=False
    )
    kind = forms.ChoiceField(
        label=words("定期还是不定期", "Periodic or occasional"), widget=forms.RadioSelect
    )
    aim = forms.CharField(
        label=words("想弄清什么", "What is to be learnt"),
        widget=TEXT,
        max_length=LONGEST,
        required=False,
    )
    departments = forms.MultipleChoiceField(
        label=words("被评部门", "Departments to be evaluated"),
        widget=forms.CheckboxSelectMultiple,
    )
    starts = forms.DateField(label=words("体验开始", "Tests begin"), widget=DAY)
    ends = forms.DateField(label=words("体验结束", "Tests end"), widget=DAY)
    budget = forms.IntegerField(
        label=words("经费（元）", "Budget in yuan"), min_value=0, required=False
    )
    letter = forms.FileField(
        label=words("委托书", "Letter of authority"),
        help_text=words("PDF 或 Word，评估员凭它办事。", "PDF or Word; evaluators act by it."),
    )
    protocol = forms.ChoiceField(label=words("评估方案", "Protocol"))
    own_protocol = forms.FileField(
        label=words("或者上传自己的方案", "Or a protocol of your own"),
        required=False,
        help_text=words(
            "YAML 文件，写法见说明。", "A YAML file; the manual says how it is written."
        ),
    )
    modes = forms.MultipleChoiceField(
        label=words("怎样体验", "How it is tested"), widget=forms.CheckboxSelectMultiple
    )
    audiences = forms.MultipleChoiceField(
        label=words("以谁的身份体验", "As whom it is tested"),
        widget=forms.CheckboxSelectMultiple,
    )
    services = forms.IntegerField(
        label=words("抽取几项服务", "How many services are drawn"),
        min_value=1,
        max_value=MOST_SERVICES,
        initial=20,
    )
    by_cases = forms.TypedChoiceField(
        label=words("每项服务被抽中的机会", "Chance of each service"),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "cases",
        initial="cases",
    )
    cases_each = forms.IntegerField(
        label=words("每项服务另抽几件办件回访", "Cases of each that are drawn for a call-back"),
        min_value=0,
        max_value=MOST_CASES,
        initial=0,
        help_text=words("0 表示不抽办件。", "0 for none."),
    )
    testers = forms.IntegerField(
        label=words("每项几名评估员", "Evaluators per item"),
        min_value=2,
        max_value=MOST_EVALUATORS,
        initial=2,
    )

    def __init__(self, *args: Any, departments: Iterable[Organisation], **given: Any) -> None:
        super().__init__(*args, **given)
        _field(self, "kind").choices = [(k, say(v)) for k, v in life().words["kinds"].items()]
        _field(self, "departments").choices = [(str(d.pk), say(d.name)) for d in departments]
        _field(self, "protocol").choices = [
            (p.id, say(p.name)) for p in protocols().values() if p.target is Target.SERVICE
        ]
        _field(self, "modes").choices = [(m.value, say(name)) for m, name in MODE_NAMES.items()]
        _field(self, "audiences").choices = [
            (a.value, say(name)) for a, name in AUDIENCE_NAMES.items()
        ]
        floor = pack().number("EVA-05")
        _field(self, "by_cases").choices = [
            (
                "cases",
                words(
                    f"按办件量，但都不低于 {floor:.0%}", f"By its cases, at least {floor:.0%} each"
                ),
            ),
            ("equal", words("都一样", "All the same")),
        ]

    def terms(self, follows: Commission | None) -> Terms:
        """Return the terms.

        Raises:
            BadInput: an uploaded protocol is too large, no text, or malformed; where.
        """
        given = self.cleaned_data
        letter = given["letter"]
        name = given["name"].strip()
        aim = given["aim"].strip()
        return Terms(
            kind=given["kind"],
            name=Text(name, given["name_en"].strip() or name),
            aim=Text(aim, aim) if aim else None,
            starts=given["starts"],
            ends=given["ends"],
            budget=given["budget"],
            letter=(letter.name[:200], letter.read(files.LARGEST_ATTACHMENT + 1)),
            protocol=self._protocol(),
            modes=given["modes"],
            audiences=given["audiences"],
            departments=list(Organisation.objects.filter(pk__in=given["departments"])),
            services=given["services"],
            cases_each=given["cases_each"],
            case_protocol=source_of(CASES) if given["cases_each"] else "",
            testers=given["testers"],
            by_cases=given["by_cases"],
            follows=follows,
        )

    def _protocol(self) -> str:
        own = self.cleaned_data["own_protocol"]
        if not own:
            return source_of(self.cleaned_data["protocol"])
        data = own.read(LARGEST_PROTOCOL + 1)
        try:
            if len(data) > LARGEST_PROTOCOL:
                raise ValueError
            text = str(data.decode("utf-8"))
        except ValueError:
            raise BadInput(NO_TEXT, file=own.name) from None
        read_protocol(data, own.name)  # so that what is wrong is told of the file as it is called
        return text


NO_TEXT = Text(
    "方案须是不超过 1 MB 的 UTF-8 文本；请另存为 UTF-8 后重新上传。",
    "a protocol is UTF-8 text of at most 1 MB; save it as UTF-8 and upload it again",
)


class VerbForm(forms.Form):
    """What a verb needs, and the version of the commission that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, commission: Commission, verb: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = commission.version
        for need in life().verbs[verb].needs:
            self.fields[need] = FIELDS[need](commission)
        if verb == "invite":
            self.fields["leads"] = _leads(commission)


def _bodies() -> list[Organisation]:
    return list(Organisation.objects.filter(kind=Organisation.Kind.EVALUATOR, active=True))


def _choose_bodies(commission: Commission) -> forms.Field:
    del commission
    return forms.MultipleChoiceField(
        label=words("评估机构", "Evaluating bodies"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(body.pk), say(body.name)) for body in _bodies()],
    )


def _leads(commission: Commission) -> forms.Field:
    del commission
    return forms.ChoiceField(
        label=words("主评机构", "Leading body"),
        widget=forms.RadioSelect,
        choices=[(str(body.pk), say(body.name)) for body in _bodies()],
        help_text=words(
            "同一机构不得连续三次主评同一部门。",
            "One body never leads three times in a row for the same department.",
        ),
    )


def _source(commission: Commission) -> forms.Field:
    del commission
    return forms.CharField(
        label=words("由哪个公开数值决定", "Which public value decides"),
        max_length=200,
        help_text=words(
            "事先约定、谁也左右不了的数值，如某期福利彩票双色球的开奖号码。",
            "Named beforehand and beyond anybody's power, such as the numbers of a lottery.",
        ),
    )


def _source_day(commission: Commission) -> forms.Field:
    del commission
    return forms.DateField(label=words("揭晓日期", "Day on which it is known"), widget=DAY)


def _announced(commission: Commission) -> forms.Field:
    known = both_days(commission.source_day) if commission.source_day else Text("—", "—")
    return forms.CharField(
        label=words("揭晓的数值", "The value"),
        max_length=200,
        help_text=words(
            f"{commission.source}，{known.zh}揭晓。原样写入，一经抽签不能重来。",
            f"{commission.source}, known on {known.en}. Enter it as it is: nothing is drawn twice.",
        ),
    )


def _comment(commission: Commission) -> forms.Field:
    del commission
    return forms.CharField(
        label=words("部门意见", "What the department says"), widget=TEXT, max_length=LONGEST
    )


def _reason(commission: Commission) -> forms.Field:
    del commission
    return forms.CharField(
        label=words("理由（将公开）", "Reason (it is made public)"),
        widget=TEXT,
        max_length=LONGEST,
    )


def _evaluator(commission: Commission) -> forms.Field:
    rows = commission.evaluators.select_related("engagement__body")
    return forms.ChoiceField(
        label=words("评估员代号", "Code of the evaluator"),
        choices=[("", "—")]
        + [(row.code, f"{row.code} · {say(row.engagement.body.name)}") for row in rows],
    )


def _department(commission: Commission) -> forms.Field:
    rows = commission.evaluated.select_related("department")
    return forms.ChoiceField(
        label=words("与哪个部门有关系", "Tied to which department"),
        choices=[("", "—")] + [(str(r.department_id), say(r.department.name)) for r in rows],
    )


FIELDS: Mapping[str, Any] = {
    "bodies": _choose_bodies,
    "source": _source,
    "source_day": _source_day,
    "announced": _announced,
    "comment": _comment,
    "reason": _reason,
    "evaluator": _evaluator,
    "department": _department,
}


class Declaration(forms.Form):
    """An evaluator's ties to the evaluated, or that there are none."""

    ties = forms.MultipleChoiceField(
        label=words(
            "您或您的机构与哪些部门有关系", "To which departments do you or your body have ties"
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=words(
            "亲属在其任职、近三年任职或合同、供应商、股权、正在求职等。都没有就不选。",
            "Family who work there; a post or contract within three years; supplier; shares; an"
            " application. Choose none where there is none.",
        ),
    )
    explanation = forms.CharField(
        label=words("是什么关系", "What the relation is"),
        widget=TEXT,
        max_length=LONGEST,
        required=False,
    )
    true = forms.BooleanField(
        label=words(
            "以上属实；隐瞒的，评分作废，并在本轮结果上标注",
            "This is true. If something is concealed, my scores are void and the round is marked",
        )
    )

    def __init__(self, commission: Commission, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        rows = commission.evaluated.select_related("department")
        _field(self, "ties").choices = [
            (str(r.department_id), say(r.department.name)) for r in rows
        ]
