"""Which catalogued dataset is a table? Names differ, so three kinds of sign are put together.

1. The name: its Chinese comment against the dataset's name, its letters against the initials of
   that name (``t_hj_ry`` and 户籍人口), its English words against the English name, or its code.
2. The items: which of the dataset's items the columns hold, by element, kind or name. An item that
   many datasets have (a name, an identity number) tells less than one that few have: weights are
   inverse document frequencies.
3. Every dataset belongs first to one table: the assignment with the highest sum of agreement
   (Kuhn–Munkres), so that a table of the poor is not taken for the register of residents because
   both hold names and addresses.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from shixiao.rules import RulePack
from shixiao.sharing.catalogue import Dataset
from shixiao.sharing.inventory.likeness import Called, called, likeness
from shixiao.sharing.inventory.meaning import ColumnEntry, Understood
from shixiao.sharing.recognition import recognise_name
from shixiao.sharing.recognition.names import is_series, taken_apart
from shixiao.sharing.standards.registry import Registry
from shixiao.terms import Text

NAMED, HELD = 0.9, 0.8  # how far each sign may carry a match by itself
LEAST_LIKE = 0.15  # of names; of less, they speak of different things
# No name agrees: one in Chinese speaks of something else, so do initials, and English
# where the dataset has an English name; other words may or may not.
AGAINST, ASIDE, UNTOLD = 0.65, 0.74, 0.85
BY_KIND = 0.6  # an item found by its kind alone counts less than one found by its element
UNKNOWN = 0.2  # weight of a column of which nothing is known, of that of a usual item
COMMON = 500  # datasets; what so many share brings no candidates
SAME_COLUMNS = 0.8
TECHNICAL = re.compile(
    r"^(?:id|pk|uuid|guid|rowid|xh|seq|sort|remark|memo|bz|note|version|del_?flag|is_?deleted|deleted"
    r"|status|(?:create|update|modify|insert|etl|sys|gmt|load)_?\w*|\w*_by|tenant_id|batch_?no?"
    r"|cjsj|gxsj|cjr|xgr|xgsj|rksj|scbz|sjc)$",
    re.IGNORECASE,
)
TECHNICAL_HEADS = frozenset({"主键", "备注", "序号", "创建时间", "更新时间", "创建人", "删除标志"})
NAME_WHY = Text("名称相符（{score}）", "names agree ({score})")
ITEMS_WHY = Text(
    "目录数据项 {n} 项中有 {found} 项对得上列（{score}）",
    "columns hold {found} of the {n} items of the dataset ({score})",
)
PART_WHY = Text(
    "与表“{table}”列相同，同属这一数据集", "it has the columns of “{table}” and is of one dataset"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A dataset that a table is, how well they agree (0 to 1), and why."""

    dataset: Dataset
    score: float
    why: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of a dataset by whatever it can be found by."""

    name: str
    element: str
    kind: str

    @property
    def key(self) -> str:
        return self.element or self.kind or self.name


@dataclass(frozen=True)
class Catalogue:
    """Datasets with what tables are compared by."""

    datasets: Sequence[Dataset]
    registry: Registry

    @cached_property
    def items(self) -> Sequence[tuple[_Item, ...]]:
        """Items of every dataset."""
        elements = {e.id: e for e in self.registry.elements}
        found = []
        for dataset in self.datasets:
            items = []
            for item in dataset.items:
                element = elements.get(item.element) or elements.get(item.name)
                name = element.name.zh if element else item.name
                kind = recognise_name(name)
                items.append(_Item(name, element.id if element else "", kind.kind if kind else ""))
            found.append(tuple(items))
        return found

    @cached_property
    def names(self) -> Sequence[Called]:
        """What every dataset is called."""
        return [called(d.name, codes=(d.id, d.code)) for d in self.datasets]

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Weight of every item: the rarer, the more it tells."""
        counts = Counter(key for items in self.items for key in {i.key for i in items})
        n = len(self.datasets)
        return {key: math.log(1 + n / count) for key, count in counts.items()}

    @cached_property
    def index(self) -> Mapping[str, Sequence[int]]:
        """Sign → places of the datasets that show it; signs of too many are left out."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, (name, items) in enumerate(zip(self.names, self.items, strict=True)):
            for sign in {*name.signs, *(i.key for i in items)}:
                found[sign].append(place)
        return {sign: places for sign, places in found.items() if len(places) <= COMMON}


def match(
    tables: Sequence[Understood], catalogue: Catalogue, *, rules: RulePack
) -> dict[str, Match]:
    """Return name of a table → the dataset that it is, for those that are catalogued.

    Args:
        tables: tables that are no copies.
        catalogue: the datasets.
        rules: INV-03, how well a table has to agree.
    """
    least = rules.number("INV-03")
    scored = [_scored(table, catalogue) for table in tables]
    places = sorted({place for row in scored for place in row})
    if not places:
        return {}
    at = {place: column for column, place in enumerate(places)}
    scores = np.zeros((len(tables), len(places)))
    for number, row in enumerate(scored):
        for place, found in row.items():
            scores[number, at[place]] = found.score if found.score >= least else 0.0
    matched: dict[str, Match] = {}
    owner: dict[int, Understood] = {}
    for number, column in zip(*linear_sum_assignment(scores, maximize=True), strict=True):
        if scores[number, column] > 0:
            matched[tables[number].table.name] = scored[number][places[column]]
            owner[places[column]] = tables[number]
    for table, row in zip(tables, scored, strict=True):
        if table.table.name in matched or not row:
            continue
        place = max(row, key=lambda p: row[p].score)
        first = owner.get(place)
        if first is not None and row[place].score >= least and _same(first, table):
            why = PART_WHY.format(table=first.table.name)
            matched[table.table.name] = Match(row[place].dataset, row[place].score, (why,))
    return matched


def _scored(table: Understood, catalogue: Catalogue) -> dict[int, Match]:
    """Return place of a dataset → how well the table agrees with it, for every candidate."""
    name = called(
        Text.of(table.table.comment or table.table.name), identifier=table.table.name, codes=()
    )
    columns = [c for c in table.columns if not _technical(c)]
    signs = set(name.signs).union(*map(_keys, columns))
    few = len(catalogue.datasets) <= COMMON
    candidates = (
        range(len(catalogue.datasets))
        if few
        else sorted({place for sign in signs for place in catalogue.index.get(sign, ())})
    )
    return {
        place: found
        for place in candidates
        if (found := _agreement(name, columns, catalogue, place)) is not None
    }


def _agreement(
    name: Called, columns: Sequence[ColumnEntry], catalogue: Catalogue, place: int
) -> Match | None:
    like = likeness(name, catalogue.names[place])
    held, found = _held(columns, catalogue.items[place], catalogue.weights)
    score = 1 - (1 - NAMED * like) * (1 - HELD * held)
    if like < LEAST_LIKE:
        english = bool(name.words and catalogue.names[place].words)
        score *= AGAINST if name.chinese else ASIDE if name.initial or english else UNTOLD
    if score <= 0:
        return None
    why = []
    if like:
        why.append(NAME_WHY.format(score=f"{like:.2f}"))
    if found:
        n = len(catalogue.items[place])
        why.append(ITEMS_WHY.format(n=n, found=found, score=f"{held:.2f}"))
    return Match(catalogue.datasets[place], round(score, 4), tuple(why))


def _held(
    columns: Sequence[ColumnEntry], items: Sequence[_Item], weights: Mapping[str, float]
) -> tuple[float, int]:
    """Return how far columns and items are the same (0 to 1), and how many items were found.

    The geometric mean of the share of items that columns hold and of the share of columns that are
    items, both by weight: a table must neither lack much nor hold much else. A column of which
    nothing is known weighs little, for it may be any item.
    """
    if not items or not columns:
        return 0.0, 0
    free = {number: _keys(column) for number, column in enumerate(columns)}
    usual = sum(weights.values()) / len(weights)
    heavy = {n: _weight(column, weights, usual) for n, column in enumerate(columns)}
    whole, all_columns = sum(weights[item.key] for item in items), sum(heavy.values())
    got, used, found = 0.0, 0.0, 0
    for item in sorted(items, key=lambda i: -weights[i.key]):
        best, strength = None, 0.0
        for number, keys in free.items():
            sure = {item.element, item.name} - {""} & keys
            here = 1.0 if sure else BY_KIND if item.kind and item.kind in keys else 0.0
            if here > strength:
                best, strength = number, here
        if best is not None:
            del free[best]
            got += strength * weights[item.key]
            used += heavy[best]
            found += 1
    return math.sqrt((got / whole) * (used / all_columns)), found


def _weight(entry: ColumnEntry, weights: Mapping[str, float], usual: float) -> float:
    """Return how much a column tells: as much as the item it holds, or little if it is unknown."""
    keys = _keys(entry)
    if not keys:
        return UNKNOWN * usual
    return min((weights[key] for key in keys if key in weights), default=usual)


def _technical(entry: ColumnEntry) -> bool:
    """Return whether a column serves the database or numbers the rows, and is no item."""
    column = entry.column
    series = is_series(taken_apart(column.name, column.comment)) and entry.element is None
    return series or bool(TECHNICAL.match(column.name)) or column.comment in TECHNICAL_HEADS


def _keys(entry: ColumnEntry) -> set[str]:
    """Return what a column can be found by: its element, its kind, its Chinese names."""
    keys = set(taken_apart(entry.column.name, entry.column.comment).chinese)
    if entry.element is not None:
        keys |= {entry.element.element.id, entry.element.element.name.zh}
    if entry.recognised is not None and entry.recognised.kind != "code":
        keys.add(entry.recognised.kind)
    return keys


def _same(first: Understood, second: Understood) -> bool:
    one = {c.column.name.lower() for c in first.columns}
    two = {c.column.name.lower() for c in second.columns}
    return len(one & two) >= SAME_COLUMNS * len(one | two)
