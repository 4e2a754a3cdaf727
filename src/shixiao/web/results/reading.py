"""Which evaluation a page is about, and the parts of pages that the evaluation left."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest
from markupsafe import Markup

from shixiao.records.models import Evaluation, Finding
from shixiao.terms import Text
from shixiao.web.shell.pages import language
from shixiao.workflows.actors import Actor
from shixiao.workflows.evaluations import current, folder_of, visible
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Missing

ASKED = "of"  # question of the address that names an evaluation other than the newest public one


def actor_on(request: HttpRequest) -> Actor:
    """Return who asks; the guard has put it there."""
    actor = request.actor  # type: ignore[attr-defined]
    if not isinstance(actor, Actor):
        raise TypeError("The guard did not see this request")
    return actor


def chosen(request: HttpRequest) -> Evaluation | None:
    """Return the evaluation that the address names, or the newest public one; None where none is.

    Raises:
        Missing: it names one that is not there, or that the person may not see.
    """
    code = request.GET.get(ASKED, "")
    if not code:
        return current()
    done = visible(actor_on(request)).filter(code=code, state=Evaluation.State.DONE)
    found = done.select_related("evidence__organisation").first()
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def part(actor: Actor, evaluation: Evaluation, name: str) -> Markup:
    """Return a part of a page in the language of the reader; "" where the evaluation left none.

    Who may not read drafts gets the part without the numbers of too few people. It is our own
    markup, made by the report from escaped texts.
    """
    folder = folder_of(evaluation)
    if not may(actor, "evaluation.read", evaluation):
        folder /= "public"
    return Markup(_read(folder / "parts" / language() / name))  # noqa: S704


def claim(actor: Actor, finding: Finding) -> Text:
    """Return what a finding says, as far as the person may read it."""
    inside = may(actor, "evaluation.read", finding)
    return Text.of(finding.text if inside else finding.public_text)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
