"""Convening: a review is opened, its experts are frozen and drawn, and its log is audited.

Whoever has ties to the department is out of the draw, with the reason. Who leads follows from the
draw; nobody leads more reviews of one algorithm in a row than rule ALG-10 allows.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shixiao.draw import PLAIN, Pool
from shixiao.evidence.readers import read_tabular
from shixiao.fairness import Asked, Cube, audit, read_counts
from shixiao.fairness.algorithms.criteria import points, stands
from shixiao.fairness.cube import COUNTS, FIXED
from shixiao.records.models import Account, Algorithm, AlgorithmReview, Draw, ReviewSeat
from shixiao.terms import Text
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.algorithms.dues import first_reviewed
from shixiao.workflows.algorithms.logs import Delivered, written_to
from shixiao.workflows.algorithms.standing import finished, published, standing, subject_of
from shixiao.workflows.cases.conflicts import tie
from shixiao.workflows.clock import pack
from shixiao.workflows.draws import Lot, Public
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, read_life
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete, Stale

MOST_GROUPS, MOST_CELLS = 6, 5_000
#: A page takes so many answers at once (DATA_UPLOAD_MAX_NUMBER_FIELDS) with room to spare.
MOST_POINTS = 300
AHEAD = timedelta(days=60)
CONVENE, ROLE, TAG = "algorithm.convene", "expert", "experts"
EVENT = "algorithm.reviewed"
SIZE, IN_A_ROW, RANDOM = "ALG-06", "ALG-10", "random"
NOT_PUBLIC = Text(
    "没有公布的登记，无从审查。", "Nothing is published, so there is nothing to review."
)
UNDER_WAY = Text("已有一次审查在进行。", "A review is under way already.")
TOO_FEW = Text(
    "可以抽的专家只有 {have} 人，这一级须 {need} 人。",
    "Only {have} experts can be drawn, and this level takes {need}.",
)
NO_GROUPS = Text(
    "计数没有分组列，无从比较。", "The counts have no groups, so there is nothing to compare."
)
EARLIER = Text("参与过此事", "had a part in the matter before")
TOO_LARGE = Text(
    "页面上最多审计 {groups} 个分组列、{cells} 格；更大的请先归并。",
    "A page audits {groups} columns of groups and {cells} cells at most; merge what is larger.",
)
TOO_MANY_POINTS = Text(
    "审计得出 {n} 处须逐条答复，最多 {most} 处；请归并分组后重新登记。",
    "The audit leaves {n} points to answer and {most} is the most; merge groups and enter it anew.",
)
SIGNED_BY_SOME = Text(
    "已有人签署，不能再登记计数；须重来的请中止审查。",
    "Somebody has signed, so no other counts are entered; abandon the review to begin anew.",
)
ABANDONED = Text(
    "对算法“{name}”的审查已中止，不用再办理。",
    "The review of the algorithm “{name}” was abandoned; nothing is left to do.",
)
DRAWN = Text(
    "您被抽中审查算法“{name}”。先选定公平准则，再看数字。",
    "You were drawn to review the algorithm “{name}”. Fix the criterion before the figures.",
)


def life() -> Life:
    """Return the life of a review."""
    return read_life("algorithm_reviews")


@transaction.atomic
def convene(algorithm: Algorithm, *, public: Public, actor: Actor, at: datetime) -> AlgorithmReview:
    """Open a review: the experts and who is excluded are frozen.

    Raises:
        Forbidden: the person may not.
        Stale: one is under way, or nothing is published.
        Incomplete: too few experts, or a value that cannot be.
    """
    held = moving.locked(algorithm)
    check(actor, CONVENE, held)
    edition = published(held)
    if edition is None:
        raise Stale(NOT_PUBLIC)
    if held.reviews.filter(done__isnull=True).exists():
        raise Stale(UNDER_WAY)
    draws.check_public(public, at)
    today = timezone.localdate(at)
    level = standing(held, edition.content, today=today).score.level
    made = AlgorithmReview.objects.create(
        algorithm=held,
        level=level,
        size=int(pack().number(SIZE, f"level_{level}")),
        due_on=held.due or today,
        source=public.source.strip(),
        source_day=public.day,
        state="frozen",
        entered=at,
        opened=at,
        opened_by=signed_in(actor),
    )
    seats = [_seat(made, person, today) for person in _experts(today)]
    free = [seat for seat in seats if seat.excluded is None]
    if len(free) < made.size:
        raise Incomplete(TOO_FEW.format(have=len(free), need=made.size))
    lot = Lot(
        tag=TAG,
        pool=Pool(tuple(sorted(seat.code for seat in seats))),
        size=made.size,
        algorithm=PLAIN,
        excluded={seat.code: seat.excluded.zh for seat in seats if seat.excluded is not None},
    )
    draws.freeze(lot, subject=made.code, public=public, at=at)
    facts = {"concerns": held.code, "part": "opened", "records": len(seats), "state": made.state}
    put(EVENT, made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


@transaction.atomic
def draw(review: AlgorithmReview, act: Act, *, announced: str) -> AlgorithmReview:
    """Draw the panel by the public value, and tell who was drawn.

    Raises:
        Forbidden: the person may not.
        Stale: it is drawn already.
        Incomplete: the value is missing or cannot be known yet.
    """
    held = _begin(review, "draw", act)
    row = draw_of(held)
    panel = draws.make(
        row,
        announced=draws.check_value(row, announced, act.at),
        actor=act.actor,
        at=act.at,
    )
    seats = {seat.code: seat for seat in held.seats.filter(code__in=panel)}
    lead = lead_of([seats[code].account_id for code in panel], _leads(held.algorithm))
    for seat in seats.values():
        seat.drawn, seat.lead = True, seat.account_id == lead
        seat.save(update_fields=["drawn", "lead"])
    _move(held, "draw", act)
    text = DRAWN.format(name=held.algorithm.system.name)
    people = [seat.account for seat in seats.values()]
    tell(people, EVENT, text, link=f"/reviews/{held.code}/", at=act.at)
    return held


def lead_of(panel: Sequence[Any], before: Sequence[Any]) -> Any:
    """Return who leads: the first of the panel, by draw, who has not led too often in a row.

    Args:
        panel: who was drawn, in order.
        before: who led the reviews before, the newest first.
    """
    most = int(pack().number(IN_A_ROW))
    newest = list(before[:most])
    tired = newest[0] if len(newest) == most and len(set(newest)) == 1 else None
    return next((person for person in panel if person != tired), panel[0])


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts as they were delivered for an audit."""

    cube: Cube
    sha256: str


