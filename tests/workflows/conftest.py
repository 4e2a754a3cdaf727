from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from shixiao.settings import Site
from tests.cast import Cast, make_cast
from tests.children import children_here  # noqa: F401 - a fixture of these tests


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def place(tmp_path: Path) -> object:
    """A data folder of the test's own: files, ledger, results."""
    with override_settings(SITE=Site.from_environment({"SHIXIAO_DATA": str(tmp_path)})):
        yield tmp_path
