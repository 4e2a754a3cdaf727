"""办事长卷: the signature picture, one service as a ribbon of steps on a scale of days."""

from __future__ import annotations

from shixiao.pictures.palette import SOFT
from shixiao.pictures.ribbon_across import WIDTH as WIDE
from shixiao.pictures.ribbon_across import across
from shixiao.pictures.ribbon_parts import EMPTY
from shixiao.pictures.ribbon_steps import Bar, Material, Ribbon, Segment, Who, spoken
from shixiao.pictures.ribbon_upright import WIDTH as NARROW
from shixiao.pictures.ribbon_upright import upright as standing
from shixiao.pictures.svg import document, label
from shixiao.pictures.text import wrap

__all__ = ["Bar", "Material", "Ribbon", "Segment", "Who", "ribbon_svg"]


def ribbon_svg(
    ribbon: Ribbon, *, language: str, upright: bool = False, id_prefix: str = "ribbon"
) -> str:
    """Draw a ribbon.

    Args:
        ribbon: bars on one shared scale of days, materials, and what would be saved.
        language: ``zh`` or ``en``.
        upright: the phone form, 340 px wide with time running down, instead of 1100 px across.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text. Without any step it is a sentence that says what to do first.
    """
    width = NARROW if upright else WIDE
    title = ribbon.title.in_language(language)
    if not any(bar.segments for bar in ribbon.bars):
        sentence = EMPTY.in_language(language)
        rows = wrap(sentence, width, 14, lines=4)
        parts = [label(0, 20 + 22 * nth, row, fill=SOFT) for nth, row in enumerate(rows)]
        height, described = 12 + 22.0 * len(rows), sentence
    else:
        parts, height = (standing if upright else across)(ribbon, language)
        described = spoken(ribbon, language)
    return document(
        width,
        height,
        parts,
        title=title,
        description=described,
        language=language,
        id_prefix=id_prefix,
    )
