"""Pages for everybody show no number that the bundle withholds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shixiao.checkup import Evaluation, result_json
from shixiao.checkup.bundles.cells import shown
from shixiao.checkup.bundles.view import public_view
from shixiao.checkup.bundles.withholding import WITHHELD
from shixiao.checkup.published import published
from shixiao.checkup.register import subjects
from shixiao.checkup.report import fragments, summary_html, usual
from shixiao.checkup.report.lookup import Lookup
from shixiao.settings import Settings
from shixiao.terms import SubjectKind
from tests.checkup.cities import answered, hostile

# What a page is made from, and stands in a result under the same name.
ALIKE = ("measures", "comparisons", "verdicts", "findings", "index")
# Of an estimate, its level tells of nobody.
HARMLESS = {"level"}
PEOPLE, FEWEST = {"age_band", "disability"}, 11


@pytest.fixture(scope="module")
def opened(city: Evaluation) -> Lookup:
    return published(Lookup(city), shown(city))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    """Three services of one department: one of them has three cases."""
    return answered(hostile(tmp_path_factory.mktemp("small")), settings)


def told(view: Any, page: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Give what stands on a page where the bundle withholds a number."""
    if view is WITHHELD:
        if page not in (None, 0) and at.rpartition(".")[2] not in HARMLESS:
            yield at, page
    elif isinstance(view, dict) and isinstance(page, dict):
        for key in view.keys() & page.keys():
            yield from told(view[key], page[key], f"{at}.{key}")
    elif isinstance(view, list) and isinstance(page, list) and len(view) == len(page):
        for n, (a, b) in enumerate(zip(view, page, strict=True)):
            yield from told(a, b, f"{at}[{n}]")


@pytest.mark.parametrize("which", ["city", "small"])
def test_no_number_that_the_bundle_withholds_is_left_to_a_page(
    which: str, request: pytest.FixtureRequest
) -> None:
    evaluation: Evaluation = request.getfixturevalue(which)
    view = public_view(result_json(evaluation), evaluation, shown(evaluation))
    page = result_json(published(Lookup(evaluation), shown(evaluation)).evaluation)
    assert {name: len(view[name]) for name in ALIKE} == {name: len(page[name]) for name in ALIKE}
    withheld = {name: list(told(view[name], result_json(evaluation)[name])) for name in ALIKE}
    assert any(withheld.values())  # there is something to hide
    assert [left for name in ALIKE for left in told(view[name], page[name], name)] == []


def test_counts_of_the_process_and_keys_of_rows_are_not_for_everybody(opened: Lookup) -> None:
    open_ = opened.evaluation
    assert [*open_.edges, *open_.variants, *open_.activities, *open_.chains] == []
    assert not any(e.keys for finding in opened.findings for e in finding.evidence)


def test_who_and_what_stays_the_same_and_most_numbers_do(city: Evaluation, opened: Lookup) -> None:
    inside = Lookup(city)
    assert [f.id for f in opened.findings] == [f.id for f in inside.findings]
    assert opened.all_subjects() == inside.all_subjects()
    pairs = list(zip(opened.evaluation.measured, city.measured, strict=True))
    # Of an age band or disabled people within one service there are few.
    kept = [a == b for a, b in pairs if b.arm is None or b.arm.column not in PEOPLE]
    assert sum(kept) > 0.7 * len(kept)


def test_groups_of_applicants_are_told_where_they_are_many_enough(
    city: Evaluation, opened: Lookup
) -> None:
    told = {row["id"]: row["people"] for row in subjects(opened) if row["kind"] == "service"}
    inside = {
        row["id"]: row["people"] for row in subjects(Lookup(city)) if row["kind"] == "service"
    }
    shown_, hidden_ = 0, 0
    for service, people in told.items():
        for column in PEOPLE & people.keys():
            assert people[column].keys() == inside[service][column].keys()
            for value, measures in people[column].items():
                estimate, whole = measures["completion"], inside[service][column][value]
                if estimate is None:
                    hidden_ += 1
                    continue
                shown_ += 1
                assert estimate == whole["completion"]
                with_it = round(estimate["value"] * estimate["n"])
                assert min(n for n in (with_it, estimate["n"] - with_it) if n) >= FEWEST
    assert shown_ > 5
    assert hidden_ > 0
    (whole,) = (row for row in subjects(opened) if row["kind"] == "city")
    assert whole["people"].keys() == {"", "channel", *PEOPLE}


def test_a_service_of_three_people_tells_no_number_of_them(small: Evaluation) -> None:
    inside = Lookup(small)
    open_ = published(inside, shown(small))
    rows = {row["id"]: row for row in subjects(open_) if row["kind"] == SubjectKind.SERVICE}
    assert rows["few"]["cases"] == 0
    assert {rows[of]["cases"] for of in rows} - {0} <= {60}
    parts = fragments(open_, usual(inside))
    (few,) = [
        part for name, part in parts.items() if name.startswith("zh/services/") and "few" in name
    ]
    assert "不公开" in few
    assert "n = 3<" not in few
    assert "<dd>3</dd>" not in few


def test_one_service_that_is_left_out_does_not_follow_from_the_sum(small: Evaluation) -> None:
    inside = Lookup(small)
    open_ = published(inside, shown(small))
    closed = [
        of
        for of, saved in inside.savings.items()
        if saved.people.ok and not open_.savings[of].people.ok
    ]
    assert open_.saved.ok == (inside.saved.ok and len(closed) != 1)


def test_the_page_for_everybody_is_made_from_it(small: Evaluation, tmp_path: Path) -> None:
    assert "<!doctype html>" in summary_html(published(Lookup(small), shown(small))).lower()
