"""Are a table and a dataset called the same, across Chinese, initials and English?"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from shixiao.sharing.recognition.names import taken_apart
from shixiao.terms import Text
from shixiao.text import UNKNOWN, initials, spelt, syllables

# Words that every other name has.
_GENERIC = re.compile(
    r"(?:基本|基础|详细|登记|明细|汇总|综合|主要|相关|全市|全省|本市)?(?:信息|数据|情况|资料|名单|台账|目录|清单)?"
    r"(?:数据集|资源|表|库|主表|视图)?$"
)
_PREFIXES = frozenset(
    {
        *("t", "tb", "tab", "tbl", "table", "v", "vw", "view", "biz", "sys", "base", "pub"),
        *("dw", "dwd", "dws", "ods", "dim", "fact", "ads", "stg", "src", "db", "dm", "edw"),
        *("gx", "sj", "hx", "qz"),
    }
)
_WORDS = frozenset(
    {
        "info",
        "data",
        "table",
        "register",
        "registration",
        "registry",
        "filing",
        "notice",
        "list",
        "record",
        "records",
        "detail",
        "main",
        "basic",
        "base",
        "tab",
    }
    | {"the", "and", "for", "with"}
)
# Words that names of all departments are made of.
_OFFICIAL = frozenset(
    {
        *(
            "机构",
            "人员",
            "登记",
            "信息",
            "企业",
            "单位",
            "许可",
            "备案",
            "申请",
            "发放",
            "监测",
            "普查",
        ),
        *(
            "统计",
            "管理",
            "服务",
            "项目",
            "对象",
            "记录",
            "结果",
            "情况",
            "数据",
            "证书",
            "档案",
            "审批",
        ),
        *(
            "业务",
            "年度",
            "全市",
            "基本",
            "名册",
            "台账",
            "公示",
            "资格",
            "认定",
            "评价",
            "处理",
            "受理",
        ),
    }
)
COMMON = 0.3  # weight of such a word
LEAST_LETTERS, LEAST_SYLLABLES = 3, 2
WITHIN = 0.6  # likeness of letters that stand whole in others
LEAST_SHARE = 0.7  # of letters in order; of less, chance does as well


@dataclass(frozen=True, slots=True)
class Called:
    """What something is called, in every writing that it is known in.

    Attributes:
        chinese: its Chinese names without general words.
        letters: initials of those names, or letters of its identifier.
        spelt: the same in whole syllables.
        words: English words.
        codes: codes that name it.
        initial: whether its identifier looks like pinyin, which then should be that of its name.
    """

    chinese: tuple[str, ...]
    letters: tuple[str, ...]
    spelt: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    codes: frozenset[str]
    initial: bool = False

    @property
    def signs(self) -> frozenset[str]:
        """What a catalogue is searched by: pairs of characters, of letters, words and codes."""
        pairs = {name[at : at + 2] for name in self.chinese for at in range(len(name) - 1)}
        pairs |= {f"~{w[at : at + 2]}" for w in self.letters for at in range(len(w) - 1)}
        pairs |= {f"~{a[0]}{b[0]}" for word in self.spelt for a, b in pairwise(word)}
        return frozenset(pairs | self.words | self.codes)


def called(name: Text, *, identifier: str = "", codes: tuple[str, ...] = ()) -> Called:
    """Return what a dataset (by its name) or a table (by comment and identifier) is called."""
    spoken = taken_apart(identifier.rsplit(".", 1)[-1].rsplit("/", 1)[-1], name.zh)
    heads = spoken.chinese or taken_apart("", name.zh).chinese
    chinese = tuple(dict.fromkeys(stem for head in heads if (stem := _stem(head))))
    letters = [initials(head) for head in (*chinese, *heads)]
    parts = [part for part in spoken.parts if part not in _PREFIXES]
    words = {part for part in parts if len(part) > 2} - _WORDS
    if not identifier:
        words |= {w for w in re.findall(r"[a-z]{3,}", name.en.lower()) if w not in _WORDS}
    whole = [spelt(head) for head in (*chinese, *heads)]
    written = syllables("".join(parts)) if identifier and not chinese else ()
    if len(written) >= LEAST_SYLLABLES:  # whole syllables tell more than their initials
        letters, whole = [], [written]
    elif identifier:
        letters.append("".join(parts))
    kept = tuple(dict.fromkeys(w for w in letters if len(w) >= LEAST_LETTERS and UNKNOWN not in w))
    initial = bool(identifier) and bool(whole if not letters else kept and _all_initials(parts))
    named = frozenset(code.lower() for code in (*codes, identifier, name.zh) if len(code) > 2)
    return Called(chinese, kept, tuple(whole), frozenset(words), named, initial=initial)


def _all_initials(parts: list[str]) -> bool:
    """Return whether words are initials of pinyin: hardly any vowel, as in ``hjry``."""
    joined = "".join(parts)
    return sum(sign in "aeiou" for sign in joined) <= 0.2 * len(joined)


def likeness(table: Called, dataset: Called) -> float:
    """Return how far two are called the same, 0 to 1; the best of all writings counts."""
    if table.codes & dataset.codes:
        return 1.0
    best = max((_pairs(a, b) for a in table.chinese for b in dataset.chinese), default=0.0)
    if not table.chinese:
        pairs = [(a, b, LEAST_LETTERS) for a in table.letters for b in dataset.letters]
        order = [_order(a, b, least) for a, b, least in pairs]
        order += [_order(a, b, LEAST_SYLLABLES) for a in table.spelt for b in dataset.spelt]
        best = max(best, 0.9 * max(order, default=0.0))
    shared = len(table.words & dataset.words)
    if shared and not table.chinese:
        best = max(best, shared / math.sqrt(len(table.words) * len(dataset.words)))
    return best


def _stem(head: str) -> str:
    stem = head
    for _ in range(2):
        cut = _GENERIC.sub("", stem)
        stem = cut if len(cut) >= 2 else stem
    return stem


def _pairs(one: str, two: str) -> float:
    """Return Dice's share of pairs of characters, or containment where one name is in the other.

    Pairs that are words of offices (机构, 登记) tell little and count little.
    """
    a = {one[at : at + 2] for at in range(len(one) - 1)} or {one}
    b = {two[at : at + 2] for at in range(len(two) - 1)} or {two}
    dice = 2 * _weight(a & b) / (_weight(a) + _weight(b))
    within = 0.8 if min(len(one), len(two)) >= 3 and (one in two or two in one) else 0.0
    return max(dice, within)


def _weight(pairs: set[str]) -> float:
    return sum(COMMON if pair in _OFFICIAL else 1.0 for pair in pairs)


def _order(written: Sequence[str], known: Sequence[str], least: int) -> float:
    """Return the share of letters or syllables that both have in one order.

    It is 0 where chance does as well, which is below ``least`` of them. One that stands whole in
    the other counts too: ``ndkh`` is the end of 公务员年度考核.
    """
    short, long = sorted((written, known), key=len)
    starts = range(len(long) - len(short) + 1)
    whole = len(short) > least and any(long[at : at + len(short)] == short for at in starts)
    within = WITHIN if whole or (len(short) >= least and long[: len(short)] == short) else 0.0
    if not short or written[0] != known[0]:
        return within
    same = LCSseq.similarity(written, known)
    share = float(same / len(written) * same / len(known)) ** 0.5
    return max(within, share if share >= LEAST_SHARE and same >= least else 0.0)
