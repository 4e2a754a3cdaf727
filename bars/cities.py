"""Cities with planted truth for bars: built, evaluated and scored in children, two at a time.

Every city is built anew from its seed and removed afterwards; scores are kept in build/bars/cities,
so that an interrupted run resumes. A score belongs to the code that gave it: its file name carries
the hash of the sources.
"""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bars.data import ROOT, WORK

SOURCES = (
    "checkup/detectors",
    "checkup/findings.py",
    "checkup/comparing.py",
    "checkup/evaluation.py",
    "effect",
    "evidence",
    "potemkin",
    "rules/data/packs/cn-2026/effect.yaml",
    "rules/data/packs/cn-2026/formalism.yaml",
    "statistics/peers.py",
    "text",
)
TOGETHER = 2


def source_hash() -> str:
    """Return a hash of the sources that a score depends on."""
    digest = hashlib.sha256()
    for name in SOURCES:
        source = ROOT / "src" / "shixiao" / name
        for path in [source] if source.is_file() else sorted(source.rglob("*")):
            if path.suffix in (".py", ".yaml", ".csv"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def scores(runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the score of every run: {"size", "seed", "plants": [...], "null": bool, "scale"}."""
    code = source_hash()
    jobs = [(run, code) for run in runs]
    # A forked DuckDB is unsafe, so children start afresh; each does several cities.
    with ProcessPoolExecutor(TOGETHER, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_score, jobs))


def _score(job: tuple[dict[str, Any], str]) -> dict[str, Any]:
    run, code = job
    name = hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()[:16]
    kept = WORK / "cities" / f"{code}-{name}.json"
    if kept.exists():
        return dict(json.loads(kept.read_text("utf-8")))
    found = score_of(run)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    return found


def score_of(run: dict[str, Any]) -> dict[str, Any]:
    """Build one city, evaluate it, score it; also its flags by kind, and what that took."""
    from shixiao.checkup import Question, evaluate, result_json
    from shixiao.potemkin.city import parse_plant, write_city
    from shixiao.potemkin.score import score
    from shixiao.settings import Settings

    folder = Path(tempfile.mkdtemp(prefix="city-", dir=_work()))
    try:
        city = write_city(
            folder / "city",
            size=run["size"],
            seed=run["seed"],
            plants=tuple(parse_plant(text) for text in run.get("plants", ())),
            null=run.get("null", False),
            truth=folder / "truth.json",
            scale=run.get("scale", 1.0),
        )
        before = resource.getrusage(resource.RUSAGE_SELF)
        settings = Settings(folder / "store", "a key for bars", 3072, 2, "zh")
        question = Question((city,), findings_only=True)
        evaluation = evaluate(question, settings=settings, progress=lambda _: None)
        result = result_json(evaluation)
        after = resource.getrusage(resource.RUSAGE_SELF)
        found = score(json.loads((folder / "truth.json").read_text("utf-8")), result)
        found["flagged"] = {
            kind: len({f["subject"]["id"] for f in result["findings"] if f["kind"] == kind})
            for kind in found["kinds"]
        }
        judged = {t["kind"] for t in result["tests"] if t["p"] is not None}
        found["judged"] = sorted(judged)
        found["cpu_s"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _work() -> Path:
    WORK.mkdir(parents=True, exist_ok=True)
    return WORK


if __name__ == "__main__":
    print(json.dumps(score_of(json.loads(sys.argv[1])), ensure_ascii=False))