def enter_audit(review: AlgorithmReview, act: Act, *, counts: Delivered) -> AlgorithmReview:
    """Enter the counts of the log and audit them, once the criterion is fixed.

    Until somebody signs they may be entered anew; answers to points that are still there stay. The
    audit takes its time, so nothing is locked before it is done.

    Raises:
        Forbidden: the person may not.
        Stale: the criterion is not fixed, or somebody has signed.
        Incomplete: there are no groups, or more points than a panel can answer.
        BadInput: the file cannot be read, or contradicts itself.
    """
    _check_audit(review, act)
    sha256, told = _audited(review, counts)
    with transaction.atomic():
        held = moving.locked(review)
        _check_audit(held, act)
        before, held.audit_sha256 = held.audit_sha256, sha256
        held.audit, held.audited = told, act.at
        kept = {point["key"] for point in told["points"]}
        held.answers = {key: text for key, text in held.answers.items() if key in kept}
        facts: dict[str, Any] = {"sha256": sha256, "previous_sha256": before, "records": len(kept)}
        _move(held, "audit", act, **facts)
    return held


def _check_audit(review: AlgorithmReview, act: Act) -> None:
    """Refuse an audit that the person may not enter, or not any more.

    Raises:
        Forbidden, Stale: as for ``enter_audit``.
    """
    check(act.actor, CONVENE, review)
    moving.check_seen(review, life().verbs["audit"], act)
    if review.seats.filter(signed__isnull=False).exists():
        raise Stale(SIGNED_BY_SOME)


def _audited(review: AlgorithmReview, counts: Delivered) -> tuple[str, dict[str, Any]]:
    """Return the hash of the counts and what an audit of them says.

    Raises:
        Incomplete, BadInput: as for ``enter_audit``.
    """
    counted = read_groups(counts)
    cube = counted.cube
    if not cube.groups:
        raise Incomplete(NO_GROUPS, field="counts")
    if len(cube.groups) > MOST_GROUPS or len(cube.keys) > MOST_CELLS:
        raise Incomplete(TOO_LARGE.format(groups=MOST_GROUPS, cells=MOST_CELLS), field="counts")
    drawn = "arm" in cube.dimensions and RANDOM in cube.values("arm")
    asked = Asked(
        subject_of(review.algorithm),
        outcome=bool(cube.total("tp", "fp", "fn", "tn")),
        random=RANDOM if drawn else None,
    )
    found = audit(cube, asked, rules=pack())
    asked_of = points(found, review.criterion)
    if len(asked_of) > MOST_POINTS:
        why = TOO_MANY_POINTS.format(n=len(asked_of), most=MOST_POINTS)
        raise Incomplete(why, field="counts")
    return counted.sha256, {
        "criteria": {name: str(stand) for name, stand in stands(found).items()},
        "points": [point.to_json() for point in asked_of],
        "decisions": cube.total("n"),
        "groups": list(cube.groups),
        "rules_sha256": pack().hash,
    }


