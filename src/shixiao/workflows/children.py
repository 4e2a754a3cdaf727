"""Children: analytics in a process of their own, watched, and never outliving their parent.

A child reads its input until that ends, which it does when the parent is gone, however it went: so
a worker that is killed leaves nobody behind who goes on using memory.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from shixiao.terms import Text

Tell = Callable[[Text], None]
BEAT = 5.0  # seconds after which a child that says nothing is looked at again
TOLD_TO_STOP = {-signal.SIGTERM, -signal.SIGINT}


def run_child(
    job: Mapping[str, Any],
    *,
    folder: Path,
    tell: Tell = lambda _: None,
    beat: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Run a job and return its outcome; {} where the child ended without one.

    A child that was told to stop, as when the site is stopped, has the outcome ``stopped``.

    Args:
        job: as ``shixiao.workflows.child`` takes it.
        folder: where the job is written down while it runs.
        tell: is called with each step of the progress.
        beat: is called every few seconds while the child works without saying anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paper = folder / "job.json"
    outcome: dict[str, Any] = {}
    try:
        paper.touch(0o600)  # it may hold test accounts
        paper.write_text(json.dumps(dict(job), ensure_ascii=False), "utf-8")
        with _child(paper) as (child, output):
            for line in _lines(output, beat):
                said = json.loads(line)
                if "progress" in said:
                    tell(Text.of(said["progress"]))
                else:
                    outcome = said
            if child.wait() in TOLD_TO_STOP:
                outcome = {"stopped": True}
    finally:
        paper.unlink(missing_ok=True)
    return outcome


@contextmanager
def _child(paper: Path) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    environment = os.environ | {
        "SHIXIAO_STORE": str(Path(settings.SITE.data) / "stores"),
        "PYTHONIOENCODING": "utf-8",
    }
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "shixiao.workflows.child", str(paper)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    try:
        if child.stdout is None:
            raise OSError("The child has no output")
        yield child, child.stdout
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()


def _lines(output: IO[bytes], beat: Callable[[], object]) -> Iterator[bytes]:
    """Give whole lines as they come; what a killed child left of a line is none."""
    held = b""
    while True:
        ready, _, _ = select.select([output], [], [], BEAT)
        if not ready:
            beat()
            continue
        part = os.read(output.fileno(), 1 << 16)
        if not part:
            return
        *found, held = (held + part).split(b"\n")
        yield from found
