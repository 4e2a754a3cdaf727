"""``python -m bars.catalogue_job N``: a catalogue of N datasets, harvested twice, searched, shown.

The environment names the site (``bars.sites``). Prints one line of JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

django.setup()

from django.test import Client

from shixiao.records.models import Account, CatalogueItem
from shixiao.sharing.catalogue import Dataset, Item
from shixiao.terms import Text
from shixiao.workflows.actors import actor_of
from shixiao.workflows.catalogue import harvesting
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.search import DATASET, grams, search
from tests.cast import NOW, TODAY

SEED = 6
PLACES, WHO, WHAT, KIND = (
    words.split()
    for words in (
        "东城 西城 南湖 北川 青浦 云岭 海棠 金水 长宁 白塔 石门 柳河 安平 和顺 兴隆 永泰",
        "居民 企业 学生 职工 老人 残疾人 农户 个体户 社会组织 事业单位 儿童 退役军人 医师 教师",
        "养老保险 医疗保险 失业保险 住房公积金 不动产登记 婚姻登记 户籍人口 营业执照 食品经营许可"
        " 车辆 驾驶证 学籍 低保 公租房 纳税 社会救助 生育 工伤 就业 排污许可 施工许可 用水 捐赠",
        "基本信息 缴费信息 变更信息 年报信息 处罚信息 名录 统计信息 照面信息 办理结果 明细",
    )
)
QUERIES = 200


def datasets(n: int) -> Iterator[Dataset]:
    """Name datasets as departments do: many share most of their words."""
    chance = random.Random(SEED)
    for number in range(n):
        parts = [chance.choice(each) for each in (PLACES, WHO, WHAT, KIND)]
        yield Dataset(
            id=f"P-{number:07}",
            name=Text("".join(parts) + f"{number % 97}", f"Dataset {number}"),
            provider=chance.choice(("health", "housing")),
            items=(Item("证件号码"), Item("姓名"), Item("日期")),
            format="database",
            cycle="month",
            sharing=chance.choice(("unconditional", "conditional")),
            mode="interface",
            scope="各部门",
            purpose="办理业务时核对",
            domain=parts[2],
            tier="city",
            grade="general_2",
            updated=TODAY,
        )


def queries() -> list[str]:
    """Words that people type: of one, two or three parts, long and short, and some that fail."""
    chance = random.Random(SEED + 1)
    found = []
    for number in range(QUERIES):
        parts = [chance.choice(each) for each in (PLACES, WHO, WHAT, KIND)]
        kept = chance.sample(parts, k=1 + number % 3)
        found.append(" ".join(kept) if number % 2 else "".join(kept))
    return [*found, "信息", "保险", "不存在的词语", "d", "7", "登记信息登记信息登记信息登记信息"]


def harvested(n: int) -> tuple[dict[str, int], float]:
    account = Account.objects.get(login="li")
    used = time.process_time()
    made = harvesting.harvest(
        datasets(n), Origin("平台"), actor=actor_of(account, today=TODAY), at=NOW
    )
    numbers = {"added": made.added, "changed": made.changed, "gone": made.gone}
    return numbers, time.process_time() - used


def searched() -> dict[str, Any]:
    """Search, and look whether the first answer holds as many pairs as any name does."""
    spent, answers = [], {}
    for query in queries():
        used = time.process_time()
        entries = search(query, kind=DATASET)
        spent.append(1000 * (time.process_time() - used))
        answers[query] = entries[0].key if entries else ""
    names = CatalogueItem.objects.values_list("code", "name")
    held = {code: grams(name.zh) | grams(name.en) for code, name in names}
    best = 0
    for query, answer in answers.items():
        wanted = grams(query)
        most = max(len(wanted & each) for each in held.values())
        enough = most >= max(1, (len(wanted) + 1) // 2)
        best += len(wanted & held[answer]) == most if answer else not enough
    return {"ms": spent, "best": best, "queries": len(answers)}


def pages() -> dict[str, int]:
    """Return the bytes of pages of the catalogue: of the first, of a deep one, of a search."""
    client = Client(headers={"host": "localhost"})
    paths = {
        "first": "/catalogue/",
        "deep": "/catalogue/?page=150",
        "found": "/catalogue/?q=养老保险",
        "counts": "/catalogue/statistics/",
    }
    return {name: len(client.get(path).content) for name, path in paths.items()}


def main(n: int) -> None:
    first, first_s = harvested(n)
    second, second_s = harvested(n)
    answer = {
        "first": first,
        "first_s": first_s,
        "second": second,
        "second_s": second_s,
        "rows": CatalogueItem.objects.count(),
        "search": searched(),
        "pages": pages(),
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
