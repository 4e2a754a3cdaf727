"""Field tests as rows of detectors: who answered what on a step, and what co-evaluators said of it.

Co-evaluators are those who tried the same item of a service through the same channel within days:
what was corrected since, or broke since, is not the same thing any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shixiao.checkup.scene import Scene, rows_of, wall_clock
from shixiao.effect import DAY
from shixiao.seals import person_code
from shixiao.terms import Text

COLUMNS = ("test_id", "service_id", "evaluator_id", "step", "passed", "ts")
OPTIONAL = ("channel", "item_id", "minutes")
SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1)
NO_TESTS = Text(
    "没有由两名以上体验员在相近日子测试的内容",
    "nothing was tried by two evaluators within days of each other",
)
Item = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One test: one evaluator on one item.

    Attributes:
        id: of the test.
        evaluator: the code of the person.
        item: service, channel and item.
        department: that the service belongs to; "" where unknown.
        at: when it began on the wall clock, in µs since 1970.
        took: seconds from its first to its last entry; None with fewer than two.
        passed: step → whether it worked.
        minutes: of each step in the order of steps; empty where any is unknown.
    """

    id: str
    evaluator: str
    item: Item
    department: str
    at: int
    took: float | None
    passed: Mapping[str, bool]
    minutes: tuple[float, ...]

    @property
    def month(self) -> str:
        """The month in which it was made."""
        return f"{EPOCH + timedelta(microseconds=self.at):%Y-%m}"


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer with those of co-evaluators.

    Attributes:
        attempt: the test it belongs to.
        step: what was answered.
        passed: the answer.
        others: how many co-evaluators answered.
        agreeing: how many of these passed the step.
    """

    attempt: Attempt
    step: str
    passed: bool
    others: int
    agreeing: int


def lacking(scene: Scene) -> Text | None:
    """Name the table or column without which field tests say nothing of evaluators."""
    return scene.lacking("field_tests", *COLUMNS)


def attempts(scene: Scene) -> list[Attempt]:
    """Return all tests that have a time, in order of time."""
    table = scene.table("field_tests")
    present = [name for name in OPTIONAL if scene.has("field_tests", name)]
    chosen = table.select(
        *(c for c in COLUMNS if c != "ts"), *present, at=wall_clock(scene, table.ts)
    )
    whole = chosen.filter(chosen.at.notnull() & chosen.evaluator_id.notnull())
    of_test: dict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
    for row in rows_of(scene, whole.order_by(["test_id", "at", "step"])):
        key = (str(row["test_id"]), str(row.get("item_id") or ""), str(row["evaluator_id"]))
        of_test[key].append(row)
    owners = _departments(scene)
    found = [_attempt(key, rows, owners) for key, rows in of_test.items()]
    return sorted(found, key=lambda attempt: (attempt.at, attempt.id, attempt.item))


def by_item(found: Sequence[Attempt]) -> dict[Item, list[Attempt]]:
    """Return the tests of each item in order of time, each evaluator's first alone."""
    of_item: dict[Item, dict[str, Attempt]] = defaultdict(dict)
    for attempt in found:
        of_item[attempt.item].setdefault(attempt.evaluator, attempt)
    return {item: list(tests.values()) for item, tests in of_item.items()}


def answers(found: Sequence[Attempt], *, days: float) -> Iterator[Judged]:
    """Give every answer with those of the co-evaluators who tried the item within some days."""
    for tests in by_item(found).values():
        for mine in tests:
            near = [t for t in tests if t is not mine and abs(t.at - mine.at) <= days * DAY]
            for step, passed in mine.passed.items():
                said = [other.passed[step] for other in near if step in other.passed]
                yield Judged(mine, step, passed, len(said), sum(said))


def _attempt(
    key: tuple[str, str, str], rows: Sequence[Mapping[str, object]], owners: Mapping[str, str]
) -> Attempt:
    test, item, evaluator = key
    times = [int(str(row["at"])) for row in rows]
    service = str(rows[0]["service_id"])
    steps = sorted(rows, key=lambda row: str(row["step"]))
    noted = [row.get("minutes") for row in steps]
    return Attempt(
        id=test,
        evaluator=person_code(evaluator),
        item=(service, str(rows[0].get("channel") or ""), item),
        department=owners.get(service, ""),
        at=times[0],
        took=(times[-1] - times[0]) / SECOND if len(times) > 1 else None,
        passed={str(row["step"]): bool(row["passed"]) for row in rows if row["passed"] is not None},
        minutes=() if None in noted else tuple(float(str(value)) for value in noted),
    )


def _departments(scene: Scene) -> dict[str, str]:
    if not scene.has("services", "service_id", "department_id"):
        return {}
    rows = scene.engine.rows(scene.table("services").select("service_id", "department_id"))
    pairs = zip(rows["service_id"], rows["department_id"], strict=True)
    return {str(service): str(department) for service, department in pairs if department}
