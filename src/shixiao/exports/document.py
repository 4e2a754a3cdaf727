"""Documents: DOCX in the layout of official documents; same bytes for same content.

Source: GB/T 9704-2012, layout of official documents of party and government organs: A4, margins of
37, 35, 28 and 26 mm (5.2.1), text in 3号仿宋 (5.2.2) with 22 lines on a page, here a fixed line of
28 pt (5.2.3), issuing authority in red 小标宋 35 mm below the edge of the text (7.2.4), number two
lines below it (7.2.5), red line 4 mm below the number (7.2.7), title in 2号小标宋 (7.3.1), main
recipient flush left (7.3.2), headings in 黑体 and 楷体 (7.3.3), list of attachments (7.3.4),
signature in the middle above a date four characters from the right, where the seal goes (7.3.5),
page number between dashes (7.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

from shixiao.exports.archive import archive

TITLE, BODY, NOTE = 22.0, 16.0, 10.5  # 2号, 3号, 5号
LARGE, LARGE_LINE = 22.0, 36.0  # text in large print, for elders
LINE, TITLE_LINE, NOTE_LINE = 28.0, 35.0, 16.0
CELL_GAP, NARROWEST, WIDEST = 2.0, 4.0, 20.0  # points; characters of a column
MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
RED, WIDE = RGBColor(0xFF, 0, 0), 442.0  # of the red head; width of the text, 156 mm in points
TOP, BELOW_NUMBER = 99.0, "11"  # 35 mm and 4 mm in points
LARGEST_MARK = {True: 50.0, False: 26.0}  # of the issuing authority, by whether it is Chinese
SEAL = 4  # characters from the right edge to the date
FIXED = datetime(2000, 1, 1, tzinfo=UTC)
# Chinese face, then a Latin face that stands beside it.
SONG, HEI, KAI, FANG = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
# What the system may put in its place where the face is not installed.
FALLBACKS = {SONG: "宋体", HEI: "SimHei", KAI: "楷体", FANG: "仿宋"}
LATIN = "Times New Roman"
FONTS = "word/fontTable.xml"


class Document:
    """An official document, written from top to bottom; in large print where it is for elders."""

    def __init__(self, *, title: str, chinese: bool = True, large: bool = False) -> None:
        self._file = docx.Document()
        self._body, self._line = (LARGE, LARGE_LINE) if large else (BODY, LINE)
        self._chinese = chinese
        section = self._file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        for name, size in MARGINS.items():
            setattr(section, name, Mm(size))
        section.footer_distance = Mm(25)
        normal = self._file.styles["Normal"]
        normal.font.size = Pt(BODY)
        _face(normal.element.get_or_add_rPr(), FANG, LATIN)
        properties = self._file.core_properties
        properties.title, properties.author, properties.comments = title[:250], "Shixiao 实效", ""
        properties.created = properties.modified = properties.last_printed = FIXED
        properties.last_modified_by = properties.author
        properties.language = "zh-CN" if chinese else "en"
        self._headed = False
        self._number_pages(section)

    def letterhead(self, authority: str, number: str) -> None:
        """Add the red head: who issues it, its number, and the red line.

        Args:
            authority: 发文机关标志; long names are set smaller, so that they stay on one line.
            number: 发文字号.
        """
        size = min(LARGEST_MARK[self._chinese], WIDE / max(1.0, _width(authority)))
        self._paragraph(authority, SONG, size, line=1.2 * size, middle=True, before=TOP, colour=RED)
        made = self._paragraph(number, FANG, BODY, middle=True, before=2 * LINE)
        _underline(made)
        self._headed = True

    def title(self, text: str) -> None:
        """Add the title in the middle, two lines below a red head."""
        before, after = (2 * LINE, LINE) if self._headed else (0.0, BODY)
        self._paragraph(text, SONG, TITLE, line=TITLE_LINE, middle=True, before=before, after=after)

    def recipient(self, text: str) -> None:
        """Add the main recipient, flush left."""
        self._paragraph(f"{text}：" if self._chinese else f"To: {text}", FANG, BODY)

    def attachments(self, names: Sequence[str]) -> None:
        """Add the list of attachments, one line below the text."""
        head = "附件：" if self._chinese else "Attachments: "
        for place, name in enumerate(names, start=1):
            number = f"{place}. " if len(names) > 1 else ""
            self._paragraph(
                (head if place == 1 else "") + number + name,
                FANG,
                BODY,
                left=2 if place == 1 else 5,
                before=LINE if place == 1 else 0.0,
            )

    def signature(self, authority: str, day: str) -> None:
        """Add the authority above the date, with room for the seal over both."""
        aside = SEAL + max(0.0, (_width(day) - _width(authority)) / 2)
        over = max(0.0, (_width(authority) - _width(day)) / 2)
        self._keep_last()
        self._paragraph(authority, FANG, BODY, right=aside, before=3 * LINE, keep=True)
        self._paragraph(day, FANG, BODY, right=SEAL + over)

    def _keep_last(self) -> None:
        """Keep the end of the text on the page of what follows: no signature stands alone."""
        *_, last = self._file.iter_inner_content()
        ends = last.rows[-1].cells if isinstance(last, Table) else ()
        for paragraph in [p for cell in ends for p in cell.paragraphs] or [last]:
            paragraph.paragraph_format.keep_with_next = True

    def heading(self, text: str, *, level: int = 1) -> None:
        """Add a heading: “一、” in 黑体, “（一）” in 楷体."""
        face = HEI if level == 1 else KAI
        self._paragraph(text, face, self._body, line=self._line, indent=True, keep=True)

    def paragraph(self, text: str) -> None:
        """Add a paragraph of text, its first line indented by two characters."""
        self._paragraph(text, FANG, self._body, line=self._line, indent=True)

    def note(self, text: str) -> None:
        """Add small print, such as the source of a table."""
        self._paragraph(text, FANG, NOTE, line=NOTE_LINE)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table in small print; its head is repeated on every page."""
        table = self._file.add_table(rows=1 + len(rows), cols=len(heads))
        table.style = "Table Grid"
        mark = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(mark)
        grid = [heads, *rows]
        widths = _columns(grid)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Pt(width)
        for cells, texts in zip(_cells(table), grid, strict=True):
            for cell, text, width in zip(cells, texts, widths, strict=True):
                cell.width = Pt(width)
                face = HEI if texts is heads else FANG
                form = cell.paragraphs[0].paragraph_format
                form.space_before = form.space_after = Pt(CELL_GAP)
                form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(NOTE_LINE)
                self._run(cell.paragraphs[0], text, face, NOTE)

    def to_bytes(self) -> bytes:
        """Return the file; its parts carry one fixed date."""
        target = BytesIO()
        self._file.save(target)
        with ZipFile(target) as book:
            return archive((name, _part(name, book.read(name))) for name in book.namelist())

    # ── parts ─────────────────────────────────────────────────────────────────────────────────

    def _paragraph(
        self,
        text: str,
        face: str,
        size: float,
        *,
        line: float = LINE,
        middle: bool = False,
        indent: bool = False,
        keep: bool = False,
        before: float = 0.0,
        after: float = 0.0,
        left: float = 0.0,
        right: float = 0.0,
        colour: RGBColor | None = None,
    ) -> Paragraph:
        """Add a paragraph; ``left`` and ``right`` are indents in characters."""
        paragraph = self._file.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before, form.space_after = Pt(before), Pt(after)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
        form.keep_with_next = keep
        if middle:
            form.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if indent and self._chinese:
            form.first_line_indent = Pt(2 * size)
        if left:
            form.left_indent = Pt(left * size)
        if right:
            form.alignment, form.right_indent = WD_ALIGN_PARAGRAPH.RIGHT, Pt(right * size)
        self._run(paragraph, text, face, size, colour)
        return paragraph

    def _run(
        self,
        paragraph: Paragraph,
        text: str,
        face: str,
        size: float,
        colour: RGBColor | None = None,
    ) -> None:
        run = paragraph.add_run(_printable(text))
        run.font.size = Pt(size)
        if colour is not None:
            run.font.color.rgb = colour
        if not self._chinese:
            run.bold = face in (HEI, SONG)
        _face(run._r.get_or_add_rPr(), face, LATIN)

    def _number_pages(self, section: docx.section.Section) -> None:
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, "— ", "宋体", 14)
        run = paragraph.add_run()
        run.font.size = Pt(14)
        for kind, words in (("begin", ""), ("", " PAGE "), ("end", "")):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.set(qn("xml:space"), "preserve")
                part.text = words
            run._r.append(part)
        self._run(paragraph, " —", "宋体", 14)


