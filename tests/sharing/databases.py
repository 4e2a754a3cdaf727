"""The same department's database in each kind of server, for tests of the inventory."""

from __future__ import annotations

import random
from typing import Any

import sqlalchemy as sa

from shixiao.sharing.catalogue import Dataset
from shixiao.sharing.catalogue.dataset import Item
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text

PASSWORD = "k7w-not-to-be-shown"  # noqa: S105 - of an invented user
ROWS = 240
ELEMENTS = [
    Element("E1", Text.of("姓名")),
    Element("E2", Text.of("公民身份号码"), format="an18"),
    Element("E3", Text.of("性别代码"), code_list="1=男;2=女"),
    Element("E4", Text.of("户籍地址")),
    Element("E5", Text.of("低保金额"), unit="元"),
]
CATALOGUE = [
    Dataset(
        "D1",
        Text.of("户籍人口基本信息"),
        "公安局",
        items=tuple(Item(e) for e in ("E1", "E2", "E3", "E4")),
    )
]


def people(count: int) -> list[dict[str, Any]]:
    """Return invented people with right identity numbers, a little dirty."""
    drawn = random.Random(11)  # noqa: S311 - invented data
    rows = []
    for number in range(count):
        body = f"37010{drawn.randrange(2, 6)}19{drawn.randrange(50, 99)}0{drawn.randrange(1, 10)}15"
        body += f"{drawn.randrange(1, 999):03d}"
        total = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(body))
        name = drawn.choice("王李张刘陈杨赵黄周吴徐孙") + "".join(
            drawn.sample("伟芳娜敏静丽强磊军洋", 2)
        )
        rows.append(
            {
                "id": number + 1,
                "xm": name,
                "sfzh": body + "10X98765432"[total % 11] if number % 40 else "不详",
                "xb": str(1 + number % 2),
                "hjdz": f"济南市历下区文化路{number + 1}号",
                "create_time": "2023-05-06 10:20:30",
            }
        )
    return rows


def fill(engine: sa.Engine) -> None:
    """Make and fill the tables: two of data, a backup, a log, an empty one, a view."""
    comments = engine.dialect.name != "sqlite"
    book = sa.MetaData()

    def table(name: str, *columns: sa.Column[Any], comment: str) -> sa.Table:
        return sa.Table(name, book, *columns, comment=comment if comments else None)

    def text(name: str, comment: str = "") -> sa.Column[Any]:
        return sa.Column(name, sa.String(100), comment=comment if comments else None)

    def person(name: str, comment: str) -> sa.Table:
        return table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            *(text(c) for c in ("xm", "sfzh", "xb", "hjdz", "create_time")),
            comment=comment,
        )

    first = person("t_hj_ry", "户籍人员表")
    backup = person("t_hj_ry_bak20230101", "")
    aid = table(
        "t_0042",
        text("c1", "姓名"),
        text("c2", "身份证号"),
        sa.Column("c3", sa.Numeric(12, 2), comment="发放金额" if comments else None),
        sa.Column("c4", sa.LargeBinary),
        comment="临时价格补贴",
    )
    log = table("sys_login_log", sa.Column("id", sa.Integer, primary_key=True), comment="")
    table("yl_001", text("f1"), comment="")
    book.create_all(engine)
    rows = people(ROWS)
    with engine.begin() as connection:
        connection.execute(first.insert(), rows)
        connection.execute(backup.insert(), rows[:30])
        connection.execute(
            aid.insert(),
            [{"c1": r["xm"], "c2": r["sfzh"], "c3": n, "c4": b"\x00"} for n, r in enumerate(rows)],
        )
        connection.execute(log.insert(), [{"id": n} for n in range(1, 6)])
        connection.execute(sa.text("CREATE VIEW v_hj AS SELECT xm, sfzh, xb, hjdz FROM t_hj_ry"))
