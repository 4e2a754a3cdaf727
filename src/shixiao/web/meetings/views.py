"""Pages of coordination meetings: the list, one with agenda and decisions, one decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Meeting, Organisation, Resolution, SharingStep
from shixiao.terms import Text
from shixiao.web.requests.acting import act_on
from shixiao.web.requests.showing import ledger_of, line, resolution_line, steps_shown
from shixiao.web.results.clocks import clock
from shixiao.web.results.reading import actor_on
from shixiao.web.sharing import duties
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import mixed, say, words
from shixiao.workflows import meetings, stepping
from shixiao.workflows.moving import LONGEST, Act
from shixiao.workflows.organisations import offices
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale

ROOM = Text("统筹协调会", "Coordination meetings")
DAY = DayInput()
CALLED = Text("已召集，并通知了议题所涉部门。", "Called; the departments on the agenda were told.")
DECIDED = Text("已登记并通知承办部门。", "Entered; the department named was told.")
TONES = {"called": "amber", "held": "green", "open": "amber", "reported": "amber", "done": "green"}


class NewMeeting(forms.Form):
    """When and where a meeting takes place."""

    day = forms.DateField(label=words("会议日期", "Day"), widget=DAY)
    place = forms.CharField(label=words("会议地点", "Place"), max_length=200)


class NewResolution(forms.Form):
    """What a department has to do."""

    dispute = forms.ChoiceField(
        label=words("关于哪项争议", "About which dispute"),
        required=False,
        help_text=words("不针对某项争议的可不选。", "Leave it where it is about none."),
    )
    holder = forms.ChoiceField(label=words("承办部门", "Department that carries it out"))
    text = forms.CharField(
        label=words("决定的事项", "What was decided"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        help_text=words("写明做什么、做到什么程度。", "Say what is to be done, and how far."),
    )
    last_day = forms.DateField(
        label=words("期限", "Last day"),
        widget=DAY,
        required=False,
        help_text=words("不填则为 20 个工作日。", "20 working days where nothing is entered."),
    )

    def __init__(self, meeting: Meeting, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["dispute"].choices = [("", words("不针对争议", "About none"))] + [
            (each.code, say(each.request.item.name)) for each in meetings.agenda(meeting)
        ]
        fields["holder"].choices = [(row.code, say(row.name)) for row in offices()]


def listing(request: HttpRequest) -> HttpResponse:
    """List meetings, and the decisions that are still to be carried out."""
    page = page_of(request, Meeting.objects.all())
    waiting = Resolution.objects.filter(due__isnull=False).select_related("holder")
    context = {
        "page": page,
        "rows": [_meeting_line(row) for row in page],
        "waiting": [resolution_line(row) for row in waiting.order_by("due", "made")[:100]],
    }
    return render(request, "meetings/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    form = NewMeeting(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = meetings.call(**form.cleaned_data, actor=actor_on(request), at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            messages.success(request, say(CALLED))
            return HttpResponseRedirect(reverse("meeting", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "meetings/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a meeting: its agenda, its minutes, what it decided."""
    actor, row = actor_on(request), _found(Meeting, code)
    rows = row.resolutions.select_related("holder").order_by("made")
    context = _shown(request, row) | {
        "agenda": [line(each) for each in meetings.agenda(row)],
        "resolutions": [resolution_line(each) for each in rows],
        "may_resolve": row.state != "cancelled"
        and stepping.may_do(actor, stepping.life_of(row).verbs["hold"], row),
    }
    return render(request, "meetings/one.html.j2", context)


def resolve(request: HttpRequest, code: str) -> HttpResponse:
    """Enter what a meeting decided."""
    actor, row = actor_on(request), _found(Meeting, code)
    check(actor, "meeting.manage")
    form = NewResolution(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["holder"] = Organisation.objects.get(code=given["holder"])
        about = meetings.agenda(row).filter(code=given.pop("dispute"))
        act = Act(actor, timezone.now(), row.version)
        try:
            meetings.resolve(row, act, dispute=about.first(), **given)
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        except Stale as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(DECIDED))
            return HttpResponseRedirect(reverse("meeting", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "row": row}
    return render(request, "meetings/resolve.html.j2", context, status=status)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb on a meeting, and carry it out."""
    row = _found(Meeting, code)
    back, room = reverse("meeting", args=[code]), (ROOM, reverse("meetings"))
    return act_on(request, row, verb, title=_called(row), room=room, back=back)


def resolution(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was decided, and how it is carried out."""
    row = _found(Resolution, code)
    context = _shown(request, row) | {"duties": duties.of_row(row), "meeting": _called(row.meeting)}
    return render(request, "meetings/resolution.html.j2", context)


def act_on_resolution(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb on what was decided, and carry it out."""
    row = _found(Resolution, code)
    back, room = reverse("resolution", args=[code]), (ROOM, reverse("meetings"))
    return act_on(request, row, verb, title=mixed(duties.title_of(row)), room=room, back=back)


def _meeting_line(row: Meeting) -> dict[str, Any]:
    state = stepping.life_of(row).states[row.state]
    return {
        "title": _called(row),
        "to": reverse("meeting", args=[row.code]),
        "from": mixed(row.place),
        "tag": state.name,
        "tone": TONES.get(row.state, "grey"),
    }


def _called(row: Meeting) -> Text:
    """Return what a meeting is called: by its day."""
    day = both_days(row.day)
    return Text(f"{day.zh}统筹协调会", f"Coordination meeting of {day.en}")


def _shown(request: HttpRequest, row: Meeting | Resolution) -> dict[str, Any]:
    """Return what the pages of both show."""
    steps = SharingStep.objects.filter(subject=row.code).select_related("organisation")
    return {
        "row": row,
        "state": stepping.life_of(row).states[row.state],
        "tone": TONES.get(row.state, "grey"),
        "clock": clock(row.due, row.due_rule) if row.due else None,
        "doable": stepping.doable(row, actor_on(request), timezone.localdate()),
        "way": steps_shown(row, list(steps), inside=True),
        "leaves": ledger_of(row.code),
        "title": _called(row) if isinstance(row, Meeting) else duties.title_of(row),
    }


def _found(model: Any, code: str) -> Any:
    row = model._default_manager.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