@transaction.atomic
def abandon(review: AlgorithmReview, act: Act, *, reason: str) -> AlgorithmReview:
    """End a review without an outcome, so that another can be opened; what was signed is public.

    Raises:
        Forbidden: the person may not.
        Stale: it has ended, or moved on.
        Incomplete: no reason.
    """
    held = _begin(review, "abandon", act)
    held.abandoned, held.done = needed(reason, field="reason"), act.at
    _move(held, "abandon", act, reason=held.abandoned)
    draws.reveal(held.code, at=act.at)
    people = [seat.account for seat in held.seats.filter(drawn=True).select_related("account")]
    text = ABANDONED.format(name=held.algorithm.system.name)
    tell(people, EVENT, text, link=f"/reviews/{held.code}/", at=act.at)
    return held


def read_groups(delivered: Delivered) -> Counted:
    """Read counts whose every column that is neither fixed nor a count is a group.

    Raises:
        BadInput: the file cannot be read, or contradicts itself.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = written_to(Path(folder), delivered)
        columns = read_tabular(path, file=path.name, table="decisions").columns
        groups = [name for name in columns if name not in {*FIXED, *COUNTS}]
        return Counted(read_counts(path, groups=groups), hashlib.sha256(delivered[1]).hexdigest())


def draw_of(review: AlgorithmReview) -> Draw:
    """Return the draw of the panel, as last amended."""
    return Draw.objects.get(subject=review.code, tag=TAG, later__isnull=True)


def calendar(*, today: date) -> list[Algorithm]:
    """Return the published entries of which no review is under way, in the order they are due.

    What has to be reviewed before its admission and never was comes first; what has time is left
    out. Source: rules ALG-07 and ALG-08.
    """
    under_way = AlgorithmReview.objects.filter(done__isnull=True)
    done = AlgorithmReview.objects.filter(done__isnull=False).exclude(outcome="")
    rows = Algorithm.objects.filter(level__isnull=False).exclude(reviews__in=under_way)
    rows = rows.exclude(system__state="retired").select_related("system__department")
    first = rows.filter(level__gte=first_reviewed()).exclude(reviews__in=done)
    due = rows.filter(due__lte=today + AHEAD).exclude(pk__in=first.values("pk"))
    soon = sorted(due, key=lambda row: (row.due or date.min, row.code))
    return [*first.order_by("code"), *soon]


def _begin(review: AlgorithmReview, verb: str, act: Act) -> AlgorithmReview:
    held = moving.locked(review)
    check(act.actor, CONVENE, held)
    moving.check_seen(held, life().verbs[verb], act)
    return held


def _move(held: AlgorithmReview, verb: str, act: Act, *, reason: str = "", **facts: Any) -> None:
    was = held.state
    held.state, held.entered = life().verbs[verb].to, act.at
    moving.touch(held)
    told: Mapping[str, Any] = {
        "concerns": held.algorithm.code,
        "part": verb,
        "from_state": was,
        "state": held.state,
        **facts,
    }
    sealed = {"actor": act.actor.account, "reason": reason}
    put(EVENT, held.code, at=act.at, facts=told, sealed=sealed)


def _experts(today: date) -> list[Account]:
    found = {account.pk: account for account in holders(ROLE, today=today)}
    return list(found.values())


def _seat(review: AlgorithmReview, person: Account, today: date) -> ReviewSeat:
    tied = tie(actor_of(person, today=today), review.algorithm.system.department_id)
    if tied is None and _had_part(review.algorithm, person):
        tied = EARLIER
    return ReviewSeat.objects.create(review=review, account=person, excluded=tied)


def _had_part(algorithm: Algorithm, person: Account) -> bool:
    """Say whether a person had a part before: in the entry, its logs, assessments or reviews."""
    if person.pk == algorithm.made_by_id:
        return True
    assessments = algorithm.system.privacy_assessments
    parts = (
        algorithm.editions.filter(Q(proposed_by=person) | Q(answered_by=person)),
        algorithm.logs.filter(by=person),
        assessments.filter(Q(made_by=person) | Q(answered_by=person)),
        algorithm.reviews.filter(opened_by=person),
    )
    return any(rows.exists() for rows in parts)


def _leads(algorithm: Algorithm) -> list[Any]:
    """Return who led the finished reviews of an algorithm, the newest first."""
    rows = ReviewSeat.objects.filter(review__in=finished(algorithm), lead=True)
    return list(rows.order_by("-review__done").values_list("account_id", flat=True))
