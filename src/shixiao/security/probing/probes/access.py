"""Access: whether people reach what a page offers, by screen reader, keyboard or poor sight.

Pages are opened in a browser and held against WCAG by axe, whose findings are faults and whose
doubts count for nothing; then Tab is pressed until it has been everywhere.
Source: WCAG 2.2, levels A and AA; 无障碍环境建设法, art. 32; axe 4 (Deque).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.security.probing.browser import FAILED, browsed, chromium, pages_of
from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import NotAssessed, Reach
from shixiao.terms import Text

GRAVE = ("critical", "serious")
MANY = Text(
    "{path} 的控件太多，键盘没有走完。", "{path} has too many controls to walk through by keyboard."
)


@probe("access")
def access(reach: Reach, given: Given) -> Iterator[Seen]:
    """Open the first page and some that it leads to, and judge each of them."""
    del given
    chromium()
    for page in browsed(reach, "access", pages_of(reach)):
        try:
            yield from _barriers(page)
            yield from _keyboard(page)
        except (KeyError, TypeError, ValueError):
            raise NotAssessed(FAILED) from None


def _barriers(page: Mapping[str, Any]) -> Iterator[Seen]:
    path, failed = str(page["path"]), set()
    for each in page["barriers"]:
        check = "barriers" if each["impact"] in GRAVE else "hindrances"
        name = str(each["id"])
        rule = rules().get(name, Text("不合要求", "a rule is broken"))
        told = {"path": path, "n": int(each["n"]), "id": name, "rule": rule}
        failed.add(check)
        yield Seen(check, False, f"{path} {name}", {**told, "place": str(each["place"])})
    for check in {"barriers", "hindrances"} - failed:
        yield Seen(check, True, path)


def _keyboard(page: Mapping[str, Any]) -> Iterator[Seen]:
    path, keys = str(page["path"]), page["keyboard"]
    if not keys["whole"]:
        raise NotAssessed(MANY.format(path=path))
    for check, places in (("keyboard", keys["missed"]), ("focus", keys["unseen"])):
        told = {"path": path, "n": len(places), "place": str(places[0]) if places else "—"}
        yield Seen(check, not places, path, told)
    yield Seen("trap", keys["trap"] is None, path, {"path": path, "place": str(keys["trap"])})


@cache
def rules() -> Mapping[str, Text]:
    """Return rule of axe → what it finds, in our words."""
    text = files(__package__).joinpath("data/axe_rules.yaml").read_text("utf-8")
    return {str(name): Text.of(said) for name, said in load_yaml(text).items()}
