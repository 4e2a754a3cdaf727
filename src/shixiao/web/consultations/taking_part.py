"""Taking part without an account: a code is given with the first thing that somebody says.

The browser keeps the code in a signed cookie of this matter alone, until it is closed unless
somebody asks for more; on another device it is typed.
What is refused is counted by kind, in public, and the person is told why in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import DecisionMatter, Participant, StatementVote, VoteStatement
from shixiao.terms import Text
from shixiao.web.consultations.people_forms import CodeForm, CommentForm, StatementForm
from shixiao.web.consultations.showing import group_line, is_open
from shixiao.web.consultations.views import found
from shixiao.web.shell.limits import forgive, limit
from shixiao.web.shell.pages import say
from shixiao.workflows.consultations import taking
from shixiao.workflows.consultations.judging import grounds
from shixiao.workflows.consultations.taking import VOTES, Late
from shixiao.workflows.refusals import NOT_FOUND, Forbidden, Incomplete, Missing, TooOften

ONCE = re.compile(r"[0-9a-f]{32}")
YEAR = 366 * 24 * 3600
MOST_SENT, MOST_VOTES, MOST_TRIES = 120, 6_000, 30  # an hour from one address
MOST_MINE = 1_000
TOO_MANY = Text(
    "这个网络地址一小时内提交得太多，请稍后再来；也可以到窗口或者写信提意见。",
    "Too much was sent from this network address within an hour. Come again later, or write to us"
    " or come to a counter.",
)
YOURS = Text(
    "您的参与码是 {code}。换一台设备，或者日后查看答复，都要用它；只显示这一次，请记下。",
    "Your code is {code}. You need it on another device and to read the reply later. It is shown"
    " this once: write it down.",
)
VOTED = Text("已记下：{vote}。截止前可以改。", "Noted: {vote}. You may change it until the end.")
FORGOTTEN = Text("这台设备上的参与码已经忘掉。", "The code that was on this device is forgotten.")
PROPOSED = Text(
    "表态句已收到，审核后供大家表态。", "The statement was received; it is voted on once looked at."
)


def comment(request: HttpRequest, code: str) -> HttpResponse:
    """Take a comment on an article or on the whole draft."""
    row = found(code)
    taking_now(request, row, "comment")
    person = remembered(request, row)
    labels = taking.labels_of(row)
    initial = {"article": request.GET.get("article", "")}
    known = person is not None
    form = CommentForm(labels, request.POST or None, initial=initial, known=known)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with counted(row, "comment"):
            limit(request, "consultation", MOST_SENT, TOO_MANY)
            try:
                typed = given.get("code", "")
                person, fresh = _who(request, row, person, typed, given["once"])
                made = taking.comment(
                    person,
                    given["text"],
                    article=given["article"],
                    once=given["once"],
                    at=timezone.now(),
                )
            except Incomplete as error:
                _refuse(row, form, error)
            else:
                context = {"row": row, "comment": made, "code": fresh}
                answer = render(request, "consultations/commented.html.j2", context)
                return _remember(answer, row, fresh, keep=given.get("remember", False))
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "form": form, "known": known}
    return render(request, "consultations/comment.html.j2", context, status=status)


def vote(request: HttpRequest, code: str) -> HttpResponse:
    """Show one statement at a time with three buttons, and take the vote."""
    row, now = found(code), timezone.now()
    person = remembered(request, row)
    if request.method == "POST":
        with counted(row, "vote"):
            taking.check_open(row, timezone.localdate(now))
            limit(request, "consultation-vote", MOST_VOTES, TOO_MANY)
            statement = _statement(row, request.POST.get("statement", ""))
            once = request.POST.get("once", "")
            person, fresh = _who(request, row, person, "", once if ONCE.fullmatch(once) else "")
            made = taking.vote(person, statement, _value(request.POST.get("vote", "")), at=now)
        messages.success(request, say(VOTED.format(vote=VOTES[made.value])))
        if fresh:
            messages.info(request, say(YOURS.format(code=fresh)))
        answer = HttpResponseRedirect(reverse("consultation_vote", args=[code]))
        return _remember(answer, row, fresh, keep="remember" in request.POST)
    shown = list(row.statements.filter(state="shown").values_list("number", flat=True))
    mine = _votes(person)
    asked = next((n for n in shown if str(n) == request.GET.get("statement", "")), None)
    number = asked if asked is not None else _next(shown, mine, person)
    chosen = row.statements.filter(number=number).first() if number is not None else None
    context = {
        "row": row,
        "open": is_open(row, timezone.localdate()),
        "statement": chosen,
        "vote": mine.get(chosen.number) if chosen else None,
        "done": len(mine),
        "of": len(shown),
        "votes": VOTES,
        "once": token_hex(16),
        "known": person is not None,
    }
    return render(request, "consultations/vote.html.j2", context)


def state(request: HttpRequest, code: str) -> HttpResponse:
    """Take a statement on which others are to vote."""
    row = found(code)
    taking_now(request, row, "statement")
    person = remembered(request, row)
    known = person is not None
    form = StatementForm(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        with counted(row, "statement"):
            limit(request, "consultation", MOST_SENT, TOO_MANY)
            try:
                typed = form.cleaned_data.get("code", "")
                person, fresh = _who(request, row, person, typed, form.cleaned_data["once"])
                taking.state(person, form.cleaned_data["text"], at=timezone.now())
            except Incomplete as error:
                _refuse(row, form, error)
            else:
                messages.success(request, say(PROPOSED))
                if fresh:
                    messages.info(request, say(YOURS.format(code=fresh)))
                answer = HttpResponseRedirect(reverse("consultation_vote", args=[code]))
                keep = form.cleaned_data.get("remember", False)
                return _remember(answer, row, fresh, keep=keep)
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "form": form, "known": known}
    return render(request, "consultations/state.html.j2", context, status=status)


def mine(request: HttpRequest, code: str) -> HttpResponse:
    """Show somebody what he said and voted, and the reply to each."""
    row = found(code)
    if "forget" in request.POST:
        return _forget(request, row)
    person, form = remembered(request, row), CodeForm(request.POST or None)
    typed, keep = "", False
    if request.method == "POST" and form.is_valid():
        limit(request, "consultation-code", MOST_TRIES, TOO_MANY)
        try:
            person = taking.participant_of(row, form.cleaned_data["code"])
            typed, keep = form.cleaned_data["code"], form.cleaned_data["remember"]
            forgive(request, "consultation-code")
        except Incomplete as error:
            person = None
            form.add_error("code", say(error.text))
    if person is None:
        status = 422 if request.method == "POST" else 200
        context = {"row": row, "form": form}
        return render(request, "consultations/code.html.j2", context, status=status)
    comments = person.comments.select_related("group")
    votes = StatementVote.objects.filter(participant=person).select_related("statement")
    context = {
        "row": row,
        "open": is_open(row, timezone.localdate()),
        "comments": [
            (each, group_line(each.group, shown=True, inside=False) if each.group else None)
            for each in comments
        ],
        "statements": person.statements.all(),
        "grounds": grounds(),
        "votes": [(each, VOTES[each.value]) for each in votes[:MOST_MINE]],
    }
    answer = render(request, "consultations/mine.html.j2", context)
    return _remember(answer, row, typed, keep=keep)


def taking_now(request: HttpRequest, row: DecisionMatter, kind: str) -> None:
    """Refuse a form of a consultation that is not open; what is sent after the end is counted.

    Raises:
        Stale: it is not.
    """
    with counted(row, kind) if request.method == "POST" else nullcontext():
        taking.check_open(row, timezone.localdate())


@contextmanager
def counted(row: DecisionMatter, kind: str) -> Iterator[None]:
    """Count what is refused within as late or as too much, and refuse it all the same."""
    try:
        yield
    except (Late, TooOften, Forbidden) as error:
        late = isinstance(error, Late)
        taking.refused(row, kind if late else "flood", at=timezone.now())
        raise


def remembered(request: HttpRequest, row: DecisionMatter) -> Participant | None:
    """Return who takes part from this browser; None where it has no code."""
    code = request.get_signed_cookie(_name(row), default="", salt="consultation")
    try:
        return taking.participant_of(row, code) if code else None
    except Incomplete:
        return None


def _who(
    request: HttpRequest, row: DecisionMatter, person: Participant | None, typed: str, once: str
) -> tuple[Participant, str]:
    """Return who takes part, and the code where it is new."""
    if person is not None:
        return person, ""
    if typed.strip():
        return taking.participant_of(row, typed), ""
    source = request.META.get("REMOTE_ADDR", "")
    return taking.join(row, source=source, once=once, at=timezone.now())


def _remember(answer: HttpResponse, row: DecisionMatter, code: str, *, keep: bool) -> HttpResponse:
    """Keep a new code until the browser is closed; for a year only where somebody asks for it."""
    if code:
        answer.set_signed_cookie(
            _name(row),
            code,
            salt="consultation",
            max_age=YEAR if keep else None,
            path=reverse("consultation", args=[row.code]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return answer


def _forget(request: HttpRequest, row: DecisionMatter) -> HttpResponse:
    """Forget the code that another left on this device."""
    messages.success(request, say(FORGOTTEN))
    answer = HttpResponseRedirect(reverse("consultation_mine", args=[row.code]))
    place = reverse("consultation", args=[row.code])
    answer.delete_cookie(_name(row), path=place, samesite="Lax")
    return answer


def _name(row: DecisionMatter) -> str:
    return f"voice-{row.code}"


def _statement(row: DecisionMatter, number: str) -> VoteStatement:
    known = row.statements.filter(number=int(number)) if number.isdecimal() and len(
        number
    ) < 9 else None  # fmt: skip
    statement = known.first() if known is not None else None
    if statement is None:
        raise Missing(NOT_FOUND)
    return statement


def _value(said: str) -> int:
    return {"1": 1, "-1": -1, "0": 0}.get(said, 9)


def _votes(person: Participant | None) -> dict[int, int]:
    if person is None:
        return {}
    return dict(
        StatementVote.objects.filter(participant=person, statement__state="shown").values_list(
            "statement__number", "value"
        )
    )


def _next(shown: list[int], mine: dict[int, int], person: Participant | None) -> int | None:
    """Return a statement that was not voted on, in an order of each person's own."""
    left = [each for each in shown if each not in mine]
    who = person.number if person else 0

    def order(each: int) -> str:
        return sha256(f"{who}/{each}".encode()).hexdigest()

    return min(left, key=order, default=None)


def _refuse(row: DecisionMatter, form: Any, error: Incomplete) -> None:
    if "under one code" in error.text.en:
        taking.refused(row, "enough", at=timezone.now())
    form.add_error(error.field if error.field in form.fields else None, say(error.text))
