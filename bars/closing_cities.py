"""Cities for bar platform_3: cases opened on real findings, corrected or not, read from files.

Two cities share one plan of who they are; in one things are planted, in the other nothing is. The
first months of the planted city open the cases. Left alone, the later months come from the same
files; corrected, they come from the city in which nothing is planted.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bars.data import WORK
from shixiao.checkup import Question, evaluate, result_json
from shixiao.checkup.closing import (
    ClosingPlan,
    Readings,
    SubjectKey,
    halves,
    measure,
    plan_closing,
    remeasure,
)
from shixiao.potemkin.city import parse_plant, write_city
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Period

SIZE, SCALE = "small", 8.0
EARLIER = Period(date(2025, 10, 1), date(2026, 3, 15))
CORRECTED = date(2026, 3, 31)
LAST = date(2026, 9, 30)
KINDS = ("half_online", "rating", "deadline", "off_system", "mechanical_copy")
STRENGTH, SHARE = 3, 0.15
MOST, REDUCED = 3, 1  # cases of one city: each takes evaluations of its own


def run_city(seed: int, full: bool) -> list[dict[str, Any]]:
    """Build a city, open cases, and return what became of each, left alone and corrected."""
    WORK.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="closing-", dir=WORK))
    try:
        return _City(folder, seed).cases(MOST if full else REDUCED)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _City:
    def __init__(self, folder: Path, seed: int) -> None:
        self.settings = Settings(folder / "store", "a key for bars", 2048, 2, "zh")
        plants = [parse_plant(f"{KINDS[seed % len(KINDS)]}={STRENGTH}:{SHARE}")]
        self.planted, self.clean = (
            Question(
                (
                    write_city(
                        folder / name,
                        size=SIZE,
                        seed=7000 + 2 * seed + place,
                        plan_seed=7000 + seed,
                        plants=plants,
                        null=name == "clean",
                        scale=SCALE,
                    ),
                ),
                findings_only=True,
            )
            for place, name in enumerate(("planted", "clean"))
        )

    def cases(self, most: int) -> list[dict[str, Any]]:
        result = self._result()
        seen = Readings.of_result(result)
        findings = [f for f in result["findings"] if f["lead"]]
        touched = {(f["subject"]["kind"], f["subject"]["id"]) for f in findings}
        first, second = (self._read(part) for part in halves(EARLIER))
        cases: list[dict[str, Any]] = []
        for finding in findings:
            plan = plan_closing(
                finding,
                seen,
                earlier=EARLIER,
                corrected_by=CORRECTED,
                rules=load_pack(),
                touched=touched,
                halves=(first, second),
            )
            if plan.after is None or plan.after.end > LAST:
                why = "field test" if plan.after is None else "beyond the evidence"
                said = plan.why.en if plan.why else str(plan.after)
                cases.append({"world": "not reached", "outcome": why, "says": said})
            elif sum(case["world"] == "corrected" for case in cases) < most:
                cases += self._both(plan, touched)
        return cases

    def _both(self, plan: ClosingPlan, touched: set[SubjectKey]) -> list[dict[str, Any]]:
        found = []
        for world, later in (("left alone", self.planted), ("corrected", self.clean)):
            answer = remeasure(
                plan,
                later,
                on=plan.day or LAST + timedelta(days=31),
                corrected=CORRECTED,
                settings=self.settings,
                progress=lambda _: None,
                touched=touched,
                earlier=self.planted,
            )
            says = answer.says.en
            found.append({"world": world, "outcome": str(answer.outcome), "says": says})
        return found

    def _result(self) -> dict[str, Any]:
        asked = replace(self.planted, window=EARLIER)
        return result_json(evaluate(asked, settings=self.settings, progress=lambda _: None))

    def _read(self, part: Period) -> Readings:
        return measure(self.planted, part, settings=self.settings, progress=lambda _: None)
