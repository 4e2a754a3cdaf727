"""Bar 6 of SECURITY: Shixiao in its production profile passes its own full probe, without a waiver.

Besides what is seen from outside, a text that was entered on the site is sought in the files of the
database, in the site's folder and in its backup, and the backup is restored and compared row by
row. The text of a column that is public is sought in the same files and has to be found there: so
the search is known to see them. The answers stand in ``build/self-assessment.json``, from which
``python -m docs.self_assessment`` makes the page of the reference.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bars.outcome import Outcome
from bars.production import SHIXIAO, Production, installed, served
from bars.sites import ROOT, BarSite
from tests.postgres import TOOLS, server

RECORD = ROOT / "build" / "self-assessment.json"
BORNE, WITHIN = 20, 500  # requests a second from one visitor; ms
OPENAPI = "/api/openapi.json"
Answer = dict[str, Any]


def measure(*, full: bool) -> list[Outcome]:
    if shutil.which("nginx") is None:
        return [Outcome.at_least("nginx is installed", 0, 1)]
    with tempfile.TemporaryDirectory(prefix="shixiao-own-") as place, installed() as site:
        with served(site, Path(place)) as running:
            outside = _outside(site, running, "full" if full else "web")
            stored = _sought(site, running, running.canary)
            control = _sought(site, running, running.public)
        drill = _drilled(site, running, Path(place))
        moved = _moved(site, Path(place))
    if full:
        RECORD.parent.mkdir(exist_ok=True)
        kept = {"outside": outside, "at_rest": stored, "backup": drill}
        RECORD.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    told = [each["id"] for each in outside["findings"]]
    coverage = outside["coverage"]
    return [
        Outcome.recorded(f"open findings, of {len(outside['checks'])} checks", ", ".join(told)),
        Outcome.at_most("probes that could not tell", len(coverage["not_assessed"]), 0),
        Outcome.at_least("probes that could", coverage["assessed"], 17 if full else 7),
        Outcome.at_most("vetoes", len(outside["veto"]), 0),
        Outcome.recorded("score, without a waiver", outside["score"] or 0),
        Outcome.at_least("admissible", outside["admissible"], 1),
        Outcome.at_most("places of an encrypted text in the storage", _hits(stored), 0),
        Outcome.at_least("places of a public text in the same files", _hits(control), 1),
        Outcome.at_least("storage admissible", stored["admissible"], 1),
        Outcome.at_least("dump of the database restored whole", drill["admissible"], 1),
        Outcome.at_least("entries of the ledger after a move by backup", moved["entries"], 1),
        Outcome.at_most("of them different, or faults", moved["differing"] + moved["faults"], 0),
    ]


def _outside(site: BarSite, running: Production, profile: str) -> Answer:
    """Let the site be probed as anybody's system is, with everything that it can be lent."""
    heavy = ["--openapi", OPENAPI, "--load", str(BORNE), "--within", str(WITHIN)]
    heavy += ["--tools", str(ROOT / ".probes")]
    more = heavy if profile == "full" else []
    return _asked(
        site.environment, "target", f"{running.origin}/", "--profile", profile, *running.lent, *more
    )


def _sought(site: BarSite, running: Production, text: str) -> Answer:
    places = [str(each) for each in running.storage]
    return _asked(site.environment, "at-rest", *places, "--canary", text)


def _hits(answer: Answer) -> int:
    return len({each["locator"] for each in answer["findings"]})


def _drilled(site: BarSite, running: Production, place: Path) -> Answer:
    """Dump the database, restore it into an empty one, and compare; the processes have ended."""
    dump, note, source = place / "dump", place / "note.json", site.environment["DATABASE_URL"]
    line = shlex.join([str(TOOLS / "pg_dump"), "-Fc", "-f", str(dump), source])
    command = ["--out", str(note), "--run", f"{line} --snapshot={{snapshot}}"]
    _asked(site.environment, "backup", "note", source, *command, "--backup", str(dump))
    with server() as empty:
        line = shlex.join([str(TOOLS / "pg_restore"), "--no-owner", "-d", empty, str(dump)])
        command = ["--restored", empty, "--run", line, "--backup", str(dump)]
        command += ["--canary", running.canary, "--within", "15", "--fresh", "1"]
        return _asked(site.environment, "backup", "check", str(note), *command)


def _moved(site: BarSite, place: Path) -> Answer:
    """Move the site elsewhere by its own backup; return what the ledger is worth there."""
    backup = str(place / "backup.shixiao")
    _run(site.environment, "backup", backup, "--quiet")
    with server() as empty, tempfile.TemporaryDirectory(prefix="shixiao-new-") as folder:
        there = {**site.environment, "DATABASE_URL": empty, "SHIXIAO_DATA": folder}
        shutil.copytree(site.folder / "keys", Path(folder) / "keys")
        _run(there, "restore", backup, "--quiet")
        (place / "none").mkdir()
        return BarSite(Path(folder), there).run("check", place / "none")


def _asked(environment: Mapping[str, str], *command: str) -> Answer:
    """Run ``shixiao probe`` and return what it printed."""
    answer: Answer = json.loads(_run(environment, "probe", *command, "--json"))
    return answer


def _run(environment: Mapping[str, str], *command: str) -> str:
    done = subprocess.run(
        [*SHIXIAO, *command], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode > 1:
        raise RuntimeError(f"{' '.join(command[:3])}: {done.stderr[-2000:]}")
    return done.stdout
