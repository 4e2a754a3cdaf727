"""Designs of tests, written as short as they are read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from shixiao.checkup.design.asking import Design, Kind, Planned, Required
from shixiao.checkup.design.holding import Holdings
from shixiao.checkup.design.judging import Judged, judge
from shixiao.rules import RulePack, load_pack
from shixiao.sharing.matching import Element
from shixiao.terms import Subject, SubjectKind, Text

KINDS = {"f": Kind.FIELD, "m": Kind.MATERIAL, "s": Kind.SIGNATURE, "v": Kind.VISIT}
ELEMENTS = (
    Element("E1", "公民身份号码", department_id="police"),
    Element("E2", "统一社会信用代码", department_id="market"),
)
HOLDERS = {"E1": ("police",), "E2": ("market",)}


def item(written: str, number: int = 0, *, channel: str = "") -> Required:
    """Read ``m:户口簿``, ``m:身份证@E1`` (with its element) or ``m:照片!`` (demanded by a law)."""
    letter, _, rest = written.partition(":")
    name, _, element = rest.rstrip("!").partition("@")
    basis = "《某法》第一条" if rest.endswith("!") else ""
    return Required(f"{channel}{number}", Text.of(name), KINDS[letter], element, basis)


def items(written: Iterable[str], channel: str) -> tuple[Required, ...]:
    """Read a list; ids are the channel's own."""
    return tuple(item(text, n, channel=channel) for n, text in enumerate(written, start=1))


def design(
    counter: Iterable[str], online: Iterable[str], *, department: str = "civil", named: bool = False
) -> Design:
    """Return a design with one service; ``named``: without names to match wordings against."""
    channels = {"counter": items(counter, "C"), "online": items(online, "O")}
    subject = Subject(SubjectKind.SERVICE, "S1", Text("高龄津贴", "Allowance"))
    service = Planned(subject, department, None, {k: v for k, v in channels.items() if v})
    return Design((service,), elements=() if named else ELEMENTS, holders=HOLDERS, catalogued=True)


@cache
def rules() -> RulePack:
    """Return the national pack, read once."""
    return load_pack()


def judged(planned: Design) -> Judged:
    """Return the verdict on its service."""
    return judge(planned, planned.services[0], Holdings(planned, rules()), rules())
