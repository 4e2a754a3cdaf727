"""Forms of training: setting one up, its verbs, warning cases and their questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from shixiao.checkup.report.speech import both_days
from shixiao.checkup.training import SessionKind, lesson, lessons
from shixiao.checkup.training.audiences import session_name
from shixiao.records.models import Organisation, Training, WarningCase
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.trainings.life import life

TEXT = forms.Textarea(attrs={"rows": 5})
DAY = DayInput()


def _field(form: forms.Form, name: str) -> Any:
    return form.fields[name]


class NewTraining(forms.Form):
    """What a training is about, and for whom."""

    name = forms.CharField(label=words("名称", "Name in Chinese"), max_length=100)
    name_en = forms.CharField(
        label=words("英文名称", "Name in English"), max_length=150, required=False
    )
    session = forms.ChoiceField(label=words("形式", "Form"), widget=forms.RadioSelect)
    topic = forms.ChoiceField(label=words("针对哪一类线索", "Kind of finding it is about"))
    begins = forms.DateField(
        label=words("从哪个月开始看", "First month that is watched"),
        widget=DAY,
        help_text=words("填该月 1 日。", "Enter the first of the month."),
    )
    departments = forms.MultipleChoiceField(
        label=words("参加的部门", "Departments that take part"),
        widget=forms.CheckboxSelectMultiple,
    )
    warnings = forms.MultipleChoiceField(
        label=words("用到的警示案例", "Warning cases that are used"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        departments: Iterable[Organisation],
        warnings: Iterable[WarningCase],
        **given: Any,
    ) -> None:
        super().__init__(*args, **given)
        _field(self, "session").choices = [(k.value, say(session_name(k))) for k in SessionKind]
        _field(self, "topic").choices = [(kind, say(lesson(kind).name)) for kind in lessons()]
        _field(self, "departments").choices = [(str(d.pk), say(d.name)) for d in departments]
        known = [(str(w.pk), f"{say(w.title)} · {w.code}") for w in warnings]
        _field(self, "warnings").choices = known
        if not known:
            del self.fields["warnings"]

    @property
    def called(self) -> Text:
        """The name in both languages."""
        name = self.cleaned_data["name"].strip()
        return Text(name, self.cleaned_data["name_en"].strip() or name)


class VerbForm(forms.Form):
    """What a verb needs, and the version of the training that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, training: Training, verb: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = training.version
        for need in life().verbs[verb].needs:
            self.fields[need] = FIELDS[need](training)


def _source(training: Training) -> forms.Field:
    del training
    return forms.CharField(
        label=words("由哪个公开数值决定", "Which public value decides"), max_length=200
    )


def _source_day(training: Training) -> forms.Field:
    begins = both_days(training.begins)
    return forms.DateField(
        label=words("揭晓日期", "Day on which it is known"),
        widget=DAY,
        help_text=words(f"须早于{begins.zh}。", f"Before {begins.en}."),
    )


def _announced(training: Training) -> forms.Field:
    known = both_days(training.source_day) if training.source_day else Text("—", "—")
    return forms.CharField(
        label=words("揭晓的数值", "The value"),
        max_length=200,
        help_text=words(
            f"{training.source}，{known.zh}揭晓。", f"{training.source}, known on {known.en}."
        ),
    )


def _reason(training: Training) -> forms.Field:
    del training
    return forms.CharField(
        label=words("理由（将公开）", "Reason (it is made public)"),
        widget=TEXT,
        max_length=LONGEST,
    )


FIELDS: Mapping[str, Any] = {
    "source": _source,
    "source_day": _source_day,
    "announced": _announced,
    "reason": _reason,
}


class Draft(forms.Form):
    """What happened and what was changed, in both languages; names go out by themselves."""

    facts = forms.CharField(label=words("经过（中文）", "Facts in Chinese"), widget=TEXT)
    facts_en = forms.CharField(label=words("经过（英文）", "Facts in English"), widget=TEXT)
    correction = forms.CharField(label=words("整改（中文）", "Correction in Chinese"), widget=TEXT)
    correction_en = forms.CharField(
        label=words("整改（英文）", "Correction in English"), widget=TEXT
    )

    def both(self, name: str) -> Text:
        """Return a text in both languages."""
        given = self.cleaned_data
        return Text(given[name].strip(), given[f"{name}_en"].strip())


class Questions(forms.Form):
    """The check questions of a warning case; which choice is right is not in the page."""

    def __init__(self, questions: Sequence[Mapping[str, Any]], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for n, each in enumerate(questions):
            self.fields[f"q{n}"] = forms.ChoiceField(
                label=say(Text.of(each["question"])),
                widget=forms.RadioSelect,
                choices=[
                    (str(c), say(Text.of(choice["text"])))
                    for c, choice in enumerate(each["choices"])
                ],
            )
