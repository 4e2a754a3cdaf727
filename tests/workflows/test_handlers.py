"""Figures on handlers: what counts, against whom, and who sees them when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shixiao.records.models import Case, HandlerFigures, LeafRow, Notice, SealedValue, Step
from shixiao.workflows.cases.opening import observe
from shixiao.workflows.handlers import reviews
from shixiao.workflows.handlers.figures import figures
from shixiao.workflows.handlers.signs import SIGNS, Did
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, Cast

UNTIL = date(2026, 12, 1)
LI, SUN = uuid4(), uuid4()
CASE, OTHER = UUID(int=1), UUID(int=2)
LONG = "逐条核对了线索所列的全部记录，情况属实，建议予以认定。"


def did(
    verb: str,
    minutes: float = 0,
    *,
    by: UUID | None = LI,
    case: UUID = CASE,
    state: str = "checking",
    in_time: bool | None = None,
    reason: str = "",
) -> Did:
    at = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    return Did(case, "bans", verb, state, at, by, in_time, reason)


LOOKED_AT = [
    # sign, steps → one of (whose, shows) for each piece of work
    ("late", [did("begin", in_time=False), did("propose", in_time=True)], [(LI, 1), (LI, 0)]),
    ("late", [did("expire", in_time=False)], []),  # cannot be taken before its period is over
    ("late", [did("drop", in_time=False)], []),  # its time is that of whoever confirmed it
    ("late", [did("correct", in_time=False)], []),  # a department's
    ("late", [did("begin", in_time=False, by=None)], []),
    ("rework", [did("propose"), did("contest", by=SUN), did("uphold", by=SUN)], [(LI, 1)]),
    ("rework", [did("propose"), did("accept", by=SUN)], [(LI, 0)]),
    ("rework", [did("propose")], []),  # nothing is known yet
    (
        "rework",
        [did("propose"), did("uphold", by=SUN), did("propose", by=SUN), did("reject")],
        [(LI, 1), (SUN, 0)],
    ),
    ("bunched", [did("file"), did("begin", 5), did("propose", 10)], [(LI, 1)]),
    ("bunched", [did("file"), did("begin", 5), did("propose", 11)], [(LI, 0)]),
    ("bunched", [did("file"), did("begin", 5)], []),
    ("bunched", [did("file"), did("begin", 1, by=SUN), did("propose", 2)], []),
    ("bunched", [did("file"), did("drop", 1), did("begin", 2)], []),
    (
        "alike",
        [did("propose", reason=LONG), did("propose", case=OTHER, reason=LONG + "2")],
        [(LI, 1), (LI, 1)],
    ),
    ("alike", [did("propose", reason=LONG), did("reject", reason=LONG)], [(LI, 0), (LI, 0)]),
    (
        "alike",
        [did("propose", reason=LONG), did("propose", case=OTHER, by=SUN, reason=LONG)],
        [(LI, 0), (SUN, 0)],
    ),
    ("alike", [did("propose", reason="同意。"), did("propose", case=OTHER, reason="同意。")], []),
    ("returned", [did("close"), did("reopen", by=SUN)], [(LI, 1)]),
    ("returned", [did("close"), did("reopen", by=SUN), did("close")], [(LI, 1), (LI, 0)]),
    ("returned", [did("override"), did("show")], [(LI, 0)]),
]


@pytest.mark.parametrize(("sign", "steps", "pieces"), LOOKED_AT)
def test_a_sign_looks_at_steps_alone(
    sign: str, steps: list[Did], pieces: list[tuple[UUID, int]]
) -> None:
    found = [(piece.by, int(piece.shows)) for piece in SIGNS[sign].look(steps, UNTIL)]
    assert sorted(found, key=str) == sorted(pieces, key=str)


def work(cast: Cast, who: str, *, steps: int, late: int) -> None:
    """Let somebody begin so many checks, some of them too late."""
    for n in range(steps):
        case = observe(
            name="取号",
            story="核对。",
            department=cast.places["health"],
            actor=cast.actor("chen"),
            at=NOW,
        )
        Step.objects.create(
            case=case,
            verb="begin",
            from_state="filed",
            state="checking",
            at=NOW + timedelta(days=n % 20),
            by=cast.accounts[who],
            in_time=n >= late,
        )


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Two handlers with enough work, and one with too little."""
    work(cast, "li", steps=40, late=20)
    work(cast, "sun", steps=60, late=6)
    work(cast, "qian", steps=5, late=5)
    return cast


