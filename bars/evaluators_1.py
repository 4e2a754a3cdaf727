"""Bar 1: the draw is fair, fast, checked by an independent script, and as likely as it says."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.stats import chi2, norm

from bars.data import ROOT
from bars.evaluators_pools import invented, oracle
from bars.outcome import Outcome
from shixiao.draw import (
    VERIFIER,
    Frozen,
    Order,
    Pool,
    Quota,
    draw,
    freeze,
    read_pool,
    read_quotas,
    verify,
)

SORTITION = ROOT.parent / "shared" / "data" / "sortition"
PUBLISHED = (("example_small_20", 20), ("example_large_200", 200))
BEST = 0.1  # on both published pools, where the greedy method leaves people at 0.0111 and 0.0008
# People, seats, features by category, seed: none of these has anybody whom no panel seats.
GENERATED = ((80, 10, (2, 3, 2), 0), (120, 12, (3, 3, 2), 0), (160, 16, (2, 4, 3), 0))
ORACLE_STOPS = 5e-4  # the oracle ends its search when less than this is left to gain
LEVEL = 1e-3  # of the χ² tests
LARGE, SECONDS = 200_000, 5
LARGE_DRAW = [
    "pool.csv",
    "--quotas",
    "quotas.csv",
    "--size",
    "200",
    "--seed",
    "00",
    "--json",
    "--quiet",
]
CATEGORIES = (2, 3, 3, 3, 2)  # 108 types


def measure(*, full: bool) -> list[Outcome]:
    outcomes = [_published(name, size) for name, size in PUBLISHED]
    outcomes += [_against_oracle(*case) for case in GENERATED[: 3 if full else 1]]
    outcomes.append(_large(LARGE if full else 5_000, full=full))
    outcomes.append(_script(1_000 if full else 20))
    draws = 100_000 if full else 2_000
    quotas = invented(40, 8, (2, 3), seed=3)
    panel = freeze(quotas[0], size=8, quotas=quotas[1])
    weights = np.random.default_rng(7).lognormal(size=30)
    weighted = freeze(_weighted(weights), size=8, floor="0.1")
    outcomes += frequencies("panel", panel, draws, float(min(panel.chances)))
    return outcomes + frequencies("weighted sample", weighted, draws, 0.1)


def _published(name: str, size: int) -> Outcome:
    quotas = read_quotas(SORTITION / f"{name}.categories.csv")
    pool = read_pool(SORTITION / f"{name}.respondents.csv")
    reached = draw(freeze(pool, size=size, quotas=quotas), seed="00").p_min
    what = f"smallest probability, {len(pool.ids):,} people, panel of {size}"
    return Outcome(what, reached, f"= {BEST}", met=reached == BEST)


def _against_oracle(people: int, size: int, features: tuple[int, ...], seed: int) -> Outcome:
    pool, quotas = invented(people, size, features, seed=seed)
    ours = float(min(freeze(pool, size=size, quotas=quotas).chances))
    theirs = oracle(pool, quotas, size)
    what = f"our smallest probability less the oracle's, {people} people, panel of {size}"
    met = theirs - 1e-9 <= ours <= theirs + ORACLE_STOPS
    return Outcome(what, ours - theirs, f"0 to {ORACLE_STOPS:g}, where it stops", met)


def _large(people: int, *, full: bool) -> Outcome:
    """Time the whole command, imports, reading and writing included."""
    pool, quotas = invented(people, 200, CATEGORIES, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), pool, quotas)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", "from shixiao.cli import main; main()", "draw", *LARGE_DRAW],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        record = json.loads((Path(folder) / json.loads(done.stdout)["transcript"]).read_text())
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    holds = verify(record).valid
    what = f"shixiao draw as a whole, {people:,} people, panel of 200"
    if not holds:
        return Outcome(what, "the record does not hold", "it holds", met=False)
    cost = {"cpu_s": spent, "peak_mb": after.ru_maxrss / 1024}
    if not full:  # a cost is no matter for a test that shares its cores
        return Outcome.recorded(what, spent, "CPU s", cost=cost)
    return Outcome.at_most(what, spent, SECONDS, "CPU s", cost=cost)


def _script(seeds: int) -> Outcome:
    """Let the independent script judge as many draws, and as many with one member exchanged."""
    pool, quotas = invented(60, 8, (2, 3), seed=5)
    frozen = freeze(pool, size=8, quotas=quotas)
    weighted = freeze(_weighted(np.arange(1.0, 31.0)), size=8, floor="0.05")
    program = compile(VERIFIER, "verify_draw.py", "exec")
    agreed = 0
    for number in range(seeds):
        source = weighted if number % 2 else frozen
        record = draw(source, seed=f"{number:x}", replacements=3).transcript
        altered = {**record, "panel": [record["replacements"][0], *record["panel"][1:]]}
        agreed += accepts(program, record) and not accepts(program, altered)
    what = f"draws on which the script of 40 lines agrees, of {seeds:,} seeds"
    return Outcome(what, agreed, f"= {seeds:,}", met=agreed == seeds)


def accepts(program: object, record: object) -> bool:
    stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(json.dumps(record).encode()))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(program, {"__name__": "__main__"})  # type: ignore[call-overload] # noqa: S102
    except SystemExit as leaving:
        return not leaving.code
    finally:
        sys.stdin = stdin
    return False


def frequencies(what: str, frozen: Frozen, draws: int, floor: float) -> list[Outcome]:
    """Compare how often each was drawn with the published probabilities.

    The draws of one sample hang together, so that χ² is the quadratic form of the gaps in the
    inverse of their covariance, with its rank as degrees of freedom.
    """
    wanted = np.array(list(frozen.inclusion.values()))
    place = {token: number for number, token in enumerate(frozen.kinds)}
    seated = np.zeros((draws, len(place)), dtype=np.float32)
    for number in range(draws):
        seated[number, [place[token] for token in Order(frozen, f"{number:x}").panel()]] = 1
    covariance = np.cov(seated.T.astype(np.float64))
    rank = int(np.linalg.matrix_rank(covariance, tol=1e-4, hermitian=True))
    gap = seated.mean(axis=0, dtype=np.float64) - wanted
    inverse = np.linalg.pinv(covariance, rcond=1e-4, hermitian=True)
    statistic = float(draws * gap @ inverse @ gap)
    p = float(chi2.sf(statistic, rank))
    # Nobody is drawn more seldom than the floor allows by chance, all persons taken together.
    least = float((gap + wanted).min())
    error = float(norm.isf(LEVEL / len(wanted))) * (floor * (1 - floor) / draws) ** 0.5
    return [
        Outcome.at_least(f"{what}: p of χ²({rank}), {draws:,} draws against π", p, LEVEL),
        Outcome.at_least(f"{what}: least share of draws, floor {floor:.4g}", least, floor - error),
    ]


def _weighted(weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Pool:
    return Pool(tuple(f"S{n:02d}" for n in range(len(weights))), weights=tuple(weights.tolist()))


def _write(folder: Path, pool: Pool, quotas: tuple[Quota, ...]) -> None:
    with (folder / "pool.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *pool.features])
        writer.writerows(zip(pool.ids, *pool.features.values(), strict=True))
    with (folder / "quotas.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["category", "feature", "min", "max"])
        writer.writerows((q.category, q.feature, q.least, q.most) for q in quotas)
