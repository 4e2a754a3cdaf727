"""The pages of supervision with rows on them, at a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shixiao.records.models import Account, Case, HandlerFigures
from shixiao.workflows.handlers import reviews
from tests.cast import Cast, make_cast
from tests.web.browsing import Reader, overflow, violations
from tests.web.people import person
from tests.web.test_board import make
from tests.workflows.test_handlers import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(reader: Reader) -> Case:
    """Overdue cases, handlers with figures that are open to inspectors, and one case to group."""
    cast: Cast = make_cast()
    Account.objects.filter(login="li").update(login="analyst")
    person("inspector")
    work(cast, "li", steps=40, late=20)
    work(cast, "sun", steps=40, late=4)
    reviews.take(now=timezone.now())
    HandlerFigures.objects.update(made=timezone.now() - timedelta(days=40))
    for n, days in enumerate((-60, -1, 1), 1):
        case = make(cast, timezone.localdate() + timedelta(days=days), n=n)
    return case


@pytest.mark.parametrize(
    ("language", "screen"),
    [
        ("zh", "phone"),
        ("en", "desktop"),
        pytest.param("zh", "desktop", marks=pytest.mark.slow),
        pytest.param("en", "phone", marks=pytest.mark.slow),
    ],
)
def test_the_pages_break_no_rule_with_rows_on_them(
    reader: Reader, case: Case, language: str, screen: str
) -> None:
    pages = (
        ("/cases/board/", "inspector"),
        ("/cases/handlers/", "inspector"),
        ("/account/handling/", "analyst"),
        (f"/cases/{case.code}/group/", "inspector"),
        (f"/cases/{case.code}/", "inspector"),
    )
    for path, role in pages:
        seen = reader.at(path, role=role, language=language, screen=screen)
        assert violations(seen) == [], path
        assert overflow(seen) <= 0, path
