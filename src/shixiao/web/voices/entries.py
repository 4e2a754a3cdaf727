"""Entries from what a form sent, without the form: most are right, and taking them in is cheap."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from shixiao.terms import Text
from shixiao.voice.handling import Entry
from shixiao.web.shell.uploads import refused
from shixiao.workflows.refusals import Incomplete

TOO_LARGE = Text("附件太大，没有收下。", "The files are too large and were not taken.")
CLERK = ("phone", "counter")


def entry_of(given: QueryDict, *, clerk: bool = False) -> Entry:
    """Return what was sent; what is wrong with it is said when it is taken in.

    Args:
        given: fields as ``forms.Bring`` has them.
        clerk: whether it was entered for somebody on the phone or at the counter.
    """
    level, channel = given.get("level", ""), given.get("channel", "")
    known = channel in CLERK if clerk else channel == "qr"
    return Entry(
        given.get("kind", ""),
        channel if known else ("counter" if clerk else "web"),
        text=given.get("text", ""),
        level=int(level) if level in {"1", "2", "3", "4", "5"} else 0,
        service=given.get("service", ""),
        department=given.get("department", ""),
        place=given.get("place", ""),
        group=given.get("group", ""),
        contact=given.get("contact", ""),
    )


def papers_of(request: HttpRequest) -> list[tuple[str, bytes]]:
    """Return names and contents of the files that were sent.

    Raises:
        Incomplete: they are too large.
    """
    if refused(request):
        raise Incomplete(TOO_LARGE, field="papers")
    return [(each.name or "", each.read()) for each in request.FILES.getlist("papers")]
