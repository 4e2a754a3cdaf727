"""Elders: whether the target has a large print, and whether that is as large as it has to be.

The entry is sought on the first page by its usual names and clicked; what then stands there is
measured, and some pages that it leads to.
Source: MIIT (2021), 互联网网站适老化通用设计规范 (rules ACC-F, ACC-C, ACC-T).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shixiao.rules import load_pack
from shixiao.security.probing.browser import FAILED, PAGES, browsed, chromium, pages_of
from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.terms import Text

ELSEWHERE = Text(
    "长辈版在 {host}，不在同意的范围，没有测。",
    "The large print is at {host}, outside the consent, so it was not looked at.",
)


@probe("elders")
def elders(reach: Reach, given: Given) -> Iterator[Seen]:
    """Enter the large print and measure it."""
    del given
    chromium()
    wanted = _wanted()
    first, *rest = browsed(reach, "elders", pages_of(reach)[:1], more=PAGES - 1, **wanted)
    try:
        yield Seen("entry", first["entry"] is not None, values={"path": str(first["path"])})
        if first["entry"] is None:
            return
        if "elsewhere" in first:
            raise NotAssessed(ELSEWHERE.format(host=str(first["elsewhere"])))
        for page in (first, *rest):
            yield from _measured(page, wanted)
        told = {"found": round(float(first["largest"]), 1), "least": f"{wanted['largest']:g}"}
        yield Seen("largest", first["largest"] >= wanted["largest"], values=told)
    except (KeyError, TypeError, ValueError):
        raise NotAssessed(FAILED) from None


def _wanted() -> dict[str, float]:
    """Return the sizes and the contrast that are asked for, by rule."""
    pack = load_pack()
    text, targets, contrast = (pack.rule(name).value for name in ("ACC-F", "ACC-T", "ACC-C"))
    assert isinstance(text, Mapping)  # noqa: S101 - the pack that is shipped
    assert isinstance(targets, Mapping)  # noqa: S101
    assert isinstance(contrast, Mapping)  # noqa: S101
    return {
        "text": float(text["text"]),
        "largest": float(text["adjustable_to_at_least"]),
        "target": float(targets["elderly"]),
        "contrast": float(contrast["normal"]),
    }


def _measured(page: Mapping[str, Any], wanted: Mapping[str, float]) -> Iterator[Seen]:
    path, sizes, targets = str(page["path"]), page["sizes"], page["targets"]
    small, signs = int(sizes["small"]), int(sizes["signs"])
    told = {
        "path": path,
        "share": max(1, round(100 * small / signs)) if small else 0,
        "least": f"{wanted['text']:g}",
        "found": round(float(sizes["least"]), 1),
        "place": str(sizes["place"]),
    }
    yield Seen("text", small == 0, path, told)
    place, width, height = targets[0] if targets else ("", 0, 0)
    told = {
        "path": path,
        "n": len(targets),
        "least": f"{wanted['target']:g}",
        "place": str(place),
        "found": f"{int(width)}×{int(height)}",
    }
    yield Seen("targets", not targets, path, told)
    faint = page["contrast"]
    told = {
        "path": path,
        "n": int(faint[0]["n"]) if faint else 0,
        "least": f"{wanted['contrast']:g}",
        "place": str(faint[0]["place"]) if faint else "",
    }
    yield Seen("contrast", not faint, path, told)
