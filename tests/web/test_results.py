"""Results: what everybody reads of them, and what is for those who may read drafts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from shixiao.records.models import Evaluation, Finding, Sighting
from shixiao.terms import Text
from shixiao.workflows.evaluations import folder_of
from tests.cast import NOW, Cast, make_evaluation, make_finding

INSIDE = ("report.html", "tables.xlsx", "result.json", "briefing.docx", "briefing.en.docx")
COUNT = "该服务 7 人被退回。"
OPEN = "数字不公开。"


@pytest.fixture
def evaluation(cast: Cast, place: Path) -> Evaluation:
    """A public evaluation with all its files, each of which says who may have it."""
    made = make_evaluation(cast, published=NOW, published_by=cast.accounts["sun"])
    folder = folder_of(made)
    (folder / "public").mkdir(parents=True)
    for name in (*INSIDE, "summary.html", "bundle.zip"):
        (folder / name).write_text("inside")
    (folder / "public" / "summary.html").write_text("everybody")
    for of, says in ((folder, COUNT), (folder / "public", OPEN)):
        (of / "parts" / "zh").mkdir(parents=True)
        (of / "parts" / "zh" / "city.html").write_text(f"<p>{says}</p>")
    return made


@pytest.fixture
def finding(cast: Cast, evaluation: Evaluation) -> Finding:
    """A finding whose number tells of seven people."""
    made = make_finding(cast, evaluation)
    says = {"text": Text(COUNT, COUNT), "public_text": Text(OPEN, OPEN)}
    Finding.objects.filter(pk=made.pk).update(**says)
    sighting = Sighting.objects.get(finding=made)
    estimate = {**sighting.detail["estimate"], "n": 7}
    sighting.detail = {**sighting.detail, "estimate": estimate}
    sighting.save(update_fields=["detail"])
    return made


@pytest.mark.parametrize("role", ["", "citizen", "officer", "evaluator"])
@pytest.mark.parametrize("name", INSIDE)
def test_files_with_small_counts_are_not_for_everybody(
    visit: Callable[..., Client], evaluation: Evaluation, role: str, name: str
) -> None:
    client = visit(role)
    page = f"/evaluations/{evaluation.code}/"
    assert client.get(f"{page}{name}").status_code == 404
    assert name not in client.get(page).content.decode()


def test_everybody_takes_the_bundle_and_reads_the_summary_for_everybody(
    visit: Callable[..., Client], evaluation: Evaluation
) -> None:
    files = f"/evaluations/{evaluation.code}/"
    got = {
        role: b"".join(visit(role).get(f"{files}summary.html").streaming_content)
        for role in ("", "analyst")
    }
    assert got == {"": b"everybody", "analyst": b"inside"}
    assert b"".join(visit("").get(f"{files}bundle.zip").streaming_content) == b"inside"


@pytest.mark.parametrize(("role", "inside"), [("", False), ("citizen", False), ("analyst", True)])
def test_pages_lists_files_and_the_interface_leave_small_numbers_out(
    visit: Callable[..., Client], finding: Finding, role: str, inside: bool
) -> None:
    client = visit(role)
    seen = {
        path: client.get(path).content.decode()
        for path in ("/", "/findings/", f"/findings/{finding.code}/", "/findings/?form=csv")
    }
    assert {path: COUNT in text for path, text in seen.items()} == dict.fromkeys(seen, inside)
    assert {path: OPEN in text for path, text in seen.items()} == dict.fromkeys(seen, not inside)
