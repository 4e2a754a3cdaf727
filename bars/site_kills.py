"""Killing processes of a site while others write: what is acknowledged must be there afterwards."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bars.outcome import Outcome
from bars.sites import DATABASES, BarSite, end, prepared_site

WRITERS = 3
SHORTEST, LONGEST = 0.1, 0.6  # seconds between kills
SHARES = {"sequence": 0.1, "qcluster": 0.03}  # of the kills; they take seconds to start again
PATIENCE = 120.0  # seconds in which some process has to be at work again


def kills_on(database: str, count: int, rng: random.Random) -> list[Outcome]:
    """Kill so many processes of a site on one database, and see what is left."""
    with prepared_site(database) as site, tempfile.TemporaryDirectory() as kept:
        killed = _Killing(site, Path(kept), rng).run(count)
        found = site.run("check", kept)
    name = DATABASES[database]
    victims = ", ".join(f"{kind} {killed[kind]}" for kind in sorted(killed))
    return [
        Outcome.at_least(f"{name}: kill -9 under write load ({victims})", killed.total(), count),
        _none(
            f"{name}: acknowledged acts lost, of {found['acknowledged']:,}",
            found["lost"] if found["acknowledged"] else -1,
        ),
        _none(f"{name}: cases whose state, steps and leaves differ", found["stateless"]),
        _none(
            f"{name}: leaves without a number, or unlike the tree's, of {found['entries']:,}",
            found["unnumbered"] + found["differing"],
        ),
        _none(
            f"{name}: faults of the log, held against {found['kept']} checkpoints kept on the way",
            found["faults"],
        ),
        Outcome(f"{name}: a sample of receipts holds", found["receipts"], "yes", found["receipts"]),
    ]


def _none(what: str, value: int) -> Outcome:
    return Outcome(what, value, "0", value == 0)


@dataclass
class _Killing:
    """The processes of a site, any of which may go next."""

    site: BarSite
    kept: Path
    rng: random.Random
    born: set[int] = field(default_factory=set)
    started: dict[str, float] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)

    def run(self, count: int) -> Counter[str]:
        """Start everything, kill one after another, and stop the rest by killing it too."""
        killed: Counter[str] = Counter()
        self.left.update({k: max(1, round(count * share)) for k, share in SHARES.items()})
        self.left["writer"] = count - self.left.total()
        nursery = self.site.start("nursery", WRITERS)
        threading.Thread(target=self._births, args=(nursery,), daemon=True).start()
        try:
            for command in ("sequence", "qcluster"):
                self._start(command)
            while killed.total() < count:
                time.sleep(self.rng.uniform(SHORTEST, LONGEST))
                kind = self._kill_one()
                killed[kind] += 1
                self.left[kind] -= 1
        finally:
            end(nursery)
            for child in self.children.values():
                end(child)
        return killed

    def _start(self, command: str) -> None:
        self.children[command] = self.site.start_django(command)
        self.started[command] = time.time()

    def _births(self, nursery: subprocess.Popen[Any]) -> None:
        for line in nursery.stdout or ():
            self.born.add(int(line))

    def _kill_one(self) -> str:
        """Kill a process that is at work; ``sequence`` and ``qcluster`` are started anew."""
        kind = self.rng.choice(self._at_work())
        if kind == "writer":
            pid = self.rng.choice(self._writers())
            self.born.discard(pid)
            os.kill(pid, signal.SIGKILL)
            return kind
        end(self.children[kind])
        self._remember()
        self._start(kind)
        return kind

    def _writers(self) -> list[int]:
        """Return the writers that are at work: they have told somebody that an act is done."""
        told = self.site.folder / "acknowledged"
        return sorted(pid for pid in list(self.born) if (told / f"writer-{pid}").exists())

    def _at_work(self) -> list[str]:
        """Return the kinds that are due and of which one is at work, waiting for it."""
        for _ in range(round(PATIENCE / SHORTEST)):
            kinds = ["writer"] if self._writers() else []
            if self._wrote("sequence", "ledger/checkpoint"):
                kinds.append("sequence")
            if self._wrote("qcluster", "acknowledged/worker"):
                kinds.append("qcluster")
            due = [kind for kind in kinds if self.left[kind] > 0]
            if due:
                return due
            time.sleep(SHORTEST)
        raise RuntimeError("no process of the site is at work")

    def _wrote(self, command: str, name: str) -> bool:
        path = self.site.folder / name
        return path.exists() and path.stat().st_mtime > self.started[command]

    def _remember(self) -> None:
        """Keep the checkpoint that stands, as a reader might who looks at this moment."""
        number = len(list(self.kept.iterdir()))
        shutil.copyfile(self.site.folder / "ledger" / "checkpoint", self.kept / f"{number:03}")
