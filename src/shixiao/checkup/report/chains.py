"""一件事: chains of services that serve one event of life: their time, waits and double asking."""

from __future__ import annotations

from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.effect import Chain
from shixiao.terms import Text

_DAYS = Unit(1.0, Text("天", "days"))
_DEPARTMENTS = Unit(1.0, Text("个", "departments"))
NAMED_TWICE = 6


def chain_table(speech: Speech, lookup: Lookup) -> Table | None:
    """Return the table of chains; None when no case belongs to one."""
    chains = lookup.evaluation.chains
    if not chains:
        return None
    columns = (
        Column(speech.t("一件事", "Matter")),
        Column(speech.t("办了几次", "Chains"), number=True),
        Column(speech.t("从头到尾（中位，天）", "From first to last, median (days)"), number=True),
        Column(
            speech.t("其中没人在办（中位，天）", "Of which nobody works, median (days)"),
            number=True,
        ),
        Column(speech.t("经过部门（平均，个）", "Departments, mean"), number=True),
        Column(speech.t("重复要的材料", "Asked for twice")),
    )
    rows = tuple(_row(speech, chain) for chain in chains)
    note = speech.t(
        "从第一次申请到最后一个结果，按自然日计；没人在办，指前一项已办结而后一项还没开始。",
        "From the first application to the last result, in calendar days; nobody works when one"
        " service has ended and the next has not begun.",
    )
    return Table(speech.t("“一件事”", "One-matter chains"), columns, rows, note)


def _row(speech: Speech, chain: Chain) -> tuple[Cell, ...]:
    name = speech.named(chain.name)
    lead = speech.name(chain.lead)
    note = speech.t(
        f"{chain.services} 项服务，牵头：{lead}", f"{chain.services} services, lead: {lead}"
    )
    twice = [
        f"{speech.name(text, room=24)} × {count}" for text, count in chain.asked_twice[:NAMED_TWICE]
    ]
    rest = len(chain.asked_twice) - len(twice)
    listed = speech.t("、", ", ").join(twice)
    if rest > 0:
        listed += speech.t(f" 等 {len(chain.asked_twice)} 种", f" and {rest} more")
    return (
        Cell(name.text, title=name.title, note=note),
        Cell(speech.count(chain.cases)),
        speech.estimate(chain.elapsed, _DAYS),
        speech.estimate(chain.waiting, _DAYS),
        speech.estimate(chain.departments, _DEPARTMENTS),
        Cell(listed or speech.t("没有", "none")),
    )
