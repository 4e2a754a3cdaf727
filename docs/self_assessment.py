"""The page that says how Shixiao did under its own probes, from what bar 6 of SECURITY recorded.

``python -m docs.self_assessment`` takes ``build/self-assessment.json`` over into
``docs/self_assessment.json``, without names of places on the machine that measured, and writes the
reference anew.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from shixiao.cli.probe_table import GRAVITIES
from shixiao.security.probing import described
from shixiao.security.scoring import Gravity
from shixiao.terms import Text

MEASURED = Path(__file__).parents[1] / "build" / "self-assessment.json"
KEPT = Path(__file__).with_name("self_assessment.json")
NONE = Text("未评估", "not assessed")
HEAD = Path(__file__).with_name("self_assessment.md.in")


def kept(measured: dict[str, Any]) -> dict[str, Any]:
    """Return what is published of a measurement."""
    outside, at_rest, backup = (measured[part] for part in ("outside", "at_rest", "backup"))
    counts = {name: Counter[bool]() for name in outside["coverage"]["probes"]}
    for each in outside["checks"]:
        counts[each["probe"]][each["passed"]] += 1
    missing = {each["probe"] for each in outside["coverage"]["not_assessed"]}
    return {
        "day": outside["begun"][:10],
        "pack": f"{outside['rules']['pack']} {outside['rules']['hash'][:12]}",
        "mandatory": outside["coverage"]["mandatory"],
        "assessed": outside["coverage"]["assessed"],
        "vetoes": len(outside["veto"]),
        "score": outside["score"],
        "admissible": outside["admissible"],
        "sent": outside["sent"],
        "probes": [
            [name, None if name in missing else [counts[name][True], counts[name][False]]]
            for name in outside["coverage"]["probes"]
        ],
        "findings": [
            {"id": each["id"], "severity": each["severity"], "text": each["text"]}
            for each in outside["findings"]
        ],
        "at_rest": {"files": at_rest["read"]["files"], "found": len(at_rest["findings"])},
        "backup": {
            "parts": backup["restored"]["parts"],
            "rows": backup["restored"]["rows"],
            "seconds": round(backup["restored"]["milliseconds"] / 1000),
            "admissible": backup["admissible"],
        },
    }


def page() -> str:
    """Return the page of the last measurement that was taken over."""
    told = json.loads(KEPT.read_text("utf-8"))
    yes = Text("是", "yes") if told["admissible"] else Text("否", "no")
    return HEAD.read_text("utf-8").format(
        **{name: told[name] for name in ("day", "pack", "mandatory", "assessed", "vetoes", "sent")},
        score="—" if told["score"] is None else f"{told['score']:.1f}",
        admissible=_both(yes),
        probes="\n".join(_row(name, counts) for name, counts in told["probes"]),
        findings="\n".join(_finding(each) for each in told["findings"]) or "无 · none",
        storage=_storage(told),
    )


def _row(name: str, counts: list[int] | None) -> str:
    hold, fail = (_both(NONE), "—") if counts is None else map(str, counts)
    return f"| {_both(described(name).name)} | {hold} | {fail} |"


def _finding(each: dict[str, Any]) -> str:
    text = Text(each["text"]["zh"], each["text"]["en"])
    return f"- {_both(GRAVITIES[Gravity(each['severity'])])} (`{each['id']}`): {_both(text)}"


def _storage(told: dict[str, Any]) -> str:
    at_rest, backup = told["at_rest"], told["backup"]
    found = Text(
        f"经网站写入加密列的标记，在数据库、日志、网站文件的 {at_rest['files']} 个文件里找到"
        f" {at_rest['found']} 处；同时写入公开列的标记能找到。",
        f"A text entered on the site in an encrypted column was found at {at_rest['found']} places"
        f" in {at_rest['files']} files of database, its log and the site; one entered in a public"
        " column was found.",
    )
    whole = Text(
        "逐行一致" if backup["admissible"] else "有出入",
        "the same" if backup["admissible"] else "different",
    )
    drilled = Text(
        f"备份恢复到空的站点，用时 {backup['seconds']} 秒，{backup['parts']} 个表和文件夹、"
        f"{backup['rows']} 行{whole.zh}；备份里找不到这个标记。",
        f"A backup was restored into an empty site in {backup['seconds']} s; its {backup['rows']}"
        f" rows in {backup['parts']} tables and folders are {whole.en}, and the text does not show"
        " in it.",
    )
    return f"- {_both(found)}\n- {_both(drilled)}"


def _both(text: Text) -> str:
    return f"{text.zh} · {text.en}"


if __name__ == "__main__":
    from docs.generate import pages, write

    taken = kept(json.loads(MEASURED.read_text("utf-8")))
    KEPT.write_text(json.dumps(taken, ensure_ascii=False, indent=1) + "\n", "utf-8")
    write(pages())
