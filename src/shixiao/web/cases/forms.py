"""Forms of acts: one for each verb, made from what the verb needs."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from django import forms
from django.utils import timezone

from shixiao.records.models import Account, Attachment, Case, Organisation
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows import files
from shixiao.workflows.cases.deciding import like_cases
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.opening import fit_to_handle
from shixiao.workflows.lives import Verb
from shixiao.workflows.notices import holders
from shixiao.workflows.refusals import Incomplete

TEXT = forms.Textarea(attrs={"rows": 5})
MOST_FILES = 10
IN_ONE = words("一句话说明问题", "The problem in one sentence")


class ManyFiles(forms.ClearableFileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files of one kind; each is checked by itself."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=ManyFiles(), **given)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files as a list, empty where none was chosen."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(each, initial) for each in given[:MOST_FILES]]


class ActForm(forms.Form):
    """What a verb needs, and the version of the case that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, verb: Verb, case: Case, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.verb, self.case = verb, case
        self.fields["seen"].initial = case.version
        for need in verb.needs:
            self._need(need)
        if verb.id in {"contest", "propose", "correct", "report"}:
            kinds = (*verb.attach, "statement" if verb.id == "contest" else "other")
            for kind in kinds:
                self.fields[f"attach_{kind}"] = FilesField(
                    label=say(life().attachments[kind]), required=kind in verb.attach
                )

    def _need(self, need: str) -> None:
        for name, field in FIELDS[need](self.case).items():
            self.fields[name] = field

    def refuse(self, refused: Incomplete) -> None:
        """Show at its field what the act says is missing."""
        field = refused.field if refused.field in self.fields else None
        self.add_error(field, say(refused.text))

    def attachments(self, by: Account | None, at: datetime) -> list[Attachment]:
        """Return the files as attachments, kept under their hash.

        Raises:
            Incomplete: one of them is not taken.
        """
        found = []
        for name, uploads in self.cleaned_data.items():
            if not name.startswith("attach_"):
                continue
            for upload in uploads:
                data = upload.read(files.LARGEST_ATTACHMENT + 1)
                media_type = files.media_type_of(upload.name, data)
                found.append(
                    Attachment(
                        case=self.case,
                        file=files.store(data, at=at),
                        kind=name.removeprefix("attach_"),
                        name=upload.name[:200],
                        media_type=media_type,
                        added=at,
                        added_by=by,
                    )
                )
        return found


def _reason(case: Case) -> dict[str, forms.Field]:
    del case
    return {
        "reason": forms.CharField(label=words("理由", "Reason"), widget=TEXT, max_length=20_000)
    }


def _statement(case: Case) -> dict[str, forms.Field]:
    del case
    label = words("陈述和申辩", "What you state and contest")
    return {"statement": forms.CharField(label=label, widget=TEXT, max_length=20_000)}


def _departments(none: str = "—") -> list[tuple[str, str]]:
    """Return the departments to choose from; ``none`` is what no choice is called."""
    rows = Organisation.objects.filter(kind="department", active=True).order_by("code")
    return [("", none), *((str(row.pk), say(row.name)) for row in rows)]


def _department(case: Case) -> dict[str, forms.Field]:
    field = forms.ChoiceField(
        label=words("所涉部门", "Department concerned"),
        choices=_departments(),
        initial=str(case.department_id or ""),
    )
    return {"department": field}


def _handler(case: Case) -> dict[str, forms.Field]:
    now = timezone.now()
    today = timezone.localdate(now)
    people = {a.pk: a for role in ("analyst", "inspector") for a in holders(role, today=today)}
    free = [a for a in people.values() if fit_to_handle(a, case, at=now)]
    field = forms.ChoiceField(
        label=words("承办人", "Handler"),
        choices=[("", "—"), *((str(a.pk), str(a)) for a in free)],
        help_text=words(
            "只列出与该部门没有关系的人。", "Only people without ties to the department are listed."
        ),
    )
    return {"handler": field}


def _responsible(case: Case) -> dict[str, forms.Field]:
    del case
    return {
        "responsible": forms.CharField(
            label=words("部门责任人姓名", "Responsible person in the department"), max_length=100
        ),
        "responsible_post": forms.CharField(label=words("职务", "Post"), max_length=100),
    }


