"""Navigation: what stands in the head and the foot of every page, as far as it exists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse

from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the site: the name of its address, and what it is called."""

    name: str
    text: Text


@dataclass(frozen=True, slots=True)
class Link:
    """An entry whose address is known.

    ``current`` is the value of ``aria-current``: ``page`` here, ``true`` below it, "" elsewhere.
    """

    address: str
    text: Text
    current: str


HEAD = (
    Entry("home", Text("首页", "Front page")),
    Entry("services", Text("服务", "Services")),
    Entry("findings", Text("线索", "Findings")),
    Entry("cases", Text("案件", "Cases")),
    Entry("datasets", Text("数据目录", "Data")),
    Entry("commissions", Text("第三方评估", "Third-party")),
    Entry("ledger", Text("存证", "Ledger")),
    Entry("needs", Text("群众需求", "Needs")),
    Entry("voice", Text("说说您的事", "Tell us")),
)
FOOT = (
    Entry("register", Text("系统登记册", "Register of systems")),
    Entry("algorithms", Text("算法登记", "Register of algorithms")),
    Entry("appraisals", Text("考核", "Appraisals")),
    Entry("account_uses", Text("谁用过我的数据", "Who used my data")),
    Entry("decision", Text("看懂对我的决定", "A decision about me")),
    Entry("consultations", Text("征求意见和听证", "Consultations")),
    Entry("objections", Text("异议", "Objections")),
    Entry("voice_channels", Text("渠道畅不畅", "How the channels do")),
    Entry("report_problem", Text("反映数字政府的问题", "Report a problem")),
    Entry("incidents", Text("安全事件", "Security incidents")),
    Entry("inspections", Text("双随机抽查", "Inspections by lot")),
    Entry("trainings", Text("培训与警示", "Training and warning cases")),
    Entry("method", Text("数字怎么来的", "How the numbers are made")),
    Entry("vocabulary", Text("账本里记什么", "What the ledger records")),
    Entry("hashes", Text("当日哈希", "Daily hashes")),
    Entry("api_openapi", Text("数据接口", "API")),
    Entry("contact", Text("联系我们", "Contact")),
    Entry("parts", Text("页面部件", "Parts of the pages")),
)


@cache
def address(name: str) -> str:
    """Return the address of that name; "" where the site has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def links(entries: tuple[Entry, ...], path: str) -> tuple[Link, ...]:
    """Return the entries whose address exists, as seen from the page at ``path``."""
    found = []
    for entry in entries:
        to = address(entry.name)
        if to:
            below = to != "/" and path.startswith(to)
            found.append(Link(to, entry.text, "page" if path == to else "true" if below else ""))
    return tuple(found)
