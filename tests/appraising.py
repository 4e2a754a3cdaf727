"""An appraisal on its way: a scheme as a file, a panel, a round at any step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from shixiao.records.models import (
    Account,
    Appraisal,
    AppraisalComment,
    AppraisalContest,
)
from shixiao.terms import Text
from shixiao.workflows.actors import NOBODY, Actor, actor_of
from shixiao.workflows.appraisals import (
    commenting,
    contesting,
    freezing,
    making,
    measuring,
    weighing,
)
from shixiao.workflows.appraisals.indicators import scored
from shixiao.workflows.appraisals.making import Terms
from shixiao.workflows.appraisals.reading import Upload
from shixiao.workflows.moving import Act
from tests.cast import NOW, Cast

APPRAISED = ("health", "housing")
# Rows 1 to 4: an outcome, a burden, vanity, an output.
LINES = (
    ("办成率", "", 30),
    ("平均跑动次数", "", 20),
    ("媒体报道数量", "", 40),
    ("按时办结率", "", 10),
)
BANNED = ("APP下载量", "", 20)
HEAD = "部门," + ",".join(name for name, *_ in LINES)
SCORES = (("卫生健康局", 40, 30, 100, 50), ("住房局", 90, 95, 10, 60))
PERIOD = timedelta(days=40)  # longer than any state lasts
STATES = ("drafted", "open", "weighing", "measured", "contesting", "published")


def scheme(*lines: tuple[str, str, object], name: str = "考核办法.csv") -> Upload:
    """Return a scheme as a file, of the usual lines where none are given."""
    rows = ["指标名称,指标说明,权重", *(",".join(map(str, line)) for line in lines or LINES)]
    return Upload(name, ("\n".join(rows) + "\n").encode())


def scores(*rows: Sequence[object], head: str = HEAD) -> Upload:
    """Return a table of scores as a file, the usual one where no rows are given."""
    body = [",".join(map(str, row)) for row in rows or SCORES]
    return Upload("得分.csv", ("\n".join([head, *body]) + "\n").encode())


def terms(cast: Cast, **given: Any) -> Terms:
    """Return the terms of an appraisal of two departments."""
    fields: dict[str, Any] = {
        "name": Text("年度政务服务考核", "Yearly appraisal"),
        "appraiser": cast.places["bureau"],
        "scope": "department",
        "departments": [cast.places[place] for place in APPRAISED],
        "starts": date(2025, 1, 1),
        "ends": date(2025, 12, 31),
        "scheme": scheme(),
    }
    return Terms(**(fields | given))


@dataclass
class Going:
    """An appraisal, and who acts on it when."""

    cast: Cast
    appraisal: Appraisal
    at: datetime = NOW
    panel: list[Account] = field(default_factory=list)

    def act(self, who: Account | str = "li") -> Act:
        """Return somebody's act on what he sees now; "" for a citizen without an account."""
        self.appraisal.refresh_from_db()
        account = self.cast.accounts.get(who) if isinstance(who, str) else who
        actor: Actor = actor_of(account, today=self.at.date()) if account else NOBODY
        return Act(actor, self.at, self.appraisal.version)

    def later(self) -> Going:
        """Let the time of the present state pass."""
        self.at += PERIOD
        return self

    def say(
        self, text: str = "这一项看的是热闹。", who: str = "", **given: Any
    ) -> AppraisalComment:
        """Comment on the scheme."""
        fields = {"row": None, **given}
        return commenting.criticise(self.appraisal, self.act(who), text=text, **fields)

    def answer(self, said: AppraisalComment, *, who: str = "li", **given: Any) -> AppraisalComment:
        """Answer a comment."""
        return commenting.answer(self.appraisal, self.act(who), comment=said.code, **given)

    def rule(self, found: AppraisalContest, *, who: str = "chen", **given: Any) -> AppraisalContest:
        """Answer a contest."""
        return contesting.rule(self.appraisal, self.act(who), contest=found.code, **given)

    def weigh(self, *members: dict[int, int]) -> None:
        """Have each member of the panel share points out; evenly where nothing is given."""
        for account, points in zip(self.panel, members or [self.even()] * 3, strict=False):
            weighing.weigh(self.appraisal, self.act(account), points=points)

    def even(self) -> dict[int, int]:
        """Return 100 points shared out as evenly as whole points allow."""
        self.appraisal.refresh_from_db()
        rows = [line.row for line in scored(self.appraisal)]
        share, rest = divmod(100, len(rows))
        return {row: share + (n < rest) for n, row in enumerate(rows)}

    def measure(self, table: Upload | None = None) -> Appraisal:
        """Measure with a table of scores."""
        return measuring.measure(self.appraisal, self.act(), scores=table or scores())