def _outcome(case: Case) -> dict[str, forms.Field]:
    del case
    choices = [(name, say(text)) for name, text in life().outcomes.items()]
    label = words("认定结果", "What was established")
    return {"outcome": forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)}


def _corrected(case: Case) -> dict[str, forms.Field]:
    del case
    widget = DayInput()
    label = words("整改完成的日期", "Day on which the correction was complete")
    return {"corrected": forms.DateField(label=label, widget=widget)}


def _decision(case: Case) -> dict[str, forms.Field]:
    choices = [(name, say(text)) for name, text in life().decisions.items()]
    alike = [
        (d.case.code, f"{d.case.code} · {say(life().decisions[d.kind])}") for d in like_cases(case)
    ]
    fields: dict[str, forms.Field] = {
        "decision": forms.ChoiceField(
            label=words("问责方式", "Decision"), choices=choices, widget=forms.RadioSelect
        ),
        "basis": forms.CharField(label=words("依据（条款）", "Basis (article)"), max_length=300),
        "person": forms.CharField(
            label=words("所涉的人和职务", "Person concerned and post"), max_length=200
        ),
        "statement": forms.CharField(
            label=words("本人的陈述", "The person's own statement"),
            help_text=words("本人放弃陈述的，写明放弃。", "Say so where it was waived."),
            widget=TEXT,
            max_length=20_000,
        ),
    }
    if alike:
        fields["compared"] = forms.MultipleChoiceField(
            label=words("比照的同类案件", "Like cases it was compared with"),
            choices=alike,
            widget=forms.CheckboxSelectMultiple,
        )
    fields |= _reason(case)
    return fields


FIELDS = {
    "reason": _reason,
    "statement": _statement,
    "department": _department,
    "handler": _handler,
    "responsible": _responsible,
    "outcome": _outcome,
    "corrected": _corrected,
    "decision": _decision,
}


class ReportForm(forms.Form):
    """What a citizen reports; ``once`` is of one form, so that sending it twice reports once."""

    once = forms.RegexField(
        r"^[0-9a-f]{32}$", widget=forms.HiddenInput, initial=lambda: token_hex(16), required=False
    )
    name = forms.CharField(
        label=words("一句话说明问题", "The problem in one sentence"), max_length=200
    )
    story = forms.CharField(
        label=words("经过", "What happened"),
        help_text=words(
            "何时、办什么事、在哪一步、遇到什么。请不要写身份证号。",
            "When, for what, at which step, what happened. Please leave out identity numbers.",
        ),
        widget=TEXT,
        max_length=20_000,
    )
    department = forms.ChoiceField(
        label=words("哪个部门", "Which department"),
        required=False,
        help_text=words("不清楚可以不选。", "Leave it open if you do not know."),
    )
    contact = forms.CharField(
        label=words("联系电话或邮箱", "Telephone or mail"),
        required=False,
        max_length=100,
        help_text=words(
            "可不填；填了会加密保存，只用于与您联系，有进展时发短信或邮件。",
            "Optional; it is kept encrypted and used only to reach you: you get a message or a mail"
            " when there is news.",
        ),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = _departments(words("不清楚", "I do not know"))


class FollowForm(forms.Form):
    """By what a citizen follows a matter of his own."""

    number = forms.CharField(label=words("回执编号", "Receipt number"), max_length=20)
    code = forms.CharField(label=words("查询码", "Query code"), max_length=20)


class ObservationForm(forms.Form):
    """What an inspector or an analyst saw himself."""

    name = forms.CharField(
        label=words("一句话说明问题", "The problem in one sentence"), max_length=200
    )
    story = forms.CharField(
        label=words("经过和证据", "What was seen"), widget=TEXT, max_length=20_000
    )
    department = forms.ChoiceField(label=words("所涉部门", "Department concerned"), required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = _departments()


WRONG_CODE = Text(
    "回执编号或查询码不对，请核对后再试。",
    "Receipt number or query code is wrong; check both and try again.",
)
