"""Hours that sharing would save: does the printed interval hold what a city's people would save?"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bars.data import WORK
from shixiao.checkup import Question
from shixiao.checkup.evaluation import request_of
from shixiao.checkup.scene import Scene
from shixiao.checkup.sharing_state import sharing_state
from shixiao.checkup.spans import last_day
from shixiao.evidence import connect, prepare
from shixiao.potemkin.city import parse_plant, write_city
from shixiao.rules import load_calendar, load_pack
from shixiao.settings import Settings
from shixiao.sharing.silos import Saving
from shixiao.terms import Estimate

FIGURES = ("hours", "trips", "money")
PLANTS = (parse_plant("silo=2:0.2"),)


def covered(seeds: Iterable[int]) -> dict[str, int]:
    """Return figure → number of small cities whose truth lies in the interval."""
    found = dict.fromkeys(FIGURES, 0)
    for seed in seeds:
        saved, truth = _of_a_city(seed)
        for name in FIGURES:
            found[name] += _holds(getattr(saved, name), truth[name])
    return found


def _holds(estimate: Estimate, true: float) -> bool:
    return (
        estimate.low is not None
        and estimate.high is not None
        and estimate.low <= true <= estimate.high
    )


def _of_a_city(seed: int) -> tuple[Saving, dict[str, float]]:
    """Build a city, estimate from its tables what sharing would save, and run it without."""
    WORK.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="hours-", dir=WORK))
    try:
        truth = folder / "truth.json"
        city = write_city(folder / "city", size="small", seed=seed, plants=PLANTS, truth=truth)
        saved = _saved(city, Settings(folder / "store", "a key for bars", 3072, 2, "zh"))
        if saved is None:
            raise ValueError(f"Nothing is known of the savings of city {seed}")
        return saved, json.loads(truth.read_text("utf-8"))["saved_by_sharing"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _saved(city: Path, settings: Settings) -> Saving | None:
    """Return what an evaluation would print, without the rest of it."""
    rules, question = load_pack(), Question((city,))
    store = prepare(request_of(question, rules), settings=settings, progress=lambda _: None)
    calendar = load_calendar(store.meta.calendar)
    with connect(question.engine, settings=settings) as engine:
        scene = Scene(
            store=store,
            engine=engine,
            rules=rules,
            calendar=calendar,
            law_calendar=calendar,
            profile=None,
            measured=(),
            compared=(),
            verdicts=(),
            asked={},
            names={},
            as_of=last_day(store, engine),
            seed=question.seed,
        )
        return sharing_state(scene).saved
