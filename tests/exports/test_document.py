"""Official documents: the parts of GB/T 9704-2012 in their order, and the same bytes."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from shixiao.exports import Document

AUTHORITY, NUMBER, TITLE = "市督查室文件", "督办〔2026〕12号", "关于案件的督办通知"


def letter(authority: str = AUTHORITY, *, chinese: bool = True) -> bytes:
    document = Document(title=TITLE, chinese=chinese)
    document.letterhead(authority, NUMBER)
    document.title(TITLE)
    document.recipient("卫生健康局")
    document.paragraph("请于三日内办结。")
    document.attachments(["核查报告", "登记表"])
    document.signature("市督查室", "2026年3月2日")
    return document.to_bytes()


def paragraphs(content: bytes) -> list[Paragraph]:
    return list(docx.Document(BytesIO(content)).paragraphs)


def test_the_parts_stand_in_the_order_of_the_standard() -> None:
    assert [paragraph.text for paragraph in paragraphs(letter())] == [
        AUTHORITY,
        NUMBER,
        TITLE,
        "卫生健康局：",
        "请于三日内办结。",
        "附件：1. 核查报告",
        "2. 登记表",
        "市督查室",
        "2026年3月2日",
    ]


def test_the_head_is_red_and_a_red_line_stands_below_the_number() -> None:
    mark, number, *_ = paragraphs(letter())
    assert str(mark.runs[0].font.color.rgb) == "FF0000"
    assert mark.paragraph_format.space_before.mm == pytest.approx(35, abs=0.2)
    border = number._p.pPr.find(qn("w:pBdr"))
    line = border.find(qn("w:bottom"))
    assert (line.get(qn("w:val")), line.get(qn("w:color"))) == ("single", "FF0000")
    names = [child.tag.partition("}")[2] for child in number._p.pPr]
    assert names.index("pBdr") < names.index("spacing") < names.index("jc")


@pytest.mark.parametrize("name", ["市督查室", "某某市人民政府督查与效能建设领导小组办公室文件"])
def test_the_issuing_authority_stays_on_one_line(name: str) -> None:
    mark = paragraphs(letter(name))[0]
    assert mark.runs[0].font.size.pt * len(name) <= 442.5


def test_the_signature_stands_in_the_middle_above_the_date() -> None:
    *_, authority, day = paragraphs(letter())
    middles = []
    for paragraph, wide in ((authority, 4.0), (day, 3 + 6 / 2)):
        assert paragraph.alignment is WD_ALIGN_PARAGRAPH.RIGHT
        middles.append(paragraph.paragraph_format.right_indent.pt / 16 + wide / 2)
    assert day.paragraph_format.right_indent.pt == 4 * 16
    assert middles[0] == pytest.approx(middles[1], abs=0.05)


def test_one_attachment_has_no_number() -> None:
    document = Document(title=TITLE)
    document.attachments(["核查报告"])
    assert [paragraph.text for paragraph in paragraphs(document.to_bytes())] == ["附件：核查报告"]


@pytest.mark.parametrize("chinese", [True, False])
def test_the_same_content_is_the_same_bytes(chinese: bool) -> None:
    assert letter(chinese=chinese) == letter(chinese=chinese)


@pytest.mark.parametrize("ends_with_table", [True, False])
def test_no_signature_stands_on_a_page_alone(ends_with_table: bool) -> None:
    document = Document(title="周报")
    document.paragraph("在办 5 件。")
    if ends_with_table:
        document.table(["部门", "在办"], [["住房局", "2"], ["卫健委", "3"]])
    document.signature("市督查室", "2026年11月25日")
    *before, _, _ = docx.Document(BytesIO(document.to_bytes())).iter_inner_content()
    last = before[-1]
    ends = last.rows[-1].cells[0].paragraphs if ends_with_table else [last]
    assert all(paragraph.paragraph_format.keep_with_next for paragraph in ends)


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    document = Document(title="周报")
    document.table(["部门", "在办"], [["明澜市人力资源和社会保障局", "5"]])
    (table,) = docx.Document(BytesIO(document.to_bytes())).tables
    name, count = (column.width for column in table.columns)
    assert name > 2 * count
    assert [cell.width for cell in table.rows[1].cells] == [name, count]
