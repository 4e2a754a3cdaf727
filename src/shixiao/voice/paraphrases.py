"""Paraphrases: short messages that say the same with other words around it, or in another order.

Shingles of three signs break where a short sentence is turned round. Characters and pairs of
them, weighted by how rare they are (TF-IDF), survive it; what everybody writes weighs little.

Source: G. Salton and C. Buckley (1988), Information Processing & Management 24, 513-523 (TF-IDF).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from shixiao.rules import RulePack

COSINE, SHORT = "VOI-02", "VOI-05"
MOST = 40_000  # short messages that are compared with each other
ROWS = 1_000  # rows of the product at once
FEWEST = 4  # letters; less is a word, not a message


def paraphrased(
    texts: Sequence[str], *, rules: RulePack
) -> Iterator[tuple[list[int], list[float]]]:
    """Yield groups of short texts and the cosine of each member to the first.

    Args:
        texts: letters only, none a near-duplicate of another.
        rules: the least cosine and how long a short message may be.
    """
    limit, least = int(rules.number(SHORT)), rules.number(COSINE)
    short = [i for i, text in enumerate(texts) if FEWEST <= len(text) <= limit][:MOST]
    if len(short) < 2:
        return
    free: set[int] = set(range(len(short)))
    for centre, others in _close([texts[i] for i in short], least):
        if centre not in free:
            continue
        taken = {i: s for i, s in others.items() if i in free and i != centre}
        if taken:
            free -= {centre, *taken}
            yield (
                [short[centre], *(short[i] for i in sorted(taken))],
                [
                    1.0,
                    *(taken[i] for i in sorted(taken)),
                ],
            )


def _close(texts: Sequence[str], least: float) -> Iterator[tuple[int, dict[int, float]]]:
    table: csr_matrix = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32
    ).fit_transform(texts)
    columns = table.T.tocsr()
    for low in range(0, table.shape[0], ROWS):
        product = (table[low : low + ROWS] @ columns).tocsr()
        product.data[product.data < least] = 0
        product.eliminate_zeros()
        for row in np.flatnonzero(np.diff(product.indptr) > 1).tolist():
            part = slice(product.indptr[row], product.indptr[row + 1])
            scores = np.minimum(product.data[part], 1.0).tolist()
            yield low + row, dict(zip(product.indices[part].tolist(), scores, strict=True))
