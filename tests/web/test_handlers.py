"""The pages on handling: one's own, and those of inspectors."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from shixiao.records.models import HandlerFigures
from shixiao.workflows.handlers import reviews
from tests.cast import Cast
from tests.workflows.test_handlers import work


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = "en"
    client.force_login(cast.accounts[name])
    return client


def measured(cast: Cast) -> None:
    """Let two people work, and take the figures as of today."""
    work(cast, "li", steps=40, late=20)
    work(cast, "sun", steps=40, late=4)
    reviews.take(now=timezone.now())


def test_the_handler_sees_and_answers_before_inspectors_do(cast: Cast) -> None:
    measured(cast)
    own, inspector = signed_in(cast, "li"), signed_in(cast, "qian")
    page = own.get("/account/handling/").content.decode()
    assert "Only you see them now." in page
    assert "Steps taken too late" in page
    assert "Sun" not in page
    assert "No figures to see yet" in inspector.get("/cases/handlers/").content.decode()
    assert own.post("/account/handling/", {"answer": " "}).status_code == 422
    sent = own.post("/account/handling/", {"answer": "The system was down for two days."})
    assert sent.status_code == 302
    seen = inspector.get("/cases/handlers/").content.decode()
    assert "The system was down for two days." in seen
    assert "<h2>Sun</h2>" not in seen
    assert own.post("/account/handling/", {"answer": "Once more."}).status_code == 409


def test_figures_without_an_answer_open_after_the_time_for_it(cast: Cast) -> None:
    measured(cast)
    HandlerFigures.objects.update(made=timezone.now() - timedelta(days=40))
    seen = signed_in(cast, "qian").get("/cases/handlers/").content.decode()
    assert seen.index("<h2>Li</h2>") < seen.index("<h2>Sun</h2>")
    assert "The person gave no answer." in seen


def test_without_figures_there_is_nothing_to_answer(cast: Cast) -> None:
    own = signed_in(cast, "li")
    assert "No figures on you yet" in own.get("/account/handling/").content.decode()
    assert own.post("/account/handling/", {"answer": "Nothing."}).status_code == 404
