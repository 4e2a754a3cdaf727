"""Children: analytics in a process of their own, watched, and never outliving their parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from shixiao.terms import Text

Tell = Callable[[Text], None]


def run_child(job: Mapping[str, Any], *, folder: Path, tell: Tell | None = None) -> dict[str, Any]:
    """Run a job and return its outcome; {} where the child ended without one.

    Args:
        job: as ``shixiao.workflows.child`` takes it.
        folder: where the job is written down while it runs.
        tell: is called with each step of the progress.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paper = folder / "job.json"
    paper.write_text(json.dumps(dict(job), ensure_ascii=False), "utf-8")
    outcome: dict[str, Any] = {}
    try:
        with _child(paper) as lines:
            for line in lines:
                said = json.loads(line)
                if "progress" not in said:
                    outcome = said
                elif tell is not None:
                    tell(Text.of(said["progress"]))
    finally:
        paper.unlink(missing_ok=True)
    return outcome


@contextmanager
def _child(paper: Path) -> Iterator[Iterator[str]]:
    environment = os.environ | {
        "SHIXIAO_STORE": str(Path(settings.SITE.data) / "stores"),
        "PYTHONIOENCODING": "utf-8",
    }
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "shixiao.workflows.child", str(paper)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    try:
        if child.stdout is None:
            raise OSError("The child has no output")
        yield iter(child.stdout)
        child.wait()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()
