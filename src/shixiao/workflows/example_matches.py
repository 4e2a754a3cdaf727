"""A matching in the example: what forms of a department ask for, some of it confirmed already."""

from __future__ import annotations

import json
from datetime import datetime

from shixiao.records.models import MatchItem, Organisation
from shixiao.sharing import matching
from shixiao.sharing.matching import Element, Item, Requirement
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.matches import asking, deciding
from shixiao.workflows.matches.asking import Upload

FILE = "办事要求匹配（样例）.json"
# Wording, kind, in how many services it is asked for.
ASKED = (
    ("身份证复印件", "material", 4),
    ("法人身份证号", "field", 2),
    ("营业执照副本", "material", 3),
    ("房产证", "material", 2),
    ("爱人姓名", "field", 1),
    ("居住地址", "field", 3),
    ("参保年限", "field", 1),
    ("经办人签字", "signature", 1),
)
# Id, name, definition, form; in turn of the two departments.
HELD = (
    ("DE001", "公民身份号码", "公安机关为公民编定的唯一、终身不变的身份代码", "an18"),
    ("DE002", "姓名", "自然人户籍登记的姓名", "an..50"),
    ("DE010", "统一社会信用代码", "法人和其他组织的唯一身份代码", "an18"),
    ("DE021", "不动产权证书号", "不动产权证书上的编号", "an..30"),
    ("DE022", "不动产坐落", "不动产所在的地址", "an..200"),
    ("DE031", "配偶姓名", "婚姻登记的另一方的姓名", "an..50"),
    ("DE032", "法定代表人证件号码", "法定代表人身份证件上的号码", "an18"),
    ("DE041", "现住址", "自然人现在居住的地址", "an..200"),
    ("DE042", "户籍地址", "自然人户籍登记的地址", "an..200"),
    ("DE051", "参加社会保险日期", "自然人首次参加社会保险的日期", "YYYYMMDD"),
)


def match(
    department: Organisation, other: Organisation, people: dict[str, Actor], now: datetime
) -> None:
    """Take a result of matching in, confirm two wordings and reject what is offered for one.

    Args:
        department: where the example's officers work, and whose requirements they are.
        other: another department; the two hold the elements.
        people: ``data-officer`` and ``head`` of the department.
        now: when.
    """
    data = json.dumps(_answer([department.code, other.code]), ensure_ascii=False).encode()
    officer, head = people["data-officer"], people["head"]
    made, _ = asking.take_in(Upload(FILE, data), department=department, actor=officer, at=now)
    items: dict[str, MatchItem] = {each.name: each for each in made.items.all()}
    for name, actor in (("身份证复印件", officer), ("营业执照副本", head)):
        best = items[name].candidates[0][0]
        deciding.confirm(items[name], best, seen="", actor=actor, at=now)
    deciding.reject(items["参保年限"], seen="", actor=officer, at=now)


def _answer(holders: list[str]) -> dict[str, object]:
    """Return what a run would print of the made-up lists."""
    asked = [
        Requirement(Item(f"YQ{number:02}", name, kind), f"S{service}", "online")
        for number, (name, kind, services) in enumerate(ASKED, 1)
        for service in range(1, services + 1)
    ]
    held = [
        Element(key, name, definition, format=form, department_id=holders[n % len(holders)])
        for n, (key, name, definition, form) in enumerate(HELD)
    ]
    threshold = pack().number("MAT-01")
    found = matching.match([each.item for each in asked], held, threshold=threshold)
    return matching.told(asked, found, threshold=threshold)
