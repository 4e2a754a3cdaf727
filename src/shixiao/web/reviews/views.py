"""Pages of a review: who reviews, by which criterion, what was found, what each expert thinks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.fairness.algorithms.criteria import STANDS, Stand, criteria
from shixiao.fairness.algorithms.scoring import NAMES
from shixiao.fairness.algorithms.telling import FEW, FEWEST
from shixiao.records.models import AlgorithmReview, LeafRow, ReviewSeat
from shixiao.terms import BadInput, Text
from shixiao.web.algorithms.acting import found as found_entry
from shixiao.web.results.reading import actor_on
from shixiao.web.reviews import forms
from shixiao.web.shell.pages import language, say
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, NOT_YOURS, Forbidden, Incomplete, Missing, Stale
from shixiao.workflows.reviews import convening, signing

OPENED = Text(
    "专家名单和回避已冻结并存证；公开数值揭晓以后抽签。",
    "The experts and who is excluded are frozen and on the ledger; draw once the value is known.",
)
DONE = Text("已办理：{verb}。", "Done: {verb}.")
TITLE = Text("{name}：定期审查", "{name}: periodic review")
LEADS = {
    "draw": Text("由这个数值抽出专家组和组长。", "The value draws the panel and its lead."),
    "fix": Text(
        "各种公平不能同时成立。在看到数字之前选定一种并说明理由，以后不能改。",
        "Not every fairness can hold at once. Choose one before the figures are there, with the"
        " reason; it is not changed later.",
    ),
    "audit": Text(
        "审计以后，专家组逐条答复线索和无从评估之处。有人签署之前可以重新登记，前后两次都有存证。",
        "Once it is audited the panel answers every lead and everything that cannot be told. Until"
        " somebody signs it may be entered anew; both are on the ledger.",
    ),
    "reply": Text(
        "全部答复以后才能签署；有人签署以后答复不再改变。",
        "Nobody signs before everything is answered; once somebody has signed the answers stand.",
    ),
    "sign": Text(
        "各自签署，互相看不到。最后一人签署以后，结论和全部意见立即公布，准入随之处理。",
        "Each signs alone. With the last signature the outcome and every opinion are public, and"
        " the admission follows.",
    ),
    "abandon": Text(
        "没有结论地结束这次审查，以便另行开始。不算审查过，期限不变；理由和已签署的意见随即公布。",
        "It ends without an outcome, so that another can be opened. It counts as no review and the"
        " day that is due stays; the reason and the opinions that were signed become public.",
    ),
}
ACTS: Mapping[str, tuple[type[forms.Act], Callable[..., Any]]] = {
    "draw": (forms.Value, convening.draw),
    "fix": (forms.Fix, signing.fix),
    "audit": (forms.Counts, convening.enter_audit),
    "reply": (forms.Replies, signing.reply),
    "sign": (forms.Sign, signing.sign),
    "abandon": (forms.Abandon, convening.abandon),
}
TONES = {
    Stand.FAILS: "red",
    Stand.UNCONTRADICTED: "plain",
    Stand.NOT_ASSESSABLE: "grey",
}
BY_BUREAU = frozenset({"draw", "audit", "abandon"})


def add(request: HttpRequest, code: str) -> HttpResponse:
    """Open a review of an algorithm."""
    row = found_entry(code)
    check(actor_on(request), convening.CONVENE, row)
    form = forms.Convene(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        public = Public(given["source"], given["source_day"])
        try:
            made = convening.convene(row, public=public, actor=actor_on(request), at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except Stale as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(OPENED))
            return HttpResponseRedirect(reverse("review", args=[made.code]))
    context = {
        "form": form,
        "name": Text("开始定期审查", "Open a periodic review"),
        "lead": Text(
            "冻结专家名单，有关系的人先行排除；人数按影响等级（规则 ALG-06）。",
            "The experts are frozen and whoever has ties is left out; how many follows from the"
            " level (rule ALG-06).",
        ),
        "title": row.system.name,
        "back": reverse("algorithm", args=[row.code]),
        "upload": False,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "reviews/act.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a review; opinions only once all have signed."""
    actor, row = actor_on(request), _found(code)
    done = row.done is not None
    seats = list(row.seats.filter(drawn=True).select_related("account").order_by("-lead", "code"))
    state = convening.life().states[row.state]
    audit = row.audit or {}
    context = {
        "row": row,
        "title": TITLE.format(name=row.algorithm.system.name),
        "state": state,
        "level": NAMES[row.level],
        "verbs": _verbs(row, actor),
        "criterion": criteria().get(row.criterion),
        "criteria": [
            {
                "name": criteria()[name].name,
                "about": criteria()[name].about,
                "governs": name == row.criterion,
                "stand": STANDS[Stand(stand)],
                "tone": TONES[Stand(stand)],
            }
            for name, stand in audit.get("criteria", {}).items()
        ],
        "audit": audit,
        "decisions": _decisions(row, actor),
        "points": [
            {"text": Text.of(point["text"]), "answer": row.answers.get(point["key"], "")}
            for point in signing.points_of(row)
        ],
        "left": signing.unanswered(row),
        "outcome": signing.OUTCOMES.get(row.outcome),
        "seats": [_opinion(seat, row) for seat in seats if seat.signed] if done else [],
        "signed": sum(seat.signed is not None for seat in seats),
        "excluded": [seat.excluded for seat in row.seats.exclude(excluded=None)],
        "draw": convening.draw_of(row),
        "leaves": LeafRow.objects.filter(subject=row.code).order_by("-at")[:1],
    }
    return render(request, "reviews/one.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    actor, row = actor_on(request), _found(code)
    if verb not in ACTS:
        raise Missing(NOT_FOUND)
    kind, do = ACTS[verb]
    if verb in BY_BUREAU:
        check(actor, convening.CONVENE, row)
    elif signing.seat_of(row, actor) is None or not may(actor, signing.REVIEW):
        raise Forbidden(NOT_YOURS)
    name = convening.life().verbs[verb].name
    form = kind(row, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        done = Act(actor, timezone.now(), form.cleaned_data["seen"])
        try:
            do(row, done, **form.given())
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            form.add_error("counts", error.in_language(language()))
        except Stale as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=name)))
            return HttpResponseRedirect(reverse("review", args=[row.code]))
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "name": name,
        "lead": LEADS[verb],
        "title": TITLE.format(name=row.algorithm.system.name),
        "back": reverse("review", args=[row.code]),
        "upload": verb == "audit",
    }
    return render(request, "reviews/act.html.j2", context, status=status)