# What follows a border among the properties of a paragraph (ISO/IEC 29500-1, 17.3.1.26).
AFTER_BORDER = ("w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _underline(paragraph: Paragraph) -> None:
    """Draw the red line below a paragraph, as wide as the text."""
    border, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", BELOW_NUMBER)):
        line.set(qn(f"w:{name}"), value)
    line.set(qn("w:color"), str(RED))
    border.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(border, *AFTER_BORDER)


def _columns(grid: Sequence[Sequence[str]]) -> list[float]:
    """Return the widths of columns in points, by what the longest cell of each needs."""
    needs = [
        min(max(NARROWEST, *(_width(text) for text in column)), WIDEST)
        for column in zip(*grid, strict=True)
    ]
    return [WIDE * need / sum(needs) for need in needs]


def _width(text: str) -> float:
    """Return how many Chinese characters wide a text is; Latin letters are half as wide."""
    return sum(1.0 if c >= "\u2e80" else 0.5 for c in text)


def _part(name: str, content: bytes) -> bytes:
    """Name in the table of fonts what may stand in for a face that is not installed."""
    if name != FONTS:
        return content
    faces = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{other}"/></w:font>'
        for face, other in FALLBACKS.items()
    )
    return content.replace(b"</w:fonts>", f"{faces}</w:fonts>".encode())


def _cells(table: docx.table.Table) -> list[tuple[docx.table._Cell, ...]]:
    return [row.cells for row in table.rows]


def _face(properties: object, chinese: str, latin: str) -> None:
    """Name the faces of a run: python-docx knows the Latin one alone."""
    fonts = properties.get_or_add_rFonts()  # type: ignore[attr-defined]
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), latin)
    fonts.set(qn("w:eastAsia"), chinese)


def _printable(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(c if c >= " " and not "\ud800" <= c <= "\udfff" else " " for c in text)