def panel(cast: Cast, n: int = 3) -> list[Account]:
    """Return experts who sit on panels, made when they are new."""
    place = cast.places["panel"]
    made = []
    for number in range(n):
        login = f"expert{number}"
        account = Account.objects.filter(login=login).first()
        if account is None:
            account = Account.objects.create_user(login, name=login.capitalize())
            account.posts.create(organisation=place, role="expert", starts=date(2026, 1, 1))
        made.append(account)
    return made


def appraised(cast: Cast, *, upto: str = "open", at: datetime = NOW, **given: Any) -> Going:
    """Return an appraisal that has come as far as this state, begun at this time."""
    made = making.make(terms(cast, **given), actor=cast.actor("li"), at=at)
    going = Going(cast, made, at, panel=panel(cast))
    for state in STATES[1 : STATES.index(upto) + 1]:
        STEPS[state](going)
        going.appraisal.refresh_from_db()
    return going


def appraised_by_now(cast: Cast, *, upto: str = "open", **given: Any) -> Going:
    """Return an appraisal that came to this state just now, so that its period runs."""
    periods = {"weighing": 1, "measured": 2, "contesting": 2, "published": 3}.get(upto, 0)
    return appraised(cast, upto=upto, at=timezone.now() - periods * PERIOD, **given)


def discussed(cast: Cast, *, upto: str) -> Going:
    """Return an appraisal at this state that was criticised, weighed unevenly and contested."""
    periods = {"open": 0, "weighing": 1, "contesting": 2, "published": 3}[upto]
    going = appraised(cast, upto="open", at=timezone.now() - periods * PERIOD)
    adopted = going.say("媒体报道多，不等于群众办得好，这一项应当去掉。", row=3)
    other = going.say("按时办结率可以靠退件做高，建议不计分。", who="zhao", row=4)
    going.say("跑动次数应当分城乡来看。", who="feng", row=2)
    if upto == "open":
        going.answer(adopted, outcome="adopted", reason="采纳：这一项本来就不计入新名次。")
        return going
    for said in going.appraisal.comments.exclude(pk=other.pk):
        going.answer(said, outcome="partly", reason="部分采纳，下一轮分城乡统计。")
    going.answer(other, outcome="adopted", reason="采纳，这一项不再计分。", drop=True)
    commenting.ask_panel(going.appraisal, going.later().act())
    if upto == "weighing":
        return going
    going.weigh({1: 70, 2: 30}, {1: 55, 2: 45}, {1: 40, 2: 60})
    going.later().measure()
    STEPS["contesting"](going)
    (found,) = contesting.contest(
        going.appraisal, going.act("zhou"), row=1, reason="办成率漏计了网办件。"
    )
    if upto == "published":
        going.rule(found, outcome="upheld", reason="属实，已补计。")
        measuring.correct(going.appraisal, going.act(), scores=scores())
        STEPS["published"](going)
    going.appraisal.refresh_from_db()
    return going


def _measure(going: Going) -> None:
    going.weigh()
    going.later().measure()


STEPS = {
    "open": lambda going: freezing.freeze(going.appraisal, going.act()),
    "weighing": lambda going: commenting.ask_panel(going.appraisal, going.later().act()),
    "measured": _measure,
    "contesting": lambda going: measuring.disclose(going.appraisal, going.act()),
    "published": lambda going: contesting.publish(going.appraisal, going.later().act()),
}