def _verbs(row: AlgorithmReview, actor: Actor) -> list[tuple[str, Text]]:
    """Return what the person can do with a review now."""
    seat = signing.seat_of(row, actor)
    mine = {
        "draw": may(actor, convening.CONVENE, row),
        "audit": may(actor, convening.CONVENE, row)
        and not row.seats.filter(signed__isnull=False).exists(),
        "abandon": may(actor, convening.CONVENE, row),
        "fix": seat is not None and seat.lead,
        "reply": seat is not None and not row.seats.filter(signed__isnull=False).exists(),
        "sign": seat is not None and seat.signed is None and not signing.unanswered(row),
    }
    return [
        (verb.id, verb.name)
        for verb in convening.life().verbs_from(row.state)
        if mine.get(verb.id, False)
    ]


def _opinion(seat: ReviewSeat, row: AlgorithmReview) -> dict[str, Any]:
    return {
        "name": seat.account.name,
        "lead": seat.lead,
        "outcome": signing.OUTCOMES[seat.outcome],
        "dissent": bool(row.outcome) and seat.outcome != row.outcome,
        "opinion": seat.opinion,
        "signed": seat.signed,
        "sha256": seat.sha256,
    }


def _decisions(row: AlgorithmReview, actor: Actor) -> Text:
    """Return of how many decisions the counts are; few are told as few, but to those inside."""
    n = (row.audit or {}).get("decisions", 0)
    fewest = int(pack().number(FEWEST))
    if n >= fewest or may(actor, "algorithm.read", row.algorithm):
        return Text(f" {n:,} ", f"{n:,}")
    few = FEW.format(fewest=fewest)
    return Text(f"{few.zh} ", few.en)


def _found(code: str) -> AlgorithmReview:
    rows = AlgorithmReview.objects.select_related("algorithm__system__department")
    row = rows.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
