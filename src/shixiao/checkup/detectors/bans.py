"""The five bans and the filing of government apps: verdicts of fact, no statistics.

Functions and indicators are recognised by the words of data/app_words.yaml in Chinese and English.
What is not stated is not assessed: an empty cell is neither a breach nor a pass.

Source: rules APP-FUN, APP-KPI, APP-BIZ and APP-FIL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.scene import Scene
from shixiao.datafiles import load_yaml
from shixiao.terms import Estimate, Severity, Subject, SubjectKind, Text

FUNCTION, COMMERCIAL, TRACES = "banned_function", "commercial_activity", "forced_traces"
FORCED, KPI, UNFILED = "forced_use", "banned_kpi", "not_filed"
SEPARATOR = re.compile(r"[;；]")
LISTED = Text("、", ", ")
COLUMNS = {
    FUNCTION: "functions",
    COMMERCIAL: "functions",
    TRACES: "functions",
    FORCED: "forced",
    KPI: "kpi",
    UNFILED: "filed",
}


@detector("bans")
def bans(scene: Scene) -> Iterable[Screening]:
    """Read the register of apps against the five bans."""
    lacking = scene.lacking("apps")
    if lacking is not None:
        yield Screening.lacking(tuple(COLUMNS), lacking)
        return
    missing = {
        measure: reason
        for measure, column in COLUMNS.items()
        if (reason := scene.lacking("apps", column)) is not None
    }
    apps = scene.table("apps")
    wanted = ("app_id", "functions", "forced", "kpi", "filed", "launched")
    columns = [name for name in wanted if name in apps.columns]
    trials: list[Trial] = []
    kept: list[tuple[str, Subject]] = []
    for row in scene.engine.arrow(apps.select(*columns).order_by("app_id")).to_pylist():
        if row["app_id"] is not None:
            breaches = list(_breaches(scene, row))
            trials += breaches
            kept += _kept(scene, row, {trial.measure for trial in breaches})
    yield Screening(tuple(trials), missing, kept=tuple(kept))


def _breaches(scene: Scene, row: Mapping[str, Any]) -> Iterable[Trial]:
    words = _words()
    functions = _split(row.get("functions"))
    for measure in (FUNCTION, COMMERCIAL, TRACES):
        found = [name for name in functions if _means(words[measure], name)]
        found = [name for name in found if not _means(words["excepted"], name)]
        if found:
            yield _trial(scene, row, measure, found)
    indicators = [name for name in _split(row.get("kpi")) if _means(words[KPI], name)]
    if indicators:
        yield _trial(scene, row, KPI, indicators)
    if row.get("forced"):
        yield _trial(scene, row, FORCED, [])
    if row.get("filed") is False and not _still_in_time(scene, row.get("launched")):
        yield _trial(scene, row, UNFILED, [], severity=Severity.HIGH)


def _kept(scene: Scene, row: Mapping[str, Any], broken: Set[str]) -> list[tuple[str, Subject]]:
    """Name each rule that the app states something about and keeps."""
    app = scene.subject(SubjectKind.APP, str(row["app_id"]))
    return [
        (measure, app)
        for measure, column in COLUMNS.items()
        if measure not in broken and row.get(column) not in (None, "")
    ]


def _trial(
    scene: Scene,
    row: Mapping[str, Any],
    measure: str,
    found: Sequence[str],
    severity: Severity = Severity.VETO,
) -> Trial:
    titles = [_title(name) for name in found]
    listed = Text(
        LISTED.zh.join(t.zh for t in titles) or "—", LISTED.en.join(t.en for t in titles) or "—"
    )
    return Trial(
        measure,
        scene.subject(SubjectKind.APP, str(row["app_id"])),
        Estimate.fact(max(len(found), 1), max(len(found), 1)),
        facts={"listed": listed},
        fact=True,
        severity=severity,
    )


def _still_in_time(scene: Scene, launched: date | None) -> bool:
    """True for an app that stood before the measures came and whose months to file still run."""
    start = date.fromisoformat(str(scene.rules.value("APP-OLD", "from")))
    months = int(scene.rules.number("APP-OLD", "months"))
    month = start.month - 1 + months
    last = date(start.year + month // 12, month % 12 + 1, start.day)
    if scene.as_of is None or launched is None:
        return False
    return launched < start and scene.as_of <= last


def _split(cell: object) -> list[str]:
    return [part.strip() for part in SEPARATOR.split(str(cell or "")) if part.strip()]


def _means(pattern: re.Pattern[str], name: str) -> bool:
    return pattern.search(name) is not None


@cache
def _words() -> Mapping[str, re.Pattern[str]]:
    data = _data()
    return {
        key: re.compile("|".join(words), re.IGNORECASE) for key, words in data["patterns"].items()
    }


def _title(name: str) -> Text:
    """Return the words for a code of the register; a name that is words already stays."""
    titles = _data()["titles"]
    return Text.of(titles[name]) if name in titles else Text.of(name)


@cache
def _data() -> Any:
    text = files("shixiao.checkup.detectors").joinpath("data/app_words.yaml").read_text("utf-8")
    return load_yaml(text)
