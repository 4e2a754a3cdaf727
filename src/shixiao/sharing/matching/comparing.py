"""Comparison: how alike are an item and each element that may answer it?

Names are compared letter by letter (character one- and two-grams weighted by how rare they are,
Salton and Buckley 1988), word by word after the dictionary has put normative words in their place,
and as readings: the same head, the same person, the same kind of value. Sparse products find some
dozens of candidates for each item; only those are compared in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from shixiao.sharing.matching.domains import expected, field_of, type_of
from shixiao.sharing.matching.items import Element, Item
from shixiao.sharing.matching.reading import Reading, Target, read, targets
from shixiao.sharing.matching.wording import plain

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Sparse: TypeAlias = Any  # scipy's matrices carry no types

CANDIDATES = 60  # of an item, compared in full
BLOCK = 512  # items that are looked for at once
_COMMON = 0.2  # a sign in more names than this finds nobody
# What finds candidates; the weights that decide stand in data/weights.yaml.
_RAW, _CANONICAL, _HEAD, _WHOLE, _ABOUT = 0.8, 1.0, 0.6, 0.8, 0.3
FEATURES = (
    "raw",
    "canonical",
    "same_name",
    "same_words",
    "whole",
    "bare",
    "head",
    "in_order",
    "covered",
    "covering",
    "holder_same",
    "holder_agrees",
    "holder_unasked",
    "holder_missing",
    "holder_conflict",
    "property_same",
    "property_conflict",
    "number_of_material",
    "type_same",
    "type_conflict",
    "domain",
    "about",
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates, item by item.

    Attributes:
        item: position of the item, shape (pairs,), rising.
        element: position of the element, shape (pairs,).
        features: in the order of FEATURES, shape (pairs, features).
    """

    item: Ints
    element: Ints
    features: Floats


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Elements made ready for comparison; made once, asked often."""

    elements: tuple[Element, ...]
    readings: tuple[Reading, ...]
    names: TfidfVectorizer
    words: TfidfVectorizer
    raw: Sparse
    canonical: Sparse
    about: Sparse
    whole: Sparse
    head: Sparse
    tokens: dict[tuple[str, str | None], int]
    heads: dict[str, int]
    types: tuple[str | None, ...]
    domains: tuple[str | None, ...]
    plain: tuple[str, ...] = field(repr=False)


def prepare(elements: Sequence[Element]) -> Catalogue:
    """Read and weigh the elements."""
    readings = tuple(read(element.name) for element in elements)
    folded = tuple(plain(element.name).core for element in elements)
    said = [reading.canonical for reading in readings]
    # One word more, so that a list of names without any letter has a vocabulary too.
    names, words = _grams().fit([*folded, "名称"]), _grams().fit([*said, "名称"])
    raw, canonical = names.transform(folded), words.transform(said)
    about = words.transform([_defined(element) for element in elements])
    domains = tuple(field_of(element) for element in elements)
    tokens: dict[tuple[str, str | None], int] = {}
    heads: dict[str, int] = {}
    for reading in readings:
        if reading.head is not None:
            tokens.setdefault((reading.head, reading.property), len(tokens))
            heads.setdefault(reading.head, len(heads))
    return Catalogue(
        tuple(elements),
        readings,
        names,
        words,
        raw.tocsr(),
        canonical.tocsr(),
        about.tocsr(),
        _one_hot([tokens.get((r.head or "", r.property)) for r in readings], len(tokens)),
        _one_hot([heads.get(r.head or "") for r in readings], len(heads)),
        tokens,
        heads,
        tuple(map(type_of, elements)),
        domains,
        folded,
    )


def compare(
    items: Sequence[Item],
    catalogue: Catalogue,
    *,
    confirmed: Mapping[str, tuple[Target, ...]] = MappingProxyType({}),
) -> Pairs:
    """Return for each item the candidates that are most alike, with their features.

    Args:
        items: what is asked for, at least one.
        catalogue: what there is, at least one element.
        confirmed: wording → what people have said that it means.
    """
    asked = _Asked(items, catalogue, confirmed)
    found = [asked.candidates(low) for low in range(0, len(items), BLOCK)]
    rows = np.concatenate([block[0] for block in found])
    columns = np.concatenate([block[1] for block in found])
    return Pairs(rows, columns, asked.features(rows, columns))


class _Asked:
    """Items in the terms of a catalogue."""

    def __init__(
        self,
        items: Sequence[Item],
        catalogue: Catalogue,
        confirmed: Mapping[str, tuple[Target, ...]],
    ) -> None:
        self.catalogue = catalogue
        self.items = items
        self.readings = [read(item.name) for item in items]
        self.folded = [plain(item.name).core for item in items]
        self.raw = catalogue.names.transform(self.folded).tocsr()
        said = [reading.canonical for reading in self.readings]
        self.canonical = catalogue.words.transform(said).tocsr()
        self.wanted = [(*confirmed.get(item.name, ()), *targets(item.name)) for item in items]
        self.whole = _weights(
            [_best(wanted, lambda t: (t.head, t.property)) for wanted in self.wanted],
            catalogue.tokens,
        )
        self.head = _weights(
            [_best(wanted, lambda t: t.head) for wanted in self.wanted], catalogue.heads
        )

    def candidates(self, low: int) -> tuple[Ints, Ints]:
        """Return the pairs of a block of items, best elements first within an item."""
        high = min(low + BLOCK, len(self.items))
        theirs = self.catalogue
        alike = (
            _RAW * _product(self.raw[low:high], theirs.raw)
            + _CANONICAL * _product(self.canonical[low:high], theirs.canonical)
            + _ABOUT * _product(self.canonical[low:high], theirs.about)
            + _WHOLE * (self.whole[low:high] @ theirs.whole.T)
            + _HEAD * (self.head[low:high] @ theirs.head.T)
        ).tocsr()
        rows, columns = [], []
        for row in range(high - low):
            part = slice(alike.indptr[row], alike.indptr[row + 1])
            places, values = alike.indices[part], alike.data[part]
            if len(places) > CANDIDATES:
                kept = np.argpartition(-values, CANDIDATES)[:CANDIDATES]
                places, values = places[kept], values[kept]
            ordered = places[np.lexsort((places, -values))]
            columns.append(ordered.astype(np.int64))
            rows.append(np.full(len(ordered), low + row, np.int64))
        return np.concatenate(rows), np.concatenate(columns)

    def features(self, rows: Ints, columns: Ints) -> Floats:
        """Compare pairs in full; shape (pairs, features)."""
        theirs = self.catalogue
        table = np.zeros((len(rows), len(FEATURES)))
        put = _putting(table)
        put("raw", _cosines(self.raw, theirs.raw, rows, columns))
        put("canonical", _cosines(self.canonical, theirs.canonical, rows, columns))
        put("about", _cosines(self.canonical, theirs.about, rows, columns))
        put("whole", _cosines(self.whole, theirs.whole, rows, columns))
        put("head", _cosines(self.head, theirs.head, rows, columns))
        ours = [self.folded[row] for row in rows]
        names = [theirs.plain[column] for column in columns]
        order = cpdist(ours, names, scorer=LCSseq.similarity, dtype=np.float64)
        lengths = np.array([max(len(text), 1) for text in ours])
        put("in_order", order / lengths)
        put("covered", _shares(self.canonical, theirs.canonical, rows, columns))
        put("covering", _shares(theirs.canonical, self.canonical, columns, rows))
        for place, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
            self._judge(table[place], row, column)
        return table

    def _judge(self, line: Floats, row: int, column: int) -> None:
        """Put into a line what follows from the readings."""
        mine, other = self.readings[row], self.catalogue.readings[column]
        at = _PLACE
        line[at["same_name"]] = self.folded[row] == self.catalogue.plain[column]
        line[at["same_words"]] = mine.canonical == other.canonical
        whom = self._whom(row, other)
        if whom or other.holders:
            line[at[_about_whom(whom, other.holders)]] = 1
        line[at["bare"]] = line[at["whole"]] if self._bare(row, other, whom) else 0
        if mine.property is not None or other.property is not None:
            if mine.property == other.property:
                line[at["property_same"]] = 1
            elif mine.property is not None and other.property is not None:
                line[at["property_conflict"]] = 1
            elif mine.document and mine.property is None:
                line[at["number_of_material"]] = other.property == "编号"
                line[at["property_conflict"]] = other.property != "编号"
        asked, given = self._expected(row), self.catalogue.types[column]
        if asked is not None and given is not None:
            line[at["type_same"]] = asked == given
            line[at["type_conflict"]] = asked != given and {asked, given} != {"code", "text"}
        domain = self.catalogue.domains[column]
        if domain is not None and mine.head is not None:
            line[at["domain"]] = 1 if mine.head == domain else 0

    def _bare(self, row: int, other: Reading, whom: frozenset[str]) -> bool:
        """Say whether an element speaks of nothing beyond what the item says."""
        mine = self.readings[row]
        said = {mine.head, *mine.narrowing}
        return (
            other.holders <= whom
            and said.issuperset(other.narrowing)
            and (not other.rest or other.rest in self.folded[row])
        )

    def _whom(self, row: int, other: Reading) -> frozenset[str]:
        """Return whom the item is about, given what of it an element would answer."""
        wanted = (other.head, other.property)
        mine = self.readings[row].holders
        about = [t.holders for t in self.wanted[row] if (t.head, t.property) == wanted]
        return other.holders if other.holders in about else next(iter(about), mine)

    def _expected(self, row: int) -> str | None:
        return expected(self.readings[row], self.folded[row])


_PLACE = {name: place for place, name in enumerate(FEATURES)}


def _about_whom(mine: frozenset[str], theirs: frozenset[str]) -> str:
    """Say how the persons agree of whom an item and an element speak."""
    if not mine:
        return "holder_unasked"
    if not theirs:
        return "holder_missing"
    if mine == theirs:
        return "holder_same"
    return "holder_agrees" if mine & theirs else "holder_conflict"


def _grams() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, lowercase=False)


def _defined(element: Element) -> str:
    return read(element.name).canonical + plain(element.definition).text


def _best(found: Iterable[Target], key: Callable[[Target], Any]) -> dict[Any, float]:
    best: dict[Any, float] = {}
    for target in found:
        best[key(target)] = max(best.get(key(target), 0.0), target.weight)
    return best


def _weights(rows: Sequence[dict[Any, float]], places: dict[Any, int]) -> Sparse:
    """Return a sparse matrix from weights by key; keys that no element has are left out."""
    kept = [[(places[key], w) for key, w in row.items() if key in places] for row in rows]
    ends = np.cumsum([0, *map(len, kept)])
    columns = np.array([place for row in kept for place, _ in row], np.int32)
    values = np.array([weight for row in kept for _, weight in row], np.float64)
    return sparse.csr_matrix((values, columns, ends), shape=(len(rows), max(len(places), 1)))


def _one_hot(places: Sequence[int | None], width: int) -> Sparse:
    rows = [{place: 1.0} if place is not None else {} for place in places]
    return _weights(rows, {place: place for place in range(width)})


def _product(ours: Sparse, theirs: Sparse) -> Sparse:
    """Multiply without the signs that stand in every other name and so find nobody."""
    often = np.asarray((theirs != 0).sum(axis=0)).ravel() > _COMMON * theirs.shape[0]
    if theirs.shape[0] < CANDIDATES:
        often[:] = False
    keep = sparse.diags((~often).astype(np.float64))
    return (ours @ keep) @ theirs.T


def _cosines(ours: Sparse, theirs: Sparse, rows: Ints, columns: Ints) -> Floats:
    together = ours[rows].multiply(theirs[columns])
    return np.asarray(together.sum(axis=1), np.float64).ravel()


def _shares(ours: Sparse, theirs: Sparse, rows: Ints, columns: Ints) -> Floats:
    """Return how much of our weight, squared, lies on what theirs has too."""
    squared = ours.multiply(ours).tocsr()
    met = squared[rows].multiply(theirs[columns] != 0)
    whole = np.asarray(squared.sum(axis=1), np.float64).ravel()[rows]
    found = np.asarray(met.sum(axis=1), np.float64).ravel()
    return np.divide(found, whole, out=np.zeros_like(found), where=whole > 0)


def _putting(table: Floats) -> Callable[[str, Floats], None]:
    def put(name: str, values: Floats) -> None:
        table[:, _PLACE[name]] = values

    return put
