"""The register of algorithms is held against the decisions that are sent, without any upload."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.fairness.algorithms.seen import Seen
from shixiao.fairness.decisions import read_row
from shixiao.records.models import Algorithm, DecisionUses, LeafRow, System
from shixiao.workflows.algorithms import counting, logs
from shixiao.workflows.algorithms.logs import log_of
from shixiao.workflows.algorithms.standing import standing
from shixiao.workflows.decisions import taking
from shixiao.workflows.refusals import Incomplete
from tests import algorithms, deciding
from tests.cast import NOW, TODAY, Cast
from tests.explained import SENT, ZONE, sent
from tests.fairness.algorithms.made import ENTRY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 2, 3), date(2026, 2, 28)
FACT: dict[str, Any] = SENT["factors"][0]
ARTICLE = FACT["article"]
AID = ENTRY | {
    "inputs": [
        f"家庭人均月收入 | 民政收入核对库 | {ARTICLE}",
        "hardship | 申请表 | 第一条",
        "年龄 | 人口库 | 第二条",
    ],
    "versions": ["1.0"],
    "volume": 600,
    "human_share": 60,
    "role": "automatic",
}


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def row(cast: Cast) -> Algorithm:
    return algorithms.begun(cast, deciding.laid_down(cast), entry=AID, chain=algorithms.CHAIN)


def decisions(n: int = 50) -> list[dict[str, Any]]:
    """Decisions of February: three of five with a person, every tenth drawn at random."""
    facts = [
        FACT,
        FACT | {"name": "hardship", "source": "申请表", "article": "第一条"},
        FACT | {"name": "age", "source": "人口库", "article": "第二条"},
    ]
    return [
        sent(
            decision_id=f"{k}",
            ts=f"2026-02-{3 + k % 26:02}T10:00:00+08:00",
            began=None,
            told=None,
            factors=facts,
            final="grant" if k % 10 == 3 else "refuse",
            **({"system_role": "automatic"} if k % 5 > 2 else {}),
            **({"arm": "random", "outcome": "1" if k % 4 else "0"} if k % 10 == 0 else {}),
        )
        for k in range(n)
    ]


def deliver(cast: Cast, system: System, *rows: dict[str, Any]) -> None:
    actor = cast.actor("chu")
    delivery = taking.begin(system, name="test", actor=actor, at=NOW)
    read = [(n, read_row(each, now=NOW, zone=ZONE)) for n, each in enumerate(rows, 1)]
    answers = list(taking.take(delivery, read, actor=actor, at=NOW))
    assert [each.state for each in answers] == ["taken"] * len(rows)


def by_hand(rows: list[dict[str, Any]]) -> tuple[bytes, bytes]:
    """Return the files that a department would enter of the same decisions."""
    cells: dict[tuple[str, str, str], Counter[str]] = {}
    uses: Counter[tuple[str, str, str]] = Counter()
    for each in rows:
        human = "0" if each["system_role"] == "automatic" else "1"
        found = cells.setdefault((each["version"], each["arm"], human), Counter())
        refused, true = each["final"] == "refuse", each.get("outcome")
        found.update(n=1, heard=1, advised=1, selected=refused, overrides=not refused)
        if true is not None:
            found["tp" if refused and true == "1" else "fp" if refused else "tn"] += 1
        uses.update((f["name"], f["source"], f["article"]) for f in each["factors"])
    names = ("n", "selected", "tn", "fn", "tp", "fp", "advised", "overrides", "raised", "heard")
    lines = [",".join(("version,arm,human", *names))]
    lines += [
        ",".join((*key, *(str(found[name]) for name in names))) for key, found in cells.items()
    ]
    facts = ["factor,n,source,article"]
    facts += [",".join((name, str(n), *rest)) for (name, *rest), n in uses.items()]
    return "\n".join(lines).encode(), "\n".join(facts).encode()


def test_decisions_that_are_sent_say_what_an_uploaded_log_of_them_says(
    cast: Cast, row: Algorithm
) -> None:
    rows = decisions()
    deliver(cast, row.system, *rows[:17])
    deliver(cast, row.system, *rows[17:])
    assert counting.count_all(now=NOW) == 1
    log = row.logs.get()
    assert (log.sent, log.by, log.first, log.last) == (True, None, FIRST, LAST)
    counts, factors = by_hand(rows)
    told = logs.read_log(("c.csv", counts), ("f.csv", factors), first=FIRST, last=LAST)
    seen = Seen.of(log.seen)
    assert seen == Seen(**{f: getattr(told, f) for f in Seen.__slots__} | {"founded": seen.founded})
    assert set(seen.founded) == set(told.founded)
    assert (seen.with_person, seen.alone, seen.random) == (30, 20, 5)


def test_what_agrees_agrees_by_the_names_that_were_laid_down(cast: Cast, row: Algorithm) -> None:
    deliver(cast, row.system, *decisions())
    counting.count_all(now=NOW)
    found = standing(row, row.draft, today=TODAY)
    assert (found.findings, found.silent) == ((), ())
    assert found.log == row.logs.get()
    assert found.score.points["agrees"] > 0


def test_counting_again_changes_nothing_and_a_late_decision_does(
    cast: Cast, row: Algorithm
) -> None:
    rows = decisions()
    deliver(cast, row.system, *rows[:-1])
    assert [counting.count_all(now=NOW) for _ in range(3)] == [1, 0, 0]
    deliver(cast, row.system, rows[-1])
    assert [counting.count_all(now=NOW + DAY) for _ in range(2)] == [1, 0]
    newest = log_of(row, today=TODAY)
    assert newest is not None
    assert Seen.of(newest.seen).decisions == len(rows)
    assert LeafRow.objects.filter(event="algorithm.counted").count() == 2


def test_a_version_that_nobody_registered_and_an_input_that_is_not_named_are_said(
    cast: Cast, row: Algorithm
) -> None:
    strange = sent(
        decision_id="x",
        version="1.1-hotfix",
        inputs={"income": 1, "hukou": "rural"},
        ts="2026-02-10T10:00:00+08:00",
        began=None,
    )
    deliver(cast, row.system, *decisions(), strange)
    counting.count_all(now=NOW)
    found = {f.measure: f for f in standing(row, row.draft, today=TODAY).findings}
    assert set(found) == {"version_unregistered", "input_unregistered"}
    assert found["version_unregistered"].locator == "1.1-hotfix"
    assert found["input_unregistered"].locator == "hukou"
    assert "fewer than 11" in found["input_unregistered"].text.en


def test_a_code_that_the_entry_does_not_know_is_told_by_its_name(
    cast: Cast, row: Algorithm
) -> None:
    content = row.draft | {"fields": AID | {"inputs": AID["inputs"][:2]}}
    deliver(cast, row.system, *decisions())
    counting.count_all(now=NOW)
    (found,) = standing(row, content, today=TODAY).findings
    assert found.locator == "年龄（age）"


def test_whose_decisions_are_sent_enters_no_log(cast: Cast, row: Algorithm) -> None:
    algorithms.logged(cast, row)
    deliver(cast, row.system, *[each | {"told": None} for each in decisions()])
    deliver(cast, row.system, sent(decision_id="old", ts="2026-01-05T10:00:00+08:00", began=None))
    counting.count_all(now=NOW)
    log = log_of(row, today=TODAY)
    assert log is not None
    assert (log.sent, log.first) == (True, date(2026, 2, 1))  # decisions began before February
    with pytest.raises(Incomplete, match="nothing need be entered"):
        algorithms.logged(cast, row)
    later = TODAY + 60 * DAY  # nothing was sent since: what somebody enters counts again
    assert log_of(row, today=later) == row.logs.first()


def test_a_few_days_do_not_take_the_place_of_a_log_that_was_entered(
    cast: Cast, row: Algorithm
) -> None:
    algorithms.logged(cast, row)
    deliver(cast, row.system, *decisions())  # the first on the third of the month
    assert counting.count_all(now=NOW) == 0
    assert not row.logs.filter(sent=True).exists()


def test_the_month_that_runs_is_not_counted_yet(cast: Cast, row: Algorithm) -> None:
    deliver(cast, row.system, sent(ts="2026-03-01T10:00:00+08:00", began=None, told=None))
    assert counting.count_all(now=NOW) == 0
    assert counting.count_all(now=NOW + 31 * DAY) == 1


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ({"system_role": "automatic"}, (0, 1)),
        ({"human_role": "无"}, (0, 1)),
        ({"human_role": None}, (1, 0)),  # an official is on record
        ({"human_role": None, "official_id": None}, (0, 0)),
    ],
)
def test_who_had_a_part_is_what_is_on_record(
    cast: Cast, row: Algorithm, said: dict[str, Any], seen: tuple[int, int]
) -> None:
    deliver(cast, row.system, sent(**said))
    found = counting.seen_in(row, now=NOW)
    assert found is not None
    assert (found.with_person, found.alone) == seen


def test_a_flood_of_names_is_counted_up_to_a_limit(
    cast: Cast, row: Algorithm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_USES", 5)
    rows = [sent(decision_id=f"{k}", inputs={f"i{k}": 1, "kept": 1}) for k in range(9)]
    deliver(cast, row.system, *rows)
    assert len(DecisionUses.objects.get().uses) == 5
