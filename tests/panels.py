"""Reviews of algorithms in steps: experts, a panel that is drawn, an audit, signatures."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from shixiao.records.models import Account, Algorithm, AlgorithmReview, ReviewSeat
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.reviews import convening, signing
from tests.cast import NOW, TODAY, Cast

DAY = timedelta(days=1)
COUNTS = b"""version,arm,sex,n,selected,tp,fp,fn,tn
2.0,random,f,400,40,30,10,20,340
2.0,random,m,400,120,30,90,20,260
2.0,random,x,12,3,1,2,1,8
"""


def experts(cast: Cast, n: int = 3) -> list[Account]:
    """Make so many experts, beside the one of the cast."""
    made = []
    for number in range(n):
        account = Account.objects.create_user(f"expert{number}", name=f"Expert {number}")
        account.posts.create(
            organisation=cast.places["panel"], role="expert", starts=date(2026, 1, 1)
        )
        made.append(account)
    return made


def convened(cast: Cast, row: Algorithm, at=NOW) -> AlgorithmReview:  # type: ignore[no-untyped-def]
    public = Public("福利彩票", timezone.localdate(at + DAY))
    return convening.convene(row, public=public, actor=cast.actor("li"), at=at)


def act(actor: Actor, review: AlgorithmReview, at=NOW + 2 * DAY) -> Act:  # type: ignore[no-untyped-def]
    return Act(actor, at, review.version)


def drawn(cast: Cast, review: AlgorithmReview, at=NOW + 2 * DAY) -> AlgorithmReview:  # type: ignore[no-untyped-def]
    return convening.draw(review, act(cast.actor("li"), review, at), announced="07 11 23")


def panel(review: AlgorithmReview) -> list[tuple[ReviewSeat, Actor]]:
    """Return the seats that were drawn, the lead first."""
    seats = review.seats.filter(drawn=True).order_by("-lead", "code")
    return [(seat, actor_of(seat.account, today=TODAY)) for seat in seats]


def audited(cast: Cast, row: Algorithm, at=NOW) -> AlgorithmReview:  # type: ignore[no-untyped-def]
    later = at + 2 * DAY
    review = drawn(cast, convened(cast, row, at), later)
    lead = panel(review)[0][1]
    review = signing.fix(
        review, act(lead, review, later), criterion="error", reason="先保证不冤枉人。"
    )
    li = cast.actor("li")
    return convening.enter_audit(review, act(li, review, later), counts=("counts.csv", COUNTS))


def replied(review: AlgorithmReview, at=NOW + 2 * DAY) -> AlgorithmReview:  # type: ignore[no-untyped-def]
    keys = [point["key"] for point in review.audit["points"]]
    lead = panel(review)[0][1]
    return signing.reply(
        review, act(lead, review, at), answers=dict.fromkeys(keys, "已查，见附件。")
    )


def signed(review: AlgorithmReview, outcomes: list[str], at=NOW + 2 * DAY) -> AlgorithmReview:  # type: ignore[no-untyped-def]
    for (_, actor), outcome in zip(panel(review), outcomes, strict=True):
        review = signing.sign(
            review, act(actor, review, at), outcome=outcome, opinion=f"意见：{outcome}。"
        )
    return review
