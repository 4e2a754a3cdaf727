"""Invented departments: databases whose contents are known, with habits of naming, dirt and decoys.

The words are written down here and nowhere else: names of tables and columns in Chinese, pinyin and
English, values by makers of their own. Nothing is taken from the recognisers, or the bar would
measure their memory.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

Maker = Callable[[random.Random, int], str]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def resident(r: random.Random, _: int) -> str:
    born = date(1935, 1, 1) + timedelta(days=r.randrange(30_000))
    head = r.choice(("370105", "370112", "320106", "440305", "510107", "110108"))
    body = f"{head}{born:%Y%m%d}{r.randrange(1, 999):03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def credit(r: random.Random, _: int) -> str:
    body = "91" + r.choice(("370105", "320106", "440305")) + f"{r.randrange(10**9):09d}"
    total = sum(CHARACTERS.index(c) * 3**at % 31 for at, c in enumerate(body))
    return body + CHARACTERS[(31 - total % 31) % 31]


def person(r: random.Random, _: int) -> str:
    first = r.choice("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
    return first + "".join(
        r.choice("子涵宇轩欣怡浩然梓晨诗琪思远雨桐建国秀英桂兰志强")
        for _ in range(r.choice((1, 2, 2)))
    )


def cell(r: random.Random, _: int) -> str:
    return (
        r.choice(("135", "138", "139", "150", "159", "176", "182", "187", "199"))
        + f"{r.randrange(10**8):08d}"
    )


def desk(r: random.Random, _: int) -> str:
    return f"{r.choice(('0531', '025', '0755'))}-{r.randrange(22_000_000, 89_999_999)}"


def place(r: random.Random, _: int) -> str:
    town = r.choice(("历城区", "槐荫区", "鼓楼区", "南山区", "武侯区"))
    road = r.choice(("和平", "解放", "文苑", "经十", "新华", "创业", "翠竹")) + r.choice(
        ("路", "街", "大道")
    )
    within = f"{r.randrange(1, 9)}号楼{r.randrange(1, 4)}单元{r.randrange(101, 3002)}室"
    where = r.choice(("济南市", "南京市", "深圳市", "")) + town + road
    return f"{where}{r.randrange(1, 400)}号{r.choice(('', within))}"


def firm(r: random.Random, _: int) -> str:
    return (
        r.choice(("济南", "山东", "南京", "深圳市", "成都"))
        + r.choice(("恒昌", "瑞丰", "新天地", "蓝海", "鼎盛", "华彩", "众信", "启航"))
        + r.choice(("商贸", "机械制造", "信息技术", "餐饮管理", "建筑工程", "生物科技"))
        + r.choice(("有限公司", "股份有限公司", "有限责任公司", "中心（有限合伙）", "经营部"))
    )


def day(r: random.Random, _: int) -> str:
    return f"{date(2012, 1, 1) + timedelta(days=r.randrange(5_000)):%Y-%m-%d}"


def day_plain(r: random.Random, _: int) -> str:
    return day(r, 0).replace("-", "")


def birthday(r: random.Random, _: int) -> str:
    return f"{date(1935, 1, 1) + timedelta(days=r.randrange(30_000)):%Y%m%d}"


def moment(r: random.Random, n: int) -> str:
    return f"{day(r, n)} {r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}"


def money(r: random.Random, _: int) -> str:
    return f"{r.randrange(100, 900_000) / 100:.2f}"


def card(r: random.Random, _: int) -> str:
    body = "6222" + f"{r.randrange(10**14):014d}"
    total = 0
    for at, digit in enumerate(reversed(body)):
        twice = int(digit) * (2 if at % 2 == 0 else 1)
        total += twice - 9 if twice > 9 else twice
    return body + str(-total % 10)


def plate(r: random.Random, _: int) -> str:
    return (
        r.choice("鲁苏粤川")
        + r.choice("ABCD")
        + "".join(r.choice("0123456789ABCDEFGHJK") for _ in range(5))
    )


def mail(r: random.Random, n: int) -> str:
    who, where = r.choice(("li", "wang", "office")), r.choice(("example.cn", "mail.example.com"))
    return f"{who}{n}{r.randrange(99)}@{where}"


def east(r: random.Random, _: int) -> str:
    return f"{116 + r.random() * 2:.6f}"


def north(r: random.Random, _: int) -> str:
    return f"{36 + r.random():.6f}"


def of(*words: str) -> Maker:
    return lambda r, _: r.choice(words)


def number(low: int, high: int) -> Maker:
    return lambda r, _: str(r.randrange(low, high))


def series(prefix: str, digits: int) -> Maker:
    return lambda _, n: f"{prefix}{n:0{digits}d}"


def order(r: random.Random, _: int) -> str:
    """An 18-digit number of an order that begins like a division and holds a date: no identity."""
    return (
        r.choice(("37", "20"))
        + f"{r.randrange(10**4):04d}{day_plain(r, 0)}{r.randrange(10**4):04d}"
    )


def coded(prefix: str) -> Maker:
    return lambda r, _: f"{prefix}{r.randrange(10**6):06d}"


@dataclass(frozen=True)
class Field:
    """A field: what it is called, how its values are made, its level of general data."""

    zh: str
    pinyin: str
    en: str
    make: Maker
    level: int


@dataclass(frozen=True)
class Subject:
    """A subject: what the catalogue and the department call it, and its fields."""

    catalogue: str
    called: str
    pinyin: str
    en: str
    fields: tuple[str, ...]
    important: bool


@cache
def words() -> tuple[dict[str, Field], tuple[Subject, ...]]:
    written = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    plain = {f.__name__: f for f in (resident, credit, person, cell, desk, place, firm, day)}
    plain |= {f.__name__: f for f in (birthday, money, card, plate, mail, east, north, order)}
    with_words = {"of": of, "number": number, "series": series, "coded": coded}
    fields = {
        key: Field(
            str(f["zh"]),
            str(f["pinyin"]),
            str(f["en"]),
            with_words[f["make"]](*f["of"]) if "of" in f else plain[f["make"]],
            f["level"],
        )
        for key, f in written["fields"].items()
    }
    subjects = tuple(
        Subject(
            **{k: str(s[k]) for k in ("catalogue", "called", "pinyin", "en")},
            fields=tuple(s["fields"].split()),
            important=s.get("important", False),
        )
        for s in written["subjects"]
    )
    return fields, subjects


HABITS = ("initials", "english", "syllables", "chinese", "commented", "mixed")
AUDIT = (("create_time", "创建时间", moment), ("id", "主键", series("", 1)))


@dataclass
class Column:
    name: str
    comment: str
    values: list[str | None]
    level: int
    kind: str


@dataclass
class Table:
    """A table with its truth: the dataset that it is ("" for none), its grade, what it is."""

    name: str
    comment: str
    columns: list[Column]
    dataset: str = ""
    grade: str = "general_1"
    kind: str = "data"


@dataclass
class Department:
    habit: str
    tables: list[Table] = field(default_factory=list)


@dataclass
class City:
    departments: list[Department]
    catalogue: list[tuple[str, str, str, str]]  # id, name, name in English or "", elements


def city(seed: int, *, rows: int, habits: tuple[str, ...] = HABITS) -> City:
    """Return an invented city: every subject in one department, half of them catalogued."""
    r = random.Random(seed)
    subjects = list(range(len(words()[1])))
    r.shuffle(subjects)
    listed = set(subjects[: len(subjects) // 2])
    departments = [Department(habit) for habit in habits]
    for place_, subject in enumerate(sorted(subjects)):
        department = departments[(place_ + seed) % len(habits)]
        table = _table(r, subject, department.habit, rows, subject in listed)
        if table.name in {other.name for other in department.tables}:
            table.name += "_2"
        department.tables.append(table)
    for department in departments:
        department.tables += list(_around(r, department, rows))
    # Datasets that other databases hold are listed as well: a catalogue is of the whole city.
    catalogue = [
        (
            f"DS{s:03d}",
            words()[1][s].catalogue,
            words()[1][s].en.replace("_", " ") if r.random() < 0.5 else "",
            ";".join(f"E-{f}" for f in _listed(r, s)),
        )
        for s in sorted(listed)
    ]
    return City(departments, catalogue)


def registry() -> list[tuple[str, str, str]]:
    """Return element id, Chinese and English name of every field that is an element."""
    left_out = ("order", "serial", "batch")
    return [
        (f"E-{key}", f.zh, f.en.replace("_", " "))
        for key, f in words()[0].items()
        if key not in left_out
    ]


def _listed(r: random.Random, subject: int) -> list[str]:
    """Return the fields that the catalogue lists: now and then one was forgotten."""
    fields = list(words()[1][subject].fields)
    if r.random() < 0.3:
        fields.pop(r.randrange(len(fields)))
    return fields


def _table(r: random.Random, subject: int, habit: str, rows: int, listed: bool) -> Table:
    told = words()[1][subject]
    called, letters = told.called, [s[0] for s in told.pinyin.split()]
    keys = list(told.fields)
    if r.random() < 0.5:
        keys = [*keys, r.choice(("order", "serial", "batch"))]
    columns = [_column(r, key, habit, at, rows) for at, key in enumerate(keys, 1)]
    columns += [
        Column(
            name,
            comment if habit == "commented" else "",
            [make(r, n) for n in range(rows)],
            1,
            "audit",
        )
        for name, comment, make in AUDIT
    ]
    names = {
        "initials": "t_" + "".join(letters),
        "english": told.en,
        "syllables": "_".join(told.pinyin.split()),
        "chinese": called,
        "commented": f"tb_{subject:04d}",
        "mixed": "T_" + "_".join(letters).upper(),
    }
    level = max(column.level for column in columns)
    grade = "important" if told.important else f"general_{level}"
    return Table(
        names[habit],
        f"{called}表" if habit == "commented" else "",
        columns,
        f"DS{subject:03d}" if listed else "",
        grade,
    )


def _column(r: random.Random, key: str, habit: str, at: int, rows: int) -> Column:
    told = words()[0][key]
    zh, english, make, level = told.zh, told.en, told.make, told.level
    parts = told.pinyin.split()
    name = {
        "initials": "".join(s[0] for s in parts),
        "english": english,
        "syllables": "".join(parts),
        "chinese": zh,
        "commented": f"c{at:02d}",
        "mixed": r.choice(("".join(s[0] for s in parts).upper(), english.upper())),
    }[habit]
    comment = zh if habit == "commented" else ""
    return Column(name, comment, [_dirty(r, make(r, n)) for n in range(rows)], level, key)


def _dirty(r: random.Random, value: str) -> str | None:
    """Return a value as departments keep it: sometimes missing, padded, wide, or rubbish."""
    chance = r.random()
    if chance < 0.03:
        return r.choice(("不详", "x", "0", "待补"))
    if chance < 0.06:
        return None
    if chance < 0.09:
        return f" {value} "
    if chance < 0.11:
        return value.replace("X", "x").translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    return value


def _around(r: random.Random, department: Department, rows: int) -> Iterator[Table]:
    """Yield what lies about in a database: backups, temporary copies, a log, an empty table."""
    first = department.tables[0]
    stamp = r.choice(("_bak", "_20230101", "_bak20240615", "_backup", "_old"))
    yield Table(first.name + stamp, "", first.columns, first.dataset, first.grade, "backup")
    last = department.tables[-1]
    yield Table("tmp_" + last.name, "", last.columns, last.dataset, last.grade, "temporary")
    log = [
        Column("log_id", "", [str(n) for n in range(rows)], 1, "audit"),
        Column("oper_time", "", [moment(r, n) for n in range(rows)], 1, "audit"),
        Column(
            "content", "", [r.choice(("登录", "查询", "导出")) for _ in range(rows)], 1, "audit"
        ),
    ]
    yield Table("sys_oper_log", "", log, kind="log")
    yield Table("reserve_01", "", [Column("f1", "", [], 1, "audit")], kind="empty")


def write_sqlite(department: Department, path: Path) -> None:
    """Write a department's tables into a SQLite file, which keeps no comments."""
    with sqlite3.connect(path) as base:
        for table in department.tables:
            columns = ", ".join(f'"{c.name}" TEXT' for c in table.columns)
            base.execute(f'CREATE TABLE "{table.name}" ({columns})')
            marks = ", ".join("?" for _ in table.columns)
            rows = zip(*(c.values for c in table.columns), strict=True)
            base.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', rows)
    base.close()


def statements(
    department: Department, schema: str
) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Yield statements for PostgreSQL, each with the rows to run it with (none: once)."""
    yield f'CREATE SCHEMA "{schema}"', []
    for table in department.tables:
        whole = f'"{schema}"."{table.name}"'
        columns = ", ".join(f'"{c.name}" TEXT' for c in table.columns)
        yield f"CREATE TABLE {whole} ({columns})", []
        if table.comment:
            yield f"COMMENT ON TABLE {whole} IS '{table.comment}'", []
        for c in table.columns:
            if c.comment:
                yield f"COMMENT ON COLUMN {whole}.\"{c.name}\" IS '{c.comment}'", []
        marks = ", ".join("%s" for _ in table.columns)
        rows = list(zip(*(c.values for c in table.columns), strict=True))
        if rows:
            yield f"INSERT INTO {whole} VALUES ({marks})", rows
