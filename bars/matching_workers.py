"""Work of ``bars.sharing_matching`` that runs in a process of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from shixiao.sharing.matching import Element, Item, elements, grade, match, questions
from shixiao.sharing.matching.benchmark import Prediction

AREAS = ("", "市级", "区级", "省级", "街道", "专项", "综合", "基层", "历史", "年度")
WHO = ("", "申请人", "企业", "配偶", "子女", "请填写", "法定代表人")
HOW = ("", "原件", "（必填）", "复印件", "（本人）", "（如有）", "一份", "材料")


def city(items: int, held: int) -> tuple[list[Item], list[Element]]:
    """Return so many items of different wording, and so many elements."""
    known = [
        replace(element, id=f"{area}{element.id}", name=area + element.name)
        for area in AREAS
        for element in elements()
    ]
    asked = [question.item for part in ("train", "heldout") for question in questions(part)]
    wordings = dict.fromkeys(who + item.name + how for how in HOW for who in WHO for item in asked)
    names = list(wordings)[:items]
    return [Item(str(place), name) for place, name in enumerate(names)], known[:held]


def match_city(items: str, held: str) -> tuple[float, int]:
    """Match a city; return CPU seconds, and how many items were answered."""
    asked, known = city(int(items), int(held))
    started = time.process_time()
    found = match(asked, known, threshold=0.1)
    return time.process_time() - started, sum(not each.none for each in found)


def match_city_by_edits(items: str, held: str) -> float:
    """Score the same names by edit distance; return CPU seconds."""
    asked, known = city(int(items), int(held))
    names = [element.name for element in known]
    started = time.process_time()
    for low in range(0, len(asked), 500):
        part = [item.name for item in asked[low : low + 500]]
        scores = cdist(part, names, scorer=fuzz.ratio, dtype=np.uint8, workers=1)
        np.argpartition(-scores.astype(np.int16), 5, axis=1)
    return time.process_time() - started


def match_by_edits() -> dict[str, Any]:
    """Return the hits of edit distance on the held-out part."""
    asked, known = questions("heldout"), elements()
    names = [element.name for element in known]
    scores = cdist([question.item.name for question in asked], names, scorer=fuzz.ratio)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :5]
    given = {
        question.item.id: Prediction(tuple(known[place].id for place in row), none=False)
        for question, row in zip(asked, order.tolist(), strict=True)
    }
    score = grade(given, asked)
    return {"hit1": score.hit1.value, "hit5": score.hit5.value}
