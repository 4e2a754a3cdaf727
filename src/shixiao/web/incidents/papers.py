"""The notice to persons affected as DOCX, in the layout of official documents (GB/T 9704)."""

from __future__ import annotations

from django.utils import timezone

from shixiao.checkup.report.speech import Speech
from shixiao.exports import Document
from shixiao.records.models import Incident
from shixiao.web.shell.pages import language
from shixiao.workflows.incidents.telling import ITEMS


def notice_paper(row: Incident) -> bytes:
    """Write the notice, with each item of art. 57; a drill says so in its title."""
    speech = Speech(language())
    chinese = speech.language == "zh"
    mark = ("（演练）" if chinese else " (drill)") if row.drill else ""
    title = "关于个人信息安全事件的告知书" if chinese else "Notice of a personal data incident"
    document = Document(title=title + mark, chinese=chinese)
    office = speech.full_name(row.department.name)
    document.letterhead(office, row.code)
    document.title(title + mark)
    document.recipient("受影响的个人" if chinese else "To the persons affected")
    document.paragraph(
        "根据《中华人民共和国个人信息保护法》第五十七条，现将有关事项告知如下："
        if chinese
        else "Under art. 57 of the Personal Information Protection Law we tell you this:"
    )
    for name, label in ITEMS.items():
        colon = "：" if chinese else ": "
        document.paragraph(f"{speech.say(label)}{colon}{(row.notice or {})[name]}")
    told = timezone.localdate(row.notified or row.reported)
    document.signature(office, speech.day(told.isoformat()))
    return document.to_bytes()
