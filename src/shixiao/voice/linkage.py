"""Linkage: average-link groups of very many texts, on the graph of nearest neighbours.

Texts of different connected parts are in different groups. Where a part is small, all its pairs are
compared; where it is large, merging follows the edges of the graph alone, the likeliest first,
which finds nearly the same groups (docs/adr/0047).

Source: R. R. Sokal and C. D. Michener (1958), as ``topics``; the update of mean likeness after a
merge is that of G. N. Lance and W. T. Williams (1967), The Computer Journal 9, 373-380.
"""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

NEIGHBOURS = 20
DENSE = 5_000  # texts of a part whose pairs are all compared
ROWS = 1_000  # rows of the product at once
MOST = 800
"""Texts of a word up to which all of them find each other. A word of more texts leads to so few of
them that the work is no more; they are the same few for all such words, so that a topic of which
every word is common still hangs together."""
SEED = 20260101  # of who these few are
Labels = npt.NDArray[np.int64]
EDGE = 0.75  # of the joining likeness: weaker neighbours are none


def average_link(table: csr_matrix, least: float, *, dense: int = DENSE) -> Labels:
    """Return the group of each text, -1 where it is alone.

    Args:
        table: rows of unit length.
        least: mean likeness (cosine) from which two groups are joined.
        dense: texts of a connected part up to which all its pairs are compared.
    """
    graph = neighbours(table, EDGE * least)
    count, part = connected_components(graph, directed=False)
    labels = np.full(table.shape[0], -1, np.int64)
    sizes = np.bincount(part, minlength=count)
    order = np.argsort(part, kind="stable")
    starts = np.concatenate(([0], np.cumsum(sizes)))
    following = 0
    for place in np.flatnonzero(sizes > 1).tolist():
        own = order[starts[place] : starts[place + 1]]
        small = len(own) <= dense
        found = _all_pairs(table[own], least) if small else _along_edges(graph[own][:, own], least)
        _, found = np.unique(found, return_inverse=True)
        together = np.bincount(found)
        labels[own] = np.where(together[found] > 1, found + following, -1)
        following += len(together)
    return labels


def neighbours(table: csr_matrix, least: float) -> csr_matrix:
    """Return the symmetric graph of each text's nearest neighbours at least so alike."""
    finding = _findable(table)
    rows, columns = [], []
    for low in range(0, table.shape[0], ROWS):
        product = (table[low : low + ROWS] @ finding).tocsr()
        row, column = _nearest(product, low)
        rows.append(row)
        columns.append(column)
    a, b = np.concatenate(rows), np.concatenate(columns)
    likeness = _cosines(table, a, b)
    kept = likeness >= least
    shape = (table.shape[0], table.shape[0])
    graph = csr_matrix((likeness[kept], (a[kept], b[kept])), shape)
    return graph.maximum(graph.T).tocsr()


def _findable(table: csr_matrix) -> csr_matrix:
    """Return words → texts that they lead to, shape (words, texts): all, or some of very many."""
    by_word = table.tocsc()
    spread = np.diff(by_word.indptr)
    word = np.repeat(np.arange(len(spread)), spread)
    turn = np.random.default_rng(SEED).permutation(table.shape[0])
    order = np.lexsort((turn[by_word.indices], word))
    place = np.arange(len(word)) - np.repeat(by_word.indptr[:-1], spread)
    allowed = np.where(spread <= MOST, spread, np.maximum(MOST * MOST // np.maximum(spread, 1), 1))
    kept = order[place < allowed[word]]
    shape = (table.shape[1], table.shape[0])
    return csr_matrix((by_word.data[kept], (word[kept], by_word.indices[kept])), shape)


def _nearest(product: csr_matrix, low: int) -> tuple[Labels, Labels]:
    """Return pairs (row, neighbour) with the largest values of each row, itself left out."""
    row = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    value = np.where(product.indices == row + low, -1, product.data)
    floor = np.zeros(product.shape[0], value.dtype)
    for place, (start, end) in enumerate(zip(product.indptr, product.indptr[1:], strict=False)):
        if end - start > NEIGHBOURS:
            part = value[start:end]
            floor[place] = np.partition(part, len(part) - NEIGHBOURS)[len(part) - NEIGHBOURS]
    kept = (value >= floor[row]) & (value > 0)
    return row[kept].astype(np.int64) + low, product.indices[kept].astype(np.int64)


def _cosines(table: csr_matrix, a: Labels, b: Labels) -> npt.NDArray[np.float64]:
    found = np.empty(len(a))
    for low in range(0, len(a), 200_000):
        part = slice(low, low + 200_000)
        found[part] = np.asarray(table[a[part]].multiply(table[b[part]]).sum(axis=1)).ravel()
    return found


def _all_pairs(table: csr_matrix, least: float) -> Labels:
    alike = (table @ table.T).toarray()
    rows, columns = np.triu_indices(len(alike), 1)
    apart = np.maximum(1 - alike[rows, columns].astype(np.float64), 0)
    tree = linkage(apart, "average")
    return np.asarray(fcluster(tree, 1 - least, "distance"), np.int64)


def _along_edges(graph: csr_matrix, least: float) -> Labels:
    """Merge the likeliest groups first, by sums of likeness along the edges between them."""
    count = graph.shape[0]
    size = dict.fromkeys(range(count), 1)
    links: dict[int, dict[int, float]] = defaultdict(dict)
    coo = graph.tocoo()
    for i, j, s in zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True):
        links[i][j] = s
    heap = [(-s, i, j) for i, row in links.items() for j, s in row.items() if i < j and s >= least]
    heapq.heapify(heap)
    root = list(range(count))
    following = count
    while heap:
        _, i, j = heapq.heappop(heap)
        if i not in size or j not in size:
            continue
        root.append(following)
        root[i] = root[j] = following
        size[following] = size.pop(i) + size.pop(j)
        joined = links.pop(i)
        for other, s in links.pop(j).items():
            joined[other] = joined.get(other, 0.0) + s
        for other in (i, j):
            joined.pop(other, None)
        for other, s in joined.items():
            links[other].pop(i, None)
            links[other].pop(j, None)
            links[other][following] = s
            mean = s / _pairs(size[following], size[other])
            if mean >= least:
                heapq.heappush(heap, (-mean, following, other))
        links[following] = joined
        following += 1
    return np.array([_root(root, i) for i in range(count)], np.int64)


def _pairs(one: int, other: int) -> float:
    """Return how many pairs two groups can have in a graph where each text has few neighbours."""
    return min(one * other, NEIGHBOURS * min(one, other))


def _root(root: list[int], i: int) -> int:
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i
