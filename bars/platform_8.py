"""Bar 8: every published number of the demo city comes out again on another checkout.

Both bundles are written here and recomputed by another process in a clone of HEAD, in another
folder, time zone, locale and hash seed. Then it is shown that the check can fail.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from bars.outcome import Outcome
from shixiao.checkup import Question, evaluate, result_json
from shixiao.checkup.bundles import write_auditor_bundle
from shixiao.checkup.bundles.numbers import numbers
from shixiao.checkup.delivery import deliver
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings

ROOT = Path(__file__).parents[1]
FORGERIES = 100
REDUCED = 6
ELSEWHERE = {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "4242"}


def measure(*, full: bool) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(folder / "store", "key of the bar", 2048, 2, "en")
        city = write_example_city(folder / "city")
        evaluation = evaluate(Question((city,)), settings=settings, progress=lambda _: None)
        deliver(evaluation, folder / "out")
        write_auditor_bundle(evaluation, folder / "auditor.zip")
        checkout = folder / "checkout"
        git = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(checkout)]
        subprocess.run(git, check=True)
        elsewhere = _Elsewhere(checkout, folder)
        public = elsewhere.reproduced(folder / "out" / "bundle.zip")
        audited = elsewhere.reproduced(folder / "auditor.zip")
        published = len(numbers(result_json(evaluation)))
        forgeries = FORGERIES if full else REDUCED
        missed = _unnoticed((folder / "out" / "bundle.zip").read_bytes(), forgeries, elsewhere)
    return [
        _all_equal("public bundle: recomputed from counts, not equal", public),
        Outcome.recorded(
            "public bundle: recomputed / need single cases / withheld",
            f"{public['numbers']} / {public['case_level']} / {public['withheld']}",
        ),
        _all_equal("auditor's bundle: not equal", audited),
        Outcome(
            "numbers recomputed by the auditor's bundle",
            audited["equal"],
            f"all {published} published",
            audited["equal"] == published == public["published"],
        ),
        Outcome(
            f"forgeries unnoticed of {forgeries}: numbers and counts by turns",
            missed,
            "0",
            missed == 0,
        ),
    ]


def _all_equal(what: str, answer: dict[str, Any]) -> Outcome:
    unequal = answer["numbers"] - answer["equal"] + len(answer["different"])
    return Outcome(f"{what}, of {answer['numbers']}", unequal, "0", unequal == 0 < answer["equal"])


class _Elsewhere:
    """Another checkout, run as somebody else would."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        self.checkout, self.folder = checkout, folder / "elsewhere"
        self.folder.mkdir()

    def reproduced(self, bundle: Path) -> dict[str, Any]:
        """Return the command's answer, whatever its exit code says."""
        environment = {
            **os.environ,
            **ELSEWHERE,
            "PYTHONPATH": str(self.checkout / "src"),
            "SHIXIAO_STORE": str(self.folder / "store"),
            "SHIXIAO_PERSON_KEY": "another key",
        }
        run = "from shixiao.cli import main; main()"
        command = [sys.executable, "-c", run, "reproduce", str(bundle), "--json", "--quiet"]
        ran = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, check=False
        )
        if ran.returncode not in (0, 1):
            raise RuntimeError(ran.stderr.decode())
        answer: dict[str, Any] = json.loads(ran.stdout)
        if (ran.returncode == 0) != (not answer["different"]):
            raise RuntimeError(f"exit code {ran.returncode} does not fit the answer")
        return answer


def _unnoticed(bundle: bytes, forgeries: int, elsewhere: _Elsewhere) -> int:
    """Change one number or one count at a time, hashes brought in line, and count the misses."""
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    listed = json.loads(parts["numbers.json"])["numbers"]
    counted = len(json.loads(parts["counts.json"])["measures"])
    follow = [place for place, entry in enumerate(listed) if entry["basis"] == "counts"]
    missed = 0
    for number in range(forgeries):
        at = number * 7919
        if number % 2:
            forged = _forged(parts, "counts.json", _count(at % counted))
        else:
            forged = _forged(parts, "numbers.json", _number(follow[at % len(follow)]))
        path = elsewhere.folder / "forged.zip"
        path.write_bytes(forged)
        missed += not elsewhere.reproduced(path)["different"]
    return missed


def _number(place: int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        entry = data["numbers"][place]
        value = entry["value"]
        # The last of the ten digits that are published.
        entry["value"] = value + 1 if isinstance(value, int) else value * (1 + 3e-10) or 1e-9

    return change


def _count(place: int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["measures"][place]["n"] += 1

    return change


def _forged(parts: dict[str, bytes], name: str, change: Callable[[Any], None]) -> bytes:
    data, manifest = json.loads(parts[name]), json.loads(parts["manifest.json"])
    change(data)
    content = json.dumps(data).encode()
    manifest["parts"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, old in parts.items():
            archive.writestr(
                each, {name: content, "manifest.json": json.dumps(manifest)}.get(each, old)
            )
    return target.getvalue()
