"""The letter that explains a decision, in large print: read, or read out, without a screen."""

from __future__ import annotations

from django.utils import timezone

from shixiao.checkup.report.speech import Speech
from shixiao.exports import Document
from shixiao.terms import Text
from shixiao.web.shell.pages import language
from shixiao.workflows.decisions.explaining import FIXED, Explained
from shixiao.workflows.decisions.remedies import AFTERWARDS, WARNING

TITLE = Text("关于您的决定的说明", "Your decision explained")
HEADS = {
    "what": Text("一、决定了什么", "1. What was decided"),
    "facts": Text("二、用了哪些事实", "2. Which facts were used"),
    "ways": Text("三、什么会改变结果", "3. What would change the result"),
    "people": Text("四、请人来决定、更正数据", "4. Having a person decide, and data put right"),
    "until": Text("五、不服怎么办，到哪天为止", "5. If you disagree, and until when"),
}


def letter(told: Explained) -> bytes:
    """Write the letter in the language of the page."""
    speech = Speech(language())
    chinese, say = speech.language == "zh", speech.say
    document = Document(title=say(TITLE), chinese=chinese, large=True)
    office = speech.full_name(told.row.system.department.name)
    document.letterhead(office, told.row.code)
    document.title(say(TITLE))
    _what(document, told, speech)
    _facts(document, told, speech)
    document.heading(say(HEADS["ways"]))
    for sentence in [*map(say, told.ways), *([say(told.why_none)] if told.why_none else [])]:
        document.paragraph(sentence)
    document.heading(say(HEADS["people"]))
    document.paragraph(say(FIXED["right"]) + say(told.scheme.people))
    document.heading(say(HEADS["until"]))
    for remedy in told.remedies:
        due = speech.day(remedy.due.isoformat())
        where, basis = say(remedy.where), say(BASES[remedy.rule.kind])
        said = say(REMEDIES[remedy.rule.id])
        document.paragraph(
            f"{said}：{due}以前，{where}（{basis}）。"
            if chinese
            else f"{said}: by {due}, {where} ({basis})."
        )
    for warning in (WARNING, AFTERWARDS):
        document.paragraph(say(warning))
    document.signature(office, speech.day(timezone.localdate().isoformat()))
    return document.to_bytes()


def _what(document: Document, told: Explained, speech: Speech) -> None:
    """Write what was decided, what stood before, and by which law."""
    chinese, say = speech.language == "zh", speech.say
    document.heading(say(HEADS["what"]))
    name, about = say(told.row.system.name), say(told.scheme.about)
    when = speech.day(timezone.localdate(told.record.ts).isoformat())
    document.paragraph(
        f"{when}，系统“{name}”办理了您的{about}：{say(told.result)}。{say(told.roles)}"
        if chinese
        else f"On {when} the system “{name}” dealt with your {about}: {say(told.result)}."
        f" {say(told.roles)}"
    )
    if told.former:
        document.paragraph(say(FIXED["corrected"]) + say(told.former) + ("。" if chinese else "."))
    if told.row.suspended:
        document.paragraph(say(FIXED["suspended"]))
    article = told.record.article or say(FIXED["no_article"])
    document.paragraph(("依据：" if chinese else "By: ") + article)
    if told.record.explanation:
        document.paragraph(told.record.explanation)


def _facts(document: Document, told: Explained, speech: Speech) -> None:
    """Write which facts were used, each with its register and what to do if it is wrong."""
    chinese, say = speech.language == "zh", speech.say
    document.heading(say(HEADS["facts"]))
    if not told.facts:
        document.paragraph(say(FIXED["no_facts"]))
    for fact in told.facts:
        since = speech.day(fact.factor.day.isoformat()) if fact.factor.day else ""
        source = ("，" if chinese else ", ").join(filter(None, (say(fact.register), since)))
        how = say(fact.how or WRONG)
        document.paragraph(
            f"{say(fact.name)}：{say(fact.value)}（{source}）。{how}"
            if chinese
            else f"{say(fact.name)}: {say(fact.value)} ({source}). {how}"
        )


WRONG = Text("不对的，可以提出异议。", "If it is wrong, object.")
BASES = {"policy": Text("本平台设定", "our own rule"), "law": Text("法律", "law")}
REMEDIES = {
    "OBJ-01": Text("提出异议", "Object"),
    "REV-F": Text("申请行政复议", "Apply for reconsideration"),
    "LIT-F": Text("提起行政诉讼", "Bring suit"),
}
