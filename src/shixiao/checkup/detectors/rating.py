"""Rating inflation: stars that do not come from people who were served.

Five traces: ratings within seconds of closing; one device behind many ratings; identical texts;
ratings that were asked for are far better than those that were not; the same person praises a case
and complains of the service within days. Ratings must be voluntary, rule RAT-COV.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import ibis
import numpy as np
import pyarrow as pa

from shixiao.checkup.detectors.contrasts import LogRatio, screen_log_ratios
from shixiao.checkup.detectors.rates import MONTH, Rate, Rows, screen_rates
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.times import DAY_SECONDS, with_month
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene, rows_of, wall_clock
from shixiao.evidence.engines import Table
from shixiao.terms import SubjectKind, Text
from shixiao.text import letters_only

QUICK, DEVICE, TWIN = "within_seconds", "one_device_for_many", "identical_texts"
SOLICITED, PRAISED = "solicited_better", "praised_yet_complained"
ALL = (QUICK, DEVICE, TWIN, SOLICITED, PRAISED)
STRATA = {MONTH: Text("月份", "month")}


@detector("rating")
def rating(scene: Scene) -> Iterable[Screening]:
    """Compare each trace with the other services'."""
    lacking = scene.lacking("ratings")
    if lacking is not None:
        yield Screening.lacking(ALL, lacking)
        return
    ratings = _dated(scene)
    yield _quick(scene, ratings)
    yield _devices(scene, ratings)
    yield _twins(scene, ratings)
    yield _solicited(scene, ratings)
    yield _praised(scene, ratings)


def _dated(scene: Scene) -> Table:
    """Ratings with ``subject`` and ``month``, computed once."""
    ratings = scene.table("ratings")
    known = ratings.filter(ratings.service_id.notnull())
    dated = with_month(scene, known, wall_clock(scene, known.ts))
    wanted = ("rating_id", "level", "ts", "case_id", "closed_ts", "device_id", "text", "solicited")
    columns = [name for name in wanted if name in dated.columns]
    return scene.engine.keep(
        dated.select(*columns, MONTH, subject=dated.service_id), "rating_ratings"
    )


def _rates(scene: Scene, table: Table, measure: str, column: str, part: str) -> Screening:
    rows = Rows(table, "rating_id", "ratings", SubjectKind.SERVICE, STRATA)
    return screen_rates(scene, rows, [Rate(measure, column, int(scene.rules.number("F-13", part)))])


def _quick(scene: Scene, ratings: Table) -> Screening:
    """Seconds between the end of the case and its rating.

    The end is the case's own where the rating names a case; else what the rating says was closed.
    """
    ends = []
    if scene.profile is not None and "case_id" in ratings.columns:
        cases = scene.profile.table.select(rated_case="case_id", ended="closed")
        ratings = ratings.left_join(cases, ratings.case_id == cases.rated_case)
        ends.append((ratings.ended - ratings.ended % 1_000_000) / 1_000_000)
    if "closed_ts" in ratings.columns:
        ends.append(ratings.closed_ts.epoch_seconds())
    if not ends:
        return Screening.lacking([QUICK], scene.lacking("ratings", "case_id") or NO_TIME)
    closed = ibis.coalesce(*(end.cast("int64") for end in ends))
    gap = ratings.ts.epoch_seconds().cast("int64") - closed
    seconds = int(scene.rules.number("F-13", "seconds"))
    # A rating before the end of the case is about something else: it does not count.
    quick = ibis.ifelse(gap >= 0, (gap <= seconds).cast("int64"), ibis.null("int64"))
    flagged = ratings.select("subject", "rating_id", MONTH, quick=quick)
    return _rates(scene, flagged, QUICK, "quick", "ratings")


NO_TIME = Text("不知道办结时间", "the time of closing is unknown")


def _devices(scene: Scene, ratings: Table) -> Screening:
    if "device_id" not in ratings.columns:
        return Screening.lacking([DEVICE], scene.lacking("ratings", "device_id") or NO_TIME)
    known = ratings.filter(ratings.device_id.notnull())
    counted = known.group_by(["subject", "device_id"]).agg(uses=ibis._.count())
    least = int(scene.rules.number("F-13", "device_ratings"))
    joined = known.left_join(counted, ["subject", "device_id"])
    flagged = joined.mutate(shared=(joined.uses >= least).cast("int64"))
    return _rates(scene, flagged, DEVICE, "shared", "ratings")


