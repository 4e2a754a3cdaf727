"""A web process has everything at hand before it takes the first request."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOK = """
import sys
import shixiao.web.wsgi
assert "shixiao.web.urls" in sys.modules
assert "shixiao.web.home.views" in sys.modules
"""


@pytest.mark.slow
def test_pages_are_imported_before_anybody_asks_for_one(tmp_path: Path) -> None:
    environment = os.environ | {"SHIXIAO_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
