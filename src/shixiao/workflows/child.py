"""A child process that evaluates: analytics run apart from the process that holds the records.

``python -m shixiao.workflows.child JOB.json`` reads a job, evaluates, and leaves everything in the
job's folder. Progress goes to standard output, one JSON object a line; the last one is the outcome.
A child can be killed at any time: the folder is only used once the outcome was read. It ends by
itself when its standard input does: then whoever started it is gone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import shixiao
from shixiao.checkup import Question, evaluate
from shixiao.checkup.bundles.cells import shown
from shixiao.checkup.closing import ClosingPlan, Outcome, extended, remeasure
from shixiao.checkup.delivery import contents
from shixiao.checkup.frame import sampling_frame
from shixiao.checkup.gate_check import check_evidence
from shixiao.checkup.published import published
from shixiao.checkup.register import departments, period, subjects
from shixiao.checkup.report import fragments, summary_html, usual
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.page import SUMMARY
from shixiao.evidence import Store
from shixiao.rules import load_pack
from shixiao.seals import sha256_of, sha256_of_file
from shixiao.settings import Settings
from shixiao.sharing import matching
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows.child_probing import probed

RESULT, REGISTER, PARTS = "result.json", "register.json", "parts"
PUBLIC, BUNDLE = "public", "bundle.zip"
ACTIVITIES = "activities.csv"
THRESHOLD = "MAT-01"
FRAME, LEFT_OUT = "frame.parquet", "left_out.json"
LISTS = Text("读取清单", "Reading the lists")
MATCHING = Text(
    "匹配 {items} 项要求与 {elements} 个数据元", "Matching {items} items with {elements} elements"
)
REPORT = Text("写出报告", "Writing the report")
NO_ROOM = Text(
    "服务器读写文件失败：{why}。评估没有留下结果；请管理员检查磁盘，之后可以重新评估。",
    "The server could not read or write a file: {why}. The evaluation left no result; have the"
    " administrator look at the disk, and run it again afterwards.",
)
ORPHANED = 4  # exit code of a child whose parent is gone


def main(job: Path) -> int:
    """Run the job; the exit code is 0 when its outcome was told, whatever it is."""
    asked = json.loads(job.read_text("utf-8"))
    try:
        outcome = KINDS[asked["kind"]](asked)
    except BadInput as error:
        outcome = {"bad": {"zh": error.in_language("zh"), "en": error.in_language("en")}}
    except Unavailable as error:
        outcome = {"failed": error.text.to_json()}
    except OSError as error:
        outcome = {"failed": NO_ROOM.format(why=error.strerror or str(error)).to_json()}
    _say(outcome)
    return 0


def _evaluated(asked: dict[str, Any]) -> dict[str, Any]:
    settings = Settings.from_environment()
    evaluation = evaluate(
        _about(asked, "paths", "activity_map", "site_rows"), settings=settings, progress=_tell
    )
    _say({"progress": REPORT.to_json()})
    folder = Path(asked["folder"])
    lookup = Lookup(evaluation)
    may = shown(evaluation)
    open_, peers = published(lookup, may), usual(lookup)
    for name, data in contents(evaluation, may).items():
        _write(folder / name, data)
    for place, of in ((PARTS, lookup), (f"{PUBLIC}/{PARTS}", open_)):
        for name, part in fragments(of, peers).items():
            _write(folder / place / name, part.encode())
    if open_.city:
        _write(folder / PUBLIC / SUMMARY, summary_html(open_).encode())
    store, rules = evaluation.store, evaluation.rules
    _write_for_third_parties(store, folder)
    days = period(store)
    register = {
        "departments": departments(store),
        "subjects": list(subjects(open_)),
        "findings": {finding.id: finding.to_json() for finding in open_.findings},
    }
    _write(folder / REGISTER, json.dumps(register, ensure_ascii=False).encode())
    inputs = [{"name": i.name, "sha256": i.sha256, "rows": i.rows} for i in store.meta.inputs]
    return {
        "done": {
            "title": Text.of(store.meta.title).to_json(),
            "rules_pack": rules.name,
            "rules_sha256": rules.hash,
            "code_version": shixiao.__version__,
            "inputs_sha256": sha256_of(inputs),
            "result_sha256": sha256_of_file(folder / RESULT),
            "bundle_sha256": sha256_of_file(folder / BUNDLE),
            "cases": store.meta.cases,
            "events": store.meta.events,
            "first_day": days[0].isoformat() if days else None,
            "last_day": evaluation.last_day.isoformat() if evaluation.last_day else None,
            "tables": {item.name: item.rows for item in store.meta.received},
        }
    }


def _write_for_third_parties(store: Store, folder: Path) -> None:
    """Write from which cases is drawn, and how many are left out; neither is given out as a file.

    Without a case to draw there is no frame: then a round that wants cases is told so.
    """
    frame = sampling_frame(store)
    if frame:
        _write(folder / FRAME, frame)
    if store.meta.left_out is not None:
        _write(folder / LEFT_OUT, json.dumps({"cases": store.meta.left_out}).encode())


def _checked(asked: dict[str, Any]) -> dict[str, Any]:
    found = check_evidence(
        _about(asked, "paths", "activity_map", "site_rows"),
        settings=Settings.from_environment(),
        progress=_tell,
    )
    _write(Path(asked["folder"]) / ACTIVITIES, found.activities)
    figures = found.figures.values()
    doubts = [
        {"title": each["title"], "value": each["value"], "note": each["note"]}
        for each in figures
        if each["verdict"] != "ok"
    ]
    title = found.title.to_json()
    return {"checked": {"title": title, "files": found.inputs, "doubts": doubts}}


def _remeasured(asked: dict[str, Any]) -> dict[str, Any]:
    plan = ClosingPlan.from_json(asked["plan"])
    answer = remeasure(
        plan,
        _about(asked, "paths", "activity_map", "site_rows"),
        on=date.fromisoformat(asked["on"]),
        corrected=date.fromisoformat(asked["corrected"]),
        settings=Settings.from_environment(),
        progress=_tell,
        touched=[(kind, subject) for kind, subject in asked["touched"]],
        earlier=_about(asked, "earlier", "earlier_map", "earlier_rows"),
        by_records=asked["by_records"],
    )
    later = None
    if answer.outcome is Outcome.INSUFFICIENT and plan.after is not None and answer.counted:
        later = extended(plan, answer, rules=load_pack()).to_json()
    return {"remeasured": answer.to_json(), "extended": later}


def _matched(asked: dict[str, Any]) -> dict[str, Any]:
    """Match lists that were checked when they came, with what was learned by then."""
    _tell(LISTS)
    requirements = matching.read_requirements(Path(asked["requirements"]))
    elements = matching.read_elements(Path(asked["elements"]))
    path, rules = _path(asked["learned"]), load_pack()
    learned = matching.fitted(matching.read_learned(path), elements) if path else None
    _tell(MATCHING.format(items=f"{len(requirements):,}", elements=f"{len(elements):,}"))
    threshold = rules.number(THRESHOLD)
    items = [each.item for each in requirements]
    found = matching.match(items, elements, threshold=threshold, learned=learned)
    answer = matching.told(requirements, found, threshold=threshold)
    data = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    _write(Path(asked["folder"]) / matching.ANSWER, data)
    return {"matched": {"rules_sha256": rules.hash, "code_version": shixiao.__version__}}


def _probed(asked: dict[str, Any]) -> dict[str, Any]:
    return probed(asked, _tell)


def _about(asked: dict[str, Any], paths: str, confirmed: str, rows: str) -> Question:
    """Return the question about evidence, with its map, its own rows, and what is left out."""
    return Question(
        paths=_paths(asked[paths]),
        activity_map=_path(asked[confirmed]),
        left_out=_path(asked["left_out"]),
        site_rows=_path(asked[rows]),
        seed=asked["seed"],
    )


KINDS = {
    "check": _checked,
    "evaluate": _evaluated,
    "remeasure": _remeasured,
    "match": _matched,
    "probe": _probed,
}


def _paths(texts: Sequence[str]) -> tuple[Path, ...]:
    return tuple(Path(text) for text in texts)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _tell(text: Text) -> None:
    _say({"progress": text.to_json()})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def end_with_parent() -> None:
    """End at once when standard input does; not by ``sys.stdin``, whose lock would hold up ends."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os._exit(ORPHANED)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(Path(sys.argv[1])))