def _twins(scene: Scene, ratings: Table) -> Screening:
    if "text" not in ratings.columns:
        return Screening.lacking([TWIN], scene.lacking("ratings", "text") or NO_TIME)
    written = scene.engine.arrow(
        ratings.filter(ratings.text.notnull())
        .select("subject", "rating_id", "text", MONTH)
        .order_by(["subject", "rating_id"])
    )
    coded = written["text"].combine_chunks().dictionary_encode()
    normal = letters_only(coded.dictionary).dictionary_encode()
    code = normal.indices.to_numpy()[coded.indices.to_numpy()]
    subjects = written["subject"].combine_chunks().dictionary_encode().indices.to_numpy()
    pair = subjects.astype(np.int64) * (len(normal.dictionary) + 1) + code
    _, inverse, count = np.unique(pair, return_inverse=True, return_counts=True)
    filled = code != normal.dictionary.index("").as_py()
    flag = pa.array((count[inverse] > 1).astype(np.int64), mask=~filled)
    table = scene.engine.small(written.drop_columns("text").append_column("twin", flag))
    return _rates(scene, table, TWIN, "twin", "texts")


def _solicited(scene: Scene, ratings: Table) -> Screening:
    if "solicited" not in ratings.columns:
        return Screening.lacking([SOLICITED], scene.lacking("ratings", "solicited") or NO_TIME)
    top = int(scene.rules.number("F-13", "top"))
    known = ratings.filter(ratings.solicited.notnull() & ratings.level.notnull())
    counted = known.group_by(subject=known.subject, asked=known.solicited.cast("int64")).agg(
        best=(known.level == top).cast("int64").sum(), n=known.count()
    )
    cells: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in rows_of(scene, counted.order_by(["subject", "asked"])):
        cells[str(row["subject"])][int(row["asked"])] = (
            int(row["best"]),
            int(row["n"]),
        )
    minimum = int(scene.rules.number("F-13", "arm"))
    found = {}
    for service, arms in cells.items():
        (best, n), (other_best, other_n) = arms.get(1, (0, 0)), arms.get(0, (0, 0))
        value = math.log(_odds(best, n)) - math.log(_odds(other_best, other_n))
        error = math.sqrt(
            sum(1 / (x + 0.5) for x in (best, n - best, other_best, other_n - other_best))
        )
        facts: dict[str, Text | str | int | float] = {
            "asked": f"{best / n:.0%}" if n else "—",
            "unasked": f"{other_best / other_n:.0%}" if other_n else "—",
        }
        found[service] = LogRatio(value, error, n + other_n, min(n, other_n), facts)
    return screen_log_ratios(
        scene, SOLICITED, SubjectKind.SERVICE, found, minimum=minimum, source="ratings"
    )


def _odds(hits: int, n: int) -> float:
    return (hits + 0.5) / (n - hits + 0.5)


def _praised(scene: Scene, ratings: Table) -> Screening:
    """Top ratings whose giver complained of the same service within the days of rule F-18."""
    lacking = scene.lacking("messages", "person_key", "service_id") or scene.lacking(
        "ratings", "case_id"
    )
    if lacking is None and (
        scene.profile is None or "person_key" not in scene.profile.table.columns
    ):
        lacking = scene.lacking("cases", "person_key")
    if lacking is not None or scene.profile is None:
        return Screening.lacking([PRAISED], lacking or NO_TIME)
    cases = scene.profile.table.select(rated_case="case_id", person="person_key")
    top = ratings.filter(ratings.level == int(scene.rules.number("F-13", "top")))
    rated = top.join(cases, top.case_id == cases.rated_case)
    rated = rated.filter(rated.person.notnull())
    sent = scene.table("messages")
    sent = sent.filter(sent.person_key.notnull() & sent.service_id.notnull()).select(
        writer="person_key", about="service_id", sent_at=ibis._.ts.epoch_seconds()
    )
    span = int(scene.rules.number("F-18", "repeat_days")) * DAY_SECONDS
    both = rated.join(sent, (rated.person == sent.writer) & (rated.subject == sent.about))
    gap = both.sent_at - both.ts.epoch_seconds()
    wrote = both.filter((gap >= 0) & (gap <= span)).select(complained="rating_id").distinct()
    joined = rated.left_join(wrote, rated.rating_id == wrote.complained)
    flagged = joined.mutate(praised=joined.complained.notnull().cast("int64"))
    return _rates(scene, flagged, PRAISED, "praised", "ratings")
