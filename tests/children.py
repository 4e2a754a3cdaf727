"""Jobs of children in the process of the test: the same job and answer without starting Python.

Tests of processes (killed, stopped, out of disk) start real children; tests of what a check or an
evaluation leaves have no need to, and a start costs two seconds of imports.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from shixiao.terms import Text
from shixiao.workflows import child, evaluations, gate, remeasuring
from shixiao.workflows.matches import running
from shixiao.workflows.systems import probing


def run_here(
    job: Mapping[str, Any],
    *,
    folder: Path,
    tell: Callable[[Text], None] = lambda _: None,
    beat: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Do what ``run_child`` does, here."""
    folder.mkdir(parents=True, exist_ok=True)
    paper = folder / "job.json"
    outcome: dict[str, Any] = {}
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SHIXIAO_STORE", str(Path(settings.SITE.data) / "stores"))
        try:
            paper.write_text(json.dumps(dict(job), ensure_ascii=False), "utf-8")
            with redirect_stdout(said):
                child.main(paper)
        finally:
            paper.unlink(missing_ok=True)
    beat()
    for line in map(json.loads, said.getvalue().splitlines()):
        if "progress" in line:
            tell(Text.of(line["progress"]))
        else:
            outcome = line
    return outcome


@pytest.fixture
def children_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what runs in children, from checks to probes, run in the process of the test."""
    for module in (gate, evaluations, remeasuring, running, probing):
        monkeypatch.setattr(module, "run_child", run_here)
