"""Bar 6: clone, make demo, make test in a new folder, with nothing but Python, make and git."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bars.outcome import Outcome

ROOT = Path(__file__).parents[1]
MINUTES = 12


def measure(*, full: bool) -> list[Outcome]:
    if not full:
        return []
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "shixiao"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        shared = ROOT.parent / "shared"
        if shared.is_dir():
            (Path(folder) / "shared").symlink_to(shared)
        return [_run(clone, "demo"), _run(clone, "test")]


def _run(clone: Path, target: str) -> Outcome:
    if shutil.which("make") is None:
        return Outcome(f"make {target}", "make is not installed", "works", met=False)
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("VIRTUAL", "SHIXIAO", "MAKE"))
    }
    started = time.monotonic()
    done = subprocess.run(
        ["make", target], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    minutes = (time.monotonic() - started) / 60
    said = (done.stdout + done.stderr).strip().splitlines()[-1:]
    met = done.returncode == 0 and (target != "test" or minutes < MINUTES)
    bar = f"passes in under {MINUTES} minutes" if target == "test" else "works"
    return Outcome(
        f"make {target} from a fresh clone: {said[0] if said else ''}",
        round(minutes, 1),
        bar,
        met,
        "minutes",
    )