APRIL = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)


def test_a_person_is_compared_with_the_others_and_never_with_himself(busy: Cast) -> None:
    found = figures(date(2026, 1, 1), date(2026, 4, 1))
    late = found[busy.accounts["li"].pk]["late"]
    assert (late.n, late.observed) == (40, 20)
    assert late.expected == pytest.approx(40 * 11 / 65)
    assert late.ratio.low > 1
    few = found[busy.accounts["qian"].pk]["late"]
    assert not few.ratio.ok
    assert "30" in few.ratio.reason.zh


def test_figures_are_taken_once_a_month_and_the_person_is_told_first(busy: Cast) -> None:
    assert reviews.take(now=APRIL) == 3
    assert reviews.take(now=APRIL + timedelta(days=20)) == 0
    made = reviews.newest(busy.accounts["li"])
    assert (made.since, made.until) == (date(2025, 4, 1), date(2026, 4, 1))
    assert Notice.objects.get(account=busy.accounts["li"]).link == reviews.LINK
    leaf = LeafRow.objects.get(event="handler.measured", subject=made.code)
    assert str(busy.accounts["li"].pk).encode() not in bytes(leaf.entry)


def test_inspectors_see_figures_only_after_the_answer_or_after_the_time_for_it(
    busy: Cast,
) -> None:
    reviews.take(now=APRIL)
    inspector = busy.actor("chen")
    made = reviews.newest(busy.accounts["sun"])
    last = reviews.hidden_until(made)
    assert last == date(2026, 4, 16)  # ten working days; 6 April is a holiday
    assert reviews.for_inspectors(inspector, today=last) == []
    reviews.answer(made, text="系统停机两天。", actor=busy.actor("sun"), at=APRIL)
    (seen,) = reviews.for_inspectors(inspector, today=last)
    assert (seen.account, seen.answer) == (busy.accounts["sun"], "系统停机两天。")
    after = reviews.for_inspectors(inspector, today=last + timedelta(days=1))
    assert [str(each.account) for each in after] == ["Li", "Qian", "Sun"]


def test_the_answer_is_sealed_in_the_ledger(busy: Cast) -> None:
    reviews.take(now=APRIL)
    made = reviews.newest(busy.accounts["sun"])
    reviews.answer(made, text="系统停机两天。", actor=busy.actor("sun"), at=APRIL)
    leaf = LeafRow.objects.get(event="handler.answered", subject=made.code)
    assert "停机" not in bytes(leaf.entry).decode()
    assert SealedValue.objects.get(leaf=leaf, field="statement").value == "系统停机两天。"


def test_nobody_answers_for_another_or_twice_or_with_nothing(busy: Cast) -> None:
    reviews.take(now=APRIL)
    made = reviews.newest(busy.accounts["sun"])
    with pytest.raises(Forbidden):
        reviews.answer(made, text="没有问题。", actor=busy.actor("li"), at=APRIL)
    with pytest.raises(Incomplete):
        reviews.answer(made, text="  ", actor=busy.actor("sun"), at=APRIL)
    reviews.answer(made, text="系统停机两天。", actor=busy.actor("sun"), at=APRIL)
    with pytest.raises(Stale):
        reviews.answer(made, text="再说一次。", actor=busy.actor("sun"), at=APRIL)


@pytest.mark.parametrize("who", ["li", "jiang", "zhao", "shen"])
def test_nobody_but_inspectors_sees_figures_on_others(busy: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        reviews.for_inspectors(busy.actor(who), today=date(2026, 6, 1))


def test_a_department_has_no_figures(busy: Cast) -> None:
    case = Case.objects.order_by("opened").last()
    Step.objects.create(
        case=case,
        verb="correct",
        from_state="found",
        state="correcting",
        at=NOW,
        by=busy.accounts["zhou"],
        in_time=False,
    )
    reviews.take(now=APRIL)
    assert not HandlerFigures.objects.filter(account=busy.accounts["zhou"]).exists()
