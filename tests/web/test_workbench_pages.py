"""The workbench: experts cross groups of a released quarter; nobody else, and no few persons."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import CountRelease, DecisionCell, System
from shixiao.workflows.studies.releasing import release_due
from tests import deciding
from tests.cast import Cast, make_cast
from tests.web.browsing import Reader
from tests.web.looking import Look, faults

pytestmark = pytest.mark.django_db
SHOTS = os.environ.get("SHOTS_OF_ALGORITHMS")  # a folder, to look at the pages
AGES = ("18-44", "45-59", "60-69", "70+")
MADE_UP = {"救助核定"}


def released(cast: Cast) -> System:
    """Count a quarter in which the oldest are refused more often, and release it."""
    aid = deciding.laid_down(cast)
    for row, (age, sex, month) in enumerate(product(AGES, ("F", "M"), ("04", "05"))):
        n = 3 if (age, sex) == ("70+", "M") else 400 - 20 * row
        selected = n // 2 if age == "70+" else n // 5
        DecisionCell.objects.create(
            system=aid,
            key=str(row),
            version="1.0",
            period=f"2026-{month}",
            arm="",
            groups={"age_band": age, "sex": sex},
            counts={"n": n, "selected": selected, "heard": n, "advised": n, "overrides": n // 9},
        )
    assert release_due(now=timezone.now()) == 1
    return aid


@pytest.fixture
def aid(cast: Cast, place: Path) -> System:
    return released(cast)


def expert(cast: Cast) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = "en"
    client.force_login(cast.accounts["feng"])
    return client


def asked(cast: Cast, aid: System, **query: object) -> str:
    at = reverse("workbench", args=[aid.code])
    given = {"quarter": "2026-Q2", "rate": "selection", **query}
    return expert(cast).get(at, given).content.decode()


def test_groups_of_ones_own_choice_are_held_against_everybody_else(cast: Cast, aid: System) -> None:
    page = asked(cast, aid, by=["age_band"])
    assert "70+" in page
    assert "+2" in page or "+3" in page  # points above all others
    assert "hold together" in page


def test_values_put_together_are_one_line(cast: Cast, aid: System) -> None:
    page = asked(cast, aid, by=["age_band"], merge0=["2", "3"])
    assert "60-69 + 70+" in page


def test_a_few_men_are_withheld_and_so_is_what_tells_them(cast: Cast, aid: System) -> None:
    page = asked(cast, aid, by=["age_band", "sex"])
    assert page.count("withheld") >= 2
    content = CountRelease.objects.get().content
    (crossed,) = [t for t in content["tables"] if len(t["by"]) == 2]
    assert sum(counts is None for _, counts in crossed["rows"]) >= 2


def test_an_answer_is_a_file_too(cast: Cast, aid: System) -> None:
    at = reverse("workbench", args=[aid.code])
    given = {"quarter": "2026-Q2", "rate": "override", "by": ["sex"], "form": "csv"}
    said = expert(cast).get(at, given).content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in said.splitlines()] == ["分组 Group", "women", "men"]


@pytest.mark.parametrize(
    "query",
    [{"rate": "ppv"}, {"by": ["no"]}, {"by": ["age_band"], "merge0": ["99"]}, {"quarter": "x"}],
)
def test_a_question_that_is_none_gets_a_sentence(
    cast: Cast, aid: System, query: dict[str, object]
) -> None:
    at = reverse("workbench", args=[aid.code])
    given = {"quarter": "2026-Q2", "rate": "selection", **query}
    answer = expert(cast).get(at, given)
    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()


def test_citizens_and_other_departments_have_no_workbench(cast: Cast, aid: System) -> None:
    client = Client(headers={"host": "localhost"})
    at = reverse("workbench", args=[aid.code])
    assert client.get(at).status_code == 302
    client.force_login(cast.accounts["wu"])
    assert client.get(at).status_code == 403


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "screen", "elder"),
    [("en", "desktop", ""), ("zh", "desktop", ""), ("zh", "phone", "largest")],
)
def test_the_workbench_breaks_no_rule_and_fits_the_screen(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    aid = released(make_cast())
    at = f"/decisions/systems/{aid.code}/workbench/"
    crossed = f"{at}?quarter=2026-Q2&rate=selection&by=age_band&by=sex"
    merged = f"{at}?quarter=2026-Q2&rate=override&by=age_band&merge0=2&merge0=3"
    pages = [(at, "expert:feng"), (crossed, "expert:feng"), (merged, "analyst:li")]
    look = Look(language, screen, elder)
    found = faults(reader, enumerate(pages), look, made_up=MADE_UP, shots=SHOTS, prefix="wb-")
    assert found == []
