"""``python -m bars [effect_3]``: run bars, print what they measured, record it in build/bars.json.

A bar that was measured at the present commit is not run again (so an interrupted run resumes);
name it to run it anew. The exit code is 1 when a bar was missed.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from bars.outcome import Outcome

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "build" / "bars.json"
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*_[0-9].py"))


def commit() -> str:
    """Return the commit, with a plus where the tree differs from it."""
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    dirty = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    return head + ("+" if dirty else "")


def main(arguments: list[str]) -> int:
    chosen = arguments or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        print(f"There is no bar {unknown[0]}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    record = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    at = commit()
    for name in chosen:
        known = record.get(name)
        if not arguments and known and known["commit"] == at and "+" not in at:
            print(f"{name}: measured at {at} already; name it to run it anew")
            continue
        print(f"── {name}")
        used = time.process_time() + _children()
        outcomes: list[Outcome] = importlib.import_module(f"bars.{name}").measure(full=True)
        used = time.process_time() + _children() - used
        for outcome in outcomes:
            print(f"   {'met   ' if outcome.met else 'MISSED'} {outcome}")
        record[name] = {
            "commit": at,
            "cpu_s": round(used, 1),
            "peak_mb": max([o.peak_mb or 0 for o in outcomes], default=0),
            "met": all(o.met for o in outcomes),
            "outcomes": [o.to_json() for o in outcomes],
        }
        RECORD.parent.mkdir(exist_ok=True)
        RECORD.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if all(record[name]["met"] for name in chosen if name in record) else 1


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
